package store

import (
	"context"

	"planatlas/geo"
	"planatlas/layers"
	"planatlas/layers/check"
)

// MeasureByDatabase measures sites by the database alone, and says how many pairs of a
// site and a need it takes it for otherwise.
func MeasureByDatabase(ctx context.Context, s *Store, sites []geo.Shape, needs []check.Need, on layers.Day) (out []check.Measured, undecided int, err error) {
	out = make([]check.Measured, len(sites))
	err = s.Snapshot(ctx, func(snap check.Snapshot) error {
		tx := snap.(snapshot).tx
		all, err := newSites(sites, out)
		if err != nil {
			return err
		}
		if err := measureSites(ctx, tx, all); err != nil {
			return err
		}
		valid := sound(all)
		for _, site := range valid {
			site.out.Layers = make([]check.Measurement, len(needs))
		}
		for k, need := range needs {
			var more pending
			if err := inTurn(ctx, tx, (&pending{around: valid}).asks(&s.texts, need, k, on, &more)[:1]); err != nil {
				return err
			}
			undecided += len(more.undecided)
			if err := inTurn(ctx, tx, (&pending{undecided: valid}).asks(&s.texts, need, k, on, nil)); err != nil {
				return err
			}
		}
		return nil
	})
	return out, undecided, err
}
