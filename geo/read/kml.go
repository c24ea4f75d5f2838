package read

import (
	"strings"

	"github.com/paulmach/orb"

	"planatlas/geo/crs"
)

// kmlReader reads the polygons of a KML document: WGS84 longitude and latitude.
type kmlReader struct {
	*draft
	x     xmlScanner
	plot  *rawPlot // of the placemark at hand
	field string   // name of the extended datum at hand
	lines int      // geometries without an area
	inner bool     // inside innerBoundaryIs
}

// kml reads a KML document that is UTF-8 already.
func (d *draft) kml() error {
	if d.result.Format == "" {
		d.result.Format = FormatKML
	}
	d.order, d.degrees = orderEast, true
	d.crs, d.crsReason = crs.CodeWGS84, text2{"KML is WGS84 by its definition", "KML按标准为WGS84坐标"}
	r := kmlReader{draft: d, x: xmlScanner{s: d.text}}
	d.whereIs = func(mark int32) text2 { return d.line(mark) }
	if err := r.document(); err != nil {
		return err
	}
	if r.lines > 0 {
		d.notice("without_area", saying("points and lines of the file, which have no area, were left out: %d", "文件中的点和线没有面积，已略过：%d", r.lines))
	}
	low := strings.ToLower(d.text)
	for _, word := range [...]string{"gcj", "火星", "高德", "amap", "百度", "bd09", "腾讯", "ovital", "奥维", "ovobj", "omap"} {
		if strings.Contains(low, word) && d.options.CRS == "" {
			d.notice("maybe_shifted", saying("the file mentions %q; what is drawn on a Chinese web map may be GCJ-02 or BD-09, some 500 to 1 400 m off; if so, declare the system GCJ-02 or BD-09",
				"文件中出现“%s”；在国内互联网地图上绘制的图形可能为GCJ-02或BD-09坐标，偏移约500至1400米；如是，请声明坐标系GCJ-02或BD-09", word))
			break
		}
	}
	return nil
}

func (r *kmlReader) document() error {
	var polygon *[]rawRing
	var path []string
	for {
		kind, err := r.x.next()
		if err != nil {
			return err
		}
		switch kind {
		case xmlEnd:
			return nil
		case xmlOpen:
			name := r.x.name
			path = append(path, name)
			switch name {
			case "Placemark":
				at := int32(r.x.at - 1)
				r.plot = &rawPlot{where: func() text2 { return r.line(at) }}
			case "Polygon":
				polygon = &[]rawRing{}
			case "Point", "LineString", "Track":
				r.lines++
			case "innerBoundaryIs":
				r.inner = true
			case "outerBoundaryIs":
				r.inner = false
			case "Data", "SimpleData":
				r.field = r.x.attribute("name")
			}
		case xmlClose:
			path = path[:len(path)-1]
			switch r.x.name {
			case "Placemark":
				if r.plot != nil && len(r.plot.polygons) > 0 {
					r.plots = append(r.plots, r.plot)
				}
				r.plot = nil
			case "Polygon":
				if polygon != nil && len(*polygon) > 0 && r.plot != nil {
					r.plot.polygons = append(r.plot.polygons, *polygon)
				}
				polygon = nil
			}
		case xmlText:
			if err := r.text(path, polygon); err != nil {
				return err
			}
		}
	}
}

// text takes what stands inside an element.
func (r *kmlReader) text(path []string, polygon *[]rawRing) error {
	n := len(path)
	if n == 0 || r.plot == nil || len(strings.TrimSpace(r.x.text)) == 0 {
		return nil
	}
	parent := ""
	if n > 1 {
		parent = path[n-2]
	}
	switch {
	case path[n-1] == "coordinates" && parent == "LinearRing" && polygon != nil:
		ring, err := r.ring(r.x.text, int32(r.x.at-len(r.x.text)))
		if err != nil {
			return err
		}
		if r.inner || len(*polygon) == 0 {
			*polygon = append(*polygon, ring)
		} else { // a second outer ring is another polygon
			r.plot.polygons = append(r.plot.polygons, *polygon)
			*polygon = []rawRing{ring}
		}
	case path[n-1] == "name" && parent == "Placemark":
		r.plot.Name = shorten2(strings.TrimSpace(r.x.content()))
	case r.field != "" && (path[n-1] == "value" && parent == "Data" || path[n-1] == "SimpleData"):
		r.plot.attribute(r.field, strings.TrimSpace(r.x.content()))
	}
	return nil
}

// ring reads lon,lat[,height] tuples between blanks.
func (r *kmlReader) ring(b string, offset int32) (ring rawRing, err error) {
	for i := 0; i < len(b); {
		if b[i] <= ' ' {
			i++
			continue
		}
		end := i
		for end < len(b) && b[end] > ' ' {
			end++
		}
		tuple := b[i:min(end, i+120)]
		at := offset + int32(i)
		i = end
		first, rest, _ := strings.Cut(tuple, ",")
		second, _, _ := strings.Cut(rest, ",")
		lon, ok1 := parseNumber(first)
		lat, ok2 := parseNumber(second)
		if !ok1 || !ok2 {
			return ring, refusal(ErrSyntax, r.line(at), quoted(tuple), text2{"longitude,latitude or longitude,latitude,height", "“经度,纬度”或“经度,纬度,高程”"},
				text2{"separate the positions by blanks and their numbers by commas", "各点之间用空格、数值之间用逗号分隔"})
		}
		if err := r.draft.count(1, func() text2 { return r.line(at) }); err != nil {
			return ring, err
		}
		grow(&ring.points, orb.Point{lon, lat})
		grow(&ring.marks, at)
	}
	return ring, nil
}

// attribute adds a value that the file gives of the plot, and takes from it the
// name and number under the words that are usual for them.
func (p *rawPlot) attribute(name, value string) {
	if value == "" || len(p.Attributes) >= 200 {
		return
	}
	p.Attributes = append(p.Attributes, Attribute{shorten(name), shorten2(value)})
	switch strings.ToLower(name) {
	case "name", "name_zh", "名称", "地块名称", "项目名称", "dkmc", "xmmc", "mc", "zdmc":
		if p.Name == "" {
			p.Name = shorten2(value)
		}
	case "number", "地块编号", "编号", "宗地号", "dkbh", "xmbh", "bsm", "zddm", "bh":
		if p.Number == "" {
			p.Number = shorten2(value)
		}
	}
}
