package encode

import (
	"bytes"
	"fmt"
	"io"

	"planatlas/layers"
)

// CSV writes a table (RFC 4180) in UTF-8 with a header: the id, the properties,
// and the geometry as well-known text in the column WKT. A null is nothing, an
// empty text is two quotes. Values are written as they are, whatever a
// spreadsheet may make of them.
type CSV struct {
	output
	properties []layers.Property
	decimals   int
	begun      bool
}

// NewCSV returns an encoder of the view's features.
func NewCSV(w io.Writer, v View) *CSV {
	return &CSV{output: newOutput(w, v), properties: v.Properties, decimals: v.Decimals}
}

func (c *CSV) begin() {
	c.begun = true
	c.buf = append(c.buf, "id"...)
	for _, p := range c.properties {
		c.buf = appendField(append(c.buf, ','), []byte(p.Name))
	}
	c.buf = append(c.buf, ",WKT\r\n"...)
}

// Row writes one feature.
func (c *CSV) Row(r layers.Row) (err error) {
	if !c.begun {
		c.begin()
	}
	c.buf = appendField(c.buf, r.ID)
	for i, p := range c.properties {
		c.buf = append(c.buf, ',')
		switch v := r.Values[i]; {
		case v == nil:
		case p.Type == layers.Boolean:
			c.buf = appendValue(c.buf, p.Type, v)
		default:
			c.buf = appendField(c.buf, v)
		}
	}
	c.buf = append(c.buf, ',')
	if r.Geom != nil {
		if c.buf, err = appendWKT(append(c.buf, '"'), r.Geom, c.decimals); err != nil {
			return fmt.Errorf("feature %s: %w", r.ID, err)
		}
		c.buf = append(c.buf, '"')
	}
	c.buf = append(c.buf, '\r', '\n')
	return c.flush(flushSize)
}

// Close writes what is left.
func (c *CSV) Close(End) error {
	if !c.begun {
		c.begin()
	}
	return c.flush(0)
}

// appendField appends a text, in quotes where it needs them.
func appendField(dst, v []byte) []byte {
	if len(v) > 0 && !bytes.ContainsAny(v, "\",\r\n") && v[0] != ' ' && v[len(v)-1] != ' ' {
		return append(dst, v...)
	}
	dst = append(dst, '"')
	for _, c := range v {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}
