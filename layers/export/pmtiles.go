package export

import (
	"errors"
	"fmt"
	"os"

	"planatlas/geo/pmtiles"
)

// writePMTiles completes the spool, in which the tiles lie where they stay.
func writePMTiles(job Job, s *spool, doc []byte) error {
	bound, center, zoom, err := job.place(s)
	if err != nil {
		return err
	}
	h := pmtiles.Header{MinZoom: job.MinZoom, MaxZoom: job.MaxZoom, Bounds: bound, Center: center, CenterZoom: zoom}
	size, err := pmtiles.Finish(s.data, pmtiles.Start+s.end, h, doc, s.entries)
	if err != nil {
		return fmt.Errorf("write %s: %w", job.File, err)
	}
	if err := errors.Join(s.data.Truncate(size), s.data.Sync()); err != nil {
		return fmt.Errorf("write %s: %w", job.File, err)
	}
	if err := os.Rename(s.path, job.File); err != nil {
		return err
	}
	return remove(s.journalPath())
}
