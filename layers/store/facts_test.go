package store_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"planatlas/geo"
	"planatlas/geo/read"
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/store"
	"planatlas/layers/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

// ground is one layer of a database of its own, with the real rules about it.
type ground struct {
	t     *testing.T
	url   string
	store *store.Store
	layer *layers.Layer
	rules []check.Rule
}

// newGround declares the layer as the city or the rules declare it, whole and
// without features.
func newGround(t *testing.T, id string) *ground {
	t.Helper()
	catalog, folders := ruleFolders(t)
	rules, err := check.ReadRules(catalog, folders...)
	if err != nil {
		t.Fatal(err)
	}
	wanted, err := check.ReadWanted(folders...)
	if err != nil {
		t.Fatal(err)
	}
	l, err := catalog.Layer(id)
	if i := slices.IndexFunc(wanted, func(w check.Wanted) bool { return w.ID == id }); err != nil && i >= 0 {
		l = wanted[i].Layer()
	} else if err != nil {
		t.Fatal(err)
	}
	g := ground{t: t, url: storetest.URL(t)}
	copied := *l
	copied.Geometry, copied.LegalEffect, copied.Access = "Geometry", layers.Statutory, layers.Public
	copied.Coverage = layers.Coverage{Area: "here", Complete: true, From: "2000-01-01"}
	g.layer, g.store = &copied, storetest.Open(t, g.url)
	storetest.Exec(t, g.url, "drop table if exists layers."+id+", layers_history."+id+" cascade; delete from planatlas.layer where id = '"+id+"'")
	none := func(func(layers.Feature, error) bool) {}
	_, err = g.store.Replace(t.Context(), layers.Load{
		Outlines: []layers.Outline{{ID: "here", NameZH: "此地", NameEN: "Here", GeometrySource: "test", AccuracyM: 1,
			Shape: geo.Shape{SRID: geo.CGCS2000, Geom: orb.Bound{Min: orb.Point{110, 35}, Max: orb.Point{117, 41}}.ToPolygon()}}},
		Sets: []layers.FeatureSet{{Layer: g.layer, Features: none}}, Retire: true,
	}, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules.Rules {
		if r.Layer == id && r.Basis != "plan" {
			g.rules = append(g.rules, r)
		}
	}
	return &g
}

// put stores a statutory feature, exact to a millimetre, whose geometry is an SQL
// expression on the plane of EPSG:4547. more holds further columns and values.
func (g *ground) put(id, geom string, more map[string]string) *ground {
	g.t.Helper()
	columns, values := []string{"accuracy_m"}, []string{"0.001"}
	for c, v := range more {
		if c == "accuracy_m" {
			values[0] = v
			continue
		}
		columns, values = append(columns, c), append(values, v)
	}
	storetest.Exec(g.t, g.url, fmt.Sprintf(`insert into layers.%s (id, name_zh, name_en, status, geometry_source, legal_effect, geom, %s)
		values ('%s', '甲', 'A', 'existing', 'test', 'statutory', st_transform(st_segmentize(%s, 50), 4490), %s)`,
		g.layer.ID, strings.Join(columns, ", "), id, geom, strings.Join(values, ", ")))
	return g
}

// clear takes all features away.
func (g *ground) clear() *ground {
	g.t.Helper()
	storetest.Exec(g.t, g.url, "delete from layers."+g.layer.ID)
	return g
}

// check measures and judges a site of 100 by 100 m, or another one.
func (g *ground) check(project check.Project, on layers.Day, site ...orb.Geometry) (check.Result, check.SiteMeasure) {
	g.t.Helper()
	site = append(site, rectangle(east0, north0, 100, 100))
	s := check.Site{Site: read.Site{Shape: geo.Shape{SRID: geo.CGCS2000, Geom: site[0]}}, Project: project}
	var result check.Result
	var m check.SiteMeasure
	err := g.store.Snapshot(g.t.Context(), func(snapshot check.Snapshot) error {
		needs := check.Plan(layers.NewCatalog([]*layers.Layer{g.layer}), g.rules, s, on.Time())
		all, err := snapshot.Measure(g.t.Context(), []geo.Shape{s.Shape}, needs, on)
		if err != nil {
			return err
		}
		m = all[0].Site
		result = check.Judge(g.rules, needs, s, all[0].Site, all[0].Layers, on.Time())
		return all[0].Err
	})
	if err != nil {
		g.t.Fatal(err)
	}
	return result, m
}

// finding returns the finding of a rule.
func finding(r check.Result, rule string) (check.Finding, bool) {
	i := slices.IndexFunc(r.Findings, func(f check.Finding) bool { return f.Rule == rule })
	if i < 0 {
		return check.Finding{}, false
	}
	return r.Findings[i], true
}

// eastLine is a centreline so many metres east of the site.
func eastLine(metres float64) string {
	return fmt.Sprintf("st_geomfromtext('LINESTRING(%[1]f %[2]f, %[1]f %[3]f)', 4547)", east0+100+metres, north0-500, north0+600)
}

func noted(f check.Finding, code string) bool {
	return slices.ContainsFunc(f.Notes, func(n check.Notice) bool { return n.Code == code })
}

var ordinary = check.Project{"national_major": false, "limited_activity": "none", "project_type": "building"}

func TestFact14SharedEdgeIsAdjoining(t *testing.T) {
	g := newGround(t, "ecological_protection_red_line").put("a", box(east0+100, north0, 100, 100), nil)
	r, _ := g.check(ordinary, today)
	f, ok := finding(r, "E2")
	if !ok || f.Relation != "touches" || f.Overlap.M2 != 0 || f.Verdict == check.Prohibited || r.Verdict == check.Prohibited {
		t.Fatalf("%s %+v", r.Verdict, r.Findings)
	}
	if !slices.ContainsFunc(f.Notes, func(n check.Notice) bool { return strings.Contains(n.ZH, "相邻") }) || r.Layers[0].Outcome != check.Touches {
		t.Errorf("%v %+v", r.Layers[0].Outcome, f.Notes)
	}
}

func TestFact15SliversAndMore(t *testing.T) {
	g := newGround(t, "ecological_protection_red_line")
	r, _ := g.put("a", box(east0+99, north0+40, 100, 0.5), nil).check(ordinary, today)
	f, _ := finding(r, "E2")
	if !noted(f, "sliver") || math.Abs(f.Overlap.M2-0.5) > 0.005 || f.Counts != check.Incomplete || r.Verdict == check.Prohibited {
		t.Errorf("half a square metre: %s %+v", r.Verdict, f)
	}
	if !strings.Contains(fmt.Sprint(f.Notes), "疑似套合误差：0.50 m²") {
		t.Errorf("notes %v", f.Notes)
	}
	r, _ = g.clear().put("a", box(east0+98, north0+40, 100, 1), nil).check(ordinary, today)
	f, _ = finding(r, "E2")
	if r.Verdict != check.Prohibited || f.Counts != check.Prohibited || f.Article != "一(一)" || !strings.HasPrefix(f.Law, "自然资发〔2022〕142号") || noted(f, "sliver") {
		t.Errorf("2 m²: %s %+v", r.Verdict, f)
	}
}

// TestSliversOfManyFeaturesAreJudgedTogether: strips of half a square metre side by side
// are fifteen square metres of the red line; hairlines side by side remain a hairline,
// and those that lie apart remain slivers.
func TestSliversOfManyFeaturesAreJudgedTogether(t *testing.T) {
	for _, tc := range []struct {
		name          string
		deep, step    float64
		counts        check.Verdict
		note, notNote string
	}{
		{"side by side", 0.5, 1, check.Prohibited, "joined", "sliver"},
		{"hairlines", 0.05, 1, check.Incomplete, "sliver", "joined"},
		{"apart", 0.5, 2, check.Incomplete, "sliver", "joined"},
	} {
		g := newGround(t, "ecological_protection_red_line")
		for i := range 30 {
			g.put(fmt.Sprintf("f%02d", i), box(east0+100-tc.deep, north0+float64(i)*tc.step, 20, 1), nil)
		}
		r, _ := g.check(ordinary, today)
		f, ok := finding(r, "E2")
		if !ok || f.Counts != tc.counts || !noted(f, tc.note) || noted(f, tc.notNote) || r.Verdict != tc.counts {
			t.Errorf("%s: %s, %s %+v", tc.name, r.Verdict, f.Counts, f.Notes)
		}
	}
}

func TestFact16CommonGroundIsCountedOnce(t *testing.T) {
	g := newGround(t, "ecological_protection_red_line").
		put("a", box(east0, north0, 100, 10), nil).put("b", box(east0, north0, 100, 10), nil)
	r, _ := g.check(ordinary, today)
	if len(r.Findings) != 2 || r.Layers[0].Overlap == nil || math.Abs(r.Layers[0].Overlap.M2-1000) > 0.05 {
		t.Fatalf("%+v %+v", r.Layers[0].Overlap, r.Findings)
	}
	for _, f := range r.Findings {
		if math.Abs(f.Overlap.M2-r.Layers[0].Overlap.M2) > 0.001 {
			t.Errorf("%s has %f m²", f.Feature, f.Overlap.M2)
		}
	}
}

func TestFact17FarmlandAndNationalProjects(t *testing.T) {
	g := newGround(t, "permanent_basic_farmland").put("a", box(east0+50, north0, 100, 100), nil)
	r, _ := g.check(check.Project{"national_major": false, "project_type": "building"}, today)
	f, _ := finding(r, "F1")
	if r.Verdict != check.Prohibited || f.Law != "中华人民共和国土地管理法" || f.Article != "第三十五条" {
		t.Errorf("%s %+v", r.Verdict, f)
	}
	r, _ = g.check(check.Project{"national_major": true, "national_major_kind": "transport_water", "project_type": "linear"}, today)
	f, _ = finding(r, "F1")
	if r.Verdict != check.Restricted || !strings.Contains(f.Requires.ZH, "国务院批准") {
		t.Errorf("%s %+v", r.Verdict, f)
	}
}

func TestFact18DistancesFromRoads(t *testing.T) {
	g := newGround(t, "transport_links")
	for _, tc := range []struct {
		class, kind string
		metres      float64
		rule        string // that fires; empty for clear
		article     string
	}{
		{"national_road", "building", 19.99, "RD1-national", "第十一条、第十三条"}, {"national_road", "building", 20.01, "", ""},
		{"national_road", "development_zone", 69.9, "RD4-national", "第十四条"}, {"national_road", "development_zone", 70.1, "", ""},
		{"expressway", "building", 29.9, "RD2", "第十一条第三款、第十三条"}, {"expressway", "building", 30.1, "", ""},
		{"expressway", "development_zone", 79.9, "RD4-expressway", "第十四条"}, {"expressway", "development_zone", 80.1, "", ""},
	} {
		t.Run(fmt.Sprint(tc.class, tc.kind, tc.metres), func(t *testing.T) {
			g.t = t
			g.clear().put("road", eastLine(12+tc.metres), map[string]string{"class": "'" + tc.class + "'", "half_width_m": "12"})
			r, _ := g.check(check.Project{"project_type": tc.kind, "hazardous": false, "sewage_outlet": false}, today)
			if tc.rule == "" {
				if r.Verdict != check.AllClear || len(r.Findings) > 0 {
					t.Errorf("%s %+v", r.Verdict, r.Findings)
				}
				return
			}
			f, ok := finding(r, tc.rule)
			if !ok || f.Counts != check.Prohibited || f.Article != tc.article || math.Abs(*f.DistanceM-tc.metres) > 0.005 {
				t.Errorf("%s %+v", r.Verdict, r.Findings)
			}
		})
	}
}

func TestFact19RailwaysByClassOfArea(t *testing.T) {
	g := newGround(t, "transport_links")
	other := check.Project{"project_type": "building", "area_class": "other", "hazardous": false, "sewage_outlet": false}
	unknown := check.Project{"project_type": "building", "hazardous": false, "sewage_outlet": false}
	for _, tc := range []struct {
		class   string
		metres  float64
		project check.Project
		finding check.Verdict // empty for none
		overall check.Verdict
		asks    []string
	}{
		{"railway", 14.9, other, check.Restricted, check.Restricted, nil}, {"railway", 15.1, other, "", check.AllClear, nil},
		{"high_speed_railway", 19.9, other, check.Restricted, check.Restricted, nil}, {"high_speed_railway", 20.1, other, "", check.AllClear, nil},
		{"railway", 7.9, unknown, check.Restricted, check.Restricted, nil},
		{"railway", 8.1, unknown, check.Advisory, check.Incomplete, []string{"area_class"}},
		{"railway", 14.9, unknown, check.Advisory, check.Incomplete, []string{"area_class"}},
		{"railway", 15.1, unknown, "", check.AllClear, nil},
		{"high_speed_railway", 9.9, unknown, check.Restricted, check.Restricted, nil},
		{"high_speed_railway", 19.9, unknown, check.Advisory, check.Incomplete, []string{"area_class"}},
	} {
		t.Run(fmt.Sprint(tc.class, tc.metres, len(tc.project)), func(t *testing.T) {
			g.t = t
			g.clear().put("rail", eastLine(6+tc.metres), map[string]string{"class": "'" + tc.class + "'", "half_width_m": "6"})
			r, _ := g.check(tc.project, today)
			if r.Verdict != tc.overall {
				t.Errorf("%s %+v", r.Verdict, r.Findings)
			}
			var got check.Verdict
			var asks []string
			for _, f := range r.Findings {
				got, asks = f.Verdict, f.DependsOn
				if f.Article != "第二十七条、第三十条" {
					t.Errorf("%+v", f)
				}
			}
			if diff := cmp.Diff(asks, tc.asks); got != tc.finding || diff != "" {
				t.Errorf("%s, asks %v; want %s, %v", got, asks, tc.finding, tc.asks)
			}
			if (len(r.Questions) > 0) != (tc.asks != nil) {
				t.Errorf("questions %+v", r.Questions)
			}
		})
	}
}

func TestFact20PowerLinesFromTheOuterConductor(t *testing.T) {
	g := newGround(t, "power_lines").put("a", eastLine(12+19.9), map[string]string{"voltage_kv": "500", "half_width_m": "12"})
	r, _ := g.check(ordinary, today)
	f, ok := finding(r, "EL1-500kV")
	if !ok || r.Verdict != check.Prohibited || math.Abs(*f.DistanceM-19.9) > 0.005 || !strings.Contains(fmt.Sprint(f.Notes), "自中心线估算") {
		t.Errorf("%s %+v", r.Verdict, r.Findings)
	}
	r, _ = g.clear().put("a", eastLine(12+20.1), map[string]string{"voltage_kv": "500", "half_width_m": "12"}).check(ordinary, today)
	if r.Verdict != check.AllClear {
		t.Errorf("%s %+v", r.Verdict, r.Findings)
	}
}

func TestFact21SpringBasin(t *testing.T) {
	g := newGround(t, "water_sources").put("a", box(east0-500, north0-500, 1100, 1100), map[string]string{"kind": "'spring_domain'"})
	r, _ := g.check(check.Project{"may_pollute_groundwater": true, "project_type": "industry"}, today)
	f, _ := finding(r, "S1")
	if r.Verdict != check.Prohibited || f.Law != "地下水管理条例" || f.Article != "第四十二条" {
		t.Errorf("%s %+v", r.Verdict, f)
	}
	r, _ = g.check(check.Project{"may_pollute_groundwater": false}, today)
	f, _ = finding(r, "S1")
	if r.Verdict != check.Restricted || !strings.Contains(f.Requires.ZH, "泉域水资源影响评价") {
		t.Errorf("%s %+v", r.Verdict, f)
	}
	r, _ = g.check(check.Project{"project_type": "school"}, today)
	if r.Verdict != check.Restricted || len(r.Questions) != 1 {
		t.Fatalf("%s %+v", r.Verdict, r.Questions)
	}
	var replies []string
	for _, x := range r.Questions[0].Replies {
		replies = append(replies, fmt.Sprint(x.Value, " ", x.Verdict))
	}
	if diff := cmp.Diff([]string{"true prohibited", "false restricted"}, replies); diff != "" || r.Questions[0].Attribute != "may_pollute_groundwater" {
		t.Errorf("%s %s", r.Questions[0].Attribute, diff)
	}
}

func TestFact22InsideAndOutsideAddUp(t *testing.T) {
	g := newGround(t, "urban_development_boundary").put("a", box(east0-100, north0-100, 300, 197), nil)
	r, m := g.check(check.Project{"project_type": "development_zone"}, today)
	f, ok := finding(r, "U1")
	if !ok || r.Verdict != check.Prohibited || f.InsideM2 == nil || f.OutsideM2 == nil {
		t.Fatalf("%s %+v", r.Verdict, r.Findings)
	}
	if math.Abs(*f.InsideM2+*f.OutsideM2-float64(m.Area)) > 0.01 || math.Abs(*f.OutsideM2/float64(m.Area)-0.03) > 1e-4 {
		t.Errorf("%f inside, %f outside, %f in all", *f.InsideM2, *f.OutsideM2, float64(m.Area))
	}
	percent := geo.Apportion([]float64{100 * *f.InsideM2 / float64(m.Area), 100 * *f.OutsideM2 / float64(m.Area)}, 100, 2)
	if percent[0] != "97.00" || percent[1] != "3.00" {
		t.Errorf("%v %%", percent)
	}
	r, _ = g.clear().put("a", box(east0-100, north0-100, 300, 300), nil).check(check.Project{"project_type": "development_zone"}, today)
	if r.Verdict != check.AllClear {
		t.Errorf("inside: %s %+v", r.Verdict, r.Findings)
	}
}

func TestFact23NoDataIsNoClearance(t *testing.T) {
	g := newGround(t, "power_lines")
	r, _ := g.check(ordinary, today)
	if r.Verdict != check.AllClear {
		t.Fatalf("with the layer: %s", r.Summary.EN)
	}
	g.layer.Coverage.To = today
	r, _ = g.check(ordinary, today)
	if r.Verdict == check.AllClear || r.Layers[0].Outcome == check.Clear || slices.ContainsFunc(r.Rules, func(l check.RuleLine) bool { return l.Outcome != check.NotChecked }) {
		t.Errorf("expired: %s %v %+v", r.Verdict, r.Layers[0].Outcome, r.Rules)
	}
	g.layer.Coverage.To = ""
	storetest.Exec(t, g.url, "drop table layers.power_lines cascade")
	r, _ = g.check(ordinary, today)
	if r.Verdict != check.Incomplete || r.Layers[0].Outcome != check.NotChecked || slices.ContainsFunc(r.Rules, func(l check.RuleLine) bool { return l.Outcome != check.NotChecked }) {
		t.Errorf("table gone: %s %v %+v", r.Verdict, r.Layers[0].Outcome, r.Rules)
	}
	g.layer = newGround(t, "levees").layer // the catalogue does not have the layer at all
	r, _ = g.check(ordinary, today)
	if r.Verdict != check.Incomplete || !strings.Contains(r.Summary.ZH, "架空电力线路") {
		t.Errorf("not declared: %s %s", r.Verdict, r.Summary.ZH)
	}
}

func TestFact24RuleByDate(t *testing.T) {
	g := newGround(t, "protected_area_zones").
		put("old", box(east0+50, north0, 100, 100), map[string]string{"kind": "'nature_reserve'", "zone": "'core'", "valid": "daterange(null, '2026-03-15')"}).
		put("new", box(east0+50, north0, 100, 100), map[string]string{"kind": "'nature_reserve'", "zone": "'core_protection'", "valid": "daterange('2026-03-15', null)"})
	for day, law := range map[layers.Day]string{"2026-03-14": "2017年修订", "2026-03-15": "国务院令第830号"} {
		r, _ := g.check(ordinary, day)
		f, ok := finding(r, "N1")
		if !ok || f.Verdict != check.Prohibited || !strings.Contains(f.Law, law) {
			t.Errorf("%s: %+v", day, r.Findings)
		}
	}
}

// TestASketchIsNoBoundary: inside a zone that is drawn as an indication nothing is
// known to be inside.
func TestASketchIsNoBoundary(t *testing.T) {
	g := newGround(t, "urban_development_boundary").put("a", box(east0-100, north0-100, 300, 300), nil)
	storetest.Exec(t, g.url, "update layers.urban_development_boundary set legal_effect = 'indicative'")
	r, _ := g.check(check.Project{"project_type": "development_zone"}, today)
	if f, ok := finding(r, "U1"); !ok || f.Counts != check.Incomplete || r.Verdict != check.Incomplete {
		t.Errorf("%s %+v", r.Verdict, r.Findings)
	}
}

// TestAnEmptiedLayerIsNotClear: a layer that every check needs, that held something
// and holds nothing now, was emptied. One that was loaded as empty and complete says so.
func TestAnEmptiedLayerIsNotClear(t *testing.T) {
	g := newGround(t, "ecological_protection_red_line")
	if !g.layer.Required {
		t.Fatal("the layer is not required")
	}
	if r, _ := g.check(nil, today); r.Layers[0].Outcome != check.Clear {
		t.Errorf("never filled: %+v", r.Layers[0])
	}
	r, _ := g.put("far", box(east0+9000, north0, 10, 10), nil).clear().check(nil, today)
	if r.Layers[0].Outcome != check.NoData || r.Verdict != check.Incomplete {
		t.Errorf("%s %+v", r.Verdict, r.Layers[0])
	}
}
