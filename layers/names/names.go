// Package names finds features by their names: in Chinese, in pinyin, whole,
// begun or by the first letters of its syllables, and in English. It knows no
// database.
package names

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"planatlas/layers"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// Name is a feature or record with what it is called.
type Name struct {
	Layer  string      `json:"layer"`
	ID     string      `json:"id"`
	Name   layers.Text `json:"name"`
	County string      `json:"county,omitempty"`
	Placed bool        `json:"located"`
	Entity string      `json:"-"` // of the plan
}

// Index holds the names of some features, ready to be searched. It is never
// changed after it was made.
type Index struct{ entries []entry }

type entry struct {
	Name
	zh, en    string     // folded
	syllables [][]string // the readings of each character of the Chinese name
}

// New makes an index of the names.
func New(all []Name) *Index {
	x := &Index{entries: make([]entry, len(all))}
	for i, n := range all {
		zh := fold(n.Name.ZH)
		x.entries[i] = entry{Name: n, zh: zh, en: fold(n.Name.EN), syllables: readings(zh)}
	}
	return x
}

// fold makes texts comparable: full-width forms, capitals, accents and tones, and
// the signs between words are gone.
func fold(s string) string {
	var out strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r), unicode.IsDigit(r):
			out.WriteRune(unicode.ToLower(r))
		case out.Len() > 0 && !strings.HasSuffix(out.String(), " "):
			out.WriteByte(' ')
		}
	}
	return strings.TrimRight(out.String(), " ")
}

// readings returns the readings of each character, without tones, ü as v; what is
// no Chinese character reads as itself, and spaces are left out.
func readings(folded string) [][]string {
	how := pinyin.NewArgs()
	how.Heteronym = true
	out := make([][]string, 0, utf8.RuneCountInString(folded))
	for _, r := range folded {
		if r == ' ' {
			continue
		}
		all := pinyin.SinglePinyin(r, how)
		if len(all) == 0 {
			all = []string{string(r)}
		}
		slices.Sort(all)
		out = append(out, slices.Compact(all))
	}
	return out
}

// Found is a name with how well it fits: the smaller, the better.
type Found struct {
	Name
	Rank int
}

// The ways in which a name fits, the best first. What stands at the beginning of
// a name is better than what stands within.
const (
	whole = iota * 2
	chinese
	word // of the English name
	reading
	english // part of a word
	no
)

// Find returns the names that fit the text, the best first, those of equal worth
// by length and then in the order of the index.
func (x *Index) Find(text string) []Found {
	q := fold(text)
	letters := strings.ReplaceAll(q, " ", "")
	var out []Found
	if letters == "" {
		return nil
	}
	latin, wordBegun := isLatin(letters), " "+q
	for i := range x.entries {
		e := &x.entries[i]
		if rank := e.rank(q, wordBegun, letters, latin); rank < no {
			out = append(out, Found{e.Name, rank})
		}
	}
	slices.SortStableFunc(out, Compare)
	return out
}

// Compare orders what was found: by rank, then the shorter name first.
func Compare(a, b Found) int {
	return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(utf8.RuneCountInString(a.Name.Name.ZH), utf8.RuneCountInString(b.Name.Name.ZH)))
}

func (e *entry) rank(q, wordBegun, letters string, latin bool) int {
	switch {
	case q == e.zh, q == e.en:
		return whole
	case strings.HasPrefix(e.zh, q):
		return chinese
	case strings.Contains(e.zh, q):
		return chinese + 1
	}
	if strings.HasPrefix(e.en, q) {
		return word
	}
	if strings.Contains(e.en, wordBegun) {
		return word + 1
	}
	if latin {
		for i := range e.syllables {
			if reads(e.syllables[i:], letters) {
				return reading + min(i, 1)
			}
		}
	}
	if utf8.RuneCountInString(q) > 2 && strings.Contains(e.en, q) {
		return english
	}
	return no
}

func isLatin(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// reads reports whether the letters read the beginning of the characters: each by
// its whole syllable, by its initial (zh, ch and sh too), and the last one by any
// beginning of its syllable.
func reads(characters [][]string, letters string) bool {
	if letters == "" {
		return true
	}
	if len(characters) == 0 {
		return false
	}
	for _, s := range characters[0] {
		if strings.HasPrefix(s, letters) || strings.HasPrefix(letters, s) && reads(characters[1:], letters[len(s):]) {
			return true
		}
		n := initial(s)
		if n < len(s) && strings.HasPrefix(letters, s[:n]) && reads(characters[1:], letters[n:]) ||
			n > 1 && letters[0] == s[0] && reads(characters[1:], letters[1:]) {
			return true
		}
	}
	return false
}

// initial is the length of the syllable's initial.
func initial(syllable string) int {
	if len(syllable) > 2 && syllable[1] == 'h' {
		return 2
	}
	_, n := utf8.DecodeRuneInString(syllable)
	return n
}
