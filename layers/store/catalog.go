package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/jackc/pgx/v5"
)

// Catalog reads the declared layers.
func (s *Store) Catalog(ctx context.Context) (*layers.Catalog, error) {
	c, err := catalog(ctx, s.pool)
	return c, domainError("read the catalogue", err)
}

func catalog(ctx context.Context, db querier) (*layers.Catalog, error) {
	rows, err := db.Query(ctx, "select id, declaration from planatlas.layer order by id")
	if err != nil {
		return nil, err
	}
	var ls []*layers.Layer
	var id string
	var declaration []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &declaration}, func() error {
		l := new(layers.Layer)
		if err := json.Unmarshal(declaration, l); err != nil {
			return fmt.Errorf("declaration of %s: %w", id, err)
		}
		ls = append(ls, l)
		return nil
	})
	return layers.NewCatalog(ls), err
}

// State reads the catalogue and the rules in use as of one moment, and keeps what it
// read: a check must be repeatable, so that none is made on a state that is not kept.
func (s *Store) State(ctx context.Context) (check.State, error) {
	for try := 0; ; try++ {
		state, kept, err := s.state(ctx)
		if err != nil || kept {
			return state, err
		}
		if try == 10 {
			return state, fmt.Errorf("the catalogue changes faster than it can be kept: %w", layers.ErrUnavailable)
		}
		if _, err := s.pool.Exec(ctx, "select planatlas.keep_catalogue()"); err != nil {
			return state, domainError("keep the catalogue", err)
		}
	}
}

func (s *Store) state(ctx context.Context) (state check.State, kept bool, err error) {
	err = s.inTx(ctx, "read the catalogue and the rules", pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) (err error) {
		if state.Catalog, err = catalog(ctx, tx); err != nil {
			return err
		}
		err = tx.QueryRow(ctx, "select h, exists (select from planatlas.catalogue where sha256 = h) from planatlas.catalogue_sha256() h").Scan(&state.CatalogSHA256, &kept)
		if err != nil {
			return err
		}
		sha256, document := "", []byte("[]")
		err = tx.QueryRow(ctx, "select sha256, rules from planatlas.rule_set order by loaded_at desc limit 1").Scan(&sha256, &document)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		state.Rules, err = check.DecodeRules(document)
		if sha256 != "" {
			state.Rules.SHA256 = sha256 // by which the rules are found again
		}
		return err
	})
	return state, kept, err
}
