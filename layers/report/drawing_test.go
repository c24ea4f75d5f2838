package report

import (
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Every line of a hatching lies inside its area and outside its hole, at any angle.
func TestHatch(t *testing.T) {
	rings := [][]orb.Point{{{0, 0}, {40, 5}, {50, 30}, {20, 45}, {5, 30}}, {{15, 15}, {30, 18}, {28, 30}, {16, 28}}}
	var area orb.Polygon
	for _, r := range rings {
		area = append(area, append(orb.Ring(r), r[0]))
	}
	for angle := -90.0; angle <= 90; angle += 7.5 {
		var d drawing
		d.hatch(rings, angle, 2, 0.2, black)
		lines, length := d.Shapes[0].Lines, 0.0
		for _, line := range lines {
			for _, share := range []float64{0.001, 0.25, 0.5, 0.75, 0.999} {
				if p := along(line, share); !planar.PolygonContains(area, p) {
					t.Fatalf("angle %v: %v is not inside", angle, p)
				}
			}
			length += distance(line[0], line[1])
		}
		if got, want := length*2, math.Abs(planar.Area(area)); math.Abs(got-want) > 0.06*want {
			t.Errorf("angle %v: %d lines cover %.0f, want %.0f", angle, len(lines), got, want)
		}
	}
}

// A map is true to its scale: the paper's millimetres are the ground's metres.
func TestScale(t *testing.T) {
	f := newFrame(mapFrame(siteHeight), 4_200_000, 38_490_000, 5000)
	a, b := f.paper(4_200_000, 38_490_000), f.paper(4_200_000, 38_490_100)
	if got := distance(a, b); math.Abs(got-20) > 1e-9 {
		t.Errorf("100 m are %v mm at 1:5000", got)
	}
	if middle := f.box.Center(); distance(a, middle) > 1e-9 {
		t.Errorf("the middle is at %v, want %v", a, middle)
	}
	if north := f.paper(4_200_050, 38_490_000); north[1] >= a[1] || math.Abs(north[0]-a[0]) > 1e-9 {
		t.Errorf("north of %v is %v", a, north)
	}
	for _, c := range []struct{ w, h, want float64 }{{10, 10, 200}, {685, 1000, 10_000}, {30_000, 20_000, 250_000}, {1e6, 1e6, 2_000_000}} {
		if got := siteScale(c.w, c.h); got != c.want && c.want != 0 {
			t.Errorf("%v by %v m: 1:%v, want 1:%v", c.w, c.h, got, c.want)
		}
	}
}

// No line begins with a closing mark or ends with an opening one, nothing is lost,
// and no line is wider than it may be.
func TestWrap(t *testing.T) {
	p := plainPDF(t)
	text := "生态保护红线（法定界线）内，自然保护地核心保护区外，禁止开发性、生产性建设活动；仅允许“十类”有限人为活动。See notice 142 (2022), part one, and 61631e828abd06b0de76943ba24a7a1b0bdb3e444cd9f63eca4510b3c9a0abb7."
	for width := 12.0; width < 120; width += 1.7 {
		lines := p.wrap(text, 9, width)
		if got := strings.ReplaceAll(strings.Join(lines, ""), " ", ""); got != strings.ReplaceAll(text, " ", "") {
			t.Fatalf("width %v: %q", width, got)
		}
		for i, line := range lines {
			if i > 0 && strings.ContainsAny(line[:len(string([]rune(line)[:1]))], "，。；、）”") || i < len(lines)-1 && strings.HasSuffix(line, "（") {
				t.Errorf("width %v: line %d is %q", width, i, line)
			}
			if w := p.width(line, 9); w > width+0.01 {
				t.Errorf("width %v: line %d is %v wide: %q", width, i, w, line)
			}
		}
	}
}

func plainPDF(t *testing.T) *pdf {
	t.Helper()
	font, err := LoadFont("")
	if err != nil {
		t.Fatal(err)
	}
	return newPDF(made(t, ZH), font)
}
