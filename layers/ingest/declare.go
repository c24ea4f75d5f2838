package ingest

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/pelletier/go-toml/v2"
)

// Terms is what the operator says of an official file.
type Terms struct {
	Version     string // as the authority names it
	LegalEffect layers.LegalEffect
	Date        layers.Day  // of the data; empty: the version's, where it is one
	From        layers.Day  // since when it holds; empty: the date
	Area        string      // outline that it covers; empty: the layer's
	Authority   layers.Text // empty: the mapping's
	Licence     string
	Partial     string // why the file does not hold everything in the area; empty: it does
}

// Declare returns the declaration that the layer has once the file is imported. Hash is
// the file's.
func (f *File) Declare(l *layers.Layer, m *Mapping, t Terms, hash string) (*layers.Layer, error) {
	if strings.TrimSpace(t.Version) == "" {
		return nil, &layers.InputError{Param: "--version", Want: "the version that the authority gives it, such as 2024-06"}
	}
	if t.Date = cmp.Or(t.Date, versionDay(t.Version)); t.Date == "" {
		return nil, &layers.InputError{Param: "--source-date", Value: "the version " + t.Version + " is no date", Want: "the day of the data, such as 2024-06-30"}
	}
	if t.Authority.ZH == "" {
		t.Authority = m.Authority
	}
	if t.Authority.ZH == "" {
		t.Authority = layers.Text{ZH: l.Source.Attribution, EN: l.Source.Attribution}
	}
	table := f.tableBy(m)
	out := *l
	out.LegalEffect = t.LegalEffect
	out.Delivery = &layers.Delivery{Version: t.Version, File: filepath.Base(filepath.Clean(f.path)), Table: table, SHA256: hash, CRS: f.Rows.System.Code()}
	out.Source = layers.Source{Name: layers.Text{ZH: t.Authority.ZH + " " + table + " " + t.Version, EN: t.Authority.EN + ", " + table + ", " + t.Version},
		Licence: cmp.Or(t.Licence, "Delivered by the authority for its own use; not to be passed on."), Attribution: t.Authority.ZH, Date: t.Date}
	out.Coverage.From, out.Coverage.To = cmp.Or(t.From, t.Date), ""
	out.Coverage.Area = cmp.Or(t.Area, l.Coverage.Area)
	out.Coverage.Complete = t.Partial == ""
	out.Coverage.Note = layers.Text{ZH: "主管部门提供的" + table + "，" + t.Version + "版", EN: table + " of the authority, version " + t.Version}
	if t.Partial != "" {
		out.Coverage.Note = layers.Text{ZH: out.Coverage.Note.ZH + "，不完整：" + t.Partial, EN: out.Coverage.Note.EN + ", not complete: " + t.Partial}
	}
	if err := out.Validate(); err != nil {
		return nil, fmt.Errorf("layer %s: %w", l.ID, err)
	}
	return &out, nil
}

func (f *File) tableBy(m *Mapping) string {
	before := f.mapping
	f.mapping = m
	table := f.Table()
	f.mapping = before
	return table
}

// Without returns the declaration of a layer whose rows were left out.
func Without(l *layers.Layer) *layers.Layer {
	out := *l
	out.Coverage.Complete = false
	out.Coverage.Note.ZH += "；有无效的行未载入"
	out.Coverage.Note.EN += "; rows that could not be used were left out"
	return &out
}

// versionDay returns the day that a version names: 2024, 2024-06, 202406, 2024-06-30 or
// 20240630; the first of an open month or year. Empty for any other.
func versionDay(version string) layers.Day {
	m := regexp.MustCompile(`^(\d{4})(?:[-./年]?(\d{2}))?(?:[-./月]?(\d{2}))?[年月日]?$`).FindStringSubmatch(strings.TrimSpace(version))
	if m == nil {
		return ""
	}
	d := layers.Day(m[1] + "-" + cmp.Or(m[2], "01") + "-" + cmp.Or(m[3], "01"))
	if d.Time().IsZero() {
		return ""
	}
	return d
}

// Target finds the layer that an import is for: one of the catalogue, or one that the
// rules speak of and no folder declared yet. It covers the area that most layers do.
func Target(catalog *layers.Catalog, wanted []check.Wanted, id string) (*layers.Layer, error) {
	l, err := catalog.Layer(id)
	if err == nil {
		if !l.Managed() || !l.HasGeometry() {
			return nil, &layers.InputError{Param: "layer", Value: id, Want: "a layer with geometry whose table is planatlas's own"}
		}
		return l, nil
	}
	areas := map[string]int{}
	most := ""
	for _, other := range catalog.Layers {
		if a := other.Coverage.Area; a != "" {
			if areas[a]++; areas[a] > areas[most] {
				most = a
			}
		}
	}
	known := catalog.IDs()
	for _, w := range wanted {
		known = append(known, w.ID)
		if w.ID != id || most == "" {
			continue
		}
		l := &layers.Layer{ID: w.ID, Title: w.Title, Geometry: layers.GeometryType(w.Geometry), LegalEffect: layers.Indicative, Access: layers.Internal,
			Description: layers.Text{ZH: w.From.ZH + "的" + w.Title.ZH, EN: w.Title.EN + ", " + w.From.EN},
			Source:      layers.Source{Licence: "-", Attribution: w.From.ZH, Date: "1900-01-01"},
			Coverage:    layers.Coverage{Area: most, From: "1900-01-01"},
			Style:       layers.Style{Order: 40, Stroke: "#6a4c93", Fill: "#6a4c9333", Width: 1.2, Label: "name_zh", Zoom: [2]int{0, 22}}}
		for _, p := range w.Properties {
			l.Properties = append(l.Properties, layers.Property{Name: p.Name, Type: p.Type, Title: p.Title, Unit: p.Unit, Codes: p.Codes})
		}
		return l, nil
	}
	slices.Sort(known)
	hint := "layers: " + strings.Join(slices.Compact(known), ", ")
	if near := layers.Nearest(id, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return nil, &layers.InputError{Param: "layer", Value: id, Want: "a layer that is declared or that rules speak of", Hint: hint}
}

// Divisions reads the names of divisions by their codes.
func Divisions(b []byte) (map[string]string, error) {
	out := map[string]string{}
	if err := toml.Unmarshal(b, &out); err != nil {
		return nil, fmt.Errorf("divisions: %w", layers.DescribeTOML(err))
	}
	return out, nil
}

// Fields says which fields of the file became properties, and which were not kept.
func (f *File) Fields() (kept, dropped []string) {
	m := f.mapping
	used := append(slices.Clone(m.ID), append(slices.Clone(m.Name.Fields), m.County...)...)
	for _, text := range []string{m.Name.ZH, m.Name.EN} {
		for _, found := range regexp.MustCompile(`\{([^}]*)\}`).FindAllStringSubmatch(text, -1) {
			used = append(used, found[1])
		}
	}
	for _, a := range m.Areas {
		used = append(used, a.Field)
	}
	for _, p := range m.Properties {
		used = append(used, p.Fields...)
	}
	if f.id != "" {
		used = append(used, f.id)
	}
	for _, name := range f.report.Fields {
		if slices.ContainsFunc(used, func(u string) bool { return strings.EqualFold(u, name) }) {
			kept = append(kept, name)
		} else {
			dropped = append(dropped, name)
		}
	}
	return kept, dropped
}
