package store

import (
	"testing"

	"planatlas/layers"

	"github.com/jackc/pgx/v5"
)

// MigrateWithLayer makes a database of the second version with a layer and its rows,
// and migrates it to the newest.
func MigrateWithLayer(t *testing.T, url string, l *layers.Layer, sql string) {
	t.Helper()
	s := open(t, url)
	if _, _, err := s.migrateTo(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	err := pgx.BeginFunc(t.Context(), s.pool, func(tx pgx.Tx) error {
		if err := createLayer(t.Context(), tx, l); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), "insert into planatlas.layer (id, declaration) values ($1, '{}')", l.ID)
		if err == nil {
			_, err = tx.Conn().PgConn().Exec(t.Context(), sql).ReadAll()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
}
