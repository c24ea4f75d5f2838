// Package migrations embeds the forward-only database migrations: one SQL file
// each, run in the order of their numbers.
package migrations

import (
	"embed"
	"io/fs"
)

//go:embed *.sql
var files embed.FS

// FS returns the migration files.
func FS() fs.FS { return files }
