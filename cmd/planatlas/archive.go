package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/user"

	"planatlas/layers"
	"planatlas/layers/check"
)

type checkGroup struct {
	Run    checkCmd       `cmd:"" default:"withargs" help:"Check a project site against every layer; the word run may be left out."`
	Rerun  checkRerunCmd  `cmd:"" help:"Repeat an archived check on its recorded state, which must give the same result, or on today's."`
	Delete checkDeleteCmd `cmd:"" help:"Delete an archived check: its input and answer. A tombstone with who, when, why and the hashes stays."`
}

type checkRerunCmd struct {
	ID    string `arg:"" help:"Id of the check."`
	Today bool   `help:"Check the site again on today's state and say what changed."`
	JSON  bool   `help:"Print all as JSON."`
	Lang  string `help:"Language." enum:"zh,en" default:"zh" env:"PLANATLAS_LANG"`
}

// Run repeats the check. That the recorded state gives another result is a failure.
func (c *checkRerunCmd) Run(ctx context.Context, g *globals, con console) error {
	return g.with(ctx, func(db *database) error {
		var now state
		if err := now.refresh(ctx, db.Store); err != nil {
			return err
		}
		repeat := now.checker(db.Store, g.log).Rerun
		if c.Today {
			repeat = now.checker(db.Store, g.log).RerunToday
		}
		r, err := repeat(ctx, c.ID)
		if err != nil {
			return err
		}
		if c.JSON {
			err = json.NewEncoder(con.out).Encode(r)
		} else {
			err = c.print(con, r)
		}
		if err == nil && !c.Today && !r.Same {
			err = fmt.Errorf("check %s gave another result on its recorded state: %.12s, not %.12s", c.ID, r.Result, r.Recorded)
		}
		return err
	})
}

func (c *checkRerunCmd) print(con console, r check.Rerun) error {
	say := func(t layers.Text) string {
		if c.Lang == "en" {
			return t.EN
		}
		return t.ZH
	}
	same := layers.Text{ZH: "结果相同", EN: "the same result"}
	if !r.Same {
		same = layers.Text{ZH: "结果不同", EN: "another result"}
	}
	fmt.Fprintf(con.out, "%s %.12s\n", say(same), r.Result)
	for _, l := range r.Newer.Layers {
		fmt.Fprintf(con.out, say(layers.Text{ZH: "图层 %s 已有更新版本：%d → %d\n", EN: "layer %s is newer now: revision %d, then %d\n"}), l.Layer, l.Recorded, l.Now)
	}
	if r.Newer.Rules {
		fmt.Fprintln(con.out, say(layers.Text{ZH: "规则已有更新", EN: "the rules are newer now"}))
	}
	if v := r.Difference.Verdict; v != nil {
		fmt.Fprintf(con.out, "%s: %s → %s\n", say(layers.Text{ZH: "结论", EN: "verdict"}), say(word(fmt.Sprint(v.Before))), say(word(fmt.Sprint(v.Now))))
	}
	for _, f := range r.Difference.Findings {
		kind := map[string]layers.Text{"added": {ZH: "新增", EN: "added"}, "removed": {ZH: "消失", EN: "gone"}, "changed": {ZH: "变化", EN: "changed"}}[f.Kind]
		fmt.Fprintf(con.out, "%s  %s  %s/%s  %s\n", say(kind), f.Rule, f.Layer, f.Feature, say(f.Why))
	}
	_, err := fmt.Fprintf(con.out, "%s %s\n", say(layers.Text{ZH: "检查", EN: "check"}), r.Answer.ID)
	return err
}

type checkDeleteCmd struct {
	ID     string `arg:"" help:"Id of the check."`
	Reason string `help:"Why it has to go." required:""`
	By     string `help:"Who deletes it. Default: the user of the system."`
}

// Run deletes the check.
func (c *checkDeleteCmd) Run(ctx context.Context, g *globals, con console) error {
	if c.By == "" {
		u, err := user.Current()
		if err != nil {
			return &layers.InputError{Param: "--by", Want: "who deletes the check", Err: err}
		}
		c.By = u.Username
	}
	return g.with(ctx, func(db *database) error {
		t, err := db.DeleteCheck(ctx, c.ID, c.By, c.Reason)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(con.out, "deleted check %s; its tombstone: %s, by %s, %s; input %.12s, answer %.12s, result %.12s\n",
			t.ID, t.DeletedAt.UTC().Format("2006-01-02 15:04:05Z"), t.DeletedBy, t.Reason, t.InputSHA256, t.AnswerSHA256, t.ResultSHA256)
		return err
	})
}
