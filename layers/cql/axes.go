package cql

import "github.com/paulmach/orb"

// SwapAxes returns the expression with the first two axes of every geometry and
// box exchanged. A caller needs it for geometries in a CRS with the north axis
// first, because a tree has the east axis first.
func SwapAxes(e Expr) Expr {
	return rewrite(e, func(l Literal) Literal {
		switch v := l.Value.(type) {
		case BBox:
			box, half := append(BBox{}, v...), len(v)/2
			box[0], box[1], box[half], box[half+1] = v[1], v[0], v[half+1], v[half]
			l.Value = box
		case orb.Geometry:
			l.Value = swapped(v)
		}
		return l
	})
}

// swapped returns a copy of the geometry with its axes exchanged.
func swapped(g orb.Geometry) orb.Geometry {
	g = orb.Clone(g)
	points := func(ps []orb.Point) {
		for i, p := range ps {
			ps[i] = orb.Point{p[1], p[0]}
		}
	}
	switch g := g.(type) {
	case orb.Point:
		return orb.Point{g[1], g[0]}
	case orb.MultiPoint:
		points(g)
	case orb.LineString:
		points(g)
	case orb.MultiLineString:
		for _, line := range g {
			points(line)
		}
	case orb.Polygon:
		for _, ring := range g {
			points(ring)
		}
	case orb.MultiPolygon:
		for _, polygon := range g {
			for _, ring := range polygon {
				points(ring)
			}
		}
	case orb.Collection:
		for i, member := range g {
			g[i] = swapped(member)
		}
	}
	return g
}

// rewrite returns a copy of the expression with its literals replaced.
func rewrite(e Expr, f func(Literal) Literal) Expr {
	one := func(e Expr) Expr {
		if e == nil {
			return nil
		}
		return rewrite(e, f)
	}
	list := func(es []Expr) []Expr {
		out := make([]Expr, len(es))
		for i, e := range es {
			out[i] = one(e)
		}
		return out
	}
	switch e := e.(type) {
	case And:
		return And(list(e))
	case Or:
		return Or(list(e))
	case Not:
		return Not{one(e.Of)}
	case Compare:
		return Compare{e.Op, one(e.Left), one(e.Right)}
	case Between:
		return Between{one(e.Of), one(e.Low), one(e.High)}
	case In:
		return In{one(e.Of), list(e.List)}
	case Like:
		return Like{one(e.Of), one(e.Pattern)}
	case IsNull:
		return IsNull{one(e.Of)}
	case Relation:
		return Relation{e.Op, one(e.Left), one(e.Right)}
	case Arithmetic:
		return Arithmetic{e.Op, one(e.Left), one(e.Right)}
	case Casei:
		return Casei{one(e.Of)}
	case Accenti:
		return Accenti{one(e.Of)}
	case Call:
		return Call{e.Name, list(e.Args), e.At}
	case Interval:
		return Interval{one(e.Start), one(e.End), e.At}
	case Array:
		return Array{list(e.Items), e.At}
	case Literal:
		return f(e)
	}
	return e
}
