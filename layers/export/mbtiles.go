package export

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"

	"planatlas/geo/pmtiles"

	_ "modernc.org/sqlite" // the driver of MBTiles
)

// writeMBTiles copies the tiles into a file of MBTiles 1.3, which is an SQLite
// database.
func writeMBTiles(ctx context.Context, job Job, s *spool, doc []byte) error {
	path := s.path + ".db"
	if err := remove(path); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(off)&_pragma=synchronous(off)")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	err = errors.Join(fillMBTiles(ctx, db, job, s, doc), db.Close())
	if err == nil {
		err = toDisk(path)
	}
	if err == nil {
		err = os.Rename(path, job.File)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", job.File, err), remove(path))
	}
	return errors.Join(remove(s.path), remove(s.journalPath()))
}

func fillMBTiles(ctx context.Context, db *sql.DB, job Job, s *spool, doc []byte) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	const schema = `create table metadata (name text, value text);
		create table tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)`
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return err
	}
	if err := describeMBTiles(ctx, tx, job, s, doc); err != nil {
		return err
	}
	insert, err := tx.PrepareContext(ctx, "insert into tiles values (?, ?, ?, ?)")
	if err != nil {
		return err
	}
	defer insert.Close()
	for e, err := range s.entries() {
		if err != nil {
			return err
		}
		b := make([]byte, e.Length)
		if _, err := s.data.ReadAt(b, pmtiles.Start+int64(e.Offset)); err != nil {
			return err
		}
		z, x, y := pmtiles.Tile(e.ID)
		if _, err := insert.ExecContext(ctx, z, x, 1<<z-1-y, b); err != nil { // rows are counted from the south
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, "create unique index tile_index on tiles (zoom_level, tile_column, tile_row)"); err != nil {
		return err
	}
	return tx.Commit()
}

// describeMBTiles writes the table of metadata.
func describeMBTiles(ctx context.Context, tx *sql.Tx, job Job, s *spool, doc []byte) error {
	m, err := parse(doc)
	if err != nil {
		return err
	}
	bound, center, zoom, err := job.place(s)
	if err != nil {
		return err
	}
	own, err := json.Marshal(struct {
		VectorLayers []VectorLayer `json:"vector_layers"`
	}{m.VectorLayers})
	if err != nil {
		return err
	}
	degrees := func(v float64) string { return strconv.FormatFloat(v, 'f', 7, 64) }
	for _, row := range [][2]string{
		{"name", m.Name}, {"format", "pbf"}, {"minzoom", fmt.Sprint(job.MinZoom)}, {"maxzoom", fmt.Sprint(job.MaxZoom)},
		{"bounds", degrees(bound.Min[0]) + "," + degrees(bound.Min[1]) + "," + degrees(bound.Max[0]) + "," + degrees(bound.Max[1])},
		{"center", degrees(center[0]) + "," + degrees(center[1]) + "," + fmt.Sprint(zoom)},
		{"attribution", m.Attribution}, {"description", m.Description}, {"type", m.Type}, {"json", string(own)},
	} {
		if _, err := tx.ExecContext(ctx, "insert into metadata values (?, ?)", row[0], row[1]); err != nil {
			return err
		}
	}
	return nil
}

// toDisk waits until a file is on the disk.
func toDisk(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
