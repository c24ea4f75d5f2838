package report

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"

	"codeberg.org/go-pdf/fpdf"
)

// The measures of a page, mm.
const (
	pageWidth, pageHeight          = 210.0, 297.0
	pageSide                       = 16.0
	pageTop, pageBottom            = 16.0, 18.0
	contentWidth                   = pageWidth - 2*pageSide
	bodySize, smallSize            = 8.6, 7.2 // points
	titleSize, headingSize         = 18.0, 12.0
	lineSpacing                    = 1.42
	cellPadX, cellPadY             = 1.3, 0.9
	fontName                       = "main"
	millimetresPerPoint            = 25.4 / 72
	badgePad                       = 1.0
	headingHeight                  = 11.5
	boldStroke                     = 0.028
	tableLine              colour  = 0x9a9a9a
	headFill               colour  = 0xeceff3
	dark                   colour  = 0x1f3a5f
	quiet                  colour  = 0x444444
	capital                float64 = 0.73 // height of a capital by the font's size
)

// pdf writes one report.
type pdf struct {
	*fpdf.Fpdf
	report *Report
	widths map[rune]float64 // of a letter in a font of 1 mm
	y      float64
}

// PDF writes the report with the font embedded, as far as it is used. The same
// report gives the same bytes.
func (r *Report) PDF(font []byte) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil { // the library panics on fonts that it cannot read
			out, err = nil, fmt.Errorf("write the PDF of check %s: %v: %w", r.answer.ID, p, ErrNoFont)
		}
	}()
	p := newPDF(r, font)
	p.newPage()
	p.head()
	for _, s := range r.sections {
		p.section(s)
	}
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		return nil, fmt.Errorf("write the PDF of check %s: %w", r.answer.ID, err)
	}
	return identify(b.Bytes()), nil
}

// newPDF begins a file with fixed dates and the font.
func newPDF(r *Report, font []byte) *pdf {
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCatalogSort(true)
	f.SetCreationDate(r.answer.Created.UTC())
	f.SetModificationDate(r.answer.Created.UTC())
	f.SetProducer("planatlas", true)
	f.SetCreator(r.answer.Provenance.Software, true)
	f.SetTitle(r.title+" "+r.subject, true)
	f.SetSubject(r.answer.ID, true)
	f.SetLang(map[Lang]string{ZH: "zh-CN", EN: "en", Both: "zh-CN"}[r.o.Lang])
	f.SetMargins(pageSide, pageTop, pageSide)
	f.SetAutoPageBreak(false, 0)
	f.AddUTF8FontFromBytes(fontName, "", font)
	f.SetFont(fontName, "", bodySize)
	f.AliasNbPages("{nb}")
	p := &pdf{Fpdf: f, report: r, widths: map[rune]float64{}}
	f.SetFooterFunc(p.footer)
	return p
}

// identify gives the file the identifier that ISO 32000-1, 14.4, asks for, made of
// its content alone.
func identify(b []byte) []byte {
	const before = "/Info "
	at := bytes.LastIndex(b, []byte("trailer"))
	if at < 0 {
		return b
	}
	info := bytes.Index(b[at:], []byte(before))
	if info < 0 {
		return b
	}
	at += info
	sum := sha256.Sum256(b)
	id := fmt.Sprintf("/ID [<%x><%x>]\n", sum[:16], sum[:16])
	return append(append(append(make([]byte, 0, len(b)+len(id)), b[:at]...), id...), b[at:]...)
}

func (p *pdf) newPage() {
	p.AddPage()
	p.y = pageTop
}

// left is how much of the page is left, mm.
func (p *pdf) left() float64 { return pageHeight - pageBottom - p.y }

// need begins a new page when less is left.
func (p *pdf) need(height float64) {
	if p.left() < height && p.y > pageTop {
		p.newPage()
	}
}

// footer says on every page which check it is of.
func (p *pdf) footer() {
	p.line(tableLine, 0.15, pageSide, pageHeight-13, pageWidth-pageSide, pageHeight-13)
	a := p.report.answer
	p.put(a.ID+"   "+china(a.Created).Format("2006-01-02 15:04:05")+" UTC+8", pageSide, pageHeight-9.5, 7, quiet, false)
	p.put(fmt.Sprintf("%d / {nb}", p.PageNo()), pageWidth-pageSide-12, pageHeight-9.5, 7.5, black, false)
}

func (p *pdf) line(c colour, width, x0, y0, x1, y1 float64) {
	p.SetDrawColor(c.rgb())
	p.SetLineWidth(width)
	p.Line(x0, y0, x1, y1)
}

func (p *pdf) rect(x, y, w, h float64, c colour) {
	p.SetFillColor(c.rgb())
	p.Rect(x, y, w, h, "F")
}

// put writes words on one line; y is the baseline.
func (p *pdf) put(text string, x, y, size float64, c colour, bold bool) {
	if text == "" {
		return
	}
	p.SetFontSize(size)
	p.SetTextColor(c.rgb())
	if bold { // the font has one weight: its outline is drawn as well
		p.SetDrawColor(c.rgb())
		p.SetLineWidth(size * millimetresPerPoint * boldStroke)
		p.SetTextRenderingMode(2)
		defer p.SetTextRenderingMode(0)
	}
	p.Text(x, y, printable(text))
}

// printable replaces what a PDF font of this kind cannot hold, letters outside the
// basic plane, by the mark for a missing type (〓).
func printable(text string) string {
	return strings.Map(func(c rune) rune {
		if c > 0xffff || c < ' ' {
			return '〓'
		}
		return c
	}, text)
}

// width is how wide words are, mm.
func (p *pdf) width(text string, size float64) float64 {
	w := 0.0
	for _, c := range printable(text) {
		one, ok := p.widths[c]
		if !ok {
			p.SetFontSize(10)
			one = p.GetStringWidth(string(c)) / (10 * millimetresPerPoint)
			p.widths[c] = one
		}
		w += one
	}
	return w * size * millimetresPerPoint
}

func lineHeight(size float64) float64 { return size * millimetresPerPoint * lineSpacing }

// paragraph writes lines of words over the width.
func (p *pdf) paragraph(text string, size float64, c colour) {
	h := lineHeight(size)
	for _, line := range p.wrap(text, size, contentWidth) {
		p.need(h)
		p.put(line, pageSide, p.y+h*0.74, size, c, false)
		p.y += h
	}
}

// head is the title, the subject and the overall verdict.
func (p *pdf) head() {
	r := p.report
	for _, line := range p.wrap(r.title, titleSize, contentWidth) {
		p.put(line, pageSide+(contentWidth-p.width(line, titleSize))/2, p.y+6.5, titleSize, black, true)
		p.y += lineHeight(titleSize)
	}
	for _, line := range p.wrap(r.subject, 11, contentWidth) {
		p.put(line, pageSide+(contentWidth-p.width(line, 11))/2, p.y+4.5, 11, black, false)
		p.y += lineHeight(11)
	}
	p.y += 1.5
	run := r.name("检查编号", "Check") + " " + r.answer.ID
	at := r.name("检查时间", "Time") + " " + china(r.answer.Created).Format("2006-01-02 15:04:05") + " UTC+8"
	p.put(run, pageSide, p.y+2.5, 7.5, quiet, false)
	p.put(at, pageWidth-pageSide-p.width(at, 7.5), p.y+2.5, 7.5, quiet, false)
	p.y += 4.5
	p.line(black, 0.4, pageSide, p.y, pageWidth-pageSide, p.y)
	p.y += 4
	p.overall()
	if r.warning != "" {
		p.loud(r.warning, red)
	}
}

// overall is the verdict with its sentence, framed.
func (p *pdf) overall() {
	r := p.report
	const boxWidth = 42.0
	word := strings.Split(r.verdict.Text, "\n")
	lines := p.wrap(r.o.Lang.text(r.answer.Summary), bodySize, contentWidth-boxWidth-6)
	h := max(float64(len(lines))*lineHeight(bodySize)+5, 16)
	p.rect(pageSide, p.y, boxWidth, h, r.verdict.Tone.fill())
	top := p.y + h/2 - float64(len(word))*lineHeight(14)/2
	for _, w := range word {
		p.put(w, pageSide+(boxWidth-p.width(w, 14))/2, top+lineHeight(14)*0.74, 14, white, true)
		top += lineHeight(14)
	}
	for i, line := range lines {
		p.put(line, pageSide+boxWidth+3, p.y+2.5+lineHeight(bodySize)*(float64(i)+0.74), bodySize, black, false)
	}
	p.SetDrawColor(dark.rgb())
	p.SetLineWidth(0.3)
	p.Rect(pageSide, p.y, contentWidth, h, "D")
	p.y += h + 3
}

// loud is a warning that nobody overlooks.
func (p *pdf) loud(text string, t tone) {
	const size = 9.5
	lines := p.wrap(text, size, contentWidth-6)
	h := float64(len(lines))*lineHeight(size) + 3
	p.need(h)
	p.rect(pageSide, p.y, contentWidth, h, t.fill())
	for i, line := range lines {
		p.put(line, pageSide+3, p.y+1.5+lineHeight(size)*(float64(i)+0.74), size, white, true)
	}
	p.y += h + 2.5
}

// section is a part of the report with its heading, which the outline of the file
// has too.
func (p *pdf) section(s section) {
	if s.Fresh && p.y > pageTop {
		p.newPage()
	}
	space := headingHeight
	if first := s.Blocks[0]; first.Table != nil {
		space += p.lay(*first.Table).beginning()
	} else {
		space += 20
	}
	p.need(space)
	p.y += 3
	title := fmt.Sprintf("%d  %s", s.Number, s.Title)
	p.rect(pageSide, p.y, 1.2, 6, dark)
	p.put(title, pageSide+3, p.y+4.6, headingSize, black, true)
	p.Bookmark(title, 0, p.y)
	p.y += 8.5
	for _, b := range s.Blocks {
		switch {
		case b.Table != nil:
			p.table(p.lay(*b.Table))
		case b.Note != nil && b.Note.Tone != plain:
			p.loud(b.Note.Text, b.Note.Tone)
		case b.Note != nil:
			p.paragraph(b.Note.Text, smallSize, quiet)
			p.y += 2
		case b.Figure != nil:
			p.figure(*b.Figure)
		case b.Sign != nil:
			p.sign(*b.Sign)
		}
	}
}

// sign is the block where people sign.
func (p *pdf) sign(s signature) {
	const h = 28.0
	p.need(h)
	w := contentWidth / float64(len(s.Fields))
	p.SetDrawColor(black.rgb())
	p.SetLineWidth(0.25)
	for i, name := range s.Fields {
		x := pageSide + float64(i)*w
		p.Rect(x, p.y, w, h, "D")
		p.put(name, x+2, p.y+4.5, bodySize, black, false)
	}
	p.y += h + 3
}

// figure is a drawing with its caption and notes, on one page.
func (p *pdf) figure(f figure) {
	p.need(f.Drawing.Height + 14)
	p.put(f.Caption, pageSide, p.y+3.6, 9, black, true)
	p.y += 5.5
	p.draw(f.Drawing, pageSide+(contentWidth-max(f.Drawing.Width, contentWidth))/2, p.y)
	p.y += f.Drawing.Height + 1.5
	for _, n := range f.Notes {
		p.paragraph(n, smallSize-0.4, quiet)
	}
	p.y += 4
}
