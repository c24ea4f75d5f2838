package cql

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/paulmach/orb"
)

// JSON returns the JSON form of the expression. [ParseJSON] reads it back to the
// same tree, but for positions. A nil expression is null. A number that JSON has
// no form for, such as infinity, is an error.
func JSON(e Expr) ([]byte, error) {
	b, err := json.Marshal(jsonOf(e))
	if err != nil {
		return nil, fmt.Errorf("write the filter as JSON: %w", err)
	}
	return b, nil
}

type operation struct {
	Op   string `json:"op"`
	Args []any  `json:"args"`
}

// jsonOf returns what encoding/json writes as the expression.
func jsonOf(e Expr) any {
	switch e := e.(type) {
	case And:
		return joined("and", e, true)
	case Or:
		return joined("or", e, false)
	case Not:
		return called("not", e.Of)
	case Compare:
		return called(e.Op, e.Left, e.Right)
	case Between:
		return called("between", e.Of, e.Low, e.High)
	case In:
		return operation{"in", []any{jsonOf(e.Of), jsonList(e.List)}}
	case Like:
		return called("like", e.Of, e.Pattern)
	case IsNull:
		return called("isNull", e.Of)
	case Relation:
		name, _ := relation(e.Op)
		return called(name, e.Left, e.Right)
	case Arithmetic:
		return called(e.Op, e.Left, e.Right)
	case Casei:
		return called("casei", e.Of)
	case Accenti:
		return called("accenti", e.Of)
	case Call:
		return operation{e.Name, jsonList(e.Args)}
	case Property:
		return map[string]any{"property": e.Name}
	case Interval:
		return map[string]any{"interval": []any{jsonEnd(e.Start), jsonEnd(e.End)}}
	case Array:
		return jsonList(e.Items)
	case Literal:
		return jsonLiteral(e.Value)
	}
	return nil
}

func called(op string, args ...Expr) any { return operation{op, jsonList(args)} }

// joined writes a list of conditions; of one or none it writes what they mean.
func joined(op string, es []Expr, none bool) any {
	switch len(es) {
	case 0:
		return none
	case 1:
		return jsonOf(es[0])
	}
	return called(op, es...)
}

func jsonList(es []Expr) []any {
	out := make([]any, len(es))
	for i, e := range es {
		out[i] = jsonOf(e)
	}
	return out
}

func jsonEnd(e Expr) any {
	if e == nil {
		return ".."
	}
	if l, ok := e.(Literal); ok {
		return l.Value // a Date or Timestamp, which is text
	}
	return jsonOf(e)
}

func jsonLiteral(v Value) any {
	switch v := v.(type) {
	case Date:
		return map[string]any{"date": v}
	case Timestamp:
		return map[string]any{"timestamp": v}
	case BBox:
		return map[string]any{"bbox": []float64(v)}
	case orb.Geometry:
		return geoJSON(v)
	}
	return v
}

// geoJSON returns the geometry as GeoJSON. The types of orb are written as arrays
// of coordinates.
func geoJSON(g orb.Geometry) any {
	members, ok := g.(orb.Collection)
	if !ok {
		return map[string]any{"type": g.GeoJSONType(), "coordinates": g}
	}
	list := make([]any, len(members))
	for i, m := range members {
		list[i] = geoJSON(m)
	}
	return map[string]any{"type": "GeometryCollection", "geometries": list}
}

// String names the function as the text form does.
func (f Function) String() string {
	var args []string
	for _, a := range f.Args {
		args = append(args, a.Name+" "+string(a.Type))
	}
	return f.Name + "(" + strings.Join(args, ", ") + ") " + string(f.Returns)
}
