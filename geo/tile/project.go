package tile

import "math"

// Projector turns longitude and latitude into units of one tile, x to the right and
// y down from its upper left corner. It is for positions in or near the tile.
type Projector struct {
	x0, perLon float64
	lat0       float64
	y          [5]float64 // a polynomial in the degrees from lat0
	exact      *ID        // instead of the polynomial
	scale      float64
	step       float64
}

// polynomialFrom is the first zoom of Web Mercator at which four terms are within
// 1e-5 of 4096 units all over a tile: the fifth is about (π/2^z)^5/5 of a radian.
const polynomialFrom = 8

// Projector returns the projection to a tile that is so many units wide.
func (t ID) Projector(units float64) Projector {
	columns, rows := t.Set.Size(t.Z)
	p := Projector{scale: units, step: math.Inf(1)}
	p.perLon = float64(columns) * units / 360
	p.x0 = (float64(columns)/2 - float64(t.X)) * units
	_, p.lat0 = t.Set.lonLat(t.Z, 0, float64(t.Y)+0.5)
	p.y[0] = units / 2
	if t.Set != WebMercatorQuad {
		p.y[1] = -float64(rows) * units / 180
		return p
	}
	sec, tan := 1/math.Cos(p.lat0*math.Pi/180), math.Tan(p.lat0*math.Pi/180)
	perRadian := float64(rows) * units / (2 * math.Pi)
	for i, derivative := range []float64{sec, sec * tan / 2, (2*sec*sec*sec - sec) / 6, (6*sec*sec - 1) * sec * tan / 24} {
		p.y[i+1] = -perRadian * derivative * math.Pow(math.Pi/180, float64(i+1))
	}
	if t.Z < polynomialFrom {
		p.exact = &t
	}
	// The curve of a line that is straight in degrees leaves its chord by at most
	// (step²/8)·f″, here half a unit where the tile is steepest.
	b := t.Bound()
	steepest := max(math.Abs(b.Min[1]), math.Abs(b.Max[1])) * math.Pi / 180
	bend := perRadian * math.Tan(steepest) / math.Cos(steepest)
	p.step = math.Sqrt(4/bend) * 180 / math.Pi
	return p
}

// XY returns where a position in degrees lies.
func (p *Projector) XY(lon, lat float64) (x, y float64) {
	if p.exact != nil {
		x, y = p.exact.Position(lon, lat)
		return x * p.scale, y * p.scale
	}
	d := lat - p.lat0
	return p.x0 + lon*p.perLon, p.y[0] + d*(p.y[1]+d*(p.y[2]+d*(p.y[3]+d*p.y[4])))
}

// Step returns how many degrees of latitude an edge may span before the tile shows
// that it is straight in degrees and not in the projection: by half a unit.
func (p *Projector) Step() float64 { return p.step }
