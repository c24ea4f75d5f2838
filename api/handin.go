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

// file takes the one file of a request.
func (s *server) file(w *response, req *http.Request) (check.File, error) {
	files, err := s.files(w, req)
	if err != nil {
		return check.File{}, err
	}
	if len(files) > 1 {
		return check.File{}, &layers.InputError{Param: "body", Value: fmt.Sprintf("%d files", len(files)), Want: "one file", Hint: "put the parts of a shapefile into one zip"}
	}
	return files[0], nil
}

// files takes the files of a request: a raw body with parameters beside it, or a
// form with files and fields of the same names.
func (s *server) files(w *response, req *http.Request) (files []check.File, err error) {
	fields := map[string]string{}
	for name := range req.URL.Query() {
		fields[name] = req.URL.Query().Get(name)
	}
	if kind, params, _ := mime.ParseMediaType(req.Header.Get("Content-Type")); kind == "multipart/form-data" {
		files, err = readForm(w, req, params["boundary"], fields)
	} else {
		files = make([]check.File, 1)
		files[0].Bytes, err = readFile(w, req)
	}
	if err != nil {
		return nil, err
	}
	o := read.Options{CRS: fields["site-crs"], Layer: fields["site-layer"], GDAL: s.gdal, Repairer: s.Reader, Datums: s.Datums}
	switch fields["repair"] {
	case "", "false":
	case "true":
		o.Faults = read.RepairFaults
	default:
		return nil, &layers.InputError{Param: "repair", Value: fields["repair"], Want: "true or false"}
	}
	for i := range files {
		o.Name = files[i].Options.Name
		files[i].Options = o
		if text := fields["project"]; text != "" {
			files[i].Project = json.RawMessage(text)
		}
		if text := fields["accuracy_m"]; text != "" {
			files[i].AccuracyM = json.RawMessage(text)
		}
	}
	return files, nil
}

// fieldsOfForm are the fields of a form beside its file.
func fieldsOfForm() []string {
	return []string{"site-crs", "site-layer", "repair", "project", "accuracy_m"}
}

// readForm reads the files of a form, together no larger than one may be. Its fields
// are added to those of the query.
func readForm(w *response, req *http.Request, boundary string, fields map[string]string) (files []check.File, err error) {
	const want = "one file, and of the fields site-crs, site-layer, repair, project, accuracy_m those that are needed"
	limit := check.SiteLimits().Bytes
	form := multipart.NewReader(http.MaxBytesReader(w.w, req.Body, limit+1<<20), boundary)
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, bodyError(err, limit)
		}
		if name := part.FormName(); part.FileName() == "" {
			if !slices.Contains(fieldsOfForm(), name) {
				return nil, &layers.InputError{Param: name, Want: want}
			}
			text, err := io.ReadAll(io.LimitReader(part, 64<<10))
			if err != nil {
				return nil, bodyError(err, limit)
			}
			fields[name] = string(text)
			continue
		}
		if len(files) == check.MaxAlternatives {
			return nil, &layers.InputError{Param: part.FormName(), Value: part.FileName(), Want: fmt.Sprintf("at most %d files", check.MaxAlternatives)}
		}
		file := check.File{Options: read.Options{Name: part.FileName()}}
		if file.Bytes, err = io.ReadAll(part); err != nil {
			return nil, bodyError(err, limit)
		}
		files = append(files, file)
	}
	if len(files) == 0 {
		return nil, &layers.InputError{Param: "body", Want: want}
	}
	return files, nil
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
