package check

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"planatlas/geo"
	"planatlas/geo/read"
	"planatlas/layers"
)

// The least and the most alternatives that one comparison takes.
const (
	MinAlternatives = 2
	MaxAlternatives = 20
)

// Alternatives is the comparison of several sites for one project, best first.
type Alternatives struct {
	Ranking layers.Text   `json:"ranking"` // by what they are ranked
	Sites   []Alternative `json:"sites"`
	Table   []TableRow    `json:"table"` // side by side: a row for each criterion, a cell for each site in the order of sites
	Links   []AnswerLink  `json:"links"`
}

// Alternative is one site of a comparison.
type Alternative struct {
	Rank         int         `json:"rank"`  // from 1; equal sites share one
	Index        int         `json:"index"` // of the feature as it was handed in, from 0
	Name         string      `json:"name"`
	Check        string      `json:"check"`
	Verdict      Verdict     `json:"verdict"`
	Summary      layers.Text `json:"summary"`
	Area         Measure     `json:"area"`
	Prohibited   Measure     `json:"prohibited"` // for certain; no ground twice
	Restricted   Measure     `json:"restricted"` // for certain; no ground twice
	Questions    int         `json:"questions"`
	NotChecked   int         `json:"not_checked"` // layers
	NoData       int         `json:"no_data"`     // layers
	Findings     int         `json:"findings"`
	ResultSHA256 string      `json:"result_sha256"`
	Answer       Answer      `json:"answer"`
}

// TableRow is a criterion with its value for each site.
type TableRow struct {
	Criterion string      `json:"criterion"`
	Title     layers.Text `json:"titles"`
	Unit      string      `json:"unit,omitempty"`
	Cells     []any       `json:"cells"`
}

// ReadSites reads a FeatureCollection of which each feature is a site. What its
// member project and accuracy_m say holds for each of them.
func ReadSites(document []byte) ([]Site, error) {
	f := File{Bytes: document, Options: read.Options{Format: read.FormatGeoJSON}}
	return ReadAlternatives(context.Background(), []File{f}) // nothing is waited for
}

// enough refuses a number of sites that cannot be compared.
func enough(at string, n int) error {
	if n >= MinAlternatives && n <= MaxAlternatives {
		return nil
	}
	return &layers.InputError{Param: at, Value: fmt.Sprintf("sites: %d", n), Want: fmt.Sprintf("%d to %d sites: a FeatureCollection, a file with a plot for each, or a file for each", MinAlternatives, MaxAlternatives)}
}

// Compare checks the sites on one state of the database, archives each answer and
// ranks the sites.
func (s *Service) Compare(ctx context.Context, sites []Site, on layers.Day) (Alternatives, error) {
	done, err := s.runAll(ctx, sites, on, true)
	if err != nil {
		return Alternatives{}, err
	}
	for i, d := range done {
		if d.Err != nil { // a ranking that lacks one would be another question's
			return Alternatives{}, within(sites[i].at, "", d.Err)
		}
	}
	if err := s.archive(ctx, done); err != nil {
		return Alternatives{}, err
	}
	out := Alternatives{Links: []AnswerLink{}, Ranking: layers.Text{
		ZH: "依次比较：结论、确定禁止的面积占比、确定受限的面积占比、未检查的图层数、待答问题数、无数据的图层数；数值小者优先，相同者并列",
		EN: "by verdict, share prohibited for certain, share restricted for certain, layers not checked, open questions, layers without data; less is better, and what is equal shares a rank"}}
	for i, d := range done {
		out.Sites = append(out.Sites, alternative(i, d))
	}
	slices.SortStableFunc(out.Sites, func(a, b Alternative) int { return a.order(b) })
	for i := range out.Sites {
		a := &out.Sites[i]
		a.Rank = i + 1
		if i > 0 && out.Sites[i-1].order(*a) == 0 {
			a.Rank = out.Sites[i-1].Rank
		}
		out.Links = append(out.Links, AnswerLink{Href: "/checks/" + a.Check, Rel: "item", Type: "application/json"})
	}
	out.Table = table(out.Sites)
	return out, nil
}

func alternative(i int, d Done) Alternative {
	a := d.Answer
	out := Alternative{Index: i, Name: a.Site.Input.Name, Check: a.ID, Verdict: a.Verdict, Summary: a.Summary, Area: a.Site.Area.Measure,
		Restricted: measure(d.restricted), Questions: len(a.Questions), Findings: len(a.Findings), ResultSHA256: a.Provenance.ResultSHA256, Answer: a}
	out.Prohibited = measure(prohibited(a))
	for _, l := range a.Layers {
		switch l.Outcome {
		case NotChecked:
			out.NotChecked++
		case NoData:
			out.NoData++
		}
	}
	return out
}

// prohibited is how much of the site is prohibited for certain: all of it when
// that could not be worked out.
func prohibited(a Answer) geo.SquareMetres {
	whole := geo.SquareMetres(a.Site.Area.M2)
	switch {
	case a.Remainder != nil:
		return max(0, whole-geo.SquareMetres(a.Remainder.Area.M2))
	case a.Verdict == Prohibited:
		return whole
	}
	return 0
}

// order compares two sites; the better one comes first.
func (a Alternative) order(b Alternative) int {
	share := func(part, whole Measure) float64 {
		if whole.M2 <= 0 {
			return 1
		}
		return part.M2 / whole.M2
	}
	return cmp.Or(cmp.Compare(b.Verdict.Severity(), a.Verdict.Severity()),
		cmp.Compare(share(a.Prohibited, a.Area), share(b.Prohibited, b.Area)), cmp.Compare(share(a.Restricted, a.Area), share(b.Restricted, b.Area)),
		cmp.Compare(a.NotChecked, b.NotChecked), cmp.Compare(a.Questions, b.Questions), cmp.Compare(a.NoData, b.NoData))
}

func table(sites []Alternative) []TableRow {
	var rows []TableRow
	row := func(criterion, zh, en, unit string, cell func(Alternative) any) {
		r := TableRow{Criterion: criterion, Title: layers.Text{ZH: zh, EN: en}, Unit: unit}
		for _, s := range sites {
			r.Cells = append(r.Cells, cell(s))
		}
		rows = append(rows, r)
	}
	row("rank", "名次", "Rank", "", func(a Alternative) any { return a.Rank })
	row("name", "名称", "Name", "", func(a Alternative) any { return a.Name })
	row("verdict", "结论", "Verdict", "", func(a Alternative) any { return a.Verdict })
	row("area", "面积", "Area", "m2", func(a Alternative) any { return a.Area.M2 })
	row("prohibited", "确定禁止", "Prohibited for certain", "m2", func(a Alternative) any { return a.Prohibited.M2 })
	row("restricted", "确定受限", "Restricted for certain", "m2", func(a Alternative) any { return a.Restricted.M2 })
	row("questions", "待答问题", "Open questions", "", func(a Alternative) any { return a.Questions })
	row("not_checked", "未检查的图层", "Layers not checked", "", func(a Alternative) any { return a.NotChecked })
	row("no_data", "无数据的图层", "Layers without data", "", func(a Alternative) any { return a.NoData })
	for i, l := range sites[0].Answer.Layers { // the same catalogue gives every answer the same lines
		row("outcome:"+l.Layer, l.Title.ZH, l.Title.EN, "", func(a Alternative) any { return a.Answer.line(i, l.Layer).Outcome.String() })
		row("overlap:"+l.Layer, l.Title.ZH, l.Title.EN, "m2", func(a Alternative) any { return told(a.Answer.line(i, l.Layer).Overlap) })
	}
	return rows
}

// line is the answer's line of a layer, which is probably the i-th.
func (a Answer) line(i int, layer string) LayerLine {
	if i < len(a.Layers) && a.Layers[i].Layer == layer {
		return a.Layers[i]
	}
	for _, l := range a.Layers {
		if l.Layer == layer {
			return l
		}
	}
	return LayerLine{}
}
