package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"planatlas/api/encode"
	geocrs "planatlas/geo/crs"
	"planatlas/geo/write"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/report"

	"github.com/paulmach/orb/encoding/wkb"
)

// The media types of files for surveyors and drawing offices.
const (
	typeText = "text/plain"
	typeDXF  = "image/vnd.dxf"
)

// GeometryOptions say how the areas of a check are handed on.
type GeometryOptions struct {
	Format  string      // of [GeometryFormats]
	What    report.Role // empty: the site
	CRS     string      // as [geocrs.Named] takes it; empty: what fits the format and the file that was handed in
	UTF8    bool        // texts of the TXT in UTF-8; GBK else
	GBK     bool        // texts of the shapefile in GBK; UTF-8 else
	Decimal int         // of a coordinate in the TXT, 3 or 4; 0: 3 when the numbers have no more
}

// GeometryFormats are the formats in which the areas of a check are handed on.
func GeometryFormats() []string {
	return []string{"geojson", "txt", "shp", "dxf", "kml", "gpkg", "gml", "fgb"}
}

// GeometryFile is a file with areas of a check.
type GeometryFile struct {
	Bytes     []byte
	Media     string
	Extension string // with the dot
	CRS       string // code
}

// Geometry writes areas of an archived check as a file that hands in again what was
// handed in. Formats of GIS are written by the encoders of features, some of them by
// GDAL.
func Geometry(ctx context.Context, formats []encode.Format, r check.Record, o GeometryOptions) (GeometryFile, error) {
	if o.What == "" {
		o.What = report.RoleSite
	}
	if !slices.Contains(report.Roles(), o.What) {
		return GeometryFile{}, &layers.InputError{Param: "what", Value: string(o.What), Want: "site, conflicts, remainder or all"}
	}
	system, err := o.system(r)
	if err != nil {
		return GeometryFile{}, err
	}
	shapes, err := report.Shapes(r, o.What, system)
	if err != nil {
		return GeometryFile{}, err
	}
	f := GeometryFile{CRS: system.Code()}
	switch o.Format {
	case "txt":
		d := report.Drawing(r, shapes, system)
		if d.UTF8 = o.UTF8; o.Decimal != 0 {
			d.Decimals = o.Decimal
		}
		f.Media, f.Extension = typeText+"; charset=gbk", ".txt"
		if d.UTF8 {
			f.Media = typeText + "; charset=utf-8"
		}
		f.Bytes, err = d.TXT()
	case "dxf":
		f.Bytes, f.Media, f.Extension = report.Drawing(r, shapes, system).DXF(), typeDXF, ".dxf"
	default:
		i := slices.IndexFunc(formats, func(f encode.Format) bool { return f.Name == o.Format })
		if i < 0 {
			return f, &layers.InputError{Param: "f", Value: o.Format, Want: "one of " + strings.Join(GeometryFormats(), ", ")}
		}
		f.Media, f.Extension = formats[i].Media, formats[i].Extension
		f.Bytes, err = o.encode(ctx, formats[i], r, shapes, system)
	}
	return f, err
}

// system is the coordinate system of the file.
func (o GeometryOptions) system(r check.Record) (s geocrs.System, err error) {
	if o.CRS == "" {
		own := report.OwnSystem(r)
		degrees := geocrs.CodeCGCS2000
		switch o.Format {
		case "geojson", "kml":
			degrees = geocrs.CodeCRS84
		case "txt", "dxf":
			return own, nil
		}
		if _, plane := own.Plane(); plane && own.Code() == r.Site.CRS && degrees == geocrs.CodeCGCS2000 {
			return own, nil
		}
		return geocrs.Named(degrees)
	}
	const known = "EPSG:4490, EPSG:4491 to EPSG:4554, EPSG:4326 or EPSG:3857"
	if s, err = geocrs.Named(o.CRS); err != nil || s.Shifted() {
		return s, &layers.InputError{Param: "file-crs", Value: o.CRS, Want: known, Err: err}
	}
	_, plane := s.Plane()
	switch {
	case o.Format == "txt" && !plane:
		return s, &layers.InputError{Param: "file-crs", Value: o.CRS, Want: "a Gauss-Kruger system of CGCS2000, EPSG:4491 to EPSG:4554", Hint: "the TXT holds metres of a zone"}
	case (o.Format == "geojson" || o.Format == "kml") && s.Metric():
		return s, &layers.InputError{Param: "file-crs", Value: o.CRS, Want: "longitude and latitude, EPSG:4490 or EPSG:4326", Hint: "the format knows nothing else; take shp, gpkg, dxf or txt"}
	}
	return s, nil
}

// encode writes the shapes as features.
func (o GeometryOptions) encode(ctx context.Context, f encode.Format, r check.Record, shapes []report.Shape, s geocrs.System) ([]byte, error) {
	l := &layers.Layer{ID: "check", Geometry: "MultiPolygon", Title: layers.Text{ZH: "地块检查", EN: "Site check"}, Properties: shapeProperties()}
	view := encode.View{Layer: l, Properties: l.Properties, CRS: crs84, EPSG: s.EPSG(), Decimals: 12}
	if s.EPSG() == 0 {
		view.EPSG = 4326
	}
	if s.Metric() {
		view.Decimals = 6
	}
	if o.GBK {
		view.Charset = "CP936"
	}
	var out bytes.Buffer
	enc, err := f.New(ctx, &out, view)
	if err != nil {
		return nil, err
	}
	defer enc.Free()
	for i, shape := range shapes {
		g, err := wkb.Marshal(shape.Areas)
		if err != nil {
			return nil, fmt.Errorf("write an area: %w", err)
		}
		row := layers.Row{ID: []byte(string(shape.Role) + "-" + strconv.Itoa(i+1)), Geom: g, Values: shapeValues(r, shape)}
		if err := enc.Row(row); err != nil {
			return nil, err
		}
	}
	n := len(shapes)
	if err := enc.Close(encode.End{Page: layers.Page{Returned: n, Matched: int64(n)}, Now: r.Created}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// shapeProperties are short enough for a DBF.
func shapeProperties() []layers.Property {
	var out []layers.Property
	for _, p := range []struct{ name, zh, en string }{{"role", "类别", "Role"}, {"name_zh", "名称", "Name"}, {"check_id", "检查编号", "Check"},
		{"rule", "规则", "Rule"}, {"layer", "图层", "Layer"}, {"verdict", "结论", "Verdict"}, {"counts_as", "计为", "Counts as"}, {"certainty", "确定程度", "Certainty"},
		{"law", "法规", "Law"}, {"article", "条款", "Article"}} {
		out = append(out, layers.Property{Name: p.name, Type: layers.String, Title: layers.Text{ZH: p.zh, EN: p.en}})
	}
	for _, p := range []struct{ name, zh, en, unit string }{{"area_m2", "椭球面积", "Area", "m2"}, {"area_ha", "公顷", "Hectares", "ha"}, {"area_mu", "亩", "Mu", "mu"}} {
		out = append(out, layers.Property{Name: p.name, Type: layers.Number, Title: layers.Text{ZH: p.zh, EN: p.en}, Unit: p.unit})
	}
	return out
}

// shapeValues are those of shapeProperties.
func shapeValues(r check.Record, s report.Shape) [][]byte {
	texts := []string{string(s.Role), s.Name, r.ID, "", "", "", "", "", "", ""}
	if f := s.Finding; f != nil {
		copy(texts[3:], []string{f.Rule, f.Layer, string(f.Verdict), string(f.Counts), string(f.Certainty), f.Law, f.Article})
	}
	for _, v := range []float64{float64(s.Area), s.Area.Hectares(), s.Area.Mu()} {
		texts = append(texts, strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64))
	}
	var out [][]byte
	for _, t := range texts {
		if t == "" {
			out = append(out, nil)
			continue
		}
		out = append(out, []byte(t))
	}
	return out
}

// checkGeometry writes areas of an archived check as a file.
func (s *server) checkGeometry(w *response, req *http.Request) error {
	id, err := pathValue(req, "check")
	if err != nil {
		return err
	}
	query := req.URL.Query()
	o := GeometryOptions{Format: w.format, What: report.Role(query.Get("what")), CRS: query.Get("file-crs")}
	if o.Format == "json" {
		o.Format = "geojson"
	}
	switch charset := query.Get("charset"); strings.ToLower(charset) {
	case "":
	case "gbk":
		o.GBK = true
	case "utf-8":
		o.UTF8 = true
	default:
		return &layers.InputError{Param: "charset", Value: charset, Want: "gbk or utf-8"}
	}
	switch decimals := query.Get("decimals"); decimals {
	case "":
	case "3", "4":
		o.Decimal = int(decimals[0] - '0')
	default:
		return &layers.InputError{Param: "decimals", Value: decimals, Want: "3 or 4"}
	}
	if s.untold(id) {
		return unknownCheck(id, layers.ErrNotFound)
	}
	r, err := s.Reader.Archived(req.Context(), id)
	if err != nil {
		return unknownCheck(id, err)
	}
	f, err := Geometry(req.Context(), s.formats, r, o)
	if errors.Is(err, write.ErrNoPlane) {
		return &layers.InputError{Param: "f", Value: o.Format, Want: "a site in China", Hint: "take geojson", Err: err}
	}
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Crs", "<"+crsAddress(f.CRS)+">")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", "check-"+id+f.Extension))
	return w.document(f.Media, f.Bytes)
}

// crsAddress is the URI of a code.
func crsAddress(code string) string {
	if n, ok := strings.CutPrefix(code, "EPSG:"); ok {
		return crsEPSG + n
	}
	return crs84
}
