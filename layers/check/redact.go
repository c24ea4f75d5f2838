package check

import (
	"slices"

	"planatlas/layers"
)

// hidden are the layers whose features are not shown to everybody.
func hidden(catalog *layers.Catalog) map[string]bool {
	out := map[string]bool{}
	for _, l := range catalog.Layers {
		out[l.ID] = l.Access != layers.Public
	}
	return out
}

// redact takes out of the result what would show an unpublished layer's features:
// their names, places and shapes. That and by how many square metres they are
// there remains.
func (r *Result) redact(catalog *layers.Catalog) {
	hidden := hidden(catalog)
	for i := range r.Findings {
		f := &r.Findings[i]
		if !hidden[f.Layer] {
			continue
		}
		f.Feature, f.FeatureName, f.GeometrySource, f.Citation, f.Geometry = "", layers.Text{}, "", nil, nil
		f.DistanceM = 0
		f.Notes = slices.DeleteFunc(f.Notes, func(n Notice) bool { return n.Code == "centreline" }) // it says the distance
		f.note("redacted", "图层不公开，不显示要素", "the layer is not public; its features are not shown")
	}
	for i := range r.Layers {
		l := &r.Layers[i]
		if !hidden[l.Layer] {
			continue
		}
		l.NearestM = nil
		if l.Outcome == NoData {
			l.Reason = layers.Text{ZH: "无法判定", EN: "cannot be told"}
		}
	}
}
