package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"planatlas/geo"
	"planatlas/geo/crs"
	"planatlas/geo/read"
	"planatlas/layers"

	"github.com/paulmach/orb"
)

// Example is a tiny case beside a rule: a site, features of the rule's layer, a
// project, and what the rule must come to. Examples are measured in a database like
// every site; see [RunExamples].
type Example struct {
	Name      string           `yaml:"name"`
	At        []float64        `yaml:"at"`         // longitude and latitude of the place that metres count from; anywhere when empty
	Site      *Figure          `yaml:"site"`       // a square of 100 m whose corner is the place, when it is left out
	AccuracyM float64          `yaml:"accuracy_m"` // of the site's boundary
	Features  []ExampleFeature `yaml:"features"`
	Project   map[string]any   `yaml:"project"`
	On        layers.Day       `yaml:"on"` // the first day of the rule when it is left out
	Want      Expectation      `yaml:"want"`
}

// Figure is a shape: one of its fields. Metres are east and north of the example's
// place, on the plane of its zone of CGCS2000.
type Figure struct {
	Box     []float64      `yaml:"box"` // east, north, width, height
	Polygon [][]float64    `yaml:"polygon"`
	Line    [][]float64    `yaml:"line"`
	Point   []float64      `yaml:"point"`
	GeoJSON map[string]any `yaml:"geojson"` // geometry, longitude and latitude
}

// ExampleFeature is a feature of the rule's layer. Without other properties it is
// statutory, exists, and is exact to a millimetre.
type ExampleFeature struct {
	Figure     `yaml:",inline"`
	Properties map[string]any `yaml:"properties"`
}

// Expectation is what the rule must come to: its worst finding. Fields that are
// left out are not compared.
type Expectation struct {
	Verdict   string    `yaml:"verdict"` // of the finding, or none when nothing fires
	Case      string    `yaml:"case"`
	CountsAs  Verdict   `yaml:"counts_as"`
	Certainty Certainty `yaml:"certainty"`
	Relation  string    `yaml:"relation"`
	Law       string    `yaml:"law"`
	Article   string    `yaml:"article"`
	Asks      []string  `yaml:"asks"`    // attributes that the finding depends on
	Notes     []string  `yaml:"notes"`   // codes of notes that the finding has, among others
	Overall   Verdict   `yaml:"overall"` // of the whole check
}

// none is the verdict of a rule that does not fire.
const none = "none"

// validate checks what can be checked without measuring.
func (e Example) validate(l *layers.Layer) error {
	if e.Name == "" {
		return errors.New("name: want a few words")
	}
	if len(e.At) != 0 && len(e.At) != 2 {
		return errors.New("at: want longitude and latitude")
	}
	if !slices.Contains([]string{none, string(Prohibited), string(Restricted), string(Advisory)}, e.Want.Verdict) {
		return fmt.Errorf("want.verdict: %q: want prohibited, restricted, advisory or none", e.Want.Verdict)
	}
	if _, err := ParseProject(e.Project); err != nil {
		return err
	}
	for _, name := range e.Want.Asks {
		if _, ok := attribute(name); !ok {
			return fmt.Errorf("want.asks: %w", unknownAttribute(name))
		}
	}
	p := plane{zone: crs.CRS{}}
	if e.Site != nil {
		g, err := e.Site.geometry(p)
		if err != nil {
			return fmt.Errorf("site: %w", err)
		}
		if g.Dimensions() != 2 {
			return errors.New("site: want an area")
		}
	}
	for i, f := range e.Features {
		if _, err := f.feature(p, l); err != nil {
			return fmt.Errorf("features[%d]: %w", i, err)
		}
	}
	return nil
}

// plane turns metres east and north of a point into longitude and latitude.
type plane struct {
	zone        crs.CRS
	east, north float64
}

func (p plane) at(metres []float64) orb.Point {
	lon, lat := p.zone.Inverse(p.north+metres[1], p.east+metres[0])
	return orb.Point{lon, lat}
}

// stepM is how often a straight edge on the plane has a point, so that it is
// straight on the ground too.
const stepM = 50

func (p plane) path(points [][]float64) (orb.LineString, error) {
	var out orb.LineString
	for i, to := range points {
		if len(to) != 2 {
			return nil, fmt.Errorf("point %d: want metres east and north", i+1)
		}
		if i == 0 {
			out = append(out, p.at(to))
			continue
		}
		from := points[i-1]
		dx, dy := to[0]-from[0], to[1]-from[1]
		steps := 1 + int(max(dx, -dx, dy, -dy)/stepM)
		for s := 1; s <= steps; s++ {
			t := float64(s) / float64(steps)
			out = append(out, p.at([]float64{from[0] + t*dx, from[1] + t*dy}))
		}
	}
	return out, nil
}

func (f Figure) geometry(p plane) (orb.Geometry, error) {
	given := 0
	for _, there := range []bool{f.Box != nil, f.Polygon != nil, f.Line != nil, f.Point != nil, f.GeoJSON != nil} {
		if there {
			given++
		}
	}
	if given != 1 {
		return nil, errors.New("want one of box, polygon, line, point and geojson")
	}
	switch {
	case f.GeoJSON != nil:
		return fromGeoJSON(f.GeoJSON)
	case f.Point != nil:
		line, err := p.path([][]float64{f.Point})
		if err != nil {
			return nil, err
		}
		return line[0], nil
	case f.Line != nil:
		if len(f.Line) < 2 {
			return nil, errors.New("line: want at least two points")
		}
		return p.path(f.Line)
	case f.Box != nil:
		if len(f.Box) != 4 || !(f.Box[2] > 0 && f.Box[3] > 0) {
			return nil, errors.New("box: want east, north, width and height")
		}
		e, n, w, h := f.Box[0], f.Box[1], f.Box[2], f.Box[3]
		f.Polygon = [][]float64{{e, n}, {e + w, n}, {e + w, n + h}, {e, n + h}}
	}
	if len(f.Polygon) < 3 {
		return nil, errors.New("polygon: want at least three points")
	}
	ring, err := p.path(append(slices.Clone(f.Polygon), f.Polygon[0]))
	if err != nil {
		return nil, err
	}
	ring[len(ring)-1] = ring[0]
	return orb.Polygon{orb.Ring(ring)}, nil
}

func fromGeoJSON(geometry map[string]any) (orb.Geometry, error) {
	b, err := json.Marshal(map[string]any{"type": "FeatureCollection", "features": []any{
		map[string]any{"type": "Feature", "id": "g", "properties": map[string]any{}, "geometry": geometry}}})
	if err != nil {
		return nil, fmt.Errorf("geojson: %w", err)
	}
	for f, err := range read.Features(bytes.NewReader(b), SiteLimits()) {
		if err != nil {
			return nil, fmt.Errorf("geojson: %w", err)
		}
		if f.Shape != nil {
			return f.Shape.Geom, nil
		}
	}
	return nil, errors.New("geojson: want a geometry")
}

// feature makes the feature for a layer.
func (f ExampleFeature) feature(p plane, l *layers.Layer) (layers.Feature, error) {
	g, err := f.geometry(p)
	if err != nil {
		return layers.Feature{}, err
	}
	out := layers.Feature{Shape: &geo.Shape{SRID: geo.CGCS2000, Geom: g}, Values: map[string]any{
		"name_zh": "例", "name_en": "Example", "status": "existing", "geometry_source": "example", "accuracy_m": NoiseWidthM, "legal_effect": string(layers.Statutory)}}
	for name, v := range f.Properties {
		declared, ok := l.Property(name)
		if !ok {
			return out, fmt.Errorf("properties: layer %s has no property %q", l.ID, name)
		}
		switch n := v.(type) {
		case uint64:
			v = float64(n)
		case int64:
			v = float64(n)
		case int:
			v = float64(n)
		}
		if v != nil {
			if v, err = declared.Convert(v); err != nil {
				return out, fmt.Errorf("properties: %w", err)
			}
		}
		out.Values[name] = v
	}
	return out, nil
}
