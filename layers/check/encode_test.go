package check

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"planatlas/layers"
)

// hashed is what a result hash covers, as it was first defined: records of every
// version have hashes of these bytes.
type hashed struct {
	Verdict      Verdict
	Geometry     json.RawMessage
	Area         SiteArea
	AccuracyM    float64
	Project      Project
	Layers       []LayerLine
	Findings     []Finding
	RuleLines    []RuleLine
	Questions    []Question
	Remainder    *Remainder
	Day          layers.Day
	Rules, State string
}

func hashedOf(a Answer) hashed {
	h := hashed{a.Verdict, a.Site.Geometry, a.Site.Area, a.Site.AccuracyM, a.Project, append([]LayerLine{}, a.Layers...), append([]Finding{}, a.Findings...),
		a.Rules, a.Questions, a.Remainder, a.Provenance.Day, a.Provenance.RulesSHA256, a.Provenance.CatalogSHA256}
	for i := range h.Layers {
		l := &h.Layers[i]
		l.Revision, l.Source, l.Credit = 0, layers.Text{}, ""
	}
	for i := range h.Findings {
		f := &h.Findings[i]
		if f.FeatureRevision = 0; f.DistanceM == nil {
			f.DistanceM = new(float64)
		}
	}
	return h
}

// anyValue fills a value at random, with all that JSON writes in a way of its own.
func anyValue(r *rand.Rand, v reflect.Value) {
	texts := []string{"", "a", "红线", `"q"`, "a\\b", "<a&b>", "\x00\x1f\x7f\b\f\n", "bad \xff\xc3 utf-8", "“quoted” — and …", "\u2028 and \u2029", "\xe2\x80", "é"}
	numbers := []float64{0, math.Copysign(0, -1), 1, -2.5, 1e-6, 9.9e-7, 1e-9, 1e20, 1e21, 123456789.123, 0.1 + 0.2, math.MaxFloat64, math.SmallestNonzeroFloat64}
	switch x := v.Addr().Interface().(type) {
	case *json.RawMessage:
		shapes := []string{"", `{"type":"Point","coordinates":[113.5,37.8]}`, `{"a": [ 1 ]}`, `{"a":"<é“"}`, `null`, `[1]`, `{}`, " {}"}
		if s := shapes[r.IntN(len(shapes))]; s != "" {
			*x = json.RawMessage(s)
		}
		return
	case *time.Time:
		*x = time.UnixMilli(r.Int64N(4e12)).UTC()
		return
	case *Project:
		*x = []Project{{}, {"linear": true, "project_type": "a<b"}}[r.IntN(2)]
		return
	case *any:
		*x = []any{true, false, "red"}[r.IntN(3)]
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(texts[r.IntN(len(texts))])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Float64:
		v.SetFloat(numbers[r.IntN(len(numbers))])
	case reflect.Int64:
		v.SetInt(r.Int64N(3) * r.Int64())
	case reflect.Uint8:
		v.SetUint(r.Uint64N(5))
	case reflect.Pointer:
		if r.IntN(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			anyValue(r, v.Elem())
		}
	case reflect.Slice:
		if n := r.IntN(4); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n-1, n-1))
		}
		for i := range v.Len() {
			anyValue(r, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				anyValue(r, v.Field(i))
			}
		}
	default:
		panic("a field of a kind that is not filled: " + v.Type().String())
	}
}

// TestAnswersAreWrittenAsBefore compares with encoding/json, whatever is in an answer.
func TestAnswersAreWrittenAsBefore(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var a Answer
		anyValue(r, reflect.ValueOf(&a).Elem())
		a = a.with(Result{Verdict: a.Verdict, Summary: a.Summary, Layers: a.Layers, Findings: a.Findings, Rules: a.Rules, Questions: a.Questions}, a.Remainder)
		want, err := json.Marshal(hashedOf(a))
		if err != nil {
			t.Fatal(err)
		}
		w := newEncoder(r.IntN(3), a.Questions)
		if got, err := w.hash(&a); err != nil || got != sha256Hex(want) {
			t.Fatalf("hashed is %v\n%s\nwant\n%s", err, w.b, want)
		}
		if want, err = json.Marshal(a); err != nil {
			t.Fatal(err)
		}
		if got, err := w.document(&a); err != nil || string(got) != string(want) {
			t.Fatalf("written is %v\n%s\nwant\n%s", err, got, want)
		}
	}
}

// TestWhatIsNoNumberIsNotWritten: an answer with a number that JSON does not have is none.
func TestWhatIsNoNumberIsNotWritten(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		for name, set := range map[string]func(*Answer){
			"share":    func(a *Answer) { a.Findings = []Finding{{Overlap: &Overlap{Share: bad}}} },
			"distance": func(a *Answer) { a.Layers = []LayerLine{{NearestM: &bad}} },
			"length":   func(a *Answer) { a.Findings = []Finding{{LengthM: bad}} },
			"shape":    func(a *Answer) { a.Site.Geometry = json.RawMessage(`{"a":1`) },
		} {
			var a Answer
			set(&a)
			if _, err := newEncoder(0, nil).hash(&a); err == nil {
				t.Errorf("%s %g is hashed", name, bad)
			}
			if _, err := newEncoder(0, nil).document(&a); err == nil {
				t.Errorf("%s %g is written", name, bad)
			}
		}
	}
}
