// Package cqltest makes random filters for tests.
package cqltest

import (
	"math/rand/v2"
	"strings"

	"planatlas/layers/cql"

	"github.com/paulmach/orb"
)

// Generator makes random filters over the properties of a layer. Every filter
// passes [cql.Check].
type Generator struct {
	Rand       *rand.Rand
	Properties map[cql.Type][]string
	Texts      []string
	Numbers    []float64
	Days       []string
	Geometries []cql.Value
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// Condition makes a condition of at most so many levels.
func (g *Generator) Condition(depth int) cql.Expr {
	if depth > 0 {
		switch g.Rand.IntN(6) {
		case 0:
			return cql.And(g.conditions(depth - 1))
		case 1:
			return cql.Or(g.conditions(depth - 1))
		case 2:
			return cql.Not{Of: g.Condition(depth - 1)}
		case 3:
			return cql.IsNull{Of: g.Condition(depth - 1)}
		}
	}
	switch g.Rand.IntN(12) {
	case 0:
		return cql.Literal{Value: g.Rand.IntN(2) == 0}
	case 1:
		return cql.Like{Of: g.text(depth), Pattern: g.pattern(2)}
	case 2:
		return cql.IsNull{Of: g.any(depth)}
	case 3, 4:
		return g.temporal()
	case 5:
		return g.sets(depth)
	case 6, 7:
		return g.spatial()
	case 8:
		values := g.same(4, depth)
		return cql.In{Of: values[0], List: values[1:]}
	case 9:
		values := g.same(3, depth)
		return cql.Between{Of: values[0], Low: values[1], High: values[2]}
	}
	values := g.same(2, depth)
	return cql.Compare{Op: pick(g.Rand, []string{"=", "<>", "<", ">", "<=", ">="}), Left: values[0], Right: values[1]}
}

func (g *Generator) conditions(depth int) []cql.Expr {
	out := make([]cql.Expr, 2+g.Rand.IntN(2))
	for i := range out {
		out[i] = g.Condition(depth)
	}
	return out
}

// same makes values that can be compared.
func (g *Generator) same(n, depth int) []cql.Expr {
	makers := []func(int) cql.Expr{g.text, g.number, g.instant, g.truth}
	maker := pick(g.Rand, makers)
	out := make([]cql.Expr, n)
	for i := range out {
		out[i] = maker(depth)
	}
	return out
}

func (g *Generator) any(depth int) cql.Expr {
	return pick(g.Rand, []func(int) cql.Expr{g.text, g.number, g.instant, g.truth, func(int) cql.Expr { return g.geometry() }, func(int) cql.Expr { return g.interval() }})(depth)
}

func (g *Generator) property(t cql.Type) (cql.Expr, bool) {
	names := g.Properties[t]
	if len(names) == 0 || g.Rand.IntN(3) == 0 {
		return nil, false
	}
	return cql.Property{Name: pick(g.Rand, names)}, true
}

func (g *Generator) text(depth int) cql.Expr {
	if depth > 0 {
		switch g.Rand.IntN(6) {
		case 0:
			return cql.Casei{Of: g.text(depth - 1)}
		case 1:
			return cql.Accenti{Of: g.text(depth - 1)}
		case 2:
			return cql.Call{Name: pick(g.Rand, []string{"lower", "upper", "trim"}), Args: []cql.Expr{g.text(depth - 1)}}
		}
	}
	if p, ok := g.property(cql.TypeString); ok {
		return p
	}
	return cql.Literal{Value: pick(g.Rand, g.Texts)}
}

func (g *Generator) pattern(depth int) cql.Expr {
	if depth > 0 && g.Rand.IntN(3) == 0 {
		return cql.Casei{Of: g.pattern(depth - 1)}
	}
	if depth > 0 && g.Rand.IntN(3) == 0 {
		return cql.Accenti{Of: g.pattern(depth - 1)}
	}
	runes := []rune(strings.ReplaceAll(pick(g.Rand, g.Texts), `\`, ""))
	for i := range runes {
		if g.Rand.IntN(4) == 0 {
			runes[i] = pick(g.Rand, []rune{'%', '_'})
		}
	}
	if g.Rand.IntN(2) == 0 {
		runes = append(runes[:len(runes)/2], '%')
	}
	return cql.Literal{Value: pick(g.Rand, []string{"", `\_`, `\%`, "%"}) + string(runes)}
}

func (g *Generator) number(depth int) cql.Expr {
	if depth > 0 {
		switch g.Rand.IntN(6) {
		case 0, 1:
			return cql.Arithmetic{Op: pick(g.Rand, []string{"+", "-", "*", "/", "%", "div"}), Left: g.number(depth - 1), Right: g.number(depth - 1)}
		case 2:
			return cql.Call{Name: pick(g.Rand, []string{"abs", "ceil", "floor", "round"}), Args: []cql.Expr{g.number(depth - 1)}}
		case 3:
			return cql.Call{Name: "char_length", Args: []cql.Expr{g.text(depth - 1)}}
		case 4: // exact in every library
			return cql.Arithmetic{Op: "^", Left: cql.Literal{Value: float64(g.Rand.IntN(9) - 4)}, Right: cql.Literal{Value: float64(g.Rand.IntN(5))}}
		}
	}
	if p, ok := g.property(pick(g.Rand, []cql.Type{cql.TypeNumber, cql.TypeInteger})); ok {
		return p
	}
	return cql.Literal{Value: pick(g.Rand, g.Numbers)}
}

func (g *Generator) truth(depth int) cql.Expr {
	if p, ok := g.property(cql.TypeBoolean); ok {
		return p
	}
	if depth > 0 {
		return cql.Call{Name: "starts_with", Args: []cql.Expr{g.text(depth - 1), g.text(0)}}
	}
	return cql.Literal{Value: g.Rand.IntN(2) == 0}
}

func (g *Generator) instant(int) cql.Expr {
	if p, ok := g.property(cql.TypeDate); ok {
		return p
	}
	day := pick(g.Rand, g.Days)
	if g.Rand.IntN(2) == 0 {
		return cql.Literal{Value: cql.Date(day)}
	}
	return cql.Literal{Value: cql.Timestamp(day + pick(g.Rand, []string{"T00:00:00Z", "T23:59:59.5Z"}))}
}

func (g *Generator) interval() cql.Expr {
	var ends [2]cql.Expr
	for i := range ends {
		if g.Rand.IntN(4) > 0 {
			ends[i] = g.instant(0)
		}
	}
	start, ok1 := ends[0].(cql.Literal)
	end, ok2 := ends[1].(cql.Literal)
	if ok1 && ok2 && instantText(start.Value) > instantText(end.Value) {
		ends[0], ends[1] = ends[1], ends[0]
	}
	return cql.Interval{Start: ends[0], End: ends[1]}
}

// instantText sorts as the instants do: a day is its first moment.
func instantText(v cql.Value) string {
	switch v := v.(type) {
	case cql.Date:
		return string(v) + "T00:00:00Z"
	case cql.Timestamp:
		return string(v)
	}
	return ""
}

func (g *Generator) temporal() cql.Expr {
	both := []string{"t_after", "t_before", "t_disjoint", "t_equals", "t_intersects"}
	if g.Rand.IntN(2) == 0 {
		return cql.Relation{Op: pick(g.Rand, both), Left: g.instant(0), Right: g.interval()}
	}
	op := pick(g.Rand, append(both, "t_contains", "t_during", "t_finishedby", "t_finishes", "t_meets", "t_metby", "t_overlappedby", "t_overlaps", "t_startedby", "t_starts"))
	return cql.Relation{Op: op, Left: g.interval(), Right: g.interval()}
}

func (g *Generator) sets(depth int) cql.Expr {
	sides := [2]cql.Expr{g.array(depth), g.array(depth)}
	if g.Rand.IntN(3) == 0 {
		sides[0] = cql.Call{Name: "split", Args: []cql.Expr{g.text(0), cql.Literal{Value: pick(g.Rand, []string{"", ";", "、", " "})}}}
	}
	return cql.Relation{Op: pick(g.Rand, []string{"a_equals", "a_contains", "a_containedby", "a_overlaps"}), Left: sides[0], Right: sides[1]}
}

func (g *Generator) array(depth int) cql.Expr {
	var items []cql.Expr
	for range g.Rand.IntN(4) {
		switch g.Rand.IntN(8) {
		case 0:
			items = append(items, g.interval())
		case 1:
			if depth > 0 {
				items = append(items, g.array(depth-1))
			}
		default:
			items = append(items, g.same(1, 0)[0])
		}
	}
	return cql.Array{Items: items}
}

func (g *Generator) geometry() cql.Expr {
	if p, ok := g.property(cql.TypeGeometry); ok {
		return p
	}
	if g.Rand.IntN(3) == 0 {
		west, south := 113+g.Rand.Float64(), 37.6+g.Rand.Float64()/2
		return cql.Literal{Value: cql.BBox{west, south, west + g.Rand.Float64()/2, south + g.Rand.Float64()/4}}
	}
	if g.Rand.IntN(3) == 0 {
		return cql.Literal{Value: orb.Point{113 + g.Rand.Float64(), 37.6 + g.Rand.Float64()/2}}
	}
	return cql.Literal{Value: pick(g.Rand, g.Geometries)}
}

func (g *Generator) spatial() cql.Expr {
	op := pick(g.Rand, []string{"s_intersects", "s_equals", "s_disjoint", "s_touches", "s_within", "s_overlaps", "s_crosses", "s_contains"})
	return cql.Relation{Op: op, Left: g.geometry(), Right: g.geometry()}
}
