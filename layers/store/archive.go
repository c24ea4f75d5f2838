package store

import (
	"context"
	"encoding/json"
	"fmt"

	"planatlas/geo/postgis"
	"planatlas/layers/check"
)

// Archive keeps a check. The database refuses every later change of it.
func (s *Store) Archive(ctx context.Context, r check.Record) error {
	site, err := postgis.Marshal(r.Site.Shape)
	if err != nil {
		return fmt.Errorf("encode the site: %w", err)
	}
	revisions, err := json.Marshal(r.Revisions)
	if err != nil {
		return fmt.Errorf("encode the revisions: %w", err)
	}
	_, err = s.pool.Exec(ctx, `insert into planatlas.site_check
		(id, created, input, input_sha256, site, revisions, rules_sha256, software, answer, result_sha256)
		values ($1, $2, $3, $4, st_geomfromewkb($5), $6, $7, $8, $9, $10)`,
		r.ID, r.Created, r.Site.Bytes, r.Site.SHA256, site, revisions, r.RulesSHA256, r.Software, r.Answer, r.ResultSHA256)
	return domainError("archive the check", err)
}

// ArchivedAnswer returns the answer of an archived check as it was given.
func (s *Store) ArchivedAnswer(ctx context.Context, id string) ([]byte, error) {
	var answer []byte
	err := s.pool.QueryRow(ctx, "select answer from planatlas.site_check where id = $1", id).Scan(&answer)
	return answer, domainError("read check "+id, err)
}
