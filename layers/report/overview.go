package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"planatlas/geo"
	"planatlas/geo/crs"
	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/paulmach/orb"
)

// blank is a line on which people write by hand.
const blank = "________________"

func (r *Report) projectName() string {
	if name := r.answer.Site.Input.Name; name != "" {
		return name
	}
	return r.name("未命名地块", "Site without a name")
}

// project is 项目概况.
func (r *Report) project() section {
	a := r.answer
	rows := []row{
		fact(r.name("项目名称", "Project"), r.projectName()),
		fact(r.name("项目代码", "Project code"), blank),
		fact(r.name("建设单位", "Applicant"), blank),
	}
	area := a.Site.Area
	ellipsoidal := amount(area.Measure, 0)
	plane := geo.SquareMetres(area.PlaneM2)
	rows = append(rows,
		fact(r.name("用地面积（椭球）", "Area on the ellipsoid"), fmt.Sprintf("%s m²   %s %s   %s %s",
			ellipsoidal.M2, ellipsoidal.Ha, r.name("公顷", "ha"), ellipsoidal.Mu, r.name("亩", "mu"))),
		fact(r.name("用地面积（平面）", "Area on the plane"), fmt.Sprintf("%s m²   %s %s   %s %s\n%s",
			plane.FormatM2(), plane.FormatHectares(), r.name("公顷", "ha"), plane.FormatMu(), r.name("亩", "mu"), r.systemName(area.PlaneCRS))),
		fact(r.name("地块", "Parts"), r.parts()),
		fact(r.name("坐标系", "Coordinate system"), r.inputSystem(a.Site.Input.CRS)),
		fact(r.name("界址精度", "Accuracy of the boundary"), r.accuracy(a.Site.AccuracyM)),
		fact(r.name("输入文件", "Input file"), a.Site.Input.Format+"\nSHA-256 "+a.Site.Input.SHA256))
	if notices := r.notices(a.Site.Input.Notices); notices != "" {
		rows = append(rows, fact(r.name("读入说明", "Notices of reading"), notices))
	}
	rows = append(rows, fact(r.name("检查日期", "Day of the check"), r.say(string(a.Provenance.Day)+"（适用当日有效的法律、规则和数据）", string(a.Provenance.Day)+" (laws, rules and data in force on that day)")))
	rows = append(rows, r.attributes()...)
	return section{Title: r.name("项目概况", "Project"), Blocks: []block{
		tableBlock(facts("", rows...)),
		noteBlock(plain, r.say("面积按2000国家大地坐标系椭球面计算，占比以椭球面积为基数；平面面积仅供与勘测定界成果对照。1公顷=15亩。",
			"Areas are measured on the CGCS2000 ellipsoid, and shares are of that area; the plane area is for comparison with survey reports. 1 ha = 15 mu.")),
	}}
}

// attributes are what was said of the project.
func (r *Report) attributes() []row {
	var rows []row
	said := maps.Clone(r.answer.Project)
	for _, a := range check.Attributes() {
		value, ok := said[a.Name]
		if !ok {
			continue
		}
		delete(said, a.Name)
		rows = append(rows, fact(r.o.Lang.label(a.Title), r.value(a, value)))
	}
	for _, name := range slices.Sorted(maps.Keys(said)) {
		rows = append(rows, fact(name, fmt.Sprint(said[name])))
	}
	if len(rows) == 0 {
		rows = []row{fact(r.name("项目属性", "Attributes of the project"), r.say("检查时未提供", "none were given"))}
	}
	return rows
}

// value writes a value of an attribute of a project.
func (r *Report) value(a check.Attribute, value any) string {
	switch v := value.(type) {
	case bool:
		if v {
			return r.name("是", "yes")
		}
		return r.name("否", "no")
	case string:
		for _, c := range a.Codes {
			if c.Value == v {
				return r.o.Lang.label(c.Title)
			}
		}
		return v
	}
	return fmt.Sprint(value)
}

func attribute(name string) check.Attribute {
	for _, a := range check.Attributes() {
		if a.Name == name {
			return a
		}
	}
	return check.Attribute{Name: name, Title: layers.Text{ZH: name, EN: name}}
}

// parts counts polygons, rings and points.
func (r *Report) parts() string {
	rings, points := 0, 0
	for _, polygon := range r.site {
		for _, ring := range polygon {
			rings++
			points += len(open(ring))
		}
	}
	return r.say(fmt.Sprintf("地块 %d 个，圈 %d 个，界址点 %d 个", len(r.site), rings, points),
		fmt.Sprintf("%d polygons, %d rings, %d boundary points", len(r.site), rings, points))
}

// open is a ring without the point that closes it.
func open(ring orb.Ring) orb.Ring {
	if n := len(ring); n > 1 && ring[0] == ring[n-1] {
		return ring[:n-1]
	}
	return ring
}

func (r *Report) inputSystem(code string) string {
	switch code {
	case "OGC:CRS84":
		return r.say("经纬度，按2000国家大地坐标系（CRS84 / EPSG:4490）", "longitude and latitude, taken as CGCS2000 (CRS84 / EPSG:4490)")
	case "EPSG:4490":
		return r.say("2000国家大地坐标系经纬度（EPSG:4490）", "longitude and latitude on CGCS2000 (EPSG:4490)")
	}
	return r.systemName(code)
}

// systemName describes a projected system by its code.
func (r *Report) systemName(code string) string {
	c, ok := system(code)
	if !ok {
		return code
	}
	return r.say(c.ZH()+"（"+code+"）", c.EN()+" ("+code+")")
}

func system(code string) (crs.CRS, bool) {
	var epsg int
	if _, err := fmt.Sscanf(code, "EPSG:%d", &epsg); err != nil {
		return crs.CRS{}, false
	}
	return crs.ByEPSG(epsg)
}

func (r *Report) accuracy(m float64) string {
	if m <= 0 {
		return r.say("未声明", "not claimed")
	}
	return "±" + printed(m, decimalsM) + " m"
}

func (r *Report) notices(all []check.Notice) string {
	var lines []string
	for _, n := range all {
		lines = append(lines, r.say(n.ZH, n.EN))
	}
	return strings.Join(lines, "\n")
}

// notChecked is what must not be overlooked: the layers that nobody looked at.
func (r *Report) notChecked() string {
	var names []layers.Text
	for _, l := range r.answer.Layers {
		if l.Outcome == check.NotChecked {
			names = append(names, l.Title)
		}
	}
	if len(names) == 0 {
		return ""
	}
	var zh, en []string
	for _, n := range names {
		zh, en = append(zh, n.ZH), append(en, n.EN)
	}
	return r.say("未检查的图层："+strings.Join(zh, "、")+"。未检查不等于不涉及。",
		"NOT CHECKED: "+strings.Join(en, ", ")+". Not checked does not mean not affected.")
}
