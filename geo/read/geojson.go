package read

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"planatlas/geo"
)

// GeoJSONSite reads a planner's site: an RFC 7946 Polygon or MultiPolygon, a
// Feature with one, or a FeatureCollection of such features, which are joined
// into one MultiPolygon. Positions are longitude, latitude in degrees on
// CGCS2000. The name comes from the members name, name_zh or 名称 of the
// features' properties, the distinct ones shortened and joined by "、".
//
// Every position is kept as given. What is read otherwise than it was written is
// told in Notices: a byte order mark ("bom"), a third number of a position that
// is left out ("z_dropped"), a ring turned to RFC 7946's winding ("winding"),
// and, without any change, a site outside China ("outside_china"). Whether rings
// cross or holes lie outside is not judged here.
//
// Every error is an [*Error].
func GeoJSONSite(data []byte, lim Limits) (Site, error) {
	lim = lim.withDefaults()
	s := siteReader{site: Site{Format: "GeoJSON", Bytes: data}}
	doc, err := s.parse(data, lim)
	if err != nil {
		return Site{}, err
	}
	if err := s.object(&doc, nil); err != nil {
		return Site{}, err
	}
	return s.finish(), nil
}

// siteReader gathers the polygons of a document.
type siteReader struct {
	site     Site
	build    builder
	polygons orb.MultiPolygon
	multi    bool // a MultiPolygon or several features
	turned   int  // rings whose winding was changed
	names    []string
}

// parse turns the bytes into a JSON value.
func (s *siteReader) parse(data []byte, lim Limits) (value, error) {
	if int64(len(data)) > lim.Bytes {
		return value{}, &Error{Value: strconv.Itoa(len(data)) + " bytes", Want: "at most " + strconv.FormatInt(lim.Bytes, 10) + " bytes",
			Hint: "simplify the outline or leave out what is not the site", Err: ErrTooLarge}
	}
	if rest, ok := bytes.CutPrefix(data, []byte("\ufeff")); ok {
		data = rest
		s.notice("bom", "文件以UTF-8字节顺序标记（BOM）开头，已忽略", "the file starts with a UTF-8 byte order mark, which was passed over")
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return value{}, &Error{Value: "an empty body", Want: wantSite, Hint: "send the GeoJSON of the site as the body", Err: ErrSyntax}
	}
	where := func(offset int64) string { return lineAndColumn(data, offset) }
	if bad := invalidUTF8(data); bad >= 0 {
		return value{}, &Error{Where: where(int64(bad)), Value: fmt.Sprintf("the byte 0x%02x", data[bad]), Want: "text in UTF-8",
			Hint: "save the file as UTF-8; it looks like GBK or UTF-16", Err: ErrSyntax}
	}
	p := newParser(bytes.NewReader(data), lim, where, func() int64 { return int64(len(data)) })
	doc, err := p.value(nil, 0)
	if err != nil {
		return value{}, err
	}
	return doc, p.close()
}

// lineAndColumn names a byte of the text, both numbers from 1, the column in
// characters.
func lineAndColumn(data []byte, offset int64) string {
	before := data[:min(max(offset, 0), int64(len(data)))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Sprintf("line %d:%d", line, column)
}

// invalidUTF8 returns the index of the first byte that is not UTF-8, or -1.
func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// wantSite says what a site may be.
const wantSite = "a GeoJSON Polygon or MultiPolygon, a Feature with one, or a FeatureCollection of such features"

// object reads the document, a feature or a geometry.
func (s *siteReader) object(v *value, at *path) error {
	t, err := typeOf(v, at, wantSite)
	if err != nil {
		return err
	}
	if err := s.crs(v, at); err != nil {
		return err
	}
	switch t {
	case "Feature":
		return s.feature(v, at)
	case "FeatureCollection":
		return s.collection(v, at)
	default:
		return s.geometry(t, v, at)
	}
}

// collection reads the features of a FeatureCollection.
func (s *siteReader) collection(v *value, at *path) error {
	f, ok := v.member("features")
	if !ok {
		return refuse(at, v, `a member "features"`, "a FeatureCollection needs one")
	}
	at = at.key("features")
	if f.kind != array || len(f.items) == 0 {
		return refuse(at, f, "an array of at least one polygon feature", "")
	}
	s.multi = len(f.items) > 1
	for i := range f.items {
		item, at := &f.items[i], at.item(i)
		t, err := typeOf(item, at, "a Feature")
		if err != nil {
			return err
		}
		if t != "Feature" {
			m, _ := item.member("type")
			return refuse(at.key("type"), m, "a Feature", nearest(t, "Feature"))
		}
		if err := s.object(item, at); err != nil {
			return err
		}
	}
	return nil
}

// feature reads the geometry and the name of a feature.
func (s *siteReader) feature(v *value, at *path) error {
	if properties, ok := v.member("properties"); ok {
		s.name(properties)
	}
	g, ok := v.member("geometry")
	if !ok {
		return refuse(at, v, `a member "geometry"`, "a Feature needs one")
	}
	at = at.key("geometry")
	t, err := typeOf(g, at, "a Polygon or MultiPolygon")
	if err != nil {
		return err
	}
	if err := s.crs(g, at); err != nil {
		return err
	}
	return s.geometry(t, g, at)
}

// name notes the first name that the properties of a feature give.
func (s *siteReader) name(properties *value) {
	for _, key := range [3]string{"name", "name_zh", "名称"} {
		v, ok := properties.member(key)
		if !ok || v.kind != text || strings.TrimSpace(v.text) == "" {
			continue
		}
		if name := shorten(strings.TrimSpace(v.text)); !slices.Contains(s.names, name) && len(s.names) < maxNames {
			s.names = append(s.names, name)
		}
		return
	}
}

// maxNames is how many features' names make up the name of a site.
const maxNames = 20

// geometry adds a polygon or multipolygon to the site.
func (s *siteReader) geometry(t string, v *value, at *path) error {
	if t != "Polygon" && t != "MultiPolygon" {
		m, _ := v.member("type")
		want := wantSite
		if at != nil {
			want = "a Polygon or MultiPolygon"
		}
		return refuse(at.key("type"), m, want, otherType(t))
	}
	g, err := s.build.geometry(v, at)
	if err != nil {
		return err
	}
	switch g := g.(type) {
	case orb.Polygon:
		s.polygons = append(s.polygons, g)
	case orb.MultiPolygon:
		s.multi = true
		s.polygons = append(s.polygons, g...)
	}
	return nil
}

// otherType says what to do about a geometry that bounds no area.
func otherType(t string) string {
	switch t {
	case "Point", "MultiPoint":
		return "a point has no area; draw the outline of the site"
	case "LineString", "MultiLineString":
		return "a line has no area; close it and write it as a Polygon"
	case "GeometryCollection":
		return "write its polygons as a MultiPolygon or as features"
	case "Feature", "FeatureCollection":
		return "features do not lie inside features; put the geometry itself here"
	case "Topology":
		return "TopoJSON is not GeoJSON; export as GeoJSON"
	default:
		return nearest(t, "Polygon", "MultiPolygon", "Feature", "FeatureCollection")
	}
}

// finish turns rings, tells the notices and returns the site.
func (s *siteReader) finish() Site {
	for _, polygon := range s.polygons {
		for i, ring := range polygon {
			if (twiceArea(ring) > 0) != (i == 0) {
				ring.Reverse()
				s.turned++
			}
		}
	}
	if n := s.build.third; n > 0 {
		s.notice("z_dropped", fmt.Sprintf("%d个坐标含高程等第三个数值，已舍去", n), fmt.Sprintf("positions with a third number such as a height, which was left out: %d", n))
	}
	if n := s.turned; n > 0 {
		s.notice("winding", fmt.Sprintf("%d个环的方向已按RFC 7946调整（外环逆时针，内环顺时针），坐标未变", n), fmt.Sprintf("rings turned to the winding of RFC 7946 (outer rings counter-clockwise, holes clockwise): %d; no coordinate was changed", n))
	}
	if n := s.build.abroad; n > 0 {
		s.notice("outside_china", fmt.Sprintf("%d个坐标位于中国范围之外，请核对", n), fmt.Sprintf("positions outside China, please check them: %d", n))
	}
	s.site.Shape = geo.Shape{SRID: geo.CGCS2000, Geom: s.polygons}
	if !s.multi {
		s.site.Shape.Geom = s.polygons[0]
	}
	if s.site.CRS == "" {
		s.site.CRS = "OGC:CRS84"
	}
	s.site.Name = strings.Join(s.names, "、")
	sum := sha256.Sum256(s.site.Bytes)
	s.site.SHA256 = hex.EncodeToString(sum[:])
	return s.site
}

// notice adds a notice.
func (s *siteReader) notice(code, zh, en string) {
	s.site.Notices = append(s.site.Notices, Notice{Code: code, ZH: zh, EN: en})
}
