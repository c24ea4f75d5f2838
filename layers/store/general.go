package store

import (
	"context"
	"fmt"

	"planatlas/layers"

	"github.com/jackc/pgx/v5"
)

// Generalise makes the tables that a service open to the public reads, for the public
// layers of the catalogue that have none yet. From then on triggers keep them: features
// that claim to be more exact than [layers.Layer.FinestM] lie there on a grid, and say
// so.
func (s *Store) Generalise(ctx context.Context, catalog *layers.Catalog) error {
	return s.inTx(ctx, "generalise", pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := alone(ctx, tx); err != nil {
			return err
		}
		for _, l := range catalog.Layers {
			if l.Checked() {
				if err := keepGeneral(ctx, tx, l, true); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// keepGeneral brings the generalised table of a layer up to its declaration, or takes
// it away when the layer is not public. One that is not there is made only when it is
// wanted.
func keepGeneral(ctx context.Context, tx pgx.Tx, l *layers.Layer, wanted bool) error {
	var there bool
	if err := tx.QueryRow(ctx, "select exists (select from planatlas.public_layer where layer = $1)", l.ID).Scan(&there); err != nil {
		return err
	}
	var err error
	switch {
	case l.Access != layers.Public && there:
		_, err = tx.Exec(ctx, "select planatlas.forget_public($1)", l.ID)
	case l.Access == layers.Public && (there || wanted):
		_, err = tx.Exec(ctx, "select planatlas.watch_public($1, $2)", l.ID, l.FinestM())
	}
	if err != nil {
		return fmt.Errorf("generalise %s: %w", l.ID, err)
	}
	return nil
}

// Exact reports whether the layer holds features that are more exact than anybody may
// see ([layers.Layer.FinestM]), or that nobody knows that it does not.
func (s *Store) Exact(ctx context.Context, l *layers.Layer) (exact bool, err error) {
	switch {
	case !l.HasGeometry():
		return false, nil
	case !l.Managed():
		return !(l.Table.AccuracyM >= layers.PublicM), nil
	}
	own := *l
	own.General = false
	err = s.pool.QueryRow(ctx, "select exists (select from "+table(&own)+" where accuracy_m < $1 and geom is not null)", l.FinestM()).Scan(&exact)
	return exact, domainError("look how exact "+l.ID+" is", err)
}
