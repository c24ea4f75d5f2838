package check

import (
	"maps"
	"math"
	"slices"

	"planatlas/geo"
	"planatlas/layers"
)

// What is told of a layer that is not public never shows its features. Where anybody may
// ask, what is told must not add up to its boundary either.
// Areas are upper bounds in steps of the site's area, and of a thin site there are
// none: by a strip that is moved about, or by a thin one, each exact area is a point of
// the boundary. Verdicts stay, whatever the site.
const (
	shownShare  = 0.05 // a step, of the site's area
	shownWidthM = 20   // mean width of the thinnest site of which areas are told, 2·area/perimeter, metres
)

// hidden are the layers whose features are not shown to everybody.
func hidden(catalog *layers.Catalog) map[string]bool {
	out := map[string]bool{}
	for _, l := range catalog.Layers {
		out[l.ID] = l.Access != layers.Public
	}
	return out
}

// closed are the layers of which not everybody is told where their features lie: the
// hidden ones, and on a service that is open to the public those that hold features
// more exact than anybody may see.
func (s *Service) closed(hidden map[string]bool, measured []Measurement) map[string]bool {
	if !s.Public {
		return hidden
	}
	out := maps.Clone(hidden)
	for _, x := range measured {
		if x.FinestM != nil && !(*x.FinestM >= x.Layer.FinestM()) {
			out[x.Layer.ID] = true
		}
	}
	return out
}

// about reports whether the result says anything of one of those layers.
func (r Result) about(closed map[string]bool) bool {
	return slices.ContainsFunc(r.Layers, func(l LayerLine) bool { return closed[l.Layer] }) ||
		slices.ContainsFunc(r.Findings, func(f Finding) bool { return closed[f.Layer] }) ||
		slices.ContainsFunc(r.Rules, func(l RuleLine) bool { return closed[l.Layer] })
}

// secret reports whether the result says of a layer that is not public what not
// everybody is told.
func (r Result) secret(hidden map[string]bool) bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return hidden[f.Layer] }) ||
		slices.ContainsFunc(r.Layers, func(l LayerLine) bool { return hidden[l.Layer] && l.Overlap != nil && l.Overlap.M2 > 0 })
}

// redacted returns the result without what would show an unpublished layer's
// features: their names, places and shapes, and how far they are.
func (r Result) redacted(hidden map[string]bool) Result {
	r.Findings, r.Layers = slices.Clone(r.Findings), slices.Clone(r.Layers)
	for i := range r.Findings {
		f := &r.Findings[i]
		if !hidden[f.Layer] {
			continue
		}
		f.Feature, f.FeatureName, f.GeometrySource, f.Citation, f.Geometry = "", layers.Text{}, "", nil, nil
		f.DistanceM = nil
		f.Notes = slices.DeleteFunc(slices.Clone(f.Notes), func(n Notice) bool { return n.Code == "centreline" }) // it says the distance
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
	return r
}

// generalise takes out where exactly the features of public layers lie that are
// closed. What they are stays.
func (r *Result) generalise(closed, hidden map[string]bool) {
	exact := func(id string) bool { return closed[id] && !hidden[id] }
	r.Rules = slices.Clone(r.Rules)
	for i := range r.Rules {
		if l := &r.Rules[i]; exact(l.Layer) {
			l.NearestM, l.FartherThanM = nil, 0
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if !exact(f.Layer) {
			continue
		}
		f.Geometry, f.DistanceM = nil, nil
		f.Notes = slices.DeleteFunc(slices.Clone(f.Notes), func(n Notice) bool { return n.Code == "centreline" })
		f.note("redacted", "不公开精确图形", "the exact shape is not shown to the public")
	}
	for i := range r.Layers {
		l := &r.Layers[i]
		if !exact(l.Layer) {
			continue
		}
		l.NearestM = nil
		if l.Outcome == NoData {
			l.Reason = layers.Text{ZH: "无法判定", EN: "cannot be told"}
		}
	}
}

// coarsen makes the areas of unpublished layers coarse, in a result that is redacted.
func (r *Result) coarsen(hidden map[string]bool, c coarse) {
	if c.exact {
		return
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if !hidden[f.Layer] {
			continue
		}
		f.Overlap, f.LengthM = c.overlap(f.Overlap), 0
		if f.OutsideM2 != nil {
			outside := float64(c.up(geo.SquareMetres(*f.OutsideM2)))
			inside := float64(c.site) - outside
			if f.InsideM2, f.OutsideM2 = &inside, &outside; c.none {
				f.InsideM2, f.OutsideM2 = nil, nil
			}
		}
		for k := range f.Notes {
			switch n := &f.Notes[k]; n.Code {
			case "sliver":
				n.ZH, n.EN = "疑似套合误差", "probably two drawings of one boundary"
			case "joined":
				n.ZH, n.EN = "与相邻要素的重叠合并后不是套合误差", "together with what the site shares with adjoining features it is no sliver"
			case "redacted":
				n.ZH, n.EN = n.ZH+c.said().ZH, n.EN+c.said().EN
			}
		}
	}
	for i := range r.Layers {
		if l := &r.Layers[i]; hidden[l.Layer] {
			l.Overlap = c.overlap(l.Overlap)
		}
	}
}

// coarse makes areas of one site coarse.
type coarse struct {
	site  geo.SquareMetres
	none  bool // no areas are told at all
	exact bool // they are told as they are
}

// coarse says how the areas of a site are told: as they are, unless anybody may ask.
func (s *Service) coarse(site Site, m SiteMeasure) coarse {
	if !s.Public {
		return coarse{site: m.Area, exact: true}
	}
	return newCoarse(site, m)
}

// newCoarse looks at the site's width.
func newCoarse(site Site, m SiteMeasure) coarse {
	perimeter := geo.Length(site.Shape.Geom)
	return coarse{site: m.Area, none: !(perimeter > 0 && 2*float64(m.Area)/perimeter >= shownWidthM)}
}

// up returns the area as the next full step; all of the site when none are told.
func (c coarse) up(a geo.SquareMetres) geo.SquareMetres {
	switch {
	case c.exact:
		return a
	case a <= 0:
		return 0
	case c.none:
		return c.site
	}
	return min(c.site, geo.SquareMetres(math.Ceil(float64(a/c.site)/shownShare-1e-9)*shownShare)*c.site)
}

// overlap returns an overlap as a step; nil when none is told.
func (c coarse) overlap(o *Overlap) *Overlap {
	if o == nil || o.M2 == 0 {
		return o
	}
	if c.none {
		return nil
	}
	out := overlap(c.up(geo.SquareMetres(o.M2)), c.site)
	return &out
}

func (c coarse) said() layers.Text {
	if c.none {
		return layers.Text{ZH: "；地块过窄，不给出面积", EN: ", and no areas are told of a site as narrow as this"}
	}
	return layers.Text{ZH: "；面积为上限，按地块面积的5%向上取整", EN: "; areas are upper bounds in steps of 5 % of the site"}
}
