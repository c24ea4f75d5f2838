package read

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"planatlas/geo/crs"
)

// text2 is a text in both languages.
type text2 struct{ en, zh string }

// both is a text that is the same in both languages.
func both(s string) text2 { return text2{s, s} }

// saying writes both languages by formats that take the same values.
func saying(en, zh string, values ...any) text2 {
	return text2{fmt.Sprintf(en, values...), fmt.Sprintf(zh, values...)}
}

// refusal returns an error of the kind, in both languages.
func refusal(kind error, where, value, want, hint text2) *Error {
	e := &Error{Where: where.en, Value: printable(shorten2(value.en)), Want: want.en, Hint: hint.en, Err: kind}
	if where.zh != "" {
		e.ZH = where.zh + "："
	}
	if value.zh != "" {
		e.ZH += "读到" + printable(shorten2(value.zh)) + "，"
	}
	e.WantZH, e.HintZH = want.zh, hint.zh
	e.ZH += "应为" + want.zh
	if hint.zh != "" {
		e.ZH += "（" + hint.zh + "）"
	}
	return e
}

// shorten2 cuts what is longer than a sentence.
func shorten2(s string) string {
	const most = 4 * shown
	if r := []rune(s[:min(len(s), 4*most)]); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// quoted shows a piece of a file in both languages.
func quoted(s string) text2 {
	s = printable(shorten(strings.ToValidUTF8(s[:min(len(s), 8*shown)], "?")))
	return text2{strconv.Quote(s), "“" + s + "”"}
}

// rawRing is a ring, or a line that may be one, as the file gives it.
type rawRing struct {
	points []orb.Point // first and second number as written
	marks  []int32     // where each stands, for draft.where; nil: only the ring is known
	number string      // 地块圈号
	closed bool        // the last point repeats the first
}

// rawPlot is one plot as the file gives it.
type rawPlot struct {
	Plot
	where    func() text2 // of its head; nil: the whole file
	turned   int          // rings whose winding was changed
	between  int          // points that were put between
	skip     bool         // it has no area and is not wanted
	rings    []rawRing    // whose roles are found by containment
	site     site
	polygons [][]rawRing // outer ring, then holes, where the format says so
}

// order says what the two numbers of a point are said to be.
type order uint8

const (
	orderUnknown order = iota
	orderEast          // easting or longitude first, as GIS programs write
	orderNorth         // northing (X) or latitude first, as Chinese surveyors write
)

// draft is a file on its way to a Result.
type draft struct {
	ctx     context.Context
	data    []byte
	options Options
	result  Result

	nested bool  // inside an archive
	left   int64 // bytes that may still be unpacked

	text    string // of a text format, decoded
	whereIs func(mark int32) text2

	plots   []*rawPlot
	points  int   // read so far
	order   order // of the numbers
	degrees bool  // the format knows longitude and latitude only, unless it says otherwise
	mended  bool  // rings may lack their closing point in this format

	edge        float64         // longest edge in a plane that gets no points between, metres
	between     int             // points that were put between
	dropped     int             // notices beyond the bound
	turned      int             // rings whose winding was changed
	overlapping map[[2]int]bool // plots that were told to overlap

	crs       string // named by the file: a code, name or WKT
	crsReason text2
	headDatum crs.Datum            // the old one that the head of a TXT names
	old       []crs.Transformation // that lead from the old datum that was named
	datum     bool                 // the file says that it is CGCS2000
	mustName  bool                 // a system must be named, by the file or with it
	width     int                  // of the zone that the head names: 3, 6 or 0
	zone      int                  // that the head names, or 0
}

// notice tells something in both languages.
func (d *draft) notice(code string, t text2) {
	if d.room() {
		d.result.Notices = append(d.result.Notices, Notice{Code: code, ZH: t.zh, EN: t.en})
	}
}

// room tells whether another notice is taken, and counts those that are not: what
// they say would only be written for nothing.
func (d *draft) room() bool {
	if len(d.result.Notices) < maxNotices {
		return true
	}
	d.dropped++
	return false
}

// maxNotices bounds the notices of one file.
const maxNotices = 200

// believe notes what was found out and why.
func (d *draft) believe(what, value string, why text2) {
	for _, b := range d.result.Beliefs {
		if b.What == what && b.Value == value {
			return
		}
	}
	d.result.Beliefs = append(d.result.Beliefs, Belief{What: what, Value: value, ZH: why.zh, EN: why.en})
}

// count adds points to those read and refuses more than the limit.
func (d *draft) count(n int, where func() text2) error {
	if d.points += n; d.points <= d.options.Limits.Vertices {
		return nil
	}
	most := d.options.Limits.Vertices
	return refusal(ErrTooLarge, where(), saying("more than %d points", "超过%d个点", most), saying("at most %d points", "不超过%d个点", most),
		text2{"simplify the outline or split the file", "请简化边界或拆分文件"})
}

// line names a line of a text file by the offset at which it starts.
func (d *draft) line(offset int32) text2 {
	n := strings.Count(d.text[:offset], "\n") + 1
	return saying("line %d", "第%d行", n)
}

// complete gives an error of the GeoJSON reader its Chinese sentence.
func (d *draft) complete(err error) error {
	var e *Error
	if errors.As(err, &e) && e.ZH == "" {
		e.ZH = "文件有误：" + e.Error()
	}
	return err
}
