package store

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/jackc/pgx/v5"
)

//go:embed measure_covered.sql
var layersCoveredSQL string

// askCommon asks about those needs what is no matter of single features: whether the
// layers cover the sites, and of which revision they are. A table is locked by the
// statement that reads it, so this comes after the layers.
func askCommon(sites []site, needs []check.Need, ks []int) []ask {
	return []ask{askCovered(sites, needs, ks), askState(sites, needs, ks)}
}

func askCovered(sites []site, needs []check.Need, ks []int) ask {
	var outlines []string
	var most, metres []float64
	var of []int
	for _, k := range ks {
		id, within := needs[k].Layer.Coverage.Area, needs[k].WithinM
		n := slices.Index(outlines, id)
		if n < 0 {
			n = len(outlines)
			outlines, most = append(outlines, id), append(most, within)
		}
		most[n] = max(most[n], within)
		of, metres = append(of, n+1), append(metres, within)
	}
	sql := strings.Replace(layersCoveredSQL, "{covered}", fmt.Sprintf(coveredSQL, "_metres"), 1)
	return ask{sql, []any{wkbs(sites), outlines, most, of, metres}, func(rows pgx.Rows) error {
		defer rows.Close()
		found := make([]int, len(ks))
		for rows.Next() {
			var n, i int
			var covered bool
			if err := rows.Scan(&n, &i, &covered); err != nil {
				return err
			}
			found[n-1]++
			sites[i-1].out.Layers[ks[n-1]].Covered = covered
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for n, times := range found {
			if times != len(sites) {
				return fmt.Errorf("coverage outline %s is not loaded", needs[ks[n]].Layer.Coverage.Area)
			}
		}
		return nil
	}}
}

func askState(sites []site, needs []check.Need, ks []int) ask {
	var sql strings.Builder
	var ids []string
	sql.WriteString("select _k, y.revision, y.changed_at, _steady from unnest($1::text[]) with ordinality _u (_id, _k) join planatlas.layer y on y.id = _id join (values ")
	for n, k := range ks {
		if n > 0 {
			sql.WriteString(", ")
		}
		l := needs[k].Layer
		ids = append(ids, l.ID)
		fmt.Fprintf(&sql, "(%d, %s)", n+1, steady(l))
	}
	sql.WriteString(") _s (_n, _steady) on _n = _k")
	return ask{sql.String(), []any{ids}, func(rows pgx.Rows) error {
		var n int
		var v layers.Version
		var steady *bool
		found := 0
		_, err := pgx.ForEachRow(rows, []any{&n, &v.Revision, &v.Changed, &steady}, func() error {
			if steady == nil || !*steady {
				return errUnsteady
			}
			for _, s := range sites {
				s.out.Layers[ks[n-1]].Version = v
			}
			found++
			return nil
		})
		if err == nil && found != len(ks) {
			err = fmt.Errorf("%w: %w", errNotThere, layers.ErrNotFound)
		}
		return err
	}}
}
