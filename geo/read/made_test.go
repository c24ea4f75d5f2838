package read_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"planatlas/geo/read"
)

// made is a file of the corpus: how it is made and how it is read. Its name starts
// with the kind: good has no notices, odd has some, broken is refused.
type made struct {
	name string
	data []byte
	opt  read.Options
}

// parcel is the plot of 9600 m² that most files of the corpus draw: a square of
// 100 m with a hole of 20 m, in zone 38 with the zone number.
const parcel = `[属性描述]
格式版本号=1.01版本
数据产生单位=阳泉市自然资源局
数据产生日期=2026-11-24
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=38
精度=0.001
转换参数=,,,,,,
[地块坐标]
10,0.9600,YQ-2026-001,地块一,面,J49G052090,工业用地,1001,@
J1,1,4191674.000,38463329.000
J2,1,4191774.000,38463329.000
J3,1,4191774.000,38463429.000
J4,1,4191674.000,38463429.000
J1,1,4191674.000,38463329.000
J5,2,4191714.000,38463369.000
J6,2,4191714.000,38463389.000
J7,2,4191734.000,38463389.000
J8,2,4191734.000,38463369.000
J5,2,4191714.000,38463369.000
`

// edit replaces pieces of a text, each of which must be there.
func edit(text string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			panic("nothing to replace: " + pairs[i])
		}
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	return text
}

func gbk(s string) []byte {
	b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil {
		panic(err)
	}
	return b
}

func utf16(s string) []byte {
	b, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(s))
	if err != nil {
		panic(err)
	}
	return b
}

// packed makes a ZIP of names and contents; names may be any bytes.
func packed(parts ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: parts[i], Method: zip.Deflate, NonUTF8: true})
		if err == nil {
			_, err = w.Write([]byte(parts[i+1]))
		}
		if err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// shp makes a .shp and .shx of one polygon.
func shp(rings ...[][2]float64) (main, index string) {
	var content bytes.Buffer
	le := func(v any) { _ = binary.Write(&content, binary.LittleEndian, v) }
	west, south, east, north := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	n := 0
	for _, r := range rings {
		for _, p := range r {
			west, east, south, north = min(west, p[0]), max(east, p[0]), min(south, p[1]), max(north, p[1])
			n++
		}
	}
	le(int32(5))
	le([]float64{west, south, east, north})
	le([]int32{int32(len(rings)), int32(n)})
	at := int32(0)
	for _, r := range rings {
		le(at)
		at += int32(len(r))
	}
	for _, r := range rings {
		for _, p := range r {
			le(p[:])
		}
	}
	header := func(words int) []byte {
		var h bytes.Buffer
		_ = binary.Write(&h, binary.BigEndian, []int32{9994, 0, 0, 0, 0, 0, int32(words)})
		_ = binary.Write(&h, binary.LittleEndian, []int32{1000, 5})
		_ = binary.Write(&h, binary.LittleEndian, []float64{west, south, east, north, 0, 0, 0, 0})
		return h.Bytes()
	}
	words := content.Len() / 2
	var a, b bytes.Buffer
	a.Write(header(50 + 4 + words))
	_ = binary.Write(&a, binary.BigEndian, []int32{1, int32(words)})
	a.Write(content.Bytes())
	b.Write(header(50 + 4))
	_ = binary.Write(&b, binary.BigEndian, []int32{50, int32(words)})
	return a.String(), b.String()
}

// dbf makes a DBF of one record; names and values are bytes as they stand in it.
func dbf(ldid byte, fields ...string) string {
	var b bytes.Buffer
	width := 1
	for i := 0; i < len(fields); i += 2 {
		width += 60
	}
	head := make([]byte, 32)
	copy(head, []byte{3, 126, 11, 24, 1, 0, 0, 0})
	binary.LittleEndian.PutUint16(head[8:], uint16(33+len(fields)/2*32))
	binary.LittleEndian.PutUint16(head[10:], uint16(width))
	head[29] = ldid
	b.Write(head)
	for i := 0; i < len(fields); i += 2 {
		f := make([]byte, 32)
		copy(f[:10], fields[i])
		f[11], f[16] = 'C', 60
		b.Write(f)
	}
	b.WriteString("\r ")
	for i := 1; i < len(fields); i += 2 {
		b.WriteString(fields[i] + strings.Repeat(" ", 60-len(fields[i])))
	}
	b.WriteByte(0x1a)
	return b.String()
}

// The corners of the parcel, outer ring clockwise as a Shapefile has it.
func parcelRings() [][][2]float64 {
	e, n := 38463329.0, 4191674.0
	return [][][2]float64{
		{{e, n}, {e, n + 100}, {e + 100, n + 100}, {e + 100, n}, {e, n}},
		{{e + 40, n + 40}, {e + 60, n + 40}, {e + 60, n + 60}, {e + 40, n + 60}, {e + 40, n + 40}},
	}
}

// coordinates writes the rings of the parcel as GeoJSON has them.
func coordinates() string {
	var out []string
	for _, r := range parcelRings() {
		var ps []string
		for _, p := range r {
			ps = append(ps, fmt.Sprintf("[%.0f,%.0f]", p[0], p[1]))
		}
		slices.Reverse(ps)
		out = append(out, "["+strings.Join(ps, ",")+"]")
	}
	return "[" + strings.Join(out, ",") + "]"
}

const prj4526 = `PROJCS["CGCS2000_3_Degree_GK_Zone_38",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",38500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`

// workbook makes an XLSX of one sheet; cells that are numbers stand as such.
func workbook(rows ...[]string) []byte {
	var sheet, shared strings.Builder
	n := 0
	for r, row := range rows {
		fmt.Fprintf(&sheet, `<row r="%d">`, r+1)
		for c, v := range row {
			ref := fmt.Sprintf("%c%d", 'A'+c, r+1)
			switch {
			case v == "":
			case strings.Trim(v, "0123456789.") == "":
				fmt.Fprintf(&sheet, `<c r="%s"><v>%s</v></c>`, ref, v)
			default:
				fmt.Fprintf(&sheet, `<c r="%s" t="s"><v>%d</v></c>`, ref, n)
				shared.WriteString(`<si><t>` + v + `</t></si>`)
				n++
			}
		}
		sheet.WriteString(`</row>`)
	}
	const xml = `<?xml version="1.0" encoding="UTF-8"?>`
	return packed("[Content_Types].xml", xml+`<Types/>`,
		"xl/workbook.xml", xml+`<workbook xmlns:r="r"><sheets><sheet name="界址点" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", xml+`<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/sharedStrings.xml", xml+`<sst>`+shared.String()+`</sst>`,
		"xl/worksheets/sheet1.xml", xml+`<worksheet><sheetData>`+sheet.String()+`</sheetData></worksheet>`)
}

// byOGR makes files by ogr2ogr, for formats that only it writes.
func byOGR(t *testing.T) (out []made) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in.geojson")
	text := `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:4526"}},"features":[{"type":"Feature","properties":{"name":"阳泉高新区","dkbh":"YQ-1"},"geometry":{"type":"Polygon","coordinates":` + coordinates() + `}}]}`
	if err := os.WriteFile(in, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) {
		cmd := exec.CommandContext(t.Context(), "ogr2ogr", append(args, in)...)
		cmd.Dir, cmd.WaitDelay = dir, time.Second
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", cmd, err, said)
		}
	}
	file := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	run("-f", "GPKG", "a.gpkg", "-nln", "site")
	run("-f", "FlatGeobuf", "a.fgb", "-nln", "site")
	run("-f", "MapInfo File", "-dsco", "FORMAT=MIF", "a.mif", "-lco", "ENCODING=UTF-8")
	run("-f", "GML", "a.gml", "-dsco", "FORMAT=GML3.2", "-dsco", "XSISCHEMA=OFF")
	run("-f", "OpenFileGDB", "a.gdb", "-nln", "site")
	run("-f", "GPKG", "two.gpkg", "-nln", "site")
	run("-f", "GPKG", "-append", "two.gpkg", "-nln", "other")
	var gdb []string
	err := filepath.WalkDir(filepath.Join(dir, "a.gdb"), func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			gdb = append(gdb, "地块.gdb/"+filepath.Base(p), string(file("a.gdb/"+filepath.Base(p))))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return []made{
		{name: "good/geopackage.gpkg", data: file("a.gpkg")},
		{name: "good/flatgeobuf.fgb", data: file("a.fgb")},
		{name: "good/mapinfo.mif.zip", data: packed("地块.mif", string(file("a.mif")), "地块.mid", string(file("a.mid")))},
		{name: "good/gml.gml", data: file("a.gml")},
		{name: "good/filegdb.gdb.zip", data: packed(gdb...)},
		{name: "good/geopackage-layer.gpkg", data: file("two.gpkg"), opt: read.Options{Layer: "other"}},
		{name: "broken/geopackage-two-layers.gpkg", data: file("two.gpkg")},
		{name: "broken/geopackage-cut.gpkg", data: file("a.gpkg")[:5000]},
		{name: "broken/flatgeobuf-cut.fgb", data: file("a.fgb")[:100]},
	}
}
