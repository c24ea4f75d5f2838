package read_test

import (
	"context"
	"fmt"

	"planatlas/geo"
	"planatlas/geo/read"
)

func ExampleSites() {
	file := []byte("[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=\n[地块坐标]\n4,1.0000,YQ-1,地块一,面,,,,@\n" +
		"J1,1,4191674,463329\nJ2,1,4191774,463329\nJ3,1,4191774,463429\nJ4,1,4191674,463429\nJ1,1,4191674,463329\n")
	r, err := read.Sites(context.Background(), file, read.Options{Name: "site.txt"})
	if err != nil {
		fmt.Println(err) // one sentence; in Chinese in ZH of the *read.Error
		return
	}
	fmt.Println(r.Format, r.CRS, r.Plots[0].Number, r.Plots[0].Name, geo.Area(r.Plots[0].Shape.Geom).FormatM2(), "m²")
	fmt.Println(r.Site(file).Name, r.Site(file).Shape.SRID)
	for _, n := range r.Notices {
		fmt.Println(n.Code+":", n.ZH)
	}
	// Output:
	// txt EPSG:4547 YQ-1 地块一 9999.67 m²
	// 地块一 EPSG:4490
	// count_differs: 第6行：地块行写明4个界址点，实有5行，以实有行为准
	// zone_inferred: 推断带号为38：文件未注明带号，仅按2000国家大地坐标系3度带第38带，中央经线114°E，不带带号位于本市
}
