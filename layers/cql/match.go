package cql

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// like matches greedily and goes back to the last % when it must.
func like(s, pattern []rune) bool {
	i, j, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case j < len(pattern) && pattern[j] == '%':
			star, mark = j, i
			j++
		case j < len(pattern) && pattern[j] == '_':
			i, j = i+1, j+1
		case j+1 < len(pattern) && pattern[j] == '\\' && pattern[j+1] == s[i]:
			i, j = i+1, j+2
		case j < len(pattern) && pattern[j] != '\\' && pattern[j] == s[i]:
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = mark, star+1
		default:
			return false
		}
	}
	for j < len(pattern) && pattern[j] == '%' {
		j++
	}
	return j == len(pattern)
}

// foldCase goes through upper case, so that both forms of the Greek sigma fold to
// one.
func foldCase(s string) string { return strings.ToLower(strings.ToUpper(s)) }

// stripAccents takes the marks off letters and writes letters without a mark to take
// off, and punctuation, in ASCII, as the database's dictionary (extension unaccent)
// does; that one knows more signs, of other scripts.
func stripAccents(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case r >= 0x300 && r <= 0x36F: // combining marks
		case r >= 0xFF01 && r <= 0xFF5E: // full-width forms
			b.WriteRune(r - 0xFF01 + '!')
		default:
			b.WriteString(plainSign(r))
		}
	}
	return norm.NFC.String(b.String())
}

// plainSign writes a letter or sign in ASCII, after the transliteration Latin-ASCII of
// the Unicode Common Locale Data Repository.
func plainSign(r rune) string {
	const signs = "øo ØO đd ðd ĐD ÐD łl ŁL ħh ĦH ıi ßss æae ÆAE œoe ŒOE þth ÞTH " +
		"«<< »>> ×* ÷/ –- —- ‘' ’' “\" ”\" …... 、, 。. 〇0 〈< 〉> 《<< 》>> 〔[ 〕] "
	_, after, found := strings.Cut(signs, string(r))
	if r < 0x80 || !found {
		return string(r)
	}
	plain, _, _ := strings.Cut(after, " ")
	return plain
}
