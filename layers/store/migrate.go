package store

import (
	"context"
	"fmt"

	"planatlas/migrations"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/tern/v2/migrate"
)

const versionTable = "public.planatlas_schema_version"

// Migrate brings the database's schema up to date and returns the version before
// and after. Two processes may call it at once: the second waits for the first.
func (s *Store) Migrate(ctx context.Context) (from, to int32, err error) {
	return s.migrateTo(ctx, -1)
}

// migrateTo migrates to a version, or to the last one for a negative target.
func (s *Store) migrateTo(ctx context.Context, target int32) (from, to int32, err error) {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig.Copy())
	if err != nil {
		return 0, 0, domainError("connect to migrate", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "set statement_timeout = 0"); err != nil {
		return 0, 0, domainError("prepare the migration", err)
	}
	// The version table is created without a guard against a second process.
	if _, err := conn.Exec(ctx, "select pg_advisory_lock(hashtext('planatlas migrations'))"); err != nil {
		return 0, 0, domainError("wait for another migration", err)
	}
	m, err := migrate.NewMigrator(ctx, conn, versionTable)
	if err != nil {
		return 0, 0, domainError("prepare the migration", err)
	}
	if err := m.LoadMigrations(migrations.FS()); err != nil {
		return 0, 0, fmt.Errorf("read the migrations: %w", err)
	}
	if from, err = m.GetCurrentVersion(ctx); err != nil {
		return 0, 0, domainError("read the schema's version", err)
	}
	if target < 0 {
		target = int32(len(m.Migrations))
	}
	if from > target {
		return from, from, fmt.Errorf("the database has schema version %d and this program knows %d: use a newer planatlas", from, target)
	}
	if err := m.MigrateTo(ctx, target); err != nil {
		return from, from, domainError(fmt.Sprintf("migrate the schema from version %d", from), err)
	}
	s.tiles.Reset()
	s.pages.Reset()
	s.pool.Reset() // connections made before PostGIS was there do not know its types
	return from, target, nil
}

// SchemaVersion returns the database's schema version, 0 for an empty database,
// and the version that this program needs.
func (s *Store) SchemaVersion(ctx context.Context) (have, want int32, err error) {
	names, err := migrate.FindMigrations(migrations.FS())
	if err != nil {
		return 0, 0, fmt.Errorf("read the migrations: %w", err)
	}
	var there bool
	if err := s.pool.QueryRow(ctx, "select to_regclass($1) is not null", versionTable).Scan(&there); err != nil {
		return 0, 0, domainError("read the schema's version", err)
	}
	if there {
		err = s.pool.QueryRow(ctx, "select version from "+versionTable).Scan(&have)
	}
	return have, int32(len(names)), domainError("read the schema's version", err)
}
