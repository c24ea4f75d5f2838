package ingest_test

import (
	"strings"
	"testing"

	"planatlas/geo/crs"
	"planatlas/layers"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// onPlane puts a point on the plane of the 3-degree zone 38, in metres.
func onPlane(p orb.Point) orb.Point {
	zone, _ := crs.ByZone(3, 38, false)
	north, east := zone.Forward(p[0], p[1])
	return orb.Point{east, north}
}

// along returns how far along the line its point nearest to p is, and how far p is
// from it, both in metres.
func along(line orb.LineString, p orb.Point) (position, distance float64) {
	at, walked := onPlane(p), 0.0
	distance = 1e12
	for i := 1; i < len(line); i++ {
		a, b := onPlane(line[i-1]), onPlane(line[i])
		length := planar.Distance(a, b)
		if d := planar.DistanceFromSegment(a, b, at); d < distance {
			distance = d
			t := 0.0
			if length > 0 {
				t = max(0, min(1, ((at[0]-a[0])*(b[0]-a[0])+(at[1]-a[1])*(b[1]-a[1]))/(length*length)))
			}
			position = walked + t*length
		}
		walked += length
	}
	return position, distance
}

// Rivers flow through their towns, in order and downstream. The order is that of
// the river, from public descriptions; the places are those of the layer reference.
func TestRiversFlowThroughTheirTownsInOrder(t *testing.T) {
	_, load := yangquan(t)
	places, lines := map[string]layers.Feature{}, map[string]layers.Feature{}
	each(t, load, func(t *testing.T, l *layers.Layer, f layers.Feature) {
		switch {
		case l.ID == "reference" && f.Shape != nil:
			places[f.ID] = f
		case l.ID == "river_corridors" && f.Values["part"] == "centreline":
			lines[f.ID] = f
		}
	})
	for river, towns := range map[string][]string{
		"taohe":     {"kuangqu", "chengqu", "niangziguan-zhen"},
		"wenhe":     {"nanlou-zhen", "niangziguan-zhen"},
		"longhuahe": {"xiyan-zhen", "xiaojiahui", "liangjiazhai-xiang"},
		"hutuohe":   {"liangjiazhai-xiang"},
		"mianhe":    {"niangziguan-zhen"},
	} {
		line, ok := lines[river].Shape.Geom.(orb.LineString)
		if !ok {
			t.Errorf("%s is no line", river)
			continue
		}
		last := -1.0
		for _, town := range towns {
			p, ok := places[town].Shape.Geom.(orb.Point)
			if !ok {
				t.Errorf("%s is no point", town)
				continue
			}
			position, distance := along(line, p)
			if allowed := lines[river].Values["accuracy_m"].(float64) + places[town].Values["accuracy_m"].(float64); distance > allowed {
				t.Errorf("%s passes %s at %.0f m, more than %.0f m", river, town, distance, allowed)
			}
			if position < last {
				t.Errorf("%s comes to %s too early", river, town)
			}
			last = position
		}
	}
}

// No two zones or parks of one county overlap beyond their accuracy. A zone that is
// made of parks holds them.
func TestZonesOverlapNoMoreThanTheirAccuracy(t *testing.T) {
	_, load := yangquan(t)
	for _, id := range []string{"development_zones", "industrial_parks"} {
		var zones []layers.Feature
		each(t, load, func(_ *testing.T, l *layers.Layer, f layers.Feature) {
			if l.ID == id && f.Shape != nil {
				zones = append(zones, f)
			}
		})
		for i, a := range zones {
			for _, b := range zones[i+1:] {
				// How deep the vertices of one lie inside the other.
				if d, allowed := max(depth(a, b), depth(b, a)), min(a.Values["accuracy_m"].(float64), b.Values["accuracy_m"].(float64)); d > allowed {
					t.Errorf("%s: %s and %s overlap by %.0f m, more than %.0f m", id, a.ID, b.ID, d, allowed)
				}
			}
		}
	}
}

// depth is how far the deepest vertex of a lies inside b, in metres.
func depth(a, b layers.Feature) float64 {
	deepest := 0.0
	polygons(b.Shape.Geom, func(p orb.Polygon) {
		edge := orb.LineString(p[0])
		vertices(a.Shape.Geom, func(v orb.Point) {
			if planar.PolygonContains(p, v) {
				_, d := along(edge, v)
				deepest = max(deepest, d)
			}
		})
	})
	return deepest
}

// Chinese names are simplified: none has a character that only the traditional
// script uses.
func TestNamesAreSimplified(t *testing.T) {
	const traditional = "陽縣區廠鐵學國業產園關門陝龍農經濟開發礦電廣場橋線車馬鳳鳥魚東長風飛書畫觀館醫藥衛環護資機場號務員會議點處實驗質權證證進運遠還連達過選遺邊歷歸殘應來個們倫偉側傳億儀價優儲內兩冊軍農凍幾劃劉則剛創劑勞勢動勵勝區協單卻壓廳縣參雙變發葉號吳員問啟園圍圖團圓聖堅壇壯聲壺壽夢奧婦學寧寶實審導將對專層屬嶺島峽崗嶇巖幣師帶幫幹廟廢廣廳張彈強錄徑從恆懷態憲慶應戰戲擁護擇擊據擴揮換損搖搶"
	_, load := yangquan(t)
	for _, set := range load.Sets {
		for f, err := range set.Features {
			if err != nil {
				t.Fatal(err)
			}
			name, _ := f.Values["name_zh"].(string)
			english, _ := f.Values["name_en"].(string)
			if i := strings.IndexAny(name, traditional); i >= 0 {
				t.Errorf("%s: %s: %q has a traditional character", f.Origin, f.ID, name)
			}
			if english == "" || strings.ContainsAny(english, "一二三县区市镇村") {
				t.Errorf("%s: %s: English name %q", f.Origin, f.ID, english)
			}
		}
	}
}
