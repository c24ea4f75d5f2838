package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"

	"planatlas/geo/read"
	"planatlas/layers"
	"planatlas/layers/check"
)

// handedIn reads the site of a request.
func (s *server) handedIn(w *response, req *http.Request) (check.Site, error) {
	file, err := s.file(w, req)
	if err != nil {
		return check.Site{}, err
	}
	site, err := file.Read(req.Context())
	return site, readError(err)
}

// file takes the file of a request: a raw body with parameters beside it, or a form
// with a file and fields of the same names.
func (s *server) file(w *response, req *http.Request) (file check.File, err error) {
	fields := map[string]string{}
	for name := range req.URL.Query() {
		fields[name] = req.URL.Query().Get(name)
	}
	if kind, params, _ := mime.ParseMediaType(req.Header.Get("Content-Type")); kind == "multipart/form-data" {
		file, err = readForm(w, req, params["boundary"], fields)
	} else {
		file.Bytes, err = readFile(w, req)
	}
	if err != nil {
		return file, err
	}
	o := read.Options{Name: file.Options.Name, CRS: fields["site-crs"], Layer: fields["site-layer"], GDAL: s.gdal, Repairer: s.Reader}
	switch fields["repair"] {
	case "", "false":
	case "true":
		o.Faults = read.RepairFaults
	default:
		return file, &layers.InputError{Param: "repair", Value: fields["repair"], Want: "true or false"}
	}
	file.Options = o
	if text := fields["project"]; text != "" {
		file.Project = json.RawMessage(text)
	}
	if text := fields["accuracy_m"]; text != "" {
		file.AccuracyM = json.RawMessage(text)
	}
	return file, nil
}

// fieldsOfForm are the fields of a form beside its file.
func fieldsOfForm() []string {
	return []string{"site-crs", "site-layer", "repair", "project", "accuracy_m"}
}

// readForm reads a form with one file. Its fields are added to those of the query.
func readForm(w *response, req *http.Request, boundary string, fields map[string]string) (file check.File, err error) {
	limit := check.SiteLimits().Bytes
	form := multipart.NewReader(http.MaxBytesReader(w.w, req.Body, limit+1<<20), boundary)
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return file, bodyError(err, limit)
		}
		if name := part.FormName(); part.FileName() == "" {
			if !slices.Contains(fieldsOfForm(), name) {
				return file, &layers.InputError{Param: name, Want: "one file, and of the fields site-crs, site-layer, repair, project, accuracy_m those that are needed"}
			}
			text, err := io.ReadAll(io.LimitReader(part, 64<<10))
			if err != nil {
				return file, bodyError(err, limit)
			}
			fields[name] = string(text)
			continue
		}
		if file.Bytes != nil {
			return file, &layers.InputError{Param: part.FormName(), Value: part.FileName(), Want: "one file", Hint: "put the parts of a shapefile into one zip"}
		}
		file.Options.Name = part.FileName()
		if file.Bytes, err = io.ReadAll(part); err != nil {
			return file, bodyError(err, limit)
		}
	}
	if file.Bytes == nil {
		return file, &layers.InputError{Param: "body", Want: "one file, and of the fields site-crs, site-layer, repair, project, accuracy_m those that are needed"}
	}
	return file, nil
}

// readFile reads a body that is the file itself.
func readFile(w *response, req *http.Request) ([]byte, error) {
	if t := req.Header.Get("Content-Type"); !isOf(t, fileTypes()...) {
		return nil, fmt.Errorf("%s (want application/geo+json, or application/octet-stream for any file): %w", t, errMediaType)
	}
	return readAll(w, req)
}

// fileTypes are the media types of bodies that are files. What they hold is found
// out and not believed. Clients that know no better send a form's type.
func fileTypes() []string {
	return []string{typeGeoJSON, typeJSON, "application/fg+json", "text/plain", "text/csv", "application/zip", "application/x-zip-compressed",
		"application/vnd.google-earth.kml+xml", "application/vnd.google-earth.kmz", "application/gml+xml", "application/geopackage+sqlite3",
		"application/flatgeobuf", "application/dxf", "image/vnd.dxf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"application/x-www-form-urlencoded", "application/octet-stream"}
}

func bodyError(err error, limit int64) error {
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return fmt.Errorf("the body is larger than %d MiB; hand in the site's boundary alone: %w", limit>>20, layers.ErrTooLarge)
	}
	return &layers.InputError{Param: "body", Want: "the whole site", Hint: "the body ended early", Err: err}
}
