package report

import (
	"fmt"

	"github.com/paulmach/orb"
	"rsc.io/qr"
)

// code draws the address of the archived check as a QR code; without an address, the
// check's number and the hash of its result.
func (r *Report) code() (*drawing, error) {
	const size, quiet = 28.0, 4
	text := r.o.Address
	if text == "" {
		text = "planatlas check " + r.answer.ID + " result " + r.answer.Provenance.ResultSHA256
	}
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fmt.Errorf("draw the code of check %s: %w", r.answer.ID, err)
	}
	d := &drawing{Width: size, Height: size}
	d.box(0, 0, size, size, none, white, 0)
	module := size / float64(code.Size+2*quiet)
	var squares [][]orb.Point
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			if !code.Black(x, y) {
				continue
			}
			from := x
			for x+1 < code.Size && code.Black(x+1, y) {
				x++
			}
			x0, x1 := float64(from+quiet)*module, float64(x+1+quiet)*module
			y0, y1 := float64(y+quiet)*module, float64(y+1+quiet)*module
			squares = append(squares, []orb.Point{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}})
		}
	}
	d.Shapes = append(d.Shapes, shape{Lines: squares, Closed: true, Stroke: none, Fill: black})
	return d, nil
}
