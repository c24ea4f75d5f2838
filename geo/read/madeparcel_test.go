package read_test

import (
	"fmt"
	"strconv"
	"strings"

	"planatlas/geo/crs"
)

// parcelCorners are the rings of the parcel of the handbook, northing first.
func parcelCorners() [][][2]int {
	return [][][2]int{
		{{4191674, 38463329}, {4191774, 38463329}, {4191774, 38463429}, {4191674, 38463429}, {4191674, 38463329}},
		{{4191714, 38463369}, {4191714, 38463389}, {4191734, 38463389}, {4191734, 38463369}, {4191714, 38463369}},
	}
}

// madeParcels are the parcel with its hole in the formats of drawing offices, maps and
// tables.
func madeParcels() []made {
	zone, _ := crs.ByEPSG(4526)
	rows := [][]string{{"地块编号", "圈号", "点号", "X坐标(m)", "Y坐标(m)"}}
	var coordinates []string
	var drawing strings.Builder
	drawing.WriteString("0\nSECTION\n2\nENTITIES\n")
	for k, ring := range parcelCorners() {
		var line strings.Builder
		fmt.Fprintf(&drawing, "0\nLWPOLYLINE\n8\nDK\n90\n%d\n70\n1\n", len(ring)-1)
		for i, p := range ring {
			rows = append(rows, []string{"YQ-1", strconv.Itoa(k + 1), fmt.Sprintf("J%d-%d", k+1, i+1), strconv.Itoa(p[0]), strconv.Itoa(p[1])})
			lon, lat := zone.Inverse(float64(p[0]), float64(p[1]))
			fmt.Fprintf(&line, "%.11f,%.11f,0 ", lon, lat)
			if i < len(ring)-1 {
				fmt.Fprintf(&drawing, "10\n%d\n20\n%d\n", p[1], p[0])
			}
		}
		coordinates = append(coordinates, line.String())
	}
	drawing.WriteString("0\nENDSEC\n0\nEOF\n")
	return []made{
		{name: "odd/kml-parcel.kml", data: []byte(kml(kmlPolygon(coordinates[0], coordinates[1])))},
		{name: "odd/dxf-parcel.dxf", data: []byte(drawing.String())},
		{name: "odd/xlsx-parcel.xlsx", data: workbook(rows...)},
	}
}
