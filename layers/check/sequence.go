package check

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"planatlas/layers"
)

// Item is one site of a batch as it was handed in.
type Item struct {
	Index int64  // from 0
	Raw   []byte // as it was handed in; of CSV with the line of names
	Site  []byte // the same as GeoJSON; nil when Raw is
	Err   error  // why it is no site
}

// The forms of a batch.
const (
	NDJSON     = "ndjson"     // a GeoJSON text on each line
	GeoJSONSeq = "geojsonseq" // RFC 8142
	CSV        = "csv"        // RFC 4180, with the geometry as WKT in a column wkt
)

// MaxBatch is how many sites one batch may hold.
const MaxBatch = 100_000

// Items reads a batch as a stream. What is wrong with one site is in its item; an
// error ends the batch.
func Items(r io.Reader, form string) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		var n int64
		next := func(item Item) bool {
			item.Index = n
			if n++; n > MaxBatch {
				yield(Item{}, &layers.InputError{Param: "body", Value: "more sites", Want: fmt.Sprintf("at most %d", MaxBatch), Hint: "split the batch", Err: layers.ErrTooLarge})
				return false
			}
			return yield(item, nil)
		}
		var err error
		switch form {
		case CSV:
			err = csvItems(r, next)
		case GeoJSONSeq:
			err = texts(r, 0x1e, next)
		default:
			err = texts(r, '\n', next)
		}
		if err == nil && n == 0 {
			err = &layers.InputError{Param: "body", Value: "nothing", Want: "at least one site"}
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(Item{}, err)
		}
	}
}

// errStopped says that the caller wants no more items.
var errStopped = errors.New("stopped")

// texts reads JSON texts between separators. One that is too long is passed over.
func texts(r io.Reader, separator byte, next func(Item) bool) error {
	in := bufio.NewReaderSize(r, 64<<10)
	limit := int(SiteLimits().Bytes)
	first := true
	for {
		text, long, err := upTo(in, separator, limit)
		if first {
			text, first = bytes.TrimPrefix(text, []byte("\ufeff")), false
		}
		text = bytes.TrimRight(text, " \t\r\n")
		switch {
		case long:
			if !next(Item{Raw: text, Err: &layers.InputError{Param: "body", Value: fmt.Sprintf("a site of more than %d MiB", limit>>20), Want: "the site's boundary alone"}}) {
				return errStopped
			}
		case len(bytes.TrimSpace(text)) == 0:
		case !next(Item{Raw: bytes.Clone(text)}):
			return errStopped
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the batch: %w", err)
		}
	}
}

// upTo reads to the separator. Of a text that is too long it returns the start.
func upTo(in *bufio.Reader, separator byte, limit int) (text []byte, long bool, err error) {
	for {
		part, err := in.ReadSlice(separator)
		if !long {
			text = append(text, part...)
		}
		if len(text) > limit {
			text, long = text[:1024], true
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSuffix(text, []byte{separator}), long, err
		}
	}
}

// site reads the site of the item. The archive keeps what was handed in.
func (i Item) site() (Site, error) {
	if i.Err != nil {
		return Site{}, i.Err
	}
	if i.Site == nil {
		return ReadSite(i.Raw)
	}
	site, err := ReadSite(i.Site)
	if err == nil {
		site.Format, site.Bytes, site.SHA256 = "CSV", i.Raw, sha256Hex(i.Raw)
	}
	return site, err
}
