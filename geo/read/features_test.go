package read_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"planatlas/geo/read"
)

func ExampleFeatures() {
	file := strings.NewReader(`{"type":"FeatureCollection","features":[
{"type":"Feature","id":"taohe","properties":{"name_zh":"桃河"},"geometry":{"type":"LineString","coordinates":[[113.5,37.8],[113.6,37.9]]}},
{"type":"Feature","id":"unknown","properties":{},"geometry":null}
]}`)
	for f, err := range read.Features(file, read.Limits{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(f.Line, f.ID, string(f.Properties["name_zh"]), f.Shape != nil)
	}
	// Output:
	// 2 taohe "桃河" true
	// 3 unknown  false
}

// seeds adds every file of a corpus directory.
func seeds(f *testing.F, dir string) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", dir, "*", "*.geojson"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no corpus: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

// many is a feature file of n features that is made while it is read.
type many struct {
	n, i int
	rest []byte
}

func (m *many) Read(b []byte) (int, error) {
	for len(m.rest) == 0 {
		switch {
		case m.i == 0:
			m.rest = []byte("{\"type\":\"FeatureCollection\",\"features\":[\n")
		case m.i <= m.n:
			m.rest = fmt.Appendf(nil, `{"type":"Feature","id":"f%d","properties":{"name_zh":"第%d号"},"geometry":%s}`, m.i, m.i, square(50))
			if m.i < m.n {
				m.rest = append(m.rest, ',')
			}
			m.rest = append(m.rest, '\n')
		case m.i == m.n+1:
			m.rest = []byte("]}\n")
		default:
			return 0, io.EOF
		}
		m.i++
	}
	n := copy(b, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}

func TestFeaturesStream(t *testing.T) {
	const n = 10_000 // 12 MB of text
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	count, most := 0, uint64(0)
	for f, err := range read.Features(&many{n: n}, read.Limits{}) {
		if err != nil {
			t.Fatal(err)
		}
		count++
		if f.ID != fmt.Sprintf("f%d", count) || f.Line != count+1 {
			t.Fatalf("feature %d is %s on line %d", count, f.ID, f.Line)
		}
		if count%2500 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
		}
	}
	if count != n {
		t.Errorf("%d features", count)
	}
	if most > before.HeapAlloc+1<<20 {
		t.Errorf("%d bytes in use while reading, %d before", most, before.HeapAlloc)
	}
}

func TestFeaturesStopsEarly(t *testing.T) {
	src := &many{n: 10_000}
	for f, err := range read.Features(src, read.Limits{}) {
		if err != nil {
			t.Fatal(err)
		}
		if f.ID == "f3" {
			break
		}
	}
	if src.i > 50 {
		t.Errorf("read on for %d features", src.i)
	}
}

// last returns the error that a sequence of features ends with.
func last(r io.Reader, lim read.Limits) (err error) {
	for _, err = range read.Features(r, lim) {
		continue
	}
	return err
}

func TestFeaturesReader(t *testing.T) {
	data, err := os.ReadFile("../testdata/features/good/values.geojson")
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]io.Reader{
		"whole": bytes.NewReader(data), "byte by byte": iotest.OneByteReader(bytes.NewReader(data)),
		"half": iotest.HalfReader(bytes.NewReader(data)), "data with EOF": iotest.DataErrReader(bytes.NewReader(data)),
	} {
		if err := last(r, read.Limits{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("disk gone")
	err = last(io.MultiReader(bytes.NewReader(data[:100]), iotest.ErrReader(broken)), read.Limits{})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestFeaturesLimits(t *testing.T) {
	if err := last(&many{n: 3}, read.Limits{Vertices: 50}); err != nil {
		t.Error(err)
	}
	err := last(&many{n: 3}, read.Limits{Vertices: 49})
	if want := "at file line 2, /geometry/coordinates/0/49: got more than 49 positions, want at most 49 positions (simplify the outline or split it)"; !errors.Is(err, read.ErrTooLarge) || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	err = last(&many{n: 100}, read.Limits{Bytes: 5000})
	if want := "got more than 5000 bytes, want a file within this limit (split the file)"; !errors.Is(err, read.ErrTooLarge) || !strings.HasSuffix(err.Error(), want) || !strings.HasPrefix(err.Error(), "at file line ") {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func FuzzFeatures(f *testing.F) {
	seeds(f, "features")
	lim := read.Limits{Bytes: 1 << 16, Vertices: 200}
	f.Fuzz(func(t *testing.T, data []byte) {
		line, ended := 1, false
		for feature, err := range read.Features(bytes.NewReader(data), lim) {
			if ended {
				t.Fatal("the sequence goes on after an error")
			}
			if err != nil {
				kindOf(t, err)
				ended = true
				continue
			}
			if feature.ID == "" || feature.Properties == nil || feature.Line < line {
				t.Errorf("feature %+v after line %d", feature, line)
			}
			line = feature.Line
		}
		if !ended && bytes.Count(data, []byte("\n"))+1 < line {
			t.Errorf("line %d", line)
		}
	})
}
