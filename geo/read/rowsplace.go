package read

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/paulmach/orb"

	"planatlas/geo"
	"planatlas/geo/crs"
)

// places turns the numbers of a file into longitude and latitude, all in the one way
// that the first rows showed.
type places struct {
	ready  bool
	system crs.System
	like   reading // what every point has to look like
}

// The first rows, by which the system is found.
const (
	sampleRows   = 2000
	samplePoints = 200_000
)

// locate finds the system of the file from its first rows, as it is found for a
// site from all of its points.
func (r *Rows) locate(d *draft) error {
	n := 0
	for n < sampleRows && d.points < samplePoints {
		b, err := r.source.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		r.first = append(r.first, b)
		r.source.decode(b, func(row rawRow) bool {
			n++
			if row.Err == nil && row.geom != nil {
				d.sample(row.geom, n)
			}
			return n < sampleRows && d.points < samplePoints
		})
	}
	if len(d.plots) == 0 {
		return refusal(ErrGeometry, text2{}, saying("a file of %d rows without any usable geometry", "%d行且没有可用图形的文件", n),
			text2{"a layer with geometries", "含图形的图层"}, text2{"is it the right layer of the file?", "图层是否选对？"})
	}
	d.agreeing()
	if err := d.locate(); err != nil {
		return err
	}
	_, like, _, err := d.lookAtAll()
	if err != nil {
		return err
	}
	// The points stand east first now; those of the file may not.
	like.north = false
	for _, b := range d.result.Beliefs {
		like.north = like.north || b.What == "axis_order" && b.Value == "north first"
	}
	r.System = d.result.System
	r.places = places{ready: true, system: r.System, like: like}
	notices := d.result.Notices[:0]
	for _, n := range d.result.Notices { // what lies outside is told row by row
		if n.Code != "outside_city" && n.Code != "outside_china" {
			notices = append(notices, n)
		}
	}
	d.result.Notices = notices
	return nil
}

// sample adds the lines of a geometry to what the system is found from.
func (d *draft) sample(g orb.Geometry, number int) {
	plot := &rawPlot{where: func() text2 { return saying("row %d", "第%d行", number) }}
	geo.EachLine(g, func(line []orb.Point) {
		d.points += len(line)
		points := append([]orb.Point(nil), line...)
		plot.rings = append(plot.rings, rawRing{points: points})
	})
	d.plots = append(d.plots, plot)
}

// agreeing keeps, of the first rows, those whose numbers look like most of them: a
// row that does not is told of when its turn comes.
func (d *draft) agreeing() {
	alike := map[reading][]*rawPlot{}
	var most []*rawPlot
	for _, plot := range d.plots {
		var first reading
		uniform, begun := true, false
		for _, ring := range plot.rings {
			for _, p := range ring.points {
				r := look(p)
				r.mercator = r.mercator && !r.gauss
				if !begun {
					first, begun = r, true
				}
				uniform = uniform && r == first
			}
		}
		if !uniform || !begun || !first.degrees && !first.gauss && !first.mercator {
			continue
		}
		alike[first] = append(alike[first], plot)
		if len(alike[first]) > len(most) {
			most = alike[first]
		}
	}
	if len(most) > 0 {
		d.plots = most
	}
}

// finish puts a row's geometry in its place, or says why that cannot be.
func (r *Rows) finish(row *rawRow) {
	if row.Err != nil || row.geom == nil || row.Shape != nil {
		return
	}
	p := placer{places: &r.places}
	g := p.geometry(row.geom)
	if p.err != nil {
		row.Err = p.err
		return
	}
	row.Shape = &geo.Shape{SRID: geo.CGCS2000, Geom: g}
	row.Between = p.between
	if row.third {
		row.Heights = 1
	}
}

// maxBetween bounds the points that are put on the edges of one row.
const maxBetween = 500_000

// placer places one geometry.
type placer struct {
	*places
	between int
	err     error
}

func (p *placer) geometry(g orb.Geometry) orb.Geometry {
	switch g := g.(type) {
	case orb.Point:
		return p.point(g)
	case orb.MultiPoint:
		for i := range g {
			g[i] = p.point(g[i])
		}
		return g
	case orb.LineString:
		return orb.LineString(p.line(g))
	case orb.MultiLineString:
		for i := range g {
			g[i] = p.line(g[i])
		}
		return g
	case orb.Polygon:
		p.rings(g)
		return g
	case orb.MultiPolygon:
		for _, polygon := range g {
			p.rings(polygon)
		}
		return g
	case orb.Collection:
		for i := range g {
			g[i] = p.geometry(g[i])
		}
		return g
	}
	return g
}

func (p *placer) rings(polygon orb.Polygon) {
	for i, ring := range polygon {
		switch n := len(ring); {
		case p.err != nil:
			return
		case n < 4:
			p.fail(ring, saying("a ring with %d points", "一个环只有%d个点", n), text2{"at least four points, the last equal to the first", "至少四个点，末点与首点相同"})
			return
		case ring[0] != ring[n-1]:
			p.fail(ring, text2{"a ring from " + pair(ring[0]) + " to " + pair(ring[n-1]), "环的起点" + pair(ring[0]) + "与终点" + pair(ring[n-1]) + "不同"}, text2{"a closed ring", "闭合的环"})
			return
		}
		polygon[i] = p.line(ring)
	}
}

func (p *placer) fail(at []orb.Point, value, want text2) {
	where := text2{}
	if len(at) > 0 {
		where = both(pair(at[0]))
	}
	p.err = refusal(ErrGeometry, where, value, want, text2{})
}

// line places a line, with points put on edges of a plane that are longer than
// longEdge, so that it stays where it is.
func (p *placer) line(in []orb.Point) []orb.Point {
	if len(in) == 0 {
		p.fail(nil, text2{"an empty part", "空的部分"}, text2{"points", "坐标点"})
	}
	if !p.system.Metric() {
		for i := range in {
			in[i] = p.point(in[i])
		}
		return in
	}
	out := make([]orb.Point, 0, len(in))
	for i, at := range in {
		if i > 0 {
			q := in[i-1]
			n := math.Ceil(math.Hypot(at[0]-q[0], at[1]-q[1]) / longEdge)
			if n > 10_000 || p.between > maxBetween {
				p.fail([]orb.Point{q, at}, saying("an edge of %.0f km", "长%.0f公里的边", n*longEdge/1000), text2{"a row of no longer edges than a province has", "边长不超过省域的行"})
				return out
			}
			for k := 1.0; k < n; k++ {
				out = append(out, p.point(orb.Point{q[0] + (at[0]-q[0])*k/n, q[1] + (at[1]-q[1])*k/n}))
				p.between++
			}
		}
		out = append(out, p.point(at))
	}
	return out
}

// point places a point, which must look like those of the first rows.
func (p *placer) point(at orb.Point) orb.Point {
	if r := look(at); p.err == nil && !p.alike(r) {
		value := text2{pair(at) + ": " + r.describe().en, pair(at) + "：" + r.describe().zh}
		if !r.degrees && !r.gauss && !r.mercator {
			value = both(pair(at))
		}
		p.err = refusal(ErrGeometry, text2{}, value, text2{"numbers like those of the rest of the file: " + p.like.describe().en, "与文件其他行一致：" + p.like.describe().zh},
			text2{"the row is of another system, or digits are missing", "该行坐标系不同或缺位"})
	}
	if p.like.north {
		at[0], at[1] = at[1], at[0]
	}
	lon, lat := p.system.ToLonLat(at[0], at[1])
	if p.err == nil && !(math.Abs(lon) <= 180 && math.Abs(lat) <= 90) {
		p.err = refusal(ErrGeometry, text2{}, both(fmt.Sprint(at)), text2{"a place on earth", "地球上的位置"}, text2{})
	}
	return orb.Point{lon, lat}
}

// alike tells whether a point looks like those of the first rows.
func (p *placer) alike(r reading) bool {
	if p.system.Code() == crs.CodeMercator {
		return r.mercator
	}
	if r.degrees && (r.abroad || p.like.abroad) {
		return p.like.degrees
	}
	return r.degrees == p.like.degrees && r.gauss == p.like.gauss && r.zone == p.like.zone && r.north == p.like.north
}
