package store

import (
	"context"
	"errors"
	"fmt"

	"planatlas/geo"
	"planatlas/geo/postgis"
	"planatlas/layers"

	"github.com/jackc/pgx/v5"
)

// Import makes one layer hold exactly what an official file brings, all in one
// transaction, and declares it anew. With any problem of a row nothing is stored,
// unless the import leaves such rows out. What a later file brings is compared with
// what is there: features that are as they were keep their revision.
func (s *Store) Import(ctx context.Context, in layers.Import) (layers.Imported, error) {
	var out layers.Imported
	err := s.inTx(ctx, "import "+in.Layer.ID, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := alone(ctx, tx); err != nil {
			return err
		}
		in.Step(layers.Text{ZH: "读取并写入", EN: "reading and storing"})
		if err := syncLayer(ctx, tx, in.Layer); err != nil {
			return err
		}
		a, stored, err := importFeatures(ctx, tx, in)
		out.Diff, out.Problems, out.ProblemCount = a.Diff, a.problems, a.count
		if err != nil {
			return err
		}
		if stored && in.Skip && a.count+in.LeftOut() > 0 {
			if err := syncLayer(ctx, tx, in.Partial); err != nil {
				return err
			}
		}
		from := table(in.Layer)
		if !stored {
			from = "pg_temp.stage"
		}
		if err := findings(ctx, tx, in, from, a.unlike, &out); err != nil {
			return err
		}
		if !stored || in.DryRun {
			return errDryRun
		}
		out.Stored = true
		out.TilesLater, err = tilesLater(ctx, tx, in.Layer)
		return err
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return out, err
}

// importFeatures stores the features: straight into an empty table when they are
// many, else by way of the stage, which alone can tell every problem.
func importFeatures(ctx context.Context, tx pgx.Tx, in layers.Import) (applied, bool, error) {
	if in.Large {
		a, done, err := pour(ctx, tx, in)
		if err != nil || done {
			return a, done, err
		}
		in.Step(layers.Text{ZH: "重新读取以列出问题", EN: "reading again to tell what is wrong"})
	}
	stored := false
	a, err := apply(ctx, tx, layers.FeatureSet{Layer: in.Layer, Features: in.Features}, func(problems int64) bool {
		stored = in.Skip || problems+in.LeftOut() == 0
		return stored
	})
	return a, stored, err
}

// deliveries returns the declarations of the layers that were imported.
func deliveries(ctx context.Context, tx pgx.Tx) (map[string]*layers.Layer, error) {
	all, err := catalog(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := map[string]*layers.Layer{}
	for _, l := range all.Layers {
		if l.Delivery != nil {
			out[l.ID] = l
		}
	}
	return out, nil
}

// keepImported leaves an imported layer as it is, but for how its folder describes and
// draws it. The set's layer becomes the declaration that holds.
func keepImported(ctx context.Context, tx pgx.Tx, set *layers.FeatureSet, was *layers.Layer) (layers.Diff, error) {
	l := *set.Layer
	l.Delivery, l.LegalEffect, l.Source, l.Coverage = was.Delivery, was.LegalEffect, was.Source, was.Coverage
	set.Layer = &l
	d := layers.Diff{Layer: l.ID, Kept: was.Delivery}
	if err := syncLayer(ctx, tx, &l); err != nil {
		return d, err
	}
	if err := tx.QueryRow(ctx, "select features from planatlas.layer where id = $1", l.ID).Scan(&d.Unchanged); err != nil {
		return d, err
	}
	var err error
	d.Version, err = version(ctx, tx, l.ID)
	return d, err
}

// Outline reads an area that coverages refer to, widened by its accuracy: what lies
// outside of it surely lies outside the area. It is layers.ErrNotFound when there is
// no such outline.
func (s *Store) Outline(ctx context.Context, id string) (layers.Outline, error) {
	o := layers.Outline{ID: id}
	var b []byte
	err := s.pool.QueryRow(ctx, `select name_zh, name_en, accuracy_m, st_asewkb(st_buffer(geom, accuracy_m / (111320 * cos(radians(greatest(abs(st_ymin(geom)), abs(st_ymax(geom)))))), 2))
		from planatlas.outline where id = $1`, id).Scan(&o.NameZH, &o.NameEN, &o.AccuracyM, &b)
	if err != nil {
		return o, domainError("read the outline "+id, err)
	}
	o.Shape, err = postgis.Unmarshal(b)
	o.Shape.SRID = geo.CGCS2000
	if err != nil {
		err = fmt.Errorf("outline %s: %w", id, err)
	}
	return o, err
}
