package report

// draw writes a drawing with its upper left corner at that point.
func (p *pdf) draw(d *drawing, x, y float64) {
	p.SetLineJoinStyle("round")
	defer p.SetLineJoinStyle("miter")
	for _, s := range d.Shapes {
		if s.Words != "" {
			p.drawWords(s, x, y)
			continue
		}
		style := ""
		if s.Fill != none && s.Closed {
			p.SetFillColor(s.Fill.rgb())
			style = "f*"
		}
		if s.Stroke != none {
			p.SetDrawColor(s.Stroke.rgb())
			p.SetLineWidth(s.Width)
			style = map[bool]string{true: "B*", false: "S"}[style != ""]
		}
		if style == "" || len(s.Lines) == 0 {
			continue
		}
		p.SetDashPattern(s.Dash, 0)
		for _, line := range s.Lines {
			for i, q := range line {
				if i == 0 {
					p.MoveTo(x+q[0], y+q[1])
				} else {
					p.LineTo(x+q[0], y+q[1])
				}
			}
			if s.Closed {
				p.ClosePath()
			}
		}
		p.DrawPath(style)
	}
	p.SetDashPattern(nil, 0)
}

func (p *pdf) drawWords(s shape, x, y float64) {
	size := s.Size * letters / millimetresPerPoint
	at := [2]float64{x + s.At[0], y + s.At[1]}
	if s.Turn != 0 {
		p.TransformBegin()
		p.TransformRotate(s.Turn, at[0], at[1])
		defer p.TransformEnd()
	}
	from := at[0]
	switch s.Align {
	case centre:
		from -= p.width(s.Words, size) / 2
	case right:
		from -= p.width(s.Words, size)
	}
	if s.Halo { // the same words in white, with a wide outline
		p.SetFontSize(size)
		p.SetDrawColor(white.rgb())
		p.SetTextColor(white.rgb())
		p.SetLineWidth(0.7)
		p.SetLineJoinStyle("round")
		p.halo(s.Words, from, at[1])
	}
	p.put(s.Words, from, at[1], size, s.Fill, s.Bold)
}

// halo writes words with a wide outline.
func (p *pdf) halo(text string, x, y float64) {
	p.SetTextRenderingMode(1)
	p.Text(x, y, printable(text))
	p.SetTextRenderingMode(0)
}
