package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"planatlas/geo/crs"

	"github.com/paulmach/orb"
)

// mostPoints is how many boundary points are printed. The workbook has all.
const mostPoints = 1000

// point is one point of the boundary, as it is printed.
type point struct {
	name        string
	polygon     int
	ring        int
	north, east float64
	at          orb.Point // lon/lat
	length      float64   // of the edge to the next point, on the plane
}

// boundaryPoints are the points of the site ring by ring. The names J1, J2, … run
// through all rings, and each ring ends with its first point.
func boundaryPoints(site orb.MultiPolygon, c crs.CRS) [][]point {
	var rings [][]point
	n := 0
	for i, polygon := range site {
		for k, ring := range polygon {
			var points []point
			for _, p := range open(ring) {
				n++
				north, east := c.Forward(p[0], p[1])
				points = append(points, point{name: "J" + strconv.Itoa(n), polygon: i + 1, ring: k + 1, north: north, east: east, at: p})
			}
			if len(points) == 0 {
				continue
			}
			points = append(points, points[0])
			for j := range points[:len(points)-1] {
				points[j].length = math.Hypot(points[j+1].north-points[j].north, points[j+1].east-points[j].east)
			}
			points[len(points)-1].length = math.NaN()
			rings = append(rings, points)
		}
	}
	return rings
}

// points is the table of boundary points (界址点成果表), and the same with all points
// for the workbook.
func (r *Report) points() (section, table) {
	p := newPlane(r.answer, r.site)
	full := table{Small: true, Head: []column{r.column("点号", "Point", 0.09, false), r.column("地块", "Part", 0.07, true), r.column("圈号", "Ring", 0.07, true),
		{r.say("X（北）", "X north") + "\nm", 0.16, true}, {r.say("Y（东）", "Y east") + "\nm", 0.17, true}, {r.say("经度", "Longitude") + "\n°", 0.16, true},
		{r.say("纬度", "Latitude") + "\n°", 0.15, true}, {r.say("边长", "Edge") + "\nm", 0.13, true}}}
	for _, ring := range boundaryPoints(r.site, p.crs) {
		for _, q := range ring {
			length := words("")
			if !math.IsNaN(q.length) {
				length = metres(q.length)
			}
			full.Rows = append(full.Rows, row{Cells: []cell{words(q.name), number(strconv.Itoa(q.polygon), 0), number(strconv.Itoa(q.ring), 0),
				number(printed(q.north, decimalsGrid), decimalsGrid), number(printed(q.east, decimalsGrid), decimalsGrid),
				number(printed(q.at[0], decimalsDegree), decimalsDegree), number(printed(q.at[1], decimalsDegree), decimalsDegree), length}})
		}
	}
	shown := full
	note := r.say("坐标系："+p.crs.ZH()+"（"+p.crs.Code()+"），X为北坐标，Y为东坐标并含带号；经纬度为2000国家大地坐标系（EPSG:4490）。点号顺序与输入文件一致，各圈首尾点相同；边长为平面边长。",
		"Coordinates: "+p.crs.EN()+" ("+p.crs.Code()+"), X north, Y east with the zone number; longitude and latitude on CGCS2000 (EPSG:4490). Points are in the order of the input, each ring ends where it begins; edges are lengths on the plane.")
	if n := len(full.Rows); n > mostPoints {
		shown.Rows = full.Rows[:mostPoints]
		note = strings.Join([]string{r.say(fmt.Sprintf("共 %d 行，这里印出前 %d 行；全部界址点在 XLSX 报告中。", n, mostPoints), fmt.Sprintf("The first %d of %d rows; all are in the XLSX report.", mostPoints, n)), note}, "\n")
	}
	return section{Title: r.name("界址点成果表", "Boundary points"), Fresh: true, Blocks: []block{tableBlock(shown), noteBlock(plain, note)}}, full
}
