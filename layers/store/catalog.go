package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"planatlas/layers"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

// Catalog reads the declared layers.
func (s *Store) Catalog(ctx context.Context) (*layers.Catalog, error) {
	rows, err := s.pool.Query(ctx, "select id, declaration from planatlas.layer order by id")
	if err != nil {
		return nil, domainError("read the catalogue", err)
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
	if err != nil {
		return nil, domainError("read the catalogue", err)
	}
	return layers.NewCatalog(ls), nil
}

// Rules returns the document of the rule set in use; an empty list when none was
// loaded.
func (s *Store) Rules(ctx context.Context) ([]byte, error) {
	document := []byte("[]")
	err := s.pool.QueryRow(ctx, "select rules from planatlas.rule_set order by loaded_at desc limit 1").Scan(&document)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return document, domainError("read the rules", err)
}

// Event is a change that some client of the database committed.
type Event struct {
	Catalog  bool       // a layer was declared or the rules changed
	Layer    string     // the layer whose features changed
	Revision int64      // the layer's revision now
	Where    *orb.Bound // CRS84; nil when the features have no geometry
}

// Watch calls f for every commit that changes a layer or the catalogue, until
// ctx ends. It starts with one catalogue event, and gives another one after each
// time that it lost the connection, since changes may have been missed.
func (s *Store) Watch(ctx context.Context, f func(Event)) error {
	for {
		err := s.listen(ctx, f)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && classify(err) == nil {
			return domainError("watch for changes", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
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
		if err := json.Unmarshal([]byte(n.Payload), &m); err != nil {
			return fmt.Errorf("notification %q: %w", n.Payload, err)
		}
		e := Event{Catalog: m.Catalog, Layer: m.Layer, Revision: m.Revision}
		if b := m.BBox; b != nil {
			e.Where = &orb.Bound{Min: orb.Point{b[0], b[1]}, Max: orb.Point{b[2], b[3]}}
		}
		f(e)
	}
}
