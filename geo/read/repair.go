package read

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"planatlas/geo"
)

// judge finds faults, does with them what the options say, and gives every plot its
// shape and areas.
func (d *draft) judge() error {
	d.findFaults()
	d.edge = d.step()
	for i, raw := range d.plots {
		d.shape(raw)
		d.harmless(raw)
		if len(raw.Faults) > 0 && d.options.Faults == RepairFaults {
			if err := d.repair(i); err != nil {
				return err
			}
		}
		d.placeFaults(raw)
	}
	if d.options.Faults == RefuseFaults {
		if err := d.refuseFaults(text2{"repair the outline, or ask for it to be repaired (repair=true), which tells each change", "请修正边界，或要求自动修复（repair=true），系统将逐项说明"}); err != nil {
			return err
		}
	}
	if d.turned > 0 && d.degrees {
		d.notice("winding", saying("rings turned to the winding of RFC 7946 (outer rings counter-clockwise, holes clockwise): %d; no coordinate was changed", "%d个环的方向已按RFC 7946调整（外环逆时针，内环顺时针），坐标未变", d.turned))
	}
	if d.between > 0 {
		d.notice("long_edges", saying("edges longer than %d m were given points between, so that they stay straight in the plane of the file and the area is right: %d; the corners are as they were", "超过%d米的边已加密%d个点，使其在原投影平面上保持直线、面积准确，角点不变", longEdge, d.between))
	}
	for _, raw := range d.plots {
		d.compareArea(raw)
		d.result.Plots = append(d.result.Plots, raw.Plot)
	}
	return nil
}

// harmless tells of points that stand twice where the outline is not to be mended:
// they change nothing of what it covers.
func (d *draft) harmless(raw *rawPlot) {
	if d.options.Faults == RepairFaults {
		return
	}
	raw.Faults = slices.DeleteFunc(raw.Faults, func(f Fault) bool {
		if f.Code == "duplicate_point" {
			d.notice(f.Code, text2{f.EN, f.ZH})
		}
		return f.Code == "duplicate_point"
	})
}

// placeFaults gives the faults of a plot their longitude and latitude.
func (d *draft) placeFaults(raw *rawPlot) {
	for i := range raw.Faults {
		f := &raw.Faults[i]
		f.LonLat = make([]orb.Point, len(f.Source))
		for k, p := range f.Source {
			f.LonLat[k][0], f.LonLat[k][1] = d.result.System.ToLonLat(p[0], p[1])
		}
	}
}

// findFaults looks at all plots.
func (d *draft) findFaults() {
	d.overlapping = map[[2]int]bool{}
	s := sweep{draft: d, left: maxComparisons}
	for _, raw := range d.plots {
		s.rings = append(s.rings, d.plotFaults(raw)...)
	}
	if !s.run() {
		d.notice("crossings_unchecked", text2{"the outline is so intricate that not all its crossings were looked for; the database judges it", "边界过于复杂，未能检查全部交叉，由数据库判定"})
	}
}

// plotFaults looks at the rings of a plot and returns them.
func (d *draft) plotFaults(raw *rawPlot) (rings []*ring) {
	for _, p := range raw.site.polygons {
		for _, r := range p {
			d.ringFaults(r)
			rings = append(rings, r)
		}
	}
	d.holeFaults(raw.site)
	return rings
}

// refuseFaults refuses the file for the faults of its plots.
func (d *draft) refuseFaults(hint text2) error {
	var all []Fault
	var first *rawPlot
	for _, raw := range d.plots {
		d.placeFaults(raw)
		if all = append(all, raw.Faults...); first == nil && len(all) > 0 {
			first = raw
		}
	}
	if first == nil {
		return nil
	}
	value := text2{all[0].EN, all[0].ZH}
	if n := len(all) - 1; n > 0 {
		value = text2{fmt.Sprintf("%s, and %d more faults", value.en, n), fmt.Sprintf("%s等%d处问题", value.zh, n+1)}
	}
	e := refusal(ErrGeometry, first.where(), value, text2{"a sound outline", "有效的地块边界"}, hint)
	e.Faults = all
	return e
}

// compareArea holds the area that the file states against the one it draws.
func (d *draft) compareArea(raw *rawPlot) {
	if raw.DeclaredHa <= 0 {
		return
	}
	drawn := geo.Area(raw.Shape.Geom).Hectares()
	if most := 0.0002 + 0.001*drawn; math.Abs(drawn-raw.DeclaredHa) <= most || raw.PlaneM2 > 0 && math.Abs(raw.PlaneM2/10000-raw.DeclaredHa) <= most {
		return // the plane area is what surveyors' reports give
	}
	if !d.room() {
		return
	}
	at := raw.where()
	t := text2{fmt.Sprintf("%s: the file states %.4f ha, its coordinates enclose %.4f ha", at.en, raw.DeclaredHa, drawn), fmt.Sprintf("%s：文件注明%.4f公顷，坐标围成%.4f公顷", at.zh, raw.DeclaredHa, drawn)}
	for _, u := range []struct {
		factor float64
		en, zh string
	}{{10000, "square metres", "平方米"}, {15, "mu", "亩"}} {
		if r := raw.DeclaredHa / (drawn * u.factor); r > 0.99 && r < 1.01 {
			t = text2{t.en + "; the stated number looks like " + u.en, t.zh + "；注明的数像是" + u.zh}
		}
	}
	d.notice("area_differs", t)
}

// repair mends the rings of a plot and tells each change.
func (d *draft) repair(i int) error {
	raw := d.plots[i]
	before := geo.Area(raw.Shape.Geom)
	for _, f := range raw.Faults {
		switch f.Code {
		case "unclosed", "duplicate_point", "spike", "no_area", "hole_outside", "closing_point_differs":
			d.notice("repaired", text2{"repaired: " + f.EN, "已修复：" + f.ZH})
		}
	}
	regroup := slices.ContainsFunc(raw.Faults, func(f Fault) bool { return f.Code == "hole_outside" })
	s := d.scale()
	if len(raw.site.polygons) > 0 && len(raw.site.polygons[0]) > 0 {
		s = raw.site.polygons[0][0].scaleOf(d.result.System.Metric())
	}
	var all []*ring
	var polygons [][]*ring
	for n, p := range raw.site.polygons {
		var rings []*ring
		for _, r := range p {
			if c := d.clean(r, s); c != nil {
				c.part, c.hole = n, r.hole
				rings, all = append(rings, c), append(all, c)
			} else if !r.hole {
				break
			}
		}
		if len(rings) > 0 {
			polygons = append(polygons, rings)
		}
	}
	if regroup {
		polygons = d.contain(raw, all)
		for n, p := range polygons {
			for _, r := range p {
				r.part = n
			}
		}
	}
	if len(polygons) == 0 {
		return d.refuseFaults(text2{"nothing with an area is left", "修复后没有剩余面积"})
	}
	raw.site, raw.Faults = site{polygons}, nil
	sw := sweep{draft: d, left: maxComparisons, rings: d.plotFaults(raw)}
	sw.run()
	d.shape(raw)
	if len(raw.Faults) > 0 {
		if err := d.makeValid(raw); err != nil {
			return err
		}
	}
	raw.Repair = &Repair{BeforeM2: before, AfterM2: geo.Area(raw.Shape.Geom)}
	return nil
}

// scaleOf returns the scale that the ring's local points were made by.
func (r *ring) scaleOf(metric bool) scale {
	s := scale{origin: r.source[0], x: 1, y: 1}
	if !metric {
		s.x, s.y = geo.Degree(s.origin[1])
	}
	return s
}

// clean returns the ring without points that stand twice, and without spikes; nil
// when nothing is left.
func (d *draft) clean(r *ring, s scale) *ring {
	points := slices.Clone(r.source[:len(r.source)-1])
	for n := -1; n != len(points); {
		n = len(points)
		points = s.tidy(points)
		if len(points) > 3 { // what lies around the start comes into the middle
			points = append(slices.Clone(points[2:]), points[:2]...)
		}
	}
	if len(points) < 3 {
		return nil
	}
	c := d.newRing(rawRing{points: points, number: r.number}, s, r.plot)
	c.open = false
	if flatRing(c) {
		return nil
	}
	return c
}

// tidy goes along a ring once and leaves out what stands twice or runs back.
func (s scale) tidy(points []orb.Point) []orb.Point {
	var out []orb.Point
	for _, p := range points {
		out = append(out, p)
		for n := len(out); n > 1; n = len(out) {
			if near(s.local(out[n-2]), s.local(out[n-1]), duplicate) {
				out = out[:n-1]
			} else if n > 2 && isSpike(s.local(out[n-3]), s.local(out[n-2]), s.local(out[n-1])) {
				out = append(out[:n-2], out[n-1])
			} else {
				break
			}
		}
	}
	for len(out) > 1 && near(s.local(out[0]), s.local(out[len(out)-1]), duplicate) {
		out = out[:len(out)-1]
	}
	return out
}

// makeValid has the database mend what is left.
func (d *draft) makeValid(raw *rawPlot) error {
	if d.options.Repairer == nil {
		return d.refuseFaults(text2{"this cannot be repaired here; correct the outline", "无法在此自动修复，请更正边界"})
	}
	shape, err := d.options.Repairer.MakeValid(d.ctx, raw.Shape)
	if err != nil {
		return fmt.Errorf("repair the outline: %w", err)
	}
	polygons := geo.Polygons(shape.Geom)
	if len(polygons) == 0 {
		return d.refuseFaults(text2{"nothing with an area is left", "修复后没有剩余面积"})
	}
	for _, f := range raw.Faults {
		d.notice("repaired", text2{"repaired by the database: " + f.EN, "已由数据库修复：" + f.ZH})
	}
	raw.Shape = geo.Shape{SRID: geo.CGCS2000, Geom: orb.MultiPolygon(polygons)}
	if len(polygons) == 1 {
		raw.Shape.Geom = polygons[0]
	}
	raw.Source, raw.PlaneM2, raw.Faults = nil, 0, nil
	for _, p := range polygons {
		source := make(orb.Polygon, len(p))
		for i, r := range p {
			source[i] = make(orb.Ring, len(r))
			for k, q := range r {
				source[i][k][0], source[i][k][1] = d.result.System.FromLonLat(q[0], q[1])
			}
			if _, plane := d.result.System.Plane(); plane && len(r) > 0 {
				area := math.Abs(twiceArea(source[i])) / 2
				if i > 0 {
					area = -area
				}
				raw.PlaneM2 += area
			}
		}
		raw.Source = append(raw.Source, source)
	}
	return nil
}
