package ingest_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"planatlas/layers"

	"github.com/paulmach/orb"
	"golang.org/x/image/vector"
)

var update = flag.Bool("update", false, "renew the pictures in testdata")

// picture is a drawing of Yangquan and its surroundings: north up, a degree of
// longitude shortened to its length at 38° N.
type picture struct{ *image.RGBA }

const (
	pictureWest, pictureSouth = 112.80, 37.55
	pictureEast, pictureNorth = 114.30, 38.65
	pixelsPerDegree           = 560.0
)

func newPicture() picture {
	w := (pictureEast - pictureWest) * pixelsPerDegree * math.Cos(38*math.Pi/180)
	h := (pictureNorth - pictureSouth) * pixelsPerDegree
	p := picture{image.NewRGBA(image.Rect(0, 0, int(w), int(h)))}
	draw.Draw(p, p.Bounds(), image.NewUniform(color.RGBA{250, 248, 242, 255}), image.Point{}, draw.Src)
	return p
}

func (p picture) at(v orb.Point) (x, y float64) {
	x = (v[0] - pictureWest) * pixelsPerDegree * math.Cos(38*math.Pi/180)
	return x, (pictureNorth - v[1]) * pixelsPerDegree
}

// fill paints the paths, in pixels, with the even rule of winding numbers. Only
// the box around them is touched.
func (p picture) fill(c color.Color, paths ...[][2]float64) {
	box := image.Rectangle{}
	for _, path := range paths {
		for _, v := range path {
			box = box.Union(image.Rect(int(v[0])-1, int(v[1])-1, int(v[0])+2, int(v[1])+2))
		}
	}
	if box = box.Intersect(image.Rect(-2000, -2000, 4000, 4000)); box.Empty() {
		return
	}
	r := vector.NewRasterizer(box.Dx(), box.Dy())
	for _, path := range paths {
		for i, v := range path {
			x, y := float32(v[0])-float32(box.Min.X), float32(v[1])-float32(box.Min.Y)
			if i == 0 {
				r.MoveTo(x, y)
			} else {
				r.LineTo(x, y)
			}
		}
		r.ClosePath()
	}
	r.Draw(p, box, image.NewUniform(c), image.Point{})
}

func (p picture) polygon(g orb.Polygon, c color.Color) {
	var paths [][][2]float64
	for _, ring := range g {
		var path [][2]float64
		for _, v := range ring {
			x, y := p.at(v)
			path = append(path, [2]float64{x, y})
		}
		paths = append(paths, path)
	}
	p.fill(c, paths...)
}

// line draws each segment as a narrow rectangle.
func (p picture) line(g orb.LineString, c color.Color, width float64) {
	for i := 1; i < len(g); i++ {
		x0, y0 := p.at(g[i-1])
		x1, y1 := p.at(g[i])
		d := math.Hypot(x1-x0, y1-y0)
		if d == 0 {
			continue
		}
		nx, ny := -(y1-y0)/d*width/2, (x1-x0)/d*width/2
		p.fill(c, [][2]float64{{x0 + nx, y0 + ny}, {x1 + nx, y1 + ny}, {x1 - nx, y1 - ny}, {x0 - nx, y0 - ny}})
	}
}

func (p picture) point(v orb.Point, c color.Color) {
	const radius = 4
	x, y := p.at(v)
	var path [][2]float64
	for i := range 12 {
		a := float64(i) * math.Pi / 6
		path = append(path, [2]float64{x + radius*math.Cos(a), y + radius*math.Sin(a)})
	}
	p.fill(c, path)
}

func (p picture) shape(g orb.Geometry, stroke, fill color.Color, width float64) {
	polygons(g, func(g orb.Polygon) {
		if fill != nil {
			p.polygon(g, fill)
		}
		for _, ring := range g {
			p.line(orb.LineString(ring), stroke, width)
		}
	})
	lines(g, func(g orb.LineString) { p.line(g, stroke, width) })
	switch g := g.(type) {
	case orb.Point:
		p.point(g, stroke)
	case orb.MultiPoint:
		for _, v := range g {
			p.point(v, stroke)
		}
	}
}

// hex reads #rrggbb or #rrggbbaa; nil for an empty text.
func hex(s string) color.Color {
	if len(s) < 7 {
		return nil
	}
	v, err := strconv.ParseUint((s[1:] + "ff")[:8], 16, 32)
	if err != nil {
		return nil
	}
	return color.NRGBA{uint8(v >> 24), uint8(v >> 16), uint8(v >> 8), uint8(v)}
}

func (p picture) outlines(load layers.Load) {
	for _, o := range load.Outlines {
		p.shape(o.Shape.Geom, color.RGBA{150, 150, 150, 255}, nil, 1.5)
	}
}

// Each layer is drawn over our own outlines, and all together, for people to
// look at. A change of the data changes a picture: look at it, then renew it with
// -update.
func TestPictures(t *testing.T) {
	_, load := yangquan(t)
	all := newPicture()
	all.outlines(load)
	for _, set := range load.Sets {
		if !set.Layer.HasGeometry() {
			continue
		}
		one, drawn := newPicture(), 0
		one.outlines(load)
		for f, err := range set.Features {
			if err != nil {
				t.Fatal(err)
			}
			if f.Shape == nil {
				continue
			}
			drawn++
			for _, p := range []picture{one, all} {
				p.shape(f.Shape.Geom, hex(set.Layer.Style.Stroke), hex(set.Layer.Style.Fill), max(1, set.Layer.Style.Width))
			}
		}
		if drawn > 0 {
			golden(t, one, set.Layer.ID)
		}
	}
	golden(t, all, "overview")
}

func golden(t *testing.T, p picture, name string) {
	t.Helper()
	path := filepath.Join("testdata", "pictures", name+".png")
	if *update {
		var b bytes.Buffer
		if err := png.Encode(&b, p); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if differing := compare(p, want); differing > 0 {
		t.Errorf("%s differs in %d pixels from what was looked at; run go test ./layers/ingest -update and look at it", path, differing)
	}
}

func compare(a, b image.Image) int {
	if a.Bounds() != b.Bounds() {
		return a.Bounds().Dx() * a.Bounds().Dy()
	}
	n := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r0, g0, b0, _ := a.At(x, y).RGBA()
			r1, g1, b1, _ := b.At(x, y).RGBA()
			if r0>>8 != r1>>8 || g0>>8 != g1>>8 || b0>>8 != b1>>8 {
				n++
			}
		}
	}
	return n
}
