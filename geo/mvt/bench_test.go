package mvt

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"planatlas/geo"
	"planatlas/geo/tile"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
)

// parcels makes small polygons all over a tile and its surroundings, about 30 units
// across, as land parcels are at zoom 13.
func parcels(b *testing.B, id tile.ID, n int) (all []geo.WKB) {
	r := rand.New(rand.NewPCG(1, 1))
	box := id.Buffered(0.05)
	unit := (box.Max[0] - box.Min[0]) / 4096 / 1.1
	for range n {
		x := box.Min[0] + r.Float64()*(box.Max[0]-box.Min[0])
		y := box.Min[1] + r.Float64()*(box.Max[1]-box.Min[1])
		g, err := wkb.Marshal(orb.Polygon{star(r, x, y, 15*unit, 5+r.IntN(14))})
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, g)
	}
	return all
}

func BenchmarkFeatures(b *testing.B) {
	id := tile.ID{Set: tile.WebMercatorQuad, Z: 13, X: 6675, Y: 3170}
	all := parcels(b, id, 4000)
	e := NewEncoder(id, Options{})
	b.ReportAllocs()
	for b.Loop() {
		e.Reset(id)
		e.Layer("parcels", []string{"id", "kind"})
		for i, g := range all {
			if err := e.Feature(uint64(i), g, []Value{Int(int64(i)), String("耕地")}); err != nil {
				b.Fatal(err)
			}
		}
		e.Bytes()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(all)), "ns/feature")
}

// BenchmarkOutline draws one outline of many positions: whole in the tile, crossing
// it, around it, and crossing itself everywhere.
func BenchmarkOutline(b *testing.B) {
	r := rand.New(rand.NewPCG(2, 2))
	outline := func(x, y, radius float64) geo.WKB {
		ring := coast(r, x, y, radius, 20000)
		for i, p := range ring {
			ring[i] = lonLat(p[0], p[1])
		}
		g, err := wkb.Marshal(orb.Polygon{ring})
		if err != nil {
			b.Fatal(err)
		}
		return g
	}
	for _, c := range []struct{ x, radius float64 }{{2000, 1900}, {0, 1900}, {2000, 5000}, {2000, 100}} {
		g := outline(c.x, 2000, c.radius)
		b.Run(strconv.Itoa(int(c.x))+"/"+strconv.Itoa(int(c.radius)), func(b *testing.B) {
			e := NewEncoder(flat(), Options{})
			b.ReportAllocs()
			for b.Loop() {
				e.Reset(flat())
				e.Layer("a", nil)
				if err := e.Feature(1, g, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// coast is an outline with bays and capes of all sizes.
func coast(r *rand.Rand, x, y, radius float64, n int) orb.Ring {
	var waves [300]float64
	for i := range waves {
		waves[i] = r.Float64() * 2 * math.Pi
	}
	var ring orb.Ring
	for i := range n {
		a := float64(i) / float64(n) * 2 * math.Pi
		d := 1.0
		for k, phase := range waves {
			d += 0.2 * math.Sin(a*float64(k+1)+phase) / math.Pow(float64(k+1), 1.25)
		}
		ring = append(ring, orb.Point{x + radius*d*math.Cos(a), y + radius*d*math.Sin(a)})
	}
	return append(ring, ring[0])
}
