package read

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseAngle(t *testing.T) {
	for text, want := range map[string]float64{
		"113.5833": 113.5833, "-12.5": -12.5, "4191674.000": 4191674, "113°35′00″": 113 + 35./60, "113°35'00\"": 113 + 35./60, "113度35分0秒": 113 + 35./60,
		"113 35 00": 113 + 35./60, "113:35:36": 113.5 + 5./60 + 36./3600, "E113°35′": 113 + 35./60, "37°51′24.5″N": 37 + 51./60 + 24.5/3600, "东经113°35′0″": 113 + 35./60,
		"W12°30′": -12.5, "113d35m00s": 113 + 35./60, "12 m": 12, "12米": 12, "5°": 5,
	} {
		v, _, ok := parseAngle(text)
		if !ok || math.Abs(v-want) > 1e-9 {
			t.Errorf("%q: %v %v, want %v", text, v, ok, want)
		}
	}
	for _, text := range []string{"", "a", "113°75′", "113.5°35′", "1 2 3 4", "--1", "1e999", "0x10", "°′″", strings.Repeat("1", 100)} {
		if v, _, ok := parseAngle(text); ok {
			t.Errorf("%q: %v", text, v)
		}
	}
}

func TestUnpack(t *testing.T) {
	for packed, want := range map[float64]float64{113.3500: 113 + 35./60, 37.5124: 37 + 51./60 + 24./3600, 113.35125: 113 + 35./60 + 12.5/3600, -37.5: -37 - 50./60} {
		if v, ok := unpack(packed); !ok || math.Abs(v-want) > 1e-9 {
			t.Errorf("%v: %v %v, want %v", packed, v, ok, want)
		}
	}
	for _, packed := range []float64{113.65, 113.3560} {
		if v, ok := unpack(packed); ok {
			t.Errorf("%v: %v", packed, v)
		}
	}
}

func FuzzParseAngle(f *testing.F) {
	f.Add("113°35′00″")
	f.Add("E113d35m00s")
	f.Fuzz(func(t *testing.T, s string) {
		if v, _, ok := parseAngle(s); ok && (math.IsNaN(v) || math.IsInf(v, 0)) {
			t.Errorf("%q: %v", s, v)
		}
		if v, ok := parseNumber(s); ok && v >= -1e6 && v <= 1e6 {
			unpack(v)
		}
	})
}

func FuzzParseLayers(f *testing.F) {
	f.Add("Layer name: a\nGeometry: Polygon\nLayer SRS WKT:\nPROJCS[\"a\"]\nData axis to CRS axis mapping: 1,2\n")
	f.Fuzz(func(t *testing.T, s string) {
		for _, l := range parseLayers(s) {
			if len(l.wkt) > len(s) || l.wkt != "" && !strings.Contains(l.wkt, "[") {
				t.Errorf("%+v", l)
			}
		}
	})
}

func FuzzDBF(f *testing.F) {
	f.Add([]byte{3, 126, 11, 24, 1, 0, 0, 0, 65, 0, 11, 0}, []byte("UTF-8"))
	f.Fuzz(func(t *testing.T, dbf, cpg []byte) {
		if len(dbf) > 1<<20 {
			return
		}
		if texts := dbfTexts(dbf); len(texts) > 3*len(dbf)+1024 {
			t.Errorf("%d bytes of %d", len(texts), len(dbf))
		}
		if got := (&draft{}).dbfEncoding(dbf, cpg); got != "UTF-8" && got != "GB18030" {
			t.Errorf("%q", got)
		}
	})
}

func FuzzXMLScanner(f *testing.F) {
	f.Add(`<a b="c">&lt;<![CDATA[x]]><d/></a>`)
	f.Fuzz(func(t *testing.T, s string) {
		x := xmlScanner{s: s}
		for n := 0; ; n++ {
			kind, err := x.next()
			if err != nil || kind == xmlEnd {
				return
			}
			if n > 2*len(s)+2 {
				t.Fatal("no end")
			}
			if kind == xmlText && utf8.ValidString(s) && !utf8.ValidString(x.content()) {
				t.Errorf("%q", x.content())
			}
			x.attribute("b")
		}
	})
}

func FuzzParseJSON(f *testing.F) {
	f.Add([]byte(`{"a":[1,2,{"b":null}],"c":"\u00e9"}`))
	f.Fuzz(func(t *testing.T, s []byte) {
		d, err := parseJSON(s, 1000)
		if err != nil {
			return
		}
		for i, n := range d.nodes {
			if n.start >= n.end || int(n.end) > len(s) || int(n.next) <= i || int(n.next) > len(d.nodes) {
				t.Fatalf("%d %+v", i, n)
			}
		}
	})
}

func TestPointer(t *testing.T) {
	s := []byte(`{"a":[1,{"b/c":[[],[2,3]]}],"d":"x"}`)
	d, err := parseJSON(s, 100)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"{\"a": "", "[1,": "/a", "1,": "/a/0", `{"b`: "/a/1", "[[]": "/a/1/b~1c", "[]": "/a/1/b~1c/0", "[2": "/a/1/b~1c/1", "3]": "/a/1/b~1c/1/1", `"x"`: "/d"} {
		if got := d.pointer(int32(strings.Index(string(s), text))); got.en != want || got.zh != want {
			t.Errorf("%s: %q, want %q", text, got.en, want)
		}
	}
}
