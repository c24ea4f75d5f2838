package encode

import (
	"strconv"
	"unicode/utf8"

	"planatlas/layers"
)

// Link is a link in a document (RFC 8288 in JSON form).
type Link struct {
	Href     string `json:"href"`
	Rel      string `json:"rel"`
	Type     string `json:"type,omitempty"`
	Title    string `json:"title,omitempty"`
	HrefLang string `json:"hreflang,omitempty"`

	Templated bool `json:"templated,omitempty"` // href has names in braces; never among the links of features
}

// AppendLinks appends a JSON array of links.
func AppendLinks(dst []byte, links []Link) []byte {
	dst = append(dst, '[')
	for i, l := range links {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(append(dst, `{"href":`...), l.Href)
		for _, m := range [...]struct{ name, value string }{{"rel", l.Rel}, {"type", l.Type}, {"title", l.Title}, {"hreflang", l.HrefLang}} {
			if m.value != "" {
				dst = append(append(append(dst, `,"`...), m.name...), `":`...)
				dst = appendString(dst, m.value)
			}
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// appendValue turns PostgreSQL's text form into JSON.
func appendValue(dst []byte, kind layers.PropertyType, v []byte) []byte {
	if v == nil {
		return append(dst, "null"...)
	}
	switch kind {
	case layers.Boolean:
		return strconv.AppendBool(dst, v[0] == 't')
	case layers.Integer:
		return append(dst, v...)
	case layers.Number:
		switch string(v) {
		case "NaN", "Infinity", "-Infinity": // they have no form in JSON
			return append(dst, "null"...)
		}
		return append(dst, v...)
	}
	return appendString(dst, v)
}

// appendString appends a JSON string. Bytes that are not UTF-8 are replaced.
func appendString[T string | []byte](dst []byte, s T) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0 // what stands as it is and is not appended yet
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			if r, n := decodeRune(s[i:]); r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
		}
		dst = append(dst, s[from:i]...)
		switch i++; {
		case c >= utf8.RuneSelf:
			dst = utf8.AppendRune(dst, utf8.RuneError)
		case c < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			dst = append(dst, '\\', c)
		}
		from = i
	}
	return append(append(dst, s[from:]...), '"')
}

// decodeRune reads the first character.
func decodeRune[T string | []byte](s T) (rune, int) {
	var b [utf8.UTFMax]byte
	return utf8.DecodeRune(b[:copy(b[:], s)])
}
