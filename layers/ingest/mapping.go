package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"planatlas/layers"

	"github.com/pelletier/go-toml/v2"
)

// Mapping says how the fields of an authority's table become the properties of a
// layer: one TOML file.
type Mapping struct {
	Layer     string            `toml:"layer"`      // to which the table belongs
	InsteadOf []string          `toml:"instead_of"` // layers whose names are taken for it
	Tables    []string          `toml:"tables"`     // names by which the table is known
	Authority layers.Text       `toml:"authority"`  // that delivers it
	AccuracyM float64           `toml:"accuracy_m"` // of the line as it is delivered, metres
	Status    string            `toml:"status"`     // of every feature
	ID        []string          `toml:"id"`         // fields; the first that is filled is the id
	Name      Naming            `toml:"name"`
	County    []string          `toml:"county"` // fields with the code of a division or its name
	Counties  map[string]string `toml:"counties"`
	Areas     []AreaField       `toml:"area"`
	Traps     []Trap            `toml:"trap"`

	Properties map[string]FieldOf `toml:"property"` // by the property's name
}

// Naming makes the names of a feature.
type Naming struct {
	Fields []string `toml:"fields"` // the first that is filled is the Chinese name
	ZH     string   `toml:"zh"`     // else this; {FIELD} stands for a field's value
	EN     string   `toml:"en"`     // the English name
}

// AreaField is a field that states the area of a feature.
type AreaField struct {
	Field string `toml:"field"`
	Unit  string `toml:"unit"` // m2, ha, mu or km2
}

// Trap refuses rows whose fields say that they are of another table.
type Trap struct {
	Fields  []string `toml:"fields"`
	Matches string   `toml:"matches"` // regular expression
	ZH      string   `toml:"zh"`
	EN      string   `toml:"en"`

	re *regexp.Regexp
}

// FieldOf is where a property comes from.
type FieldOf struct {
	Fields []string          `toml:"fields"` // the first that is filled
	Codes  map[string]string `toml:"codes"`  // value of the field to value of the property
}

// ReadMapping reads one mapping file.
func ReadMapping(folder fs.FS, name string) (*Mapping, error) {
	b, err := fs.ReadFile(folder, name)
	if err != nil {
		return nil, fmt.Errorf("read the mapping: %w", err)
	}
	m := new(Mapping)
	d := toml.NewDecoder(strings.NewReader(string(b))).DisallowUnknownFields()
	if err := d.Decode(m); err != nil {
		return nil, fmt.Errorf("%s: %w", name, layers.DescribeTOML(err))
	}
	if err := m.validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// ReadMappings reads every *.toml of a folder.
func ReadMappings(folder fs.FS) ([]*Mapping, error) {
	names, err := fs.Glob(folder, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("list the mappings: %w", err)
	}
	var out []*Mapping
	for _, name := range names {
		m, err := ReadMapping(folder, name)
		if err != nil {
			return nil, err
		}
		if want := strings.TrimSuffix(path.Base(name), ".toml"); m.Layer != want {
			return nil, fmt.Errorf("%s: layer %q: want %q, the file's name", name, m.Layer, want)
		}
		out = append(out, m)
	}
	return out, nil
}

func (m *Mapping) validate() error {
	switch {
	case !layers.IsIdentifier(m.Layer):
		return fmt.Errorf("layer %q: want the id of a layer", m.Layer)
	case len(m.ID) == 0:
		return errors.New("id: want at least one field")
	case m.Name.EN == "" || m.Name.ZH == "":
		return errors.New("name: want zh and en")
	case !(m.AccuracyM > 0 && m.AccuracyM < 100_000):
		return fmt.Errorf("accuracy_m %v: want metres, more than 0", m.AccuracyM)
	}
	if m.Status == "" {
		m.Status = "existing"
	}
	for _, a := range m.Areas {
		if squareMetres(a.Unit) == 0 {
			return fmt.Errorf("area %s: unit %q: want m2, ha, mu or km2", a.Field, a.Unit)
		}
	}
	for i := range m.Traps {
		t := &m.Traps[i]
		re, err := regexp.Compile(t.Matches)
		if err != nil || len(t.Fields) == 0 || t.ZH == "" || t.EN == "" {
			return errors.Join(errors.New("trap: want fields, matches, zh and en"), err)
		}
		t.re = re
	}
	return nil
}

// check holds the mapping against the layer.
func (m *Mapping) check(l *layers.Layer) error {
	for name, f := range m.Properties {
		p, ok := l.Property(name)
		if !ok || slices.Contains([]string{"id", "revision", "legal_effect", "geometry_source", "accuracy_m"}, name) {
			return fmt.Errorf("mapping of %s: the layer takes no property %q from a file", l.ID, name)
		}
		for _, v := range f.Codes {
			if len(p.Codes) > 0 && !slices.Contains(p.Codes, v) {
				return fmt.Errorf("mapping of %s: property %q: %q: want one of %s", l.ID, name, v, strings.Join(p.Codes, ", "))
			}
		}
	}
	return nil
}

// squareMetres is how many square metres a unit has; 0 for an unknown one.
func squareMetres(unit string) float64 {
	return map[string]float64{"m2": 1, "ha": 10_000, "mu": 10_000.0 / 15, "km2": 1e6}[unit]
}

// Plain is the mapping of a file that has planatlas's own names, as its exports do: every
// property that the layer declares is read from the field of its name.
func Plain(l *layers.Layer) *Mapping {
	m := &Mapping{Layer: l.ID, AccuracyM: 0.01, Status: "existing", ID: []string{"id", "BSM", "OBJECTID"},
		Name:   Naming{Fields: []string{"name_zh", "MC", "名称", "name"}, ZH: l.Title.ZH + " {#}", EN: l.Title.EN + " {#}"},
		County: []string{"county", "XZQDM", "XZQMC"}, Areas: []AreaField{{"MJ", "m2"}}, Properties: map[string]FieldOf{}}
	for _, p := range append(l.BaseProperties(), l.Properties...) {
		if !slices.Contains([]string{"entity", "name_zh", "county", "legal_effect", "geometry_source", "accuracy_m"}, p.Name) {
			m.Properties[p.Name] = FieldOf{Fields: []string{p.Name}}
		}
	}
	return m
}
