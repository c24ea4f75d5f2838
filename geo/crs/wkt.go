package crs

import (
	"math"
	"strconv"
	"strings"
)

// node is one element of a CRS in WKT: KEYWORD["text",1,CHILD[...]].
type node struct {
	keyword  string
	texts    []string
	numbers  []float64
	children []node
}

// Bounds on WKT, far beyond what any system needs.
const (
	maxWKT      = 64 << 10
	maxWKTDepth = 20
)

// FromWKT returns the system that a description in WKT 1, WKT 2 or the dialect of
// ESRI's .prj files stands for. It goes by datum, projection and parameters, not by
// names, since every program names them otherwise. A Gauss-Kruger zone on WGS84 is
// taken as the one on CGCS2000: they differ by less than 0.1 mm. Every error is a
// [*NameError].
func FromWKT(text string) (System, error) {
	if len(text) > maxWKT {
		return System{}, unknown("WKT of more than 64 kB")
	}
	p := wktParser{s: text}
	root, ok := p.element(0)
	if !ok {
		return System{}, unknown(strings.ToValidUTF8(firstLine(text), ""))
	}
	return root.system()
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	if len(s) > 60 {
		s = s[:60]
	}
	return s
}

type wktParser struct {
	s  string
	at int
}

func (p *wktParser) space() {
	for p.at < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.at]) >= 0 {
		p.at++
	}
}

// element reads KEYWORD[...]; brackets may be round.
func (p *wktParser) element(depth int) (n node, ok bool) {
	if depth > maxWKTDepth {
		return n, false
	}
	p.space()
	from := p.at
	for p.at < len(p.s) && (p.s[p.at] == '_' || p.s[p.at]|0x20 >= 'a' && p.s[p.at]|0x20 <= 'z' || p.s[p.at] >= '0' && p.s[p.at] <= '9') {
		p.at++
	}
	n.keyword = strings.ToUpper(p.s[from:p.at])
	p.space()
	if n.keyword == "" || p.at >= len(p.s) || p.s[p.at] != '[' && p.s[p.at] != '(' {
		return n, n.keyword != "" // a bare word, such as an axis direction
	}
	p.at++
	for {
		p.space()
		if p.at >= len(p.s) {
			return n, false
		}
		switch c := p.s[p.at]; {
		case c == ']' || c == ')':
			p.at++
			return n, true
		case c == ',':
			p.at++
		case c == '"':
			end := strings.IndexByte(p.s[p.at+1:], '"')
			if end < 0 {
				return n, false
			}
			n.texts = append(n.texts, p.s[p.at+1:p.at+1+end])
			p.at += end + 2
		case c == '-' || c == '+' || c == '.' || c >= '0' && c <= '9':
			end := strings.IndexAny(p.s[p.at:], ",]) \t\r\n")
			if end < 0 {
				return n, false
			}
			v, err := strconv.ParseFloat(p.s[p.at:p.at+end], 64)
			if err != nil {
				return n, false
			}
			n.numbers = append(n.numbers, v)
			p.at += end
		default:
			child, ok := p.element(depth + 1)
			if !ok {
				return n, false
			}
			n.children = append(n.children, child)
		}
	}
}

// find returns the first element of one of the keywords, the node itself first.
func (n *node) find(keywords ...string) *node {
	for _, k := range keywords {
		if n.keyword == k {
			return n
		}
	}
	for i := range n.children {
		if f := n.children[i].find(keywords...); f != nil {
			return f
		}
	}
	return nil
}

func (n *node) name() string {
	if n == nil || len(n.texts) == 0 {
		return ""
	}
	return n.texts[0]
}

// system judges a parsed description.
func (n *node) system() (System, error) {
	title := n.name()
	projected := n.find("PROJCS", "PROJCRS", "PROJECTEDCRS")
	geographic := n.find("GEOGCS", "GEOGCRS", "GEODCRS", "GEODETICCRS", "GEOGRAPHICCRS", "BASEGEOGCRS", "BASEGEODCRS")
	if projected == nil && geographic == nil {
		return System{}, unknown(title)
	}
	datum := n.find("DATUM", "TRF", "GEODETICDATUM", "ENSEMBLE").name()
	words := squeeze(datum + " " + geographic.name())
	if datum, ok := oldByName(words); ok {
		twin := System{code: CodeCGCS2000}
		if projected != nil {
			twin, _ = projected.projection() // the zero value where it is no zone
		}
		return System{}, old(title, datum, twin)
	}
	cgcs := strings.Contains(words, "CHINA2000") || strings.Contains(words, "CGCS2000") || strings.Contains(words, "COORDINATESYSTEM2000")
	wgs := strings.Contains(words, "WGS1984") || strings.Contains(words, "WGS84") || strings.Contains(words, "WORLDGEODETICSYSTEM1984")
	switch {
	case !cgcs && !wgs:
		return System{}, unknown(title)
	case projected == nil && cgcs:
		return System{code: CodeCGCS2000}, nil
	case projected == nil:
		return System{code: CodeWGS84}, nil
	}
	s, ok := projected.projection()
	if !ok {
		return System{}, unknown(title)
	}
	s.wgs84 = wgs && !cgcs
	return s, nil
}

// projection finds the zone by its parameters.
func (n *node) projection() (System, bool) {
	method := squeeze(n.find("PROJECTION", "METHOD").name())
	title := squeeze(n.name())
	if strings.Contains(method, "MERCATORAUXILIARYSPHERE") || strings.Contains(method, "PSEUDOMERCATOR") || strings.Contains(title, "PSEUDOMERCATOR") {
		return System{code: CodeMercator}, true
	}
	if !strings.Contains(method, "TRANSVERSEMERCATOR") && !strings.Contains(method, "GAUSSKRUGER") {
		return System{}, false
	}
	value := func(otherwise float64, names ...string) float64 {
		for _, v := range n.parameters(nil) {
			for _, name := range names {
				if squeeze(v.name()) == name && len(v.numbers) > 0 {
					return v.numbers[0]
				}
			}
		}
		return otherwise
	}
	for i := range n.children {
		if u := n.children[i]; (u.keyword == "UNIT" || u.keyword == "LENGTHUNIT") && len(u.numbers) > 0 && u.numbers[0] != 1 {
			return System{}, false
		}
	}
	meridian := value(math.NaN(), "CENTRALMERIDIAN", "LONGITUDEOFNATURALORIGIN")
	east := value(math.NaN(), "FALSEEASTING")
	if value(1, "SCALEFACTOR", "SCALEFACTORATNATURALORIGIN") != 1 || value(0, "LATITUDEOFORIGIN", "LATITUDEOFNATURALORIGIN") != 0 || value(0, "FALSENORTHING") != 0 {
		return System{}, false
	}
	for _, width := range [2]int{3, 6} {
		for c := range All() {
			if c.Width == width && c.Meridian == meridian && c.FalseEasting() == east {
				return Of(c), true
			}
		}
	}
	return System{}, false
}

// parameters gathers all PARAMETER elements.
func (n *node) parameters(out []*node) []*node {
	for i := range n.children {
		c := &n.children[i]
		if c.keyword == "PARAMETER" {
			out = append(out, c)
		} else {
			out = c.parameters(out)
		}
	}
	return out
}
