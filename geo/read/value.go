package read

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// kind is the kind of a JSON value.
type kind string

const (
	null    kind = "null"
	boolean kind = "true or false"
	number  kind = "a number"
	text    kind = "a string"
	array   kind = "an array"
	object  kind = "an object"
)

// value is a parsed JSON value. Members keep their order.
type value struct {
	kind  kind
	text  string   // of a string its content, of a number or boolean what was written
	keys  []string // member names of an object
	items []value  // members of an object, elements of an array
}

// member returns the member of that name and false if there is none.
func (v *value) member(name string) (*value, bool) {
	if i := slices.Index(v.keys, name); i >= 0 {
		return &v.items[i], true
	}
	return nil, false
}

// brief writes the value as JSON, shortened for an error message.
func (v *value) brief() string {
	var s strings.Builder
	v.write(&s)
	return shorten(s.String())
}

// write writes the value as JSON until it is longer than any message shows.
func (v *value) write(s *strings.Builder) {
	if s.Len() > 4*shown {
		return
	}
	switch v.kind {
	case text:
		s.WriteString(strconv.Quote(v.text))
	case array, object:
		brackets := "[]"
		if v.kind == object {
			brackets = "{}"
		}
		s.WriteByte(brackets[0])
		for i := range v.items {
			if i > 0 {
				s.WriteByte(',')
			}
			if v.kind == object {
				s.WriteString(strconv.Quote(v.keys[i]) + ":")
			}
			if v.items[i].write(s); s.Len() > 4*shown {
				return
			}
		}
		s.WriteByte(brackets[1])
	default:
		s.WriteString(v.text)
	}
}

// shown is how many characters of a value a message shows.
const shown = 60

// shorten cuts s to what a message shows.
func shorten(s string) string {
	if r := []rune(s); len(r) > shown {
		return string(r[:shown]) + "…"
	}
	return s
}

// printable writes control characters and the like as escapes.
func printable(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) && r != '\ufeff' }) < 0 {
		return s
	}
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}

// path is where a value stands in a document; nil is the document itself.
type path struct {
	up    *path
	name  string // of a member
	index int    // of an element; -1 for a member
}

func (p *path) key(name string) *path { return &path{p, name, -1} }
func (p *path) item(i int) *path      { return &path{p, "", i} }

// String returns the path as a JSON pointer (RFC 6901), "" for the document.
func (p *path) String() string {
	if p == nil {
		return ""
	}
	if p.index >= 0 {
		return p.up.String() + "/" + strconv.Itoa(p.index)
	}
	return p.up.String() + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(printable(shorten(p.name)))
}
