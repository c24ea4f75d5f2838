package check

import (
	"bufio"
	"bytes"
	"encoding/json"
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
	Line  int64  // of the file, on which it starts; from 1, and 0 when that is not known
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
	first, line := true, int64(1)
	for {
		text, newlines, long, err := upTo(in, separator, limit)
		if first {
			text, first = bytes.TrimPrefix(text, []byte("\ufeff")), false
		}
		at := line + int64(bytes.Count(text[:len(text)-len(bytes.TrimLeft(text, " \t\r\n"))], []byte{'\n'}))
		line += newlines
		text = bytes.TrimRight(text, " \t\r\n")
		switch {
		case long:
			if !next(Item{Line: at, Raw: text, Err: &layers.InputError{Param: "body", Value: fmt.Sprintf("a site of more than %d MiB", limit>>20), Want: "the site's boundary alone"}}) {
				return errStopped
			}
		case len(bytes.TrimSpace(text)) == 0:
		case !next(Item{Line: at, Raw: bytes.Clone(text)}):
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

// upTo reads to the separator, and counts the lines that end there. Of a text that is
// too long it returns the start.
func upTo(in *bufio.Reader, separator byte, limit int) (text []byte, newlines int64, long bool, err error) {
	for {
		part, err := in.ReadSlice(separator)
		newlines += int64(bytes.Count(part, []byte{'\n'}))
		if !long {
			text = append(text, part...)
		}
		if len(text) > limit {
			text, long = text[:1024], true
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSuffix(text, []byte{separator}), newlines, long, err
		}
	}
}

// name is the name that an item gives itself, although it may be no site.
func (i Item) name() string {
	document := i.Site
	if document == nil {
		document = i.Raw
	}
	var doc struct {
		Properties struct {
			Name any `json:"name"`
		} `json:"properties"`
	}
	if json.Unmarshal(document, &doc) != nil {
		return ""
	}
	name, _ := doc.Properties.Name.(string)
	return shorten(name)
}

// fault is the line of an item that is no site, with where it stands in the file.
func (i Item) fault(err error) Line {
	l := Line{Index: i.Index, Name: i.name(), Error: lineError(err)}
	l.Error.Line = i.Line
	return l
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
