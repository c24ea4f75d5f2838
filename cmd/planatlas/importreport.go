package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"planatlas/geo/read"
	"planatlas/layers"
	"planatlas/layers/ingest"
)

// importReport is what an import found and did.
type importReport struct {
	Layer       string             `json:"layer"`
	Titles      layers.Text        `json:"titles"`
	Redirect    *layers.Text       `json:"redirect,omitempty"`
	Stored      bool               `json:"stored"`
	DryRun      bool               `json:"dry_run"`
	Delivery    *layers.Delivery   `json:"delivery"`
	LegalEffect layers.LegalEffect `json:"legal_effect"`
	Coverage    layers.Coverage    `json:"coverage"`
	Format      read.Format        `json:"format"`
	Beliefs     []read.Belief      `json:"beliefs"`
	Notices     []read.Notice      `json:"notices"`
	Kept        []string           `json:"fields_kept"`
	Dropped     []string           `json:"fields_not_kept"`
	Found       ingest.Report      `json:"found"`

	Added     int64 `json:"added"`
	Changed   int64 `json:"changed"`
	Removed   int64 `json:"removed"`
	Unchanged int64 `json:"unchanged"`
	Revision  int64 `json:"revision"`

	ProblemCount   int64            `json:"problem_count"` // of rows, in the file and in the database
	Problems       []layers.Problem `json:"problems"`
	DuplicateCount int64            `json:"duplicate_geometry_count"`
	Duplicates     [][]string       `json:"duplicate_geometries"`
	OverlapsKnown  bool             `json:"overlaps_known"`
	OverlapCount   int64            `json:"overlap_count"`
	OverlapM2      float64          `json:"overlap_m2"`
	Overlaps       []layers.Overlap `json:"overlaps"`
	Seconds        float64          `json:"seconds"`
	TilesLater     bool             `json:"tiles_later"` // a service makes what tiles show at small scales
}

func (c *importCmd) report(job importJob, done layers.Imported, took time.Duration) importReport {
	l, found := job.declared, job.file.Report()
	r := importReport{Layer: l.ID, Titles: l.Title, Stored: done.Stored, TilesLater: done.TilesLater, DryRun: c.DryRun, Delivery: l.Delivery, LegalEffect: l.LegalEffect, Coverage: l.Coverage,
		Format: job.file.Rows.Format, Beliefs: job.file.Rows.Beliefs, Notices: job.file.Rows.Notices, Found: found,
		Added: done.Added, Changed: done.Changed, Removed: done.Removed, Unchanged: done.Unchanged, Revision: done.Version.Revision,
		DuplicateCount: done.DuplicateCount, Duplicates: done.Duplicates, OverlapsKnown: done.OverlapsKnown, OverlapCount: done.OverlapCount, OverlapM2: done.OverlapM2,
		Overlaps: done.Overlaps, Seconds: took.Seconds()}
	if job.redirect.ZH != "" {
		r.Redirect = &job.redirect
	}
	r.Kept, r.Dropped = job.file.Fields()
	r.ProblemCount = found.ProblemCount + done.ProblemCount
	r.Problems = append(slices.Clone(found.Problems), done.Problems...)
	r.Found.Problems = nil
	if r.Notices == nil {
		r.Notices = []read.Notice{}
	}
	if r.Problems == nil {
		r.Problems = []layers.Problem{}
	}
	if r.Duplicates == nil {
		r.Duplicates = [][]string{}
	}
	if r.Overlaps == nil {
		r.Overlaps = []layers.Overlap{}
	}
	if r.ProblemCount > 0 && c.OnInvalid == "skip" {
		r.Coverage = ingest.Without(l).Coverage
	}
	return r
}

// importPrinter writes the report as lines of text.
type importPrinter struct {
	w    io.Writer
	lang string
	err  error
}

// maxLines is how many rows are named under one heading; the JSON report has more.
const maxLines = 20

func (p *importPrinter) line(zh, en string, values ...any) {
	format := en
	if p.lang == "zh" {
		format = zh
	}
	if _, err := fmt.Fprintf(p.w, format+"\n", values...); err != nil {
		p.err = cmp.Or(p.err, err)
	}
}

func (p *importPrinter) text(t layers.Text) string {
	if p.lang == "zh" {
		return t.ZH
	}
	return t.EN
}

// more tells how many were not named.
func (p *importPrinter) more(told int, all int64) {
	if n := all - int64(min(told, maxLines)); n > 0 {
		p.line("  另有 %d 项（--json 列出更多）", "  and %d more (--json tells more)", n)
	}
}

// printImport writes the report.
func printImport(w io.Writer, lang string, r importReport) error {
	p := &importPrinter{w: w, lang: lang}
	if r.Redirect != nil {
		p.line("%s", "%s", p.text(*r.Redirect))
	}
	p.line("%s（%s）← %s，%s，%s 版", "%s (%s) ← %s, %s, version %s", p.text(r.Titles), r.Layer, r.Delivery.File, r.Delivery.Table, r.Delivery.Version)
	for _, b := range r.Beliefs {
		p.line("  %s: %s（%s）", "  %s: %s (%s)", b.What, b.Value, p.text(layers.Text{ZH: b.ZH, EN: b.EN}))
	}
	for _, n := range r.Notices {
		p.line("提示：%s", "notice: %s", p.text(layers.Text{ZH: n.ZH, EN: n.EN}))
	}
	p.line("字段：采用 %s；未保留 %s", "fields: used %s; not kept %s", list(r.Kept), list(r.Dropped))
	f := r.Found
	p.line("%d 行，%d 个顶点", "%d rows, %d vertices", f.Rows, f.Vertices)
	if f.Heights > 0 {
		p.line("提示：%d 行的高程已略去", "notice: heights of %d rows were left out", f.Heights)
	}
	if f.Between > 0 {
		p.line("提示：长边上加了 %d 个点，使其在经纬度下不偏移", "notice: %d points were put on long edges, so that these stay where they are in longitude and latitude", f.Between)
	}
	if len(f.Counties) > 0 {
		var names []string
		for _, name := range slices.Sorted(maps.Keys(f.Counties)) {
			names = append(names, fmt.Sprintf("%s %d", name, f.Counties[name]))
		}
		p.line("县区：%s", "counties: %s", strings.Join(names, ", "))
	}
	p.problems(r)
	p.areas(f)
	p.places(r)
	p.pairs(r)
	p.outcome(r)
	return p.err
}

func list(names []string) string {
	if len(names) == 0 {
		return "–"
	}
	return strings.Join(names, ", ")
}

// named is a row and its id.
func named(origin, id string) string {
	if id == "" {
		return origin
	}
	return origin + " (" + id + ")"
}

func (p *importPrinter) problems(r importReport) {
	if r.ProblemCount == 0 {
		p.line("无效的行：0", "rows that cannot be stored: 0")
		return
	}
	p.line("无效的行：%d", "rows that cannot be stored: %d", r.ProblemCount)
	for _, x := range r.Problems[:min(len(r.Problems), maxLines)] {
		at := ""
		if x.At != nil {
			at = fmt.Sprintf(" @ %.7f, %.7f", x.At[0], x.At[1])
		}
		p.line("  %s：%s%s", "  %s: %s%s", named(x.Origin, x.ID), p.text(x.Text), at)
	}
	p.more(len(r.Problems), r.ProblemCount)
}

func (p *importPrinter) areas(f ingest.Report) {
	if f.Stating == 0 {
		p.line("面积属性：无", "stated areas: none")
		return
	}
	p.line("面积属性：%d 行合计 %.2f m²，按图形椭球面积 %.2f m²；相差超过 1%% 的 %d 行", "stated areas: %d rows, together %.2f m², by their geometry on the ellipsoid %.2f m²; %d rows differ by more than 1 %%",
		f.Stating, f.StatedM2, f.ComputedM2, f.DifferCount)
	for _, d := range f.Differ[:min(len(f.Differ), maxLines)] {
		p.line("  %s：属性 %.2f m²，图形 %.2f m²", "  %s: stated %.2f m², geometry %.2f m²", named(d.Origin, d.ID), d.StatedM2, d.ComputedM2)
	}
	p.more(len(f.Differ), f.DifferCount)
}

func (p *importPrinter) places(r importReport) {
	f := r.Found
	p.line("范围（%s）以外：%d 行，部分在外：%d 行", "outside of the area (%s): %d rows, partly: %d rows", r.Coverage.Area, f.OutsideCount, f.PartlyCount)
	for _, o := range f.Outside[:min(len(f.Outside), maxLines)] {
		if o.Partly {
			p.line("  %s：部分", "  %s: partly", named(o.Origin, o.ID))
		} else {
			p.line("  %s", "  %s", named(o.Origin, o.ID))
		}
	}
	p.more(len(f.Outside), f.OutsideCount+f.PartlyCount)
}

func (p *importPrinter) pairs(r importReport) {
	p.line("图形重复：%d 组", "duplicate geometries: %d groups", r.DuplicateCount)
	for _, ids := range r.Duplicates[:min(len(r.Duplicates), maxLines)] {
		p.line("  %s", "  %s", strings.Join(ids[:min(len(ids), 10)], ", "))
	}
	p.more(len(r.Duplicates), r.DuplicateCount)
	if !r.OverlapsKnown {
		p.line("重叠：未检查（要素太多或耗时过长；可加 --overlaps）", "overlaps: not looked for (too many features, or it took too long; --overlaps does)")
		return
	}
	p.line("重叠：%d 对，合计 %.2f m²", "overlaps: %d pairs, together %.2f m²", r.OverlapCount, r.OverlapM2)
	for _, o := range r.Overlaps[:min(len(r.Overlaps), maxLines)] {
		p.line("  %s – %s：%.2f m² @ %.7f, %.7f", "  %s – %s: %.2f m² @ %.7f, %.7f", o.A, o.B, o.AreaM2, o.At[0], o.At[1])
	}
	p.more(len(r.Overlaps), r.OverlapCount)
}

func (p *importPrinter) outcome(r importReport) {
	complete := layers.Text{ZH: "完整", EN: "complete"}
	if !r.Coverage.Complete {
		complete = layers.Text{ZH: "不完整（" + r.Coverage.Note.ZH + "）", EN: "not complete (" + r.Coverage.Note.EN + ")"}
	}
	switch {
	case !r.Stored && !r.DryRun:
		p.line("未导入：有无效的行，全部未写入（改正后重试，或用 --on-invalid=skip 略去这些行）", "not imported: rows cannot be stored, so nothing was (correct them, or leave them out with --on-invalid=skip)")
		return
	case r.DryRun:
		p.line("试运行：未改动任何数据", "dry run: nothing was changed")
	}
	p.line("新增 %d，修改 %d，删除 %d，未变 %d；版本 %d", "added %d, changed %d, removed %d, unchanged %d; revision %d", r.Added, r.Changed, r.Removed, r.Unchanged, r.Revision)
	p.line("法律效力 %s，自 %s 起，覆盖 %s：%s；用时 %.1f 秒", "legal effect %s, from %s, covers %s: %s; %.1f s", r.LegalEffect, r.Coverage.From, r.Coverage.Area, p.text(complete), r.Seconds)
	if r.TilesLater {
		p.line("小比例尺瓦片由运行中的服务（或下次启动时）在后台生成，此前逐张计算，结果相同", "what tiles show at small scales is made by the service that runs, or by the next; until then each tile finds it out by itself, the same and slower")
	}
}
