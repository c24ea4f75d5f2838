// Package ingest turns a data folder into checked changes: layer declarations,
// features, outlines and rules. It knows no database.
//
// A data folder holds layers/*.toml, features/<layer>.geojson for each of them
// (or the CSV file of records that the declaration names),
// outlines.geojson, and rules/*.yaml if the place has rules of its own.
package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"planatlas/geo"
	"planatlas/geo/read"
	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/paulmach/orb"
)

// Folder reads a data folder. Rules that hold everywhere are read from the
// further folders. Features are read when the load is carried out; what is wrong
// with one names its file and line.
func Folder(folder fs.FS, general ...fs.FS) (layers.Load, error) {
	var load layers.Load
	catalog, err := layers.ReadCatalog(folder)
	if err != nil {
		return load, err
	}
	if load.Outlines, err = outlines(folder); err != nil {
		return load, err
	}
	for _, l := range catalog.Layers {
		if !slices.ContainsFunc(load.Outlines, func(o layers.Outline) bool { return o.ID == l.Coverage.Area }) {
			return load, fmt.Errorf("layers/%s.toml: coverage.area %q is not in outlines.geojson", l.ID, l.Coverage.Area)
		}
		if !l.HasGeometry() {
			load.Sets = append(load.Sets, layers.FeatureSet{Layer: l, Features: records(folder, l)})
			continue
		}
		name := "features/" + l.ID + ".geojson"
		if _, err := fs.Stat(folder, name); err != nil {
			return load, fmt.Errorf("layers/%s.toml: its features are missing: %w", l.ID, err)
		}
		load.Sets = append(load.Sets, layers.FeatureSet{Layer: l, Features: features(folder, name, l)})
	}
	if _, err := fs.Stat(folder, "rules"); err == nil {
		local, err := fs.Sub(folder, "rules")
		if err != nil {
			return load, fmt.Errorf("open the folder's rules: %w", err)
		}
		general = append(slices.Clone(general), local)
	}
	rules, err := check.ReadRules(catalog, general...)
	if err != nil {
		return load, err
	}
	load.RulesSHA256 = rules.SHA256
	load.Rules, err = rules.JSON()
	return load, err
}

func outlines(folder fs.FS) ([]layers.Outline, error) {
	const name = "outlines.geojson"
	f, err := folder.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open the outlines: %w", err)
	}
	defer f.Close()
	var out []layers.Outline
	for feature, err := range read.Features(f, read.Limits{}) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		o := layers.Outline{ID: feature.ID}
		origin := fmt.Sprintf("%s line %d: %s", name, feature.Line, feature.ID)
		if feature.Shape == nil {
			return nil, fmt.Errorf("%s: want a geometry", origin)
		}
		o.Shape = *feature.Shape
		if raw, ok := feature.Properties["entity"]; ok {
			if err := json.Unmarshal(raw, &o.Entity); err != nil {
				return nil, fmt.Errorf("%s: entity: %w", origin, err)
			}
		}
		for key, into := range map[string]any{"name_zh": &o.NameZH, "name_en": &o.NameEN, "geometry_source": &o.GeometrySource, "accuracy_m": &o.AccuracyM} {
			if err := json.Unmarshal(feature.Properties[key], into); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", origin, key, err)
			}
		}
		out = append(out, o)
	}
	return out, nil
}

// features reads a layer's file one feature at a time. It goes on after a
// feature that cannot be used and reports up to maxProblems of them together.
func features(folder fs.FS, name string, l *layers.Layer) func(func(layers.Feature, error) bool) {
	const maxProblems = 20
	return func(yield func(layers.Feature, error) bool) {
		f, err := folder.Open(name)
		if err != nil {
			yield(layers.Feature{}, fmt.Errorf("open the features of %s: %w", l.ID, err))
			return
		}
		defer f.Close()
		var problems []error
		for in, err := range read.Features(f, read.Limits{Bytes: 16 << 30}) {
			if err != nil {
				problems = append(problems, &layers.InputError{Param: name, Value: err.Error(), Err: err})
				break
			}
			feature, err := convert(l, in)
			feature.Origin = fmt.Sprintf("%s line %d", name, in.Line)
			if err != nil {
				problems = append(problems, &layers.InputError{Param: feature.Origin + ": feature " + in.ID, Value: err.Error(), Err: err})
				if len(problems) == maxProblems {
					break
				}
				continue
			}
			if len(problems) == 0 && !yield(feature, nil) {
				return
			}
		}
		if len(problems) > 0 {
			yield(layers.Feature{}, errors.Join(problems...))
		}
	}
}

func convert(l *layers.Layer, in read.Feature) (layers.Feature, error) {
	out := layers.Feature{ID: in.ID, Values: map[string]any{}, Shape: in.Shape}
	for name, raw := range in.Properties {
		p, ok := l.Property(name)
		if !ok || name == layers.Revision().Name {
			return out, fmt.Errorf("property %q is not declared in layers/%s.toml", name, l.ID)
		}
		v, err := value(p, raw)
		if err != nil {
			return out, err
		}
		out.Values[name] = v
	}
	if out.Values["legal_effect"] == nil {
		out.Values["legal_effect"] = string(l.LegalEffect)
	}
	for _, name := range []string{"name_zh", "name_en", "status", "geometry_source"} {
		if out.Values[name] == nil || out.Values[name] == "" {
			return out, fmt.Errorf("property %q: want a text", name)
		}
	}
	if out.Values["entity"] != nil { // an entity of the plan is cited from it
		for _, name := range []string{"plan_section", "plan_quote"} {
			if out.Values[name] == nil || out.Values[name] == "" {
				return out, fmt.Errorf("property %q: want the citation of the plan", name)
			}
		}
	}
	var bound orb.Bound
	if out.Shape != nil {
		bound = geo.Bound(out.Shape.Geom)
	}
	return out, checkShape(l, out, bound)
}

func value(p layers.Property, raw json.RawMessage) (any, error) {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, fmt.Errorf("property %q: %w", p.Name, err)
	}
	if v == nil {
		return nil, nil
	}
	if _, isText := v.(string); isText != (p.Type == layers.String || p.Type == layers.Date) {
		return nil, fmt.Errorf("property %q: %s: want %s", p.Name, raw, p.Type)
	}
	v, err := p.Convert(v)
	if err != nil {
		return nil, err
	}
	if s, ok := v.(string); ok && len(p.Codes) > 0 && !slices.Contains(p.Codes, s) {
		return nil, fmt.Errorf("property %q: %q: want one of %s", p.Name, s, strings.Join(p.Codes, ", "))
	}
	return v, nil
}

// notLocated is the geometry source of a feature that has no geometry.
const notLocated = "not located"

// checkShape holds a feature's shape, with the given box, against what its layer takes.
func checkShape(l *layers.Layer, f layers.Feature, bound orb.Bound) error {
	accuracy, has := f.Values["accuracy_m"].(float64)
	located := f.Values["geometry_source"] != notLocated
	switch {
	case f.Shape == nil && (located || has):
		return fmt.Errorf("without a geometry geometry_source is %q and accuracy_m null", notLocated)
	case f.Shape == nil:
		return nil
	case !located:
		return fmt.Errorf("geometry_source is %q but there is a geometry", notLocated)
	case !has || accuracy <= 0:
		return errors.New("accuracy_m: want metres, more than 0")
	case l.Geometry != "Geometry" && f.Shape.Geom.GeoJSONType() != string(l.Geometry):
		return fmt.Errorf("geometry %s: the layer holds %s", f.Shape.Geom.GeoJSONType(), l.Geometry)
	}
	return checkRange(bound)
}

func checkRange(b orb.Bound) error {
	world := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	if !world.Contains(b.Min) || !world.Contains(b.Max) {
		return errors.New("coordinates outside longitude -180..180, latitude -90..90")
	}
	return nil
}
