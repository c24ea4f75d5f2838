package api

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"planatlas/layers"
)

// cursorToken is a cursor as clients carry it.
type cursorToken struct {
	Sort   string    `json:"s,omitempty"` // the order that it belongs to
	Values []*string `json:"v,omitempty"`
	ID     string    `json:"i"`
	Before bool      `json:"b,omitempty"`
}

// cursorParam writes the cursor for the next or the previous page.
func cursorParam(q *itemsQuery, c layers.Cursor, before bool) (string, error) {
	b, err := json.Marshal(cursorToken{q.sort, c.Values, c.ID, before})
	if err != nil {
		return "", fmt.Errorf("write the cursor: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

func (q *itemsQuery) parseCursor(text string) error {
	if text == "" {
		return nil
	}
	wrong := &layers.InputError{Param: "cursor", Value: text, Want: "the cursor of a next or prev link, with the same sortby"}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || !utf8.Valid(b) {
		return wrong
	}
	var token cursorToken
	if json.Unmarshal(b, &token) != nil || token.Sort != q.sort || len(token.Values) != len(q.Sort) || !storable(token.ID) {
		return wrong
	}
	for i, v := range token.Values {
		if v == nil {
			continue
		}
		if !ofType(q.Sort[i].Property.Type, *v) {
			return wrong
		}
	}
	q.Cursor = &layers.Cursor{Values: token.Values, ID: token.ID, Before: token.Before}
	return nil
}

// ofType tells whether PostgreSQL reads the text, which it wrote, as the type.
func ofType(t layers.PropertyType, text string) bool {
	var err error
	switch t {
	case layers.Integer:
		_, err = strconv.ParseInt(text, 10, 64)
	case layers.Number: // NaN and Infinity too
		_, err = strconv.ParseFloat(text, 64)
	case layers.Boolean:
		return text == "true" || text == "false"
	case layers.Date:
		if _, err = time.Parse(time.DateOnly, text); strings.TrimPrefix(text, "-") == "infinity" {
			return true
		}
	case layers.DateTime: // as PostgreSQL writes it, and the infinities
		if _, err = time.Parse("2006-01-02 15:04:05-07", text); strings.TrimPrefix(text, "-") == "infinity" {
			return true
		}
	}
	return err == nil && storable(text)
}
