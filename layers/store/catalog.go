package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
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

// Event is a change that some client of the database committed, or a fault of
// watching for it.
type Event struct {
	Err      error      // why watching was interrupted; a catalogue event follows when it goes on
	Catalog  bool       // a layer was declared, the rules changed, or something may have been missed
	Layer    string     // the layer whose features changed
	Revision int64      // the layer's revision now
	Where    *orb.Bound // CRS84; nil when the features have no geometry
}

// Watch calls f for every commit that changes a layer or the catalogue, until
// ctx ends. It starts with one catalogue event, and gives another one after each
// time that it lost the connection or met a message that it cannot read, since
// changes may have been missed.
func (s *Store) Watch(ctx context.Context, f func(Event)) {
	for {
		err := s.listen(ctx, f)
		if ctx.Err() != nil {
			return
		}
		f(Event{Err: domainError("watch for changes", err)})
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

func (s *Store) listen(ctx context.Context, f func(Event)) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig.Copy())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "listen planatlas"); err != nil {
		return err
	}
	f(Event{Catalog: true})
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		var m struct {
			Catalog  bool        `json:"catalog"`
			Layer    string      `json:"layer"`
			Revision int64       `json:"revision"`
			BBox     *[4]float64 `json:"bbox"`
		}
		if json.Unmarshal([]byte(n.Payload), &m) != nil {
			m.Catalog = true // not from our triggers: look at everything
		}
		e := Event{Catalog: m.Catalog, Layer: m.Layer, Revision: m.Revision}
		if b := m.BBox; b != nil {
			e.Where = &orb.Bound{Min: orb.Point{b[0], b[1]}, Max: orb.Point{b[2], b[3]}}
		}
		f(e)
	}
}
