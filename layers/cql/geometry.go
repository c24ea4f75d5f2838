package cql

import (
	"fmt"
	"strings"

	"github.com/paulmach/orb"
)

func isGeometryWord(upper string) bool {
	switch upper {
	case "BBOX", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION":
		return true
	}
	return false
}

// geometry reads a geometry behind its word.
func (p *parser) geometry(word string, at Pos) (Expr, error) {
	g, err := p.shape(word)
	if err != nil {
		return nil, err
	}
	if want := mistake(g); want != "" {
		return nil, &SyntaxError{Column: at.Column, Got: "this " + word, Want: want}
	}
	return Literal{g, at}, nil
}

func (p *parser) shape(word string) (Value, error) {
	if word != "BBOX" {
		p.word("Z")
	}
	switch word {
	case "BBOX":
		return items(p, p.signed, func(v []float64) Value { return BBox(v) })
	case "POINT":
		return p.point()
	case "LINESTRING":
		return items(p, p.position, func(v []orb.Point) Value { return orb.LineString(v) })
	case "POLYGON":
		return p.area()
	case "MULTIPOINT":
		return items(p, func() (orb.Point, error) {
			if t := p.peek(); t.kind == symbol && t.value == "(" {
				return p.point()
			}
			return p.position()
		}, func(v []orb.Point) Value { return orb.MultiPoint(v) })
	case "MULTILINESTRING":
		return items(p, p.line, func(v []orb.LineString) Value { return orb.MultiLineString(v) })
	case "MULTIPOLYGON":
		return items(p, p.area, func(v []orb.Polygon) Value { return orb.MultiPolygon(v) })
	}
	return items(p, p.member, func(v []orb.Geometry) Value { return orb.Collection(v) })
}

// items reads "(", one item or more, and ")".
func items[T, U any](p *parser, item func() (T, error), made func([]T) U) (out U, err error) {
	if err := p.expect("("); err != nil {
		return out, err
	}
	var list []T
	for {
		v, err := item()
		if err != nil {
			return out, err
		}
		list = append(list, v)
		if p.sign(")") {
			return made(list), nil
		}
		if !p.sign(",") {
			return out, p.unexpected(`"," or ")"`)
		}
	}
}

// position reads two numbers, and passes over a height.
func (p *parser) position() (at orb.Point, err error) {
	for i := range at {
		if at[i], err = p.signed(); err != nil {
			return at, err
		}
	}
	if t := p.peek(); t.kind == numeral || t.kind == symbol && (t.value == "-" || t.value == "+") {
		_, err = p.signed()
	}
	return at, err
}

func (p *parser) point() (at orb.Point, err error) {
	if err := p.expect("("); err != nil {
		return at, err
	}
	if at, err = p.position(); err != nil {
		return at, err
	}
	return at, p.expect(")")
}

func (p *parser) line() (orb.LineString, error) {
	return items(p, p.position, func(v []orb.Point) orb.LineString { return v })
}

func (p *parser) area() (orb.Polygon, error) {
	ring := func() (orb.Ring, error) {
		return items(p, p.position, func(v []orb.Point) orb.Ring { return v })
	}
	return items(p, ring, func(v []orb.Ring) orb.Polygon { return v })
}

// member reads a geometry of a collection.
func (p *parser) member() (orb.Geometry, error) {
	t := p.peek()
	word := strings.ToUpper(t.value)
	if t.kind != name || !isGeometryWord(word) || word == "BBOX" || word == "GEOMETRYCOLLECTION" {
		return nil, p.unexpected("a geometry such as POINT(113.5 37.9)")
	}
	p.at++
	v, err := p.shape(word)
	g, _ := v.(orb.Geometry)
	return g, err
}

// wkt writes a geometry or box as CQL2 text.
func wkt(dst []byte, v Value) []byte {
	switch g := v.(type) {
	case BBox:
		dst = append(dst, "BBOX"...)
		return enclosed(dst, g, appendNumber)
	case orb.Point:
		return onePoint(append(dst, "POINT"...), g)
	case orb.MultiPoint:
		return enclosed(append(dst, "MULTIPOINT"...), g, onePoint)
	case orb.LineString:
		return enclosed(append(dst, "LINESTRING"...), g, appendPosition)
	case orb.MultiLineString:
		return enclosed(append(dst, "MULTILINESTRING"...), g, func(dst []byte, l orb.LineString) []byte {
			return enclosed(dst, l, appendPosition)
		})
	case orb.Polygon:
		return appendArea(append(dst, "POLYGON"...), g)
	case orb.MultiPolygon:
		return enclosed(append(dst, "MULTIPOLYGON"...), g, appendArea)
	case orb.Collection:
		return enclosed(append(dst, "GEOMETRYCOLLECTION"...), g, func(dst []byte, m orb.Geometry) []byte { return wkt(dst, m) })
	}
	return fmt.Appendf(dst, "%v", v)
}

func enclosed[T any](dst []byte, list []T, one func([]byte, T) []byte) []byte {
	dst = append(dst, '(')
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = one(dst, v)
	}
	return append(dst, ')')
}

func appendPosition(dst []byte, p orb.Point) []byte {
	return appendNumber(append(appendNumber(dst, p[0]), ' '), p[1])
}

func onePoint(dst []byte, p orb.Point) []byte { return enclosed(dst, []orb.Point{p}, appendPosition) }

func appendArea(dst []byte, p orb.Polygon) []byte {
	return enclosed(dst, p, func(dst []byte, r orb.Ring) []byte { return enclosed(dst, r, appendPosition) })
}
