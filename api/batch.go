package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"time"

	"planatlas/layers"
	"planatlas/layers/check"
)

const (
	maxBatchBytes = 1 << 30
	// uploadTime is how long a batch may take to arrive.
	uploadTime = 10 * time.Minute
)

// postBatch checks many sites. The batch is taken in whole before the first site
// is checked, since many clients do not read while they send; memory holds a few
// sites of it. With Prefer: respond-async it becomes a job.
func (s *server) postBatch(w *response, req *http.Request) error {
	form, err := batchForm(req)
	if err != nil {
		return err
	}
	on, err := check.ParseDay(req.URL.Query().Get("on"))
	if err != nil {
		return err
	}
	file, err := spool(w, req)
	if err != nil {
		return err
	}
	defer file.Close()
	items := check.Items(file, form)
	if prefersAsync(req) {
		request, err := json.Marshal(check.BatchRequest{On: on})
		if err != nil {
			return fmt.Errorf("write the request: %w", err)
		}
		return s.accept(w, req, check.Job{Process: check.BatchProcess, Request: request}, items)
	}
	w.Header().Set("Content-Type", s.media(route{}, w.format)[0])
	lang := language(req)
	sayLanguage(w.Header(), lang)
	out := newLineWriter(w, w.format, lang)
	if err := s.Checker.Batch(req.Context(), items, on, out.line); err != nil {
		return err
	}
	return out.close()
}

func batchForm(req *http.Request) (string, error) {
	kind, _, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	switch kind {
	case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/geo+json-lines":
		return check.NDJSON, nil
	case "application/geo+json-seq":
		return check.GeoJSONSeq, nil
	case "text/csv":
		return check.CSV, nil
	}
	return "", errors.Join(fmt.Errorf("%q (want application/x-ndjson, application/geo+json-seq or text/csv): %w", req.Header.Get("Content-Type"), errMediaType), err)
}

// spool takes the body into a file that has no name.
func spool(w *response, req *http.Request) (*os.File, error) {
	control := http.NewResponseController(w.w)
	_ = control.SetReadDeadline(time.Now().Add(uploadTime)) // a reader without deadlines never waits for a client
	file, err := os.CreateTemp("", "planatlas-batch-")
	if err != nil {
		return nil, fmt.Errorf("keep a batch: %w", err)
	}
	err = os.Remove(file.Name())
	if err == nil {
		_, err = io.Copy(file, http.MaxBytesReader(w.w, req.Body, maxBatchBytes))
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		err = fmt.Errorf("the batch is larger than %d MiB; split it: %w", maxBatchBytes>>20, layers.ErrTooLarge)
	case err != nil && !errors.Is(err, os.ErrPermission):
		err = &layers.InputError{Param: "body", Want: "the whole batch", Hint: "the body ended early", Err: err}
	default:
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = file.Close() // what is wrong is said
		return nil, err
	}
	return file, nil
}

// prefersAsync tells whether the client wants not to wait (RFC 7240).
func prefersAsync(req *http.Request) bool {
	for _, header := range req.Header.Values("Prefer") {
		for _, part := range strings.Split(header, ",") {
			name, _, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(name), "respond-async") {
				return true
			}
		}
	}
	return false
}

// lines gives the results of a batch that ran as a job.
func (s *server) lines(ctx context.Context, w *response, job check.Job, lang string) error {
	w.Header().Set("Content-Type", s.media(route{media: typeJSON}, w.format)[0])
	sayLanguage(w.Header(), lang)
	out := newLineWriter(w, w.format, lang)
	err := s.Reader.JobLines(ctx, job.ID, func(line []byte) error {
		var l check.Line
		if err := json.Unmarshal(line, &l); err != nil {
			return fmt.Errorf("read a line of job %s: %w", job.ID, err)
		}
		return out.line(l)
	})
	if err != nil {
		return err
	}
	return out.close()
}
