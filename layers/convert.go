package layers

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Convert turns a literal or the text of a query parameter into the property's
// type: string, int64, float64, bool or, for a date, a string of the form
// 2006-01-02, and for a timestamp one of RFC 3339. Something else is an *InputError that names the property.
func (p Property) Convert(v any) (any, error) {
	if out, ok := p.convert(v); ok {
		return out, nil
	}
	want := map[PropertyType]string{
		Integer: "a whole number", Number: "a number", Boolean: "true or false",
		Date: "a date such as 2021-01-01", String: "a text", DateTime: "a timestamp in UTC such as 2021-01-31T08:30:00Z",
	}[p.Type]
	return nil, &InputError{Param: p.Name, Value: fmt.Sprint(v), Want: want}
}

func (p Property) convert(v any) (any, bool) {
	switch p.Type {
	case String:
		s, ok := v.(string)
		return s, ok
	case Date:
		s, ok := v.(string)
		_, err := time.Parse(time.DateOnly, s)
		return s, ok && err == nil
	case DateTime:
		s, ok := v.(string)
		_, err := time.Parse(time.RFC3339, s)
		return s, ok && err == nil && strings.HasSuffix(s, "Z")
	case Boolean:
		if s, ok := v.(string); ok {
			return s == "true", s == "true" || s == "false"
		}
		b, ok := v.(bool)
		return b, ok
	}
	f, ok := v.(float64)
	if s, isText := v.(string); isText {
		parsed, err := strconv.ParseFloat(s, 64)
		f, ok = parsed, err == nil
	}
	if !ok || math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, false
	}
	if p.Type == Number {
		return f, true
	}
	return int64(f), f == math.Trunc(f) && math.Abs(f) < 1<<53
}
