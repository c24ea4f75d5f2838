package read

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestChildIsBounded(t *testing.T) {
	g := NewGDAL(1)
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := g.child(ctx, dir, "", 1000, "sleep", "30"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("sleep: %v", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it ended after %v", took)
	}
	var child *childError
	if _, err := g.child(t.Context(), dir, "", 10_000, "dd", "if=/dev/zero", "of=large", "bs=1000", "count=1000"); !errors.As(err, &child) {
		t.Errorf("a large file: %v", err)
	}
	if info, err := os.Stat(filepath.Join(dir, "large")); err != nil || info.Size() > 11_000 {
		t.Errorf("%v %v", info, err)
	}
	if _, err := g.child(t.Context(), dir, "", 1000, "dd", "if=/dev/zero", "of=/dev/null", "bs=3G", "count=1"); !errors.As(err, &child) {
		t.Errorf("much memory: %v", err)
	}
	said, err := g.child(t.Context(), dir, "", 1000, "env")
	if err != nil || strings.Contains(said, "GOPATH") || !strings.Contains(said, "PROJ_NETWORK=OFF") {
		t.Errorf("%v %s", err, said)
	}
	if said, err := g.child(t.Context(), dir, "", 1000, "dd", "if=/dev/zero", "bs=1M", "count=20"); err != nil || len(said) > gdalSaid {
		t.Errorf("%d bytes, %v", len(said), err)
	}
}

func TestOneDriverOnly(t *testing.T) {
	g := NewGDAL(1)
	said, err := g.run(t.Context(), t.TempDir(), "GML", 1000, "ogrinfo", "--formats")
	if err != nil || strings.Contains(said, "Shapefile") || strings.Contains(said, "HTTP") || strings.Contains(said, "WFS") || !strings.Contains(said, "GML -vector") {
		t.Errorf("%v: %s", err, said)
	}
}

// TestNothingIsFetched reads GML that points to a server of ours: nobody calls it.
func TestNothingIsFetched(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	called := make(chan struct{}, 100)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			called <- struct{}{}
			_ = c.Close()
		}
	}()
	defer func() { _ = l.Close() }()
	base := "http://" + l.Addr().String()
	gml := `<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://a ` + base + `/a.xsd">
<gml:featureMember><site><name>a</name><link xlink:href="` + base + `/b.gml#c"/><gml:polygonProperty><gml:Polygon srsName="` + base + `/crs/EPSG/0/4490"><gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>113.58,37.85 113.59,37.85 113.59,37.86 113.58,37.85</gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon></gml:polygonProperty></site></gml:featureMember></gml:FeatureCollection>`
	_, err = Sites(t.Context(), []byte(gml), Options{GDAL: NewGDAL(1), CRS: "EPSG:4490"})
	t.Logf("%v", err)
	select {
	case <-called:
		t.Error("the server was called")
	case <-time.After(100 * time.Millisecond):
	}
}
