package api

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// phrase is a text of an error in English and in Chinese. %s stands for what
// differs: a name, a number, or another phrase.
type phrase struct{ EN, ZH string }

// phrases are all that can be said of what was expected, of what was found and of
// what to do about it. The package that refuses an input says it in English.
func phrases() []phrase {
	return slices.Concat(phrasesOfErrors(), phrasesOfQueries(), phrasesOfFilters(), phrasesOfFilterValues(), phrasesOfGeoJSON(), phrasesOfFiles(), phrasesOfSites(), phrasesOfProjects())
}

// inChinese says a text of an error in Chinese, with the phrase that fits most of
// it. Names and numbers in it stay; so does a text that no phrase fits.
func inChinese(english string) string {
	if zh, ok := chinesePart(english); ok {
		return zh
	}
	var best phrase
	var holes []string
	for _, p := range phrases() {
		if len(p.EN) <= len(best.EN) && best.EN != "" {
			continue
		}
		if found, ok := fit(p.EN, english); ok {
			best, holes = p, found
		}
	}
	switch {
	case best.EN == "":
		return english
	case len(holes) == 0:
		return best.ZH
	}
	args := make([]any, len(holes))
	for i, h := range holes {
		args[i] = inChinese(h)
	}
	return fmt.Sprintf(best.ZH, args...)
}

// fit returns what stands in a text where a phrase has %s, each as short as can be.
func fit(phrase, text string) (holes []string, ok bool) {
	parts := strings.Split(phrase, "%s")
	rest, ok := strings.CutPrefix(text, parts[0])
	for i, part := range parts[1:] {
		at := strings.Index(rest, part)
		if i == len(parts)-2 { // the last part is the end
			at = len(rest) - len(part)
		}
		if at < 0 || rest[at:at+len(part)] != part {
			return nil, false
		}
		holes, rest = append(holes, rest[:at]), rest[at+len(part):]
	}
	return holes, ok && rest == ""
}

// chinesePart returns the Chinese part of a text that says the same in both
// languages, the English first.
func chinesePart(text string) (string, bool) {
	for i, r := range text {
		if unicode.Is(unicode.Han, r) {
			return text[i:], strings.HasSuffix(text[:i], "; ")
		}
	}
	return "", false
}
