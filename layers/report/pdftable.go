package report

import "strings"

// wrap breaks words into lines that fit: at spaces, and between ideographs, where
// no line may begin with a closing mark or end with an opening one (GB/T 15834).
// What is wider than a line by itself is cut.
func (p *pdf) wrap(text string, size, width float64) []string {
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		letters := []rune(paragraph)
		start, last, used := 0, 0, 0.0
		for i := 0; i < len(letters); i++ {
			if i > start && mayBreak(letters[i-1], letters[i]) {
				last = i
			}
			used += p.width(string(letters[i]), size)
			if used <= width || letters[i] == ' ' || i == start {
				continue
			}
			if last <= start {
				last = i
			}
			lines = append(lines, strings.TrimRight(string(letters[start:last]), " "))
			start, i, used = last, last-1, 0
		}
		lines = append(lines, strings.TrimRight(string(letters[start:]), " "))
	}
	return lines
}

func mayBreak(before, after rune) bool {
	switch {
	case after == ' ' || strings.ContainsRune("、，。；：？！）》〉」』】〕”’…—%‰°′″,.;:?!)]}²³", after), strings.ContainsRune("（《〈「『【〔“‘([{", before):
		return false
	case before == ' ' || ideograph(before) || ideograph(after):
		return true
	}
	return before == '/' || before == '-' && after > '9' || before == '_'
}

func ideograph(c rune) bool { return c >= 0x2e80 && c <= 0xffef }

// laidCell is a cell that is broken into lines.
type laidCell struct {
	cell
	lines []string
	right bool
	head  bool
}

// laidRow is a row that is broken into lines.
type laidRow struct {
	cells []laidCell
	below []string
	tone  tone
}

func (r laidRow) height(size float64) float64 {
	most := 1
	for _, c := range r.cells {
		most = max(most, len(c.lines))
	}
	return float64(most)*lineHeight(size) + 2*cellPadY + r.belowHeight()
}

func (r laidRow) belowHeight() float64 {
	if len(r.below) == 0 {
		return 0
	}
	return float64(len(r.below))*lineHeight(belowSize) + cellPadY
}

// belowSize is the size of the words below a row, points.
const belowSize = 6.8

// laid is a table that is broken into lines.
type laid struct {
	table
	size float64
	head laidRow
	rows []laidRow
}

// width is how wide the table is on paper, mm.
func (t table) width() float64 {
	if t.Aside != nil {
		return contentWidth - t.Aside.Width - 2
	}
	return contentWidth
}

// lay breaks the words of a table into lines.
func (p *pdf) lay(t table) laid {
	l := laid{table: t, size: bodySize}
	if t.Small {
		l.size = smallSize
	}
	inner := func(i int) float64 { return t.Head[i].Width*t.width() - 2*cellPadX }
	if !t.Facts {
		for i, c := range t.Head {
			l.head.cells = append(l.head.cells, laidCell{cell{Text: c.Title, Strong: true}, p.wrap(c.Title, l.size, inner(i)), c.Right, true})
		}
	}
	for _, r := range t.Rows {
		one := laidRow{tone: r.Tone}
		for i, c := range r.Cells {
			w := inner(i)
			if c.Tone != plain {
				w -= 2 * badgePad
			}
			one.cells = append(one.cells, laidCell{c, p.wrap(c.Text, l.size, w), c.Right || t.Head[i].Right, t.Facts && i == 0})
		}
		if r.Below != "" {
			one.below = p.wrap(r.Below, belowSize, t.width()-2*cellPadX)
		}
		l.rows = append(l.rows, one)
	}
	return l
}

// beginning is the room that the title, the head and the first rows need. Facts are
// few and stay together, with the beginning of what follows.
func (l laid) beginning() float64 {
	space := 0.0
	if l.Title != "" {
		space += 6.5
	}
	if !l.Facts {
		space += l.head.height(l.size)
	}
	for i, r := range l.rows {
		if i < 2 || l.Facts || len(l.rows) <= 6 {
			space += min(r.height(l.size), 30)
		}
	}
	if l.Facts && l.Aside == nil {
		space += 16
	}
	return min(space, 120)
}

// table writes a table. Its head is repeated on every page.
func (p *pdf) table(l laid) {
	p.need(l.beginning())
	if l.Title != "" {
		p.y++
		for _, line := range p.wrap(l.Title, bodySize+0.6, contentWidth) {
			p.put(line, pageSide, p.y+3.4, bodySize+0.6, dark, true)
			p.y += lineHeight(bodySize + 0.6)
		}
		p.y += 0.6
	}
	p.tableHead(l)
	if l.Aside != nil {
		p.draw(l.Aside, pageWidth-pageSide-l.Aside.Width, p.y)
	}
	for _, r := range l.rows {
		p.row(l, r)
	}
	p.y += 1.5
}

func (p *pdf) tableHead(l laid) {
	if !l.Facts {
		p.cells(l, l.head)
	}
}

// row writes a row: on the next page when it does not fit, and in pieces when no
// page would hold it.
func (p *pdf) row(l laid, r laidRow) {
	whole := pageHeight - pageTop - pageBottom - 20
	fits := func() int { return int((p.left() - 2*cellPadY - r.belowHeight()) / lineHeight(l.size)) }
	for {
		h := r.height(l.size)
		if h <= p.left() {
			p.cells(l, r)
			return
		}
		if h <= whole*0.6 || fits() < 4 {
			p.newPage()
			p.tableHead(l)
			if r.height(l.size) <= p.left() {
				continue
			}
		}
		n := max(1, fits())
		part, rest := laidRow{tone: r.tone}, laidRow{tone: r.tone, below: r.below}
		for _, c := range r.cells {
			first, second := c, c
			cut := min(n, len(c.lines))
			first.lines, second.lines = c.lines[:cut], c.lines[cut:]
			part.cells, rest.cells = append(part.cells, first), append(rest.cells, second)
		}
		p.cells(l, part)
		p.newPage()
		p.tableHead(l)
		r = rest
	}
}

// cells writes one row.
func (p *pdf) cells(l laid, r laidRow) {
	h, x := r.height(l.size)-r.belowHeight(), pageSide
	for i, c := range r.cells {
		w := l.Head[i].Width * l.width()
		switch {
		case c.head:
			p.rect(x, p.y, w, h, headFill)
		case r.tone != plain:
			p.rect(x, p.y, w, h, r.tone.pale())
		}
		p.cell(c, x, w, l.size)
		p.frame(x, w, h)
		x += w
	}
	p.y += h
	if len(r.below) == 0 {
		return
	}
	if r.tone != plain {
		p.rect(pageSide, p.y, l.width(), r.belowHeight(), r.tone.pale())
	}
	for k, line := range r.below {
		p.put(line, pageSide+cellPadX, p.y+lineHeight(belowSize)*(float64(k)+0.78), belowSize, quiet, false)
	}
	p.frame(pageSide, l.width(), r.belowHeight())
	p.y += r.belowHeight()
}

func (p *pdf) frame(x, w, h float64) {
	p.SetDrawColor(tableLine.rgb())
	p.SetLineWidth(0.12)
	p.Rect(x, p.y, w, h, "D")
}

// cell writes the words of a cell.
func (p *pdf) cell(c laidCell, x, w, size float64) {
	lh, ink := lineHeight(size), black
	if c.Tone != plain && len(c.lines) > 0 {
		ink = white
		widest := 0.0
		for _, line := range c.lines {
			widest = max(widest, p.width(line, size))
		}
		p.rect(x+cellPadX-0.3, p.y+cellPadY-0.2, widest+2*badgePad, float64(len(c.lines))*lh+0.4, c.Tone.fill())
	}
	for k, line := range c.lines {
		at := x + cellPadX
		switch {
		case c.right:
			at = x + w - cellPadX - p.width(line, size)
		case c.Tone != plain:
			at += badgePad - 0.3
		}
		p.put(line, at, p.y+cellPadY+lh*(float64(k)+0.74), size, ink, c.Strong || c.head || c.Tone != plain)
	}
}
