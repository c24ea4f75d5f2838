package store

import (
	"sync"
	"testing"

	"planatlas/migrations"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/tern/v2/migrate"
)

// open is what storetest.Open does; storetest cannot be imported from here.
func open(t *testing.T, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func count1(t *testing.T, url, sql string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func lastVersion(t *testing.T) int32 {
	t.Helper()
	names, err := migrate.FindMigrations(migrations.FS())
	if err != nil {
		t.Fatal(err)
	}
	return int32(len(names))
}

func migrateFromEmpty(t *testing.T, url string) {
	s := open(t, url)
	have, want, err := s.SchemaVersion(t.Context())
	if err != nil || have != 0 || want != lastVersion(t) {
		t.Fatalf("empty: version %d of %d, %v", have, want, err)
	}
	from, to, err := s.Migrate(t.Context())
	if err != nil || from != 0 || to != want {
		t.Fatalf("from %d to %d, %v", from, to, err)
	}
	if from, to, err = s.Migrate(t.Context()); err != nil || from != want || to != want {
		t.Errorf("again: from %d to %d, %v", from, to, err)
	}
	if have, _, err = s.SchemaVersion(t.Context()); err != nil || have != want {
		t.Errorf("version %d, %v", have, err)
	}
}

// migrateFromEarlier stops at every version on the way.
func migrateFromEarlier(t *testing.T, url string) {
	s := open(t, url)
	for v := int32(1); v <= lastVersion(t); v++ {
		if _, to, err := s.migrateTo(t.Context(), v); err != nil || to != v {
			t.Fatalf("to %d: %d, %v", v, to, err)
		}
	}
	if _, _, err := s.migrateTo(t.Context(), lastVersion(t)-1); err == nil {
		t.Error("an older program took a newer database")
	}
}

func migrateTwiceAtOnce(t *testing.T, url string) {
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		s := open(t, url)
		wg.Go(func() { _, _, errs[i] = s.Migrate(t.Context()) })
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			t.Errorf("process %d: %v", i, err)
		}
	}
	if n := count1(t, url, "select count(*) from public.planatlas_schema_version"); n != 1 {
		t.Errorf("%d version rows", n)
	}
}

// MigrationTests are run by the outside test, which has databases.
func MigrationTests() map[string]func(*testing.T, string) {
	return map[string]func(*testing.T, string){"from empty": migrateFromEmpty, "from every earlier version": migrateFromEarlier, "four processes at once": migrateTwiceAtOnce, "with checks in the archive": migrateCarriesChecks}
}
