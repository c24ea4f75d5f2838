package check

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"planatlas/geo"
	"planatlas/layers"
)

// examine measures and judges the sites in one snapshot. Sites that need the same
// are measured together.
func (s *Service) examine(ctx context.Context, snapshot Snapshot, e examination, sites []Site) ([]Done, error) {
	out := make([]Done, len(sites))
	for _, group := range alike(sites) {
		var small []int
		for _, i := range group {
			if out[i].Err = sites[i].CheckExtent(); out[i].Err == nil {
				small = append(small, i)
			}
		}
		if len(small) == 0 {
			continue
		}
		needs := Plan(e.Catalog, e.Rules.Rules, sites[small[0]], e.day.Time())
		measured, err := s.measure(ctx, snapshot, e, sites, small, needs)
		if err != nil {
			return nil, err
		}
		for j, i := range small {
			out[i] = s.answer(ctx, snapshot, e, needs, sites[i], measured[j])
		}
	}
	return out, nil
}

// alike groups the sites by what decides their needs.
func alike(sites []Site) [][]int {
	var groups [][]int
	of := map[string]int{}
	for i, site := range sites {
		project, _ := json.Marshal(site.Project) // bools and strings
		key := fmt.Sprintf("%g %s", site.AccuracyM, project)
		n, there := of[key]
		if !there {
			n = len(groups)
			of[key], groups = n, append(groups, nil)
		}
		groups[n] = append(groups[n], i)
	}
	return groups
}

// CheckExtent refuses a site that is larger than any city.
func (site Site) CheckExtent() error {
	b := site.Shape.Geom.Bound()
	if b.Max[0]-b.Min[0] > maxExtent || b.Max[1]-b.Min[1] > maxExtent {
		return &layers.InputError{Param: "geometry", Geometry: true,
			Value: fmt.Sprintf("a site of %.1f by %.1f degrees", b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]), Want: fmt.Sprintf("at most %d degrees each way", maxExtent)}
	}
	return nil
}

// measure measures those of the sites. A layer that fails for several together,
// as when it takes too long, is tried again for each site alone.
func (s *Service) measure(ctx context.Context, snapshot Snapshot, e examination, sites []Site, group []int, needs []Need) ([]Measured, error) {
	var shapes []geo.Shape
	for _, i := range group {
		shapes = append(shapes, sites[i].Shape)
	}
	wanted, skipped := e.split(needs)
	measured, err := snapshot.Measure(ctx, shapes, wanted, e.day)
	if err != nil {
		return nil, err
	}
	if len(measured) != len(group) {
		return nil, fmt.Errorf("%d sites were measured, not %d", len(measured), len(group))
	}
	if len(group) > 1 {
		if err := again(ctx, snapshot, e, shapes, wanted, measured); err != nil {
			return nil, err
		}
	}
	for i := range measured {
		measured[i].Layers = append(measured[i].Layers, skipped...)
	}
	return measured, nil
}

// retries is for how many sites alone a layer may fail before it counts as broken
// for the others.
const retries = 2

func again(ctx context.Context, snapshot Snapshot, e examination, shapes []geo.Shape, needs []Need, measured []Measured) error {
	failed := map[string]int{}
	for i := range measured {
		for k, m := range measured[i].Layers {
			if m.Measured || m.Layer == nil || failed[m.Layer.ID] >= retries {
				continue
			}
			for _, need := range needs {
				if need.Layer.ID != m.Layer.ID {
					continue
				}
				alone, err := snapshot.Measure(ctx, shapes[i:i+1], []Need{need}, e.day)
				if err != nil {
					return err
				}
				if len(alone) == 1 && alone[0].Err == nil && len(alone[0].Layers) == 1 && alone[0].Layers[0].Measured {
					measured[i].Layers[k] = alone[0].Layers[0]
				} else {
					failed[m.Layer.ID]++
				}
			}
		}
	}
	return nil
}

// split parts the needs into those that are to be measured, and the measurements
// of the others.
func (e examination) split(needs []Need) (wanted []Need, skipped []Measurement) {
	for _, n := range needs {
		if reason, skip := e.skip[n.Layer.ID]; skip {
			skipped = append(skipped, Measurement{Layer: n.Layer, Reason: reason})
		} else {
			wanted = append(wanted, n)
		}
	}
	return wanted, skipped
}

// remainder is the site without what is prohibited for certain; nil when nothing
// is, or when it cannot be worked out.
func (s *Service) remainder(ctx context.Context, snapshot Snapshot, e examination, r Result, site Site, m Measured) *Remainder {
	taken := r.Taken()
	if len(taken) == 0 {
		return nil
	}
	part, err := snapshot.Without(ctx, site.Shape, taken, e.day)
	if err != nil {
		s.Log.ErrorContext(ctx, "the remainder of a site was not worked out", "error", err)
		return nil
	}
	return &Remainder{Geometry: part.Geometry, Area: overlap(part.Area, m.Site.Area)}
}

// redacted returns the remainder without its shape, which would show the boundary of a
// layer that is not public, when one takes a part.
func (r *Remainder) redacted(taken []Taken, hidden map[string]bool) *Remainder {
	if r == nil || !slices.ContainsFunc(taken, func(t Taken) bool { return hidden[t.Layer.ID] }) {
		return r
	}
	return &Remainder{Area: r.Area}
}

// coarsen returns the remainder as anybody is told it: without its shape and with a
// coarse area, when a layer that is closed takes a part.
func (r *Remainder) coarsen(taken []Taken, hidden map[string]bool, c coarse) *Remainder {
	if r == nil || !slices.ContainsFunc(taken, func(t Taken) bool { return hidden[t.Layer.ID] }) {
		return r
	}
	switch {
	case c.exact:
		return &Remainder{Area: r.Area}
	case c.none:
		return nil
	}
	return &Remainder{Area: overlap(c.site-c.up(c.site-geo.SquareMetres(r.Area.M2)), c.site)}
}

// restricted is how much of the site lies on features under restrictions that
// count in full.
func (s *Service) restricted(ctx context.Context, snapshot Snapshot, e examination, r Result, site Site, m Measured) geo.SquareMetres {
	var taken []Taken
	for _, f := range r.Findings {
		if f.Counts != Restricted || f.overlapM2() <= 0 || f.Feature == "" {
			continue
		}
		if l, err := e.Catalog.Layer(f.Layer); err == nil {
			taken = append(taken, Taken{Layer: l, Feature: f.Feature})
		}
	}
	if len(taken) == 0 {
		return 0
	}
	part, err := snapshot.Without(ctx, site.Shape, taken, e.day)
	if err != nil {
		s.Log.ErrorContext(ctx, "what is restricted of a site was not measured", "error", err)
		return m.Site.Area // the worst that it can be
	}
	closed := s.closed(hidden(e.Catalog), m.Layers)
	if slices.ContainsFunc(taken, func(t Taken) bool { return closed[t.Layer.ID] }) {
		return s.coarse(site, m.Site).up(m.Site.Area - part.Area)
	}
	return m.Site.Area - part.Area
}
