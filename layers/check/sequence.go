package check

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"planatlas/layers"

	"github.com/paulmach/orb/encoding/wkt"
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

// recorder keeps the bytes that a reader of records has read ahead.
type recorder struct {
	r    io.Reader
	kept []byte
	at   int64 // of the first byte kept
}

// Read implements [io.Reader].
func (r *recorder) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.kept = append(r.kept, p[:n]...)
	return n, err
}

// to returns the bytes before an offset and forgets them.
func (r *recorder) to(offset int64) []byte {
	n := min(int(offset-r.at), len(r.kept))
	out := bytes.Clone(r.kept[:n])
	r.kept, r.at = append(r.kept[:0], r.kept[n:]...), r.at+int64(n)
	return out
}

func csvItems(r io.Reader, next func(Item) bool) error {
	kept := &recorder{r: r}
	in := csv.NewReader(kept)
	in.ReuseRecord = true
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return &layers.InputError{Param: "body", Value: err.Error(), Want: "CSV whose first line names the columns", Err: err}
	}
	names := slices.Clone(header)
	names[0] = strings.TrimPrefix(names[0], "\ufeff")
	head := kept.to(in.InputOffset())
	geometry := slices.IndexFunc(names, func(name string) bool {
		return slices.Contains([]string{"wkt", "geometry", "geom"}, strings.ToLower(strings.TrimSpace(name)))
	})
	if geometry < 0 {
		return &layers.InputError{Param: "body", Value: "the columns " + strings.Join(names, ", "), Want: "a column wkt with the site's boundary as WKT, longitude before latitude"}
	}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		item := Item{Raw: append(bytes.Clone(head), kept.to(in.InputOffset())...)}
		var wrong *csv.ParseError
		switch {
		case errors.As(err, &wrong):
			item.Err = &layers.InputError{Param: "line " + strconv.Itoa(wrong.StartLine), Value: wrong.Err.Error(), Want: fmt.Sprintf("%d fields", len(names)), Err: err}
		case err != nil:
			return fmt.Errorf("read the batch: %w", err)
		case int64(len(item.Raw)) > SiteLimits().Bytes:
			item.Err = &layers.InputError{Param: "wkt", Value: "a site of more than 16 MiB", Want: "the site's boundary alone"}
		default:
			item.Site, item.Err = csvSite(names, record, geometry)
		}
		if !next(item) {
			return errStopped
		}
	}
}

// csvSite writes a record as a GeoJSON feature.
func csvSite(names, record []string, geometry int) ([]byte, error) {
	g, err := wkt.Unmarshal(strings.TrimSpace(record[geometry]))
	if err != nil || g == nil {
		return nil, &layers.InputError{Param: "wkt", Value: shorten(record[geometry]), Want: "a POLYGON or MULTIPOLYGON as WKT", Err: err}
	}
	properties := map[string]any{}
	for i, name := range names {
		value := strings.TrimSpace(record[i])
		if i == geometry || value == "" {
			continue
		}
		properties[name] = value
		if name == "accuracy_m" {
			if m, err := strconv.ParseFloat(value, 64); err == nil {
				properties[name] = m
			}
		}
	}
	b, err := json.Marshal(map[string]any{"type": "Feature", "properties": properties, "geometry": map[string]any{"type": g.GeoJSONType(), "coordinates": g}})
	if err != nil {
		return nil, &layers.InputError{Param: "wkt", Value: shorten(record[geometry]), Want: "numbers of degrees", Err: err}
	}
	return b, nil
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
