package api_test

import (
	"slices"
	"strings"
	"testing"
)

// TestGDALPushesFiltersDown reads parts of a layer through GDAL's driver for OGC
// API - Features: what it asks the service for, and what it gets.
func TestGDALPushesFiltersDown(t *testing.T) {
	s := serve(t)
	for _, tc := range []struct{ where, asks string }{
		{"status = 'existing'", "status"},
		{"accuracy_m > 100 AND status = 'existing'", "filter="},
		{"name_zh LIKE '%山%' OR county IN ('盂县', '平定县')", "items?limit=1000"}, // GDAL keeps this for itself,
		{"NOT county = '盂县'", "filter="},
	} {
		before := len(s.log.String())
		out := run(t, "ogr2ogr", "-f", "CSV", "/vsistdout/", "OAPIF:"+s.URL, "reference", "-where", tc.where, "-select", "name_zh", "-oo", "PAGE_SIZE=1000")
		want := run(t, "ogr2ogr", "-f", "CSV", "/vsistdout/", s.URL+"/collections/reference/items?limit=1000&f=geojson", "-where", tc.where, "-select", "name_zh")
		got, all := strings.Fields(string(out)), strings.Fields(string(want))
		slices.Sort(got)
		if slices.Sort(all); !slices.Equal(got, all) || len(all) < 3 {
			t.Errorf("%s: %d features, want %d", tc.where, len(got), len(all))
		}
		if log := s.log.String()[before:]; !strings.Contains(log, tc.asks) {
			t.Errorf("%s was not pushed down: %s", tc.where, log)
		}
	}
}
