package read

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"planatlas/geo"
	"planatlas/geo/crs"
)

// Format is a kind of file that [Sites] reads.
type Format string

// The formats. Those of the second group are read by GDAL.
const (
	FormatTXT     Format = "txt"     // 界址点坐标 TXT of land registration
	FormatPoints  Format = "points"  // a bare list of coordinates
	FormatCSV     Format = "csv"     // a list of points with a header
	FormatXLSX    Format = "xlsx"    // the same as a workbook
	FormatGeoJSON Format = "geojson" // RFC 7946, and GeoJSON 2008 with crs
	FormatJSONFG  Format = "jsonfg"  // OGC Features and Geometries JSON
	FormatWKT     Format = "wkt"     // WKT and EWKT
	FormatKML     Format = "kml"
	FormatKMZ     Format = "kmz"

	FormatShapefile  Format = "shapefile" // as a zip
	FormatGeoPackage Format = "geopackage"
	FormatFileGDB    Format = "filegdb" // as a zip
	FormatDXF        Format = "dxf"
	FormatFlatGeobuf Format = "flatgeobuf"
	FormatMapInfo    Format = "mapinfo" // TAB or MIF as a zip
	FormatGML        Format = "gml"
)

// FaultPolicy says what becomes of a site with faults in its geometry.
type FaultPolicy int

// The policies. Nothing is ever mended without being told.
const (
	RefuseFaults FaultPolicy = iota // an *Error that lists them
	RepairFaults                    // mended, each repair a notice, or refused when it cannot be
	KeepFaults                      // the shape as it is, with its faults beside it
)

// Repairer mends what needs the whole machinery of a spatial database: rings that
// cross themselves and parts that overlap.
type Repairer interface {
	// MakeValid returns a valid shape that covers the same places, in the same
	// system (EPSG:4490, longitude before latitude), as ST_MakeValid does.
	MakeValid(ctx context.Context, shape geo.Shape) (geo.Shape, error)
}

// Options says how a file is to be read. The zero value finds out everything.
type Options struct {
	Name   string    // of the file; its ending helps where the content leaves a doubt, and never against it
	Format Format    // empty: found out
	CRS    string    // declared by who hands the file in, as [crs.Named] takes it; empty: found out
	Layer  string    // the layer of a DXF, GeoPackage or the like; empty: the only one with areas
	Tables []string  // for [OpenRows]: names by which the wanted layer is known, when several are there
	Packed bool      // degrees are written ddd.mmss
	Home   orb.Bound // where sites are expected, degrees; zero: Yangquan
	Limits Limits    // Vertices bounds all plots together

	AccuracyM float64              // of the survey as claimed, metres; 0: nothing is claimed
	Faults    FaultPolicy          // what becomes of a geometry with faults
	Repairer  Repairer             // for RepairFaults; nil: what crosses itself is refused
	GDAL      *GDAL                // nil: formats of GDAL are refused
	Datums    []crs.Transformation // that the operator has installed; without them Xian 1980 and Beijing 1954 are refused
}

// Attribute is one value that the file gives of a plot, as text.
type Attribute struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Belief is one thing that was found out about the file, and why.
type Belief struct {
	What  string `json:"what"`  // format, encoding, crs, zone, axis_order, layer
	Value string `json:"value"` // such as "EPSG:4526"
	ZH    string `json:"zh"`    // the reason
	EN    string `json:"en"`
}

// Plot is one site of a file.
type Plot struct {
	Number     string      `json:"number,omitempty"` // 地块编号
	Name       string      `json:"name,omitempty"`   // 地块名称
	Attributes []Attribute `json:"attributes,omitempty"`

	Shape      geo.Shape        `json:"-"`                     // EPSG:4490, longitude before latitude; orb.Polygon or orb.MultiPolygon
	Source     orb.MultiPolygon `json:"-"`                     // the numbers of the file in Result.System, easting or longitude first
	PlaneM2    float64          `json:"plane_m2,omitempty"`    // plane area in a Gauss-Kruger system; 0 in any other
	DeclaredHa float64          `json:"declared_ha,omitempty"` // the area that the file states, hectares; 0: none
	Faults     []Fault          `json:"faults,omitempty"`      // what is wrong with the shape
	Repair     *Repair          `json:"repair,omitempty"`      // what was mended
}

// Repair says what mending a plot changed, in areas on the ellipsoid.
type Repair struct {
	BeforeM2 geo.SquareMetres `json:"before_m2"` // holes subtracted, what overlaps counted twice
	AfterM2  geo.SquareMetres `json:"after_m2"`
}

// Result is what a file holds, and what was believed about it.
type Result struct {
	Format     Format      `json:"format"`
	CRS        string      `json:"crs"`                  // code of System
	System     crs.System  `json:"-"`                    // of the numbers in the file
	AccuracyM  float64     `json:"accuracy_m,omitempty"` // the worse of Options.AccuracyM and what the system allows
	Attributes []Attribute `json:"attributes,omitempty"` // of the whole file: its head
	Plots      []Plot      `json:"plots"`                // at least one
	Notices    []Notice    `json:"notices,omitempty"`
	Beliefs    []Belief    `json:"beliefs"`
	SHA256     string      `json:"sha256"` // of the file, lower-case hex
}

// maxNames is how many plots' names make up the name of a site.
const maxNames = 20

// maxBytes bounds a file whatever the limits say: places in it are kept in 32 bits.
const maxBytes = 1 << 30

// SitesFrom is [Sites] for a file that is read as far as Options.Limits.Bytes.
func SitesFrom(ctx context.Context, r io.Reader, o Options) (Result, error) {
	lim := o.Limits.withDefaults()
	var b bytes.Buffer
	if _, err := io.Copy(&b, io.LimitReader(r, lim.Bytes+1)); err != nil {
		return Result{}, fmt.Errorf("read the file: %w", err)
	}
	return Sites(ctx, b.Bytes(), o)
}

// Sites reads a file with one or more sites, whatever its format, encoding and
// coordinate system: it finds these out, says what it believes and why, and
// refuses what contradicts itself. What was read otherwise than it was written is
// told in Notices. The shapes are on CGCS2000, EPSG:4490.
//
// A mistake in the file is an [*Error] with both languages; any other error is one
// of the machine.
func Sites(ctx context.Context, data []byte, o Options) (Result, error) {
	o.Limits = o.Limits.withDefaults()
	o.Limits.Bytes = min(o.Limits.Bytes, maxBytes)
	if o.Home.IsZero() {
		o.Home.Min[0], o.Home.Min[1], o.Home.Max[0], o.Home.Max[1] = crs.City()
	}
	if int64(len(data)) > o.Limits.Bytes {
		return Result{}, tooManyBytes(o.Limits.Bytes)
	}
	d := &draft{ctx: ctx, data: data, options: o}
	if err := d.read(); err != nil {
		return Result{}, d.complete(err)
	}
	if d.dropped > 0 {
		d.result.Notices = append(d.result.Notices, Notice{Code: "more_notices", ZH: fmt.Sprintf("另有%d条提示未列出", d.dropped), EN: fmt.Sprintf("%d more notices are not listed", d.dropped)})
	}
	sum := sha256.Sum256(data)
	d.result.SHA256 = hex.EncodeToString(sum[:])
	return d.result, nil
}

func tooManyBytes(limit int64) error {
	size := fmt.Sprintf("%d MiB", limit>>20)
	if limit < 1<<20 {
		size = fmt.Sprintf("%d B", limit)
	}
	return refusal(ErrTooLarge, text2{}, text2{"a file of more than " + size, "文件超过" + size},
		text2{"at most " + size, "不超过" + size}, text2{"hand in the boundary of the site alone, without drawings or other layers", "请只提交地块边界，去掉其他图层和附件"})
}

// Site joins the plots of a result into the one site of a check: its shape is an
// orb.MultiPolygon when there are several. Data is the file as it was handed in.
// Plots that overlap were told of in the notices; as one shape they are not valid.
func (r Result) Site(data []byte) Site {
	s := Site{Format: string(r.Format), CRS: r.CRS, Notices: r.Notices, SHA256: r.SHA256, Bytes: data}
	var all orb.MultiPolygon
	var names []string
	for _, p := range r.Plots {
		all = append(all, geo.Polygons(p.Shape.Geom)...)
		if p.Name != "" && len(names) < maxNames && !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	s.Name = strings.Join(names, "、")
	s.Shape = geo.Shape{SRID: geo.CGCS2000, Geom: all}
	if len(all) == 1 {
		s.Shape.Geom = all[0]
	}
	return s
}

// read goes through the stages.
func (d *draft) read() error {
	read, err := d.recognise()
	if err != nil {
		return err
	}
	if err := read(); err != nil {
		return err
	}
	if len(d.plots) == 0 {
		return refusal(ErrGeometry, text2{}, text2{"a file without any area", "文件中没有面状地块"},
			text2{"at least one closed outline", "至少一个闭合的地块边界"}, text2{"draw the outline of the site as a polygon", "请以面（闭合多边形）绘制地块边界"})
	}
	if err := d.locate(); err != nil {
		return err
	}
	if err := d.assemble(); err != nil {
		return err
	}
	return d.judge()
}
