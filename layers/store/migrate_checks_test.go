package store

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

// migrateCarriesChecks: checks that were archived before their state was kept have
// it from their answers as far as these say it; one whose answer cannot be read stays.
func migrateCarriesChecks(t *testing.T, url string) {
	s := open(t, url)
	if _, _, err := s.migrateTo(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	const insert = `insert into planatlas.site_check (id, created, input, input_sha256, site, revisions, rules_sha256, software, answer, result_sha256)
		values ($1, '2026-03-14T18:00:00Z', 'in', 'hash', st_makeenvelope(113, 37, 114, 38, 4490), '{"a": 3}', 'r', 'old', $2, 'result')`
	for id, answer := range map[string]string{
		"whole": `{"site":{"input":{"crs":"EPSG:4490"},"accuracy_m":2.5},"project":{"discharges":true},"provenance":{"day":"2026-03-10","snapshot":"2026-03-14T18:00:00.123456Z","catalog_sha256":"c"}}`,
		"empty": `{}`, "no JSON": "\xff", "null": `{"project":null,"provenance":{"day":""}}`,
	} {
		if _, err := conn.Exec(t.Context(), insert, id, []byte(answer)); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	whole, err := s.Archived(t.Context(), "whole")
	if err != nil || whole.Day != "2026-03-10" || whole.Source.SRID != 4490 || whole.Site.AccuracyM != 2.5 || whole.Site.Project["discharges"] != true ||
		whole.CatalogSHA256 != "c" || whole.Known["a"].Format("15:04:05.000000") != "18:00:00.123456" || whole.Revisions["a"] != 3 || string(whole.Site.Bytes) != "in" {
		t.Errorf("%+v, %v", whole, err)
	}
	for _, id := range []string{"empty", "no JSON", "null"} {
		r, err := s.Archived(t.Context(), id)
		if err != nil || r.Day != "2026-03-15" || r.Source.SRID != 4326 || len(r.Site.Project) != 0 || r.Known["a"].Format("15:04:05") != "18:00:00" || r.CatalogSHA256 != "" {
			t.Errorf("%s: %+v, %v", id, r, err)
		}
	}
	if _, err := conn.Exec(t.Context(), "update planatlas.site_check set software = 'x'"); err == nil {
		t.Error("the archive can be changed after the migration")
	}
}
