package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"planatlas/data"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/store"
	"planatlas/layers/store/cluster"
)

type rulesCmd struct {
	Test rulesTestCmd `cmd:"" help:"Measure the examples beside each rule in a throw-away PostGIS and compare."`
	List rulesListCmd `cmd:"" help:"List the rules of a data folder and those of the state."`
}

// rulesFolder reads the rules that a data folder would load.
func rulesFolder(name string) (*layers.Catalog, check.RuleSet, []fs.FS, error) {
	folder, err := dataFolder(name)
	if err != nil {
		return nil, check.RuleSet{}, nil, err
	}
	catalog, err := layers.ReadCatalog(folder)
	if err != nil {
		return nil, check.RuleSet{}, nil, &layers.InputError{Param: name, Value: err.Error(), Err: err}
	}
	state, err := data.Rules()
	if err != nil {
		return nil, check.RuleSet{}, nil, err
	}
	folders := []fs.FS{state}
	if _, err := fs.Stat(folder, "rules"); err == nil {
		local, err := fs.Sub(folder, "rules")
		if err != nil {
			return nil, check.RuleSet{}, nil, fmt.Errorf("open the folder's rules: %w", err)
		}
		folders = append(folders, local)
	}
	rules, err := check.ReadRules(catalog, folders...)
	if err != nil {
		return nil, rules, nil, &layers.InputError{Param: name, Value: err.Error(), Err: err}
	}
	return catalog, rules, folders, nil
}

type rulesTestCmd struct {
	Folder string `arg:"" optional:"" default:"yangquan" help:"Data folder, such as data/yangquan; yangquan is built in."`
	Rule   string `help:"Only this rule."`
}

// Run lays the examples into a database of their own, which is gone afterwards:
// neither the private database nor the one that --database-url names is touched.
func (c *rulesTestCmd) Run(ctx context.Context, g *globals, con console) (err error) {
	catalog, rules, folders, err := rulesFolder(c.Folder)
	if err != nil {
		return err
	}
	if c.Rule != "" {
		all := len(rules.Rules)
		rules.Rules = slices.DeleteFunc(rules.Rules, func(r check.Rule) bool { return r.ID != c.Rule })
		if len(rules.Rules) == 0 {
			return &layers.InputError{Param: "--rule", Value: c.Rule, Want: fmt.Sprintf("one of the %d rules that planatlas rules list shows", all)}
		}
	}
	dir, err := os.MkdirTemp("", "planatlas-rules-")
	if err != nil {
		return fmt.Errorf("make a folder for the examples: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL's user must get in when we are root
		return fmt.Errorf("make a folder for the examples: %w", err)
	}
	scratch, err := cluster.Start(ctx, cluster.Options{Dir: dir + "/database", BinDir: g.PGBin, Throwaway: true})
	if err != nil {
		return err
	}
	defer func() {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		err = errors.Join(err, scratch.Stop(stopping))
	}()
	s, err := store.Open(ctx, scratch.URL(), store.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	if _, _, err := s.Migrate(ctx); err != nil {
		return err
	}
	trials, err := check.RunExamples(ctx, s, catalog, rules, folders...)
	if err != nil {
		return err
	}
	return reportTrials(con.out, rules, trials)
}

func reportTrials(w io.Writer, rules check.RuleSet, trials []check.Trial) error {
	failed, without := 0, 0
	for _, t := range trials {
		if t.Err != nil {
			failed++
			fmt.Fprintf(w, "FAIL  %s (from %s), example %q: %v\n", t.Rule.ID, t.Rule.ValidFrom, t.Example.Name, t.Err)
		}
	}
	for _, r := range rules.Rules {
		if len(r.Examples) == 0 {
			without++
		}
	}
	fmt.Fprintf(w, "%d examples of %d rules: %d as they should be, %d not", len(trials), len(rules.Rules)-without, len(trials)-failed, failed)
	if without > 0 {
		fmt.Fprintf(w, "; %d rules have no example", without)
	}
	fmt.Fprintln(w)
	if failed > 0 {
		return exitError(exitFailed)
	}
	return nil
}

type rulesListCmd struct {
	Folder string     `arg:"" optional:"" default:"yangquan" help:"Data folder, such as data/yangquan; yangquan is built in."`
	On     layers.Day `help:"Only rules in force on this day." placeholder:"2026-03-15"`
	Layer  string     `help:"Only rules about this layer."`
}

// Run prints the rules as a table.
func (c *rulesListCmd) Run(con console) error {
	_, rules, _, err := rulesFolder(c.Folder)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "rule\tlayer\trelation\tverdict\tfrom\tuntil\tverified\tlaw")
	for _, r := range rules.Rules {
		if c.On != "" && !r.InForce(c.On.Time()) || c.Layer != "" && r.Layer != c.Layer {
			continue
		}
		relation, verified := string(r.Relation), "yes"
		if r.Relation == check.DWithin {
			relation = fmt.Sprintf("%s from the %s", r.Distances(), r.MeasuredFrom)
		}
		if !r.Verified {
			verified = "no"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s %s\n", r.ID, r.Layer, relation, r.Verdicts(), r.ValidFrom, r.ValidTo, verified, r.Law, r.Article)
	}
	return t.Flush()
}
