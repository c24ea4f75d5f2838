package check

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"planatlas/geo/read"
	"planatlas/layers"
)

// SiteLimits bound a site that is handed in, wherever that is.
func SiteLimits() read.Limits { return read.Limits{Bytes: 16 << 20, Vertices: 50_000} }

// MaxAccuracyM is the worst accuracy that a client may claim for a site, metres.
const MaxAccuracyM = 10_000

// spoken is what a GeoJSON document says beside its geometry.
type spoken struct {
	Type       string                     `json:"type"`
	Project    json.RawMessage            `json:"project"`
	AccuracyM  json.RawMessage            `json:"accuracy_m"`
	Properties map[string]json.RawMessage `json:"properties"`
	Features   []spoken                   `json:"features"`
}

// ReadSite reads a site as GeoJSON with what it says of the project: in the
// properties of its features those that are attributes of projects, and in a
// member project of the document nothing else. accuracy_m, the accuracy of the
// site's own boundary in metres, stands in either.
func ReadSite(document []byte) (Site, error) {
	f := File{Bytes: document, Options: read.Options{Format: read.FormatGeoJSON}}
	return f.Read(context.Background()) // nothing is waited for
}

// hear takes what a GeoJSON document, the collection that it is of, and who hands
// it in, say of the project and of the site's accuracy.
func (site *Site) hear(document []byte, f File) (err error) {
	var doc spoken
	if err := json.Unmarshal(bytes.TrimPrefix(document, []byte("\ufeff")), &doc); err != nil {
		return &layers.InputError{Param: "body", Value: err.Error(), Want: "properties as an object or null", Err: err}
	}
	s := speech{known: attributeNames(), said: map[string]any{}, where: map[string]string{}}
	if doc.Type == "Feature" {
		s.properties(doc.Properties, "/properties")
	}
	for i, f := range doc.Features {
		s.properties(f.Properties, fmt.Sprintf("/features/%d/properties", i))
	}
	for _, raw := range []json.RawMessage{f.AccuracyM, f.collection.AccuracyM, doc.AccuracyM} {
		s.number(raw, "/accuracy_m")
	}
	for _, raw := range []json.RawMessage{f.Project, f.collection.Project, doc.Project} {
		s.project(raw)
	}
	if s.err != nil {
		return s.err
	}
	site.AccuracyM = max(site.AccuracyM, s.accuracy)
	site.Project, err = ParseProject(s.said)
	return err
}

// within says of an error in a part of a document where the part stands, which calls
// itself inside.
func within(at, inside string, err error) error {
	var input *layers.InputError
	var wrong *read.Error
	switch {
	case errors.As(err, &input):
		e := *input
		e.Param = joinPlaces(at, strings.TrimPrefix(input.Param, inside))
		return &e
	case errors.As(err, &wrong):
		e := *wrong
		e.Where = joinPlaces(at, strings.TrimPrefix(wrong.Where, inside))
		if e.ZH != "" {
			e.ZH = joinPlaces(at, strings.TrimPrefix(e.ZH, inside))
		}
		return &e
	}
	return err
}

// joinPlaces writes a place inside another one; pointers make a longer one.
func joinPlaces(at, part string) string {
	if part == "" || strings.HasPrefix(part, "/") {
		return at + part
	}
	return at + " " + part
}

func attributeNames() []string {
	var names []string
	for _, a := range Attributes() {
		names = append(names, a.Name)
	}
	return names
}

// speech gathers what several places of a document say. Two that contradict each
// other are an error.
type speech struct {
	known    []string
	said     map[string]any
	where    map[string]string
	accuracy float64
	err      error
}

func (s *speech) properties(properties map[string]json.RawMessage, at string) {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		switch {
		case name == "accuracy_m":
			s.number(properties[name], at+"/accuracy_m")
		case slices.Contains(s.known, name):
			s.attribute(name, properties[name], at+"/"+name)
		}
	}
}

func (s *speech) project(raw json.RawMessage) {
	if raw == nil || string(raw) == "null" {
		return
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		s.fail("/project", string(raw), "an object of attributes of the project", "")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		s.attribute(name, members[name], "/project/"+name)
	}
}

func (s *speech) attribute(name string, raw json.RawMessage, at string) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil || value == nil {
		return // null is not said
	}
	if before, said := s.said[name]; said && before != value {
		s.fail(at, string(raw), "one value for the whole project", fmt.Sprintf("%s says %v", s.where[name], before))
		return
	}
	switch value.(type) {
	case string, bool, float64:
		s.said[name], s.where[name] = value, at
	default:
		s.fail(at, string(raw), "true, false or a code", "")
	}
}

func (s *speech) number(raw json.RawMessage, at string) {
	if raw == nil || string(raw) == "null" {
		return
	}
	var metres float64
	if err := json.Unmarshal(raw, &metres); err != nil || !(metres >= 0 && metres <= MaxAccuracyM) {
		s.fail(at, string(raw), fmt.Sprintf("the accuracy of the site's boundary in metres, 0 to %d", MaxAccuracyM), "")
		return
	}
	s.accuracy = math.Max(s.accuracy, metres)
}

func (s *speech) fail(at, value, want, hint string) {
	if s.err == nil {
		s.err = &layers.InputError{Param: at, Value: value, Want: want, Hint: hint}
	}
}

// ParseDay reads the day whose law is to be applied; empty is today.
func ParseDay(text string) (layers.Day, error) {
	day := layers.Day(text)
	if text != "" && (day.Time().IsZero() || day.Time().Year() < 1949 || day.Time().Year() > 2100) {
		return "", &layers.InputError{Param: "on", Value: text, Want: "a day as 2006-01-02, 1949 to 2100"}
	}
	return day, nil
}
