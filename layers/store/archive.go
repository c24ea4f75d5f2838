package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"planatlas/geo"
	"planatlas/geo/postgis"
	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/jackc/pgx/v5"
)

// Archive keeps checks, all or none. The database refuses every later change of
// them.
func (s *Store) Archive(ctx context.Context, records ...check.Record) error {
	if len(records) == 0 {
		return nil
	}
	batch, err := archive(records)
	if err != nil {
		return err
	}
	return domainError("archive the check", s.pool.SendBatch(ctx, batch).Close()) // which is one transaction
}

// archive returns the statements that keep the records.
func archive(records []check.Record) (*pgx.Batch, error) {
	batch := &pgx.Batch{}
	for _, r := range records {
		if r.Source.Geom == nil {
			r.Source = r.Site.Shape
		}
		site, err := postgis.Marshal(r.Site.Shape)
		if err != nil {
			return nil, fmt.Errorf("encode the site: %w", err)
		}
		source, err := postgis.Marshal(r.Source)
		if err != nil {
			return nil, fmt.Errorf("encode the site as it was handed in: %w", err)
		}
		if r.Day == "" {
			r.Day = layers.Day(r.Created.Format(time.DateOnly))
		}
		if r.Known == nil {
			r.Known = map[string]time.Time{}
		}
		if r.Site.Project == nil {
			r.Site.Project = check.Project{}
		}
		batch.Queue(`insert into planatlas.site_check (id, created, input, input_sha256, site, source, source_crs, accuracy_m, project, day,
				revisions, known, catalog_sha256, rules_sha256, software, answer, result_sha256, full_answer)
			values ($1, $2, $3, $4, st_geomfromewkb($5), st_geomfromewkb($6), $7, $8, $9, $10::text::date, $11, $12, $13, $14, $15, $16, $17, $18)`,
			r.ID, r.Created, r.Site.Bytes, r.Site.SHA256, site, source, r.Site.CRS, r.Site.AccuracyM, r.Site.Project, string(r.Day),
			r.Revisions, r.Known, r.CatalogSHA256, r.RulesSHA256, r.Software, r.Answer, r.ResultSHA256, r.Full)
	}
	return batch, nil
}

// ArchivedAnswer returns the answer of an archived check as it was given.
func (s *Store) ArchivedAnswer(ctx context.Context, id string) ([]byte, error) {
	var answer []byte
	err := s.pool.QueryRow(ctx, "select answer from planatlas.site_check where id = $1", id).Scan(&answer)
	return answer, s.buried(ctx, id, err)
}

// Archived returns an archived check with all that is needed to repeat it.
func (s *Store) Archived(ctx context.Context, id string) (check.Record, error) {
	r := check.Record{ID: id}
	var site, source []byte
	err := s.pool.QueryRow(ctx, `select created, input, input_sha256, st_asewkb(site), st_asewkb(source), source_crs, accuracy_m, project, day::text,
			revisions, known, catalog_sha256, rules_sha256, software, answer, result_sha256, full_answer
		from planatlas.site_check where id = $1`, id).Scan(&r.Created, &r.Site.Bytes, &r.Site.SHA256, &site, &source, &r.Site.CRS, &r.Site.AccuracyM, &r.Site.Project, &r.Day,
		&r.Revisions, &r.Known, &r.CatalogSHA256, &r.RulesSHA256, &r.Software, &r.Answer, &r.ResultSHA256, &r.Full)
	if err != nil {
		return r, s.buried(ctx, id, err)
	}
	for _, one := range []struct {
		from []byte
		to   *geo.Shape
	}{{site, &r.Site.Shape}, {source, &r.Source}} {
		if *one.to, err = postgis.Unmarshal(one.from); err != nil {
			return r, fmt.Errorf("decode the site of check %s: %w", id, err)
		}
	}
	return r, nil
}

// buried says of a check that was not found whether it was deleted.
func (s *Store) buried(ctx context.Context, id string, err error) error {
	err = domainError("read check "+id, err)
	if !errors.Is(err, layers.ErrNotFound) {
		return err
	}
	t, missing := s.Tombstone(ctx, id)
	if errors.Is(missing, layers.ErrNotFound) {
		return err
	}
	if missing != nil {
		return missing
	}
	return fmt.Errorf("check %s was deleted on %s: %s: %w", id, t.DeletedAt.Format(time.DateOnly), t.Reason, layers.ErrGone)
}

// Tombstone returns what is left of a deleted check.
func (s *Store) Tombstone(ctx context.Context, id string) (check.Tombstone, error) {
	t := check.Tombstone{ID: id}
	err := s.pool.QueryRow(ctx, `select deleted_at, deleted_by, reason, created, input_sha256, answer_sha256, result_sha256
		from planatlas.check_tombstone where id = $1`, id).Scan(&t.DeletedAt, &t.DeletedBy, &t.Reason, &t.Created, &t.InputSHA256, &t.AnswerSHA256, &t.ResultSHA256)
	return t, domainError("read the tombstone of check "+id, err)
}

// DeleteCheck deletes an archived check and leaves a tombstone.
func (s *Store) DeleteCheck(ctx context.Context, id, by, reason string) (check.Tombstone, error) {
	_, err := s.pool.Exec(ctx, "insert into planatlas.check_tombstone (id, deleted_by, reason) values ($1, $2, $3)", id, by, reason)
	if err != nil {
		if missing := s.buried(ctx, id, s.pool.QueryRow(ctx, "select id from planatlas.site_check where id = $1", id).Scan(new(string))); missing != nil {
			return check.Tombstone{}, missing
		}
		return check.Tombstone{}, domainError("delete check "+id, err)
	}
	return s.Tombstone(ctx, id)
}

// StateOf returns the catalogue and the rules of those hashes.
func (s *Store) StateOf(ctx context.Context, catalogSHA256, rulesSHA256 string) (check.State, error) {
	state := check.State{CatalogSHA256: catalogSHA256}
	var declarations []json.RawMessage
	err := s.pool.QueryRow(ctx, "select declarations from planatlas.catalogue where sha256 = $1", catalogSHA256).Scan(&declarations)
	if err != nil {
		return state, domainError("read the catalogue "+catalogSHA256, err)
	}
	var ls []*layers.Layer
	for _, declaration := range declarations {
		l := new(layers.Layer)
		if err := json.Unmarshal(declaration, l); err != nil {
			return state, fmt.Errorf("declaration of the catalogue %s: %w", catalogSHA256, err)
		}
		ls = append(ls, l)
	}
	state.Catalog = layers.NewCatalog(ls)
	var document []byte
	err = s.pool.QueryRow(ctx, "select rules from planatlas.rule_set where sha256 = $1", rulesSHA256).Scan(&document)
	if err != nil {
		return state, domainError("read the rules "+rulesSHA256, err)
	}
	state.Rules, err = check.DecodeRules(document)
	state.Rules.SHA256 = rulesSHA256
	return state, err
}

// Revisions returns the present revision of each layer.
func (s *Store) Revisions(ctx context.Context) (map[string]int64, error) {
	rows, err := s.pool.Query(ctx, "select id, revision from planatlas.layer")
	if err != nil {
		return nil, domainError("read the revisions", err)
	}
	out := map[string]int64{}
	var id string
	var revision int64
	_, err = pgx.ForEachRow(rows, []any{&id, &revision}, func() error { out[id] = revision; return nil })
	return out, domainError("read the revisions", err)
}
