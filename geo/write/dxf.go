package write

import (
	"fmt"
	"slices"
	"strings"
)

// DXF writes a drawing (AutoCAD R12, ASCII) with a closed polyline for each ring, on
// the layer of its plot: x east, y north, in the units of the system.
func (f File) DXF() []byte {
	var s strings.Builder
	s.WriteString("0\r\nSECTION\r\n2\r\nHEADER\r\n9\r\n$ACADVER\r\n1\r\nAC1009\r\n0\r\nENDSEC\r\n")
	var layers []string
	for _, p := range f.Plots {
		if !slices.Contains(layers, p.Layer) {
			layers = append(layers, p.Layer)
		}
	}
	fmt.Fprintf(&s, "0\r\nSECTION\r\n2\r\nTABLES\r\n0\r\nTABLE\r\n2\r\nLAYER\r\n70\r\n%d\r\n", len(layers))
	for i, name := range layers {
		fmt.Fprintf(&s, "0\r\nLAYER\r\n2\r\n%s\r\n70\r\n0\r\n62\r\n%d\r\n6\r\nCONTINUOUS\r\n", name, i%6+1)
	}
	s.WriteString("0\r\nENDTAB\r\n0\r\nENDSEC\r\n0\r\nSECTION\r\n2\r\nENTITIES\r\n")
	decimals := 6
	if !f.System.Metric() {
		decimals = 11
	}
	for _, p := range f.Plots {
		for _, polygon := range p.Areas {
			for _, r := range polygon {
				fmt.Fprintf(&s, "0\r\nPOLYLINE\r\n8\r\n%s\r\n66\r\n1\r\n70\r\n1\r\n10\r\n0.0\r\n20\r\n0.0\r\n30\r\n0.0\r\n", p.Layer)
				for _, q := range r[:len(r)-1] {
					fmt.Fprintf(&s, "0\r\nVERTEX\r\n8\r\n%s\r\n10\r\n%.*f\r\n20\r\n%.*f\r\n30\r\n0.0\r\n", p.Layer, decimals, q[0], decimals, q[1])
				}
				fmt.Fprintf(&s, "0\r\nSEQEND\r\n8\r\n%s\r\n", p.Layer)
			}
		}
	}
	s.WriteString("0\r\nENDSEC\r\n0\r\nEOF\r\n")
	return []byte(s.String())
}
