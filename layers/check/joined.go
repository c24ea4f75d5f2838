package check

import (
	"slices"

	"planatlas/geo"
	"planatlas/layers/cql"
)

// Joined is what slivers of adjoining features make together: what is narrow or small
// in each may be wide in all. A sliver of a layer is one of the union of its overlaps.
type Joined struct {
	Of     []string // ids of the features whose slivers were joined
	Pieces []JoinedPiece
}

// JoinedPiece is one piece of the union of slivers.
type JoinedPiece struct {
	Features []string         // ids of those that have a part in it
	Area     geo.SquareMetres // on the ellipsoid
	WidthM   float64          // mean width, 2·area/perimeter, metres; infinite when it was not worked out
	RadiusM  float64          // of the largest circle inside, metres
}

// real reports whether the piece is more than a sliver.
func (p JoinedPiece) real() bool {
	return p.Area >= SliverM2 && (p.WidthM >= SliverWidthM || p.RadiusM >= SliverWidthM)
}

// Slivers returns which of the features have to be joined: for each filter of the
// need, the places in fs of the slivers of features that it picks or may pick, where
// together they might be more than slivers.
func (n Need) Slivers(fs []FeatureMeasure) [][]int {
	if !slices.ContainsFunc(fs, FeatureMeasure.Sliver) {
		return nil
	}
	var out [][]int
	for _, e := range n.Filters {
		if of := slivers(e, fs); len(of) > 1 && !slices.ContainsFunc(out, func(o []int) bool { return slices.Equal(o, of) }) {
			out = append(out, of)
		}
	}
	return out
}

// slivers are the places of the slivers that the filter picks or may pick; none when
// all of them together are too small to be anything else.
func slivers(filter cql.Expr, fs []FeatureMeasure) (of []int) {
	rule := Rule{filter: filter}
	var sum geo.SquareMetres
	for i, f := range fs {
		if f.Sliver() && rule.applies(f) != notAbout {
			of, sum = append(of, i), sum+f.Overlap
		}
	}
	if sum < SliverM2 {
		return nil
	}
	return of
}

// joined returns the piece that the feature's sliver is a part of together with those
// of the other features that the rule is about, if that piece is no sliver.
func (x Measurement) joined(rule *Rule, f FeatureMeasure) (JoinedPiece, bool) {
	of := slivers(rule.filter, x.Features)
	ids := make([]string, len(of))
	for k, i := range of {
		ids[k] = x.Features[i].ID
	}
	for _, j := range x.Joined {
		if !slices.Equal(j.Of, ids) {
			continue
		}
		for _, p := range j.Pieces {
			if p.real() && slices.Contains(p.Features, f.ID) {
				return p, true
			}
		}
		return JoinedPiece{}, false
	}
	// Slivers that nobody joined are taken for more.
	return JoinedPiece{Features: ids}, len(ids) > 1
}
