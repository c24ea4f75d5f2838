package check

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"planatlas/layers"

	"github.com/paulmach/orb/encoding/wkt"
)

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
		if len(record) > 0 {
			line, _ := in.FieldPos(0)
			item.Line = int64(line)
		}
		var wrong *csv.ParseError
		switch {
		case errors.As(err, &wrong):
			item.Line = int64(wrong.StartLine)
			item.Err = &layers.InputError{Param: "line " + strconv.Itoa(wrong.StartLine), Value: wrong.Err.Error(), Want: fmt.Sprintf("%d fields", len(names)), Err: err}
		case err != nil:
			return fmt.Errorf("read the batch: %w", err)
		case int64(len(item.Raw)) > SiteLimits().Bytes:
			item.Err = &layers.InputError{Param: "wkt", Value: "a site of more than 16 MiB", Want: "the site's boundary alone"}
		default:
			if item.Site, item.Err = csvSite(names, record, geometry); item.Err != nil {
				item.Site = named(names, record)
			}
		}
		if !next(item) {
			return errStopped
		}
	}
}

// named is what is kept of a record that is no site: its name.
func named(names, record []string) []byte {
	i := slices.IndexFunc(names, func(name string) bool { return strings.TrimSpace(name) == "name" })
	if i < 0 {
		return nil
	}
	b, _ := json.Marshal(map[string]any{"properties": map[string]string{"name": strings.TrimSpace(record[i])}}) // texts alone
	return b
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
