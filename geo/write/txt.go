package write

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding/simplifiedchinese"

	"planatlas/geo"
	"planatlas/geo/crs"
)

// ErrNoPlane says that the 界址点 TXT needs metres of a Gauss-Kruger zone.
var ErrNoPlane = errors.New("the TXT of boundary points needs a Gauss-Kruger system of CGCS2000")

// TXT writes 界址点坐标 as land registration takes them: X (north) before Y (east),
// the points J1, J2, … through all rings, each ring closed by its first point, CRLF.
// Every part with its holes is a plot of its own, since other programs take all rings
// of a plot but the first for holes; its area is that on the ellipsoid, in hectares.
// The error is ErrNoPlane, or a name that the encoding cannot hold.
func (f File) TXT() ([]byte, error) {
	c, ok := f.System.Plane()
	if !ok {
		return nil, ErrNoPlane
	}
	var s strings.Builder
	f.head(&s, c)
	n := 0
	for _, plot := range f.Plots {
		for i, part := range plot.Areas {
			number, name := plot.Number, plot.Name
			if len(plot.Areas) > 1 {
				number, name = fmt.Sprintf("%s-%d", number, i+1), fmt.Sprintf("%s(%d)", name, i+1)
			}
			points := 0
			for _, r := range part {
				points += len(r)
			}
			fmt.Fprintf(&s, "%d,%s,%s,%s,面,,,,@\r\n", points, f.area(part).FormatHectares(), field(number), field(name))
			n = f.rings(&s, part, n)
		}
	}
	if f.UTF8 {
		return []byte(s.String()), nil
	}
	b, err := simplifiedchinese.GB18030.NewEncoder().String(s.String())
	if err != nil {
		return nil, fmt.Errorf("write GBK: %w", err)
	}
	return []byte(b), nil
}

func (f File) head(s *strings.Builder, c crs.CRS) {
	for _, line := range []string{"[属性描述]", "格式版本号=1.01版本", "数据产生单位=" + field(f.Producer), "数据产生日期=" + f.Date.Format("2006-01-02"),
		"坐标系=2000国家大地坐标系", "几度分带=" + strconv.Itoa(c.Width), "投影类型=高斯克吕格", "计量单位=米", "带号=" + strconv.Itoa(c.Zone),
		"精度=" + strconv.FormatFloat(1/float64(pow10(f.Decimals)), 'f', f.Decimals, 64), "转换参数=,,,,,,", "[地块坐标]"} {
		s.WriteString(line + "\r\n")
	}
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}

// rings writes the points of a part. So many were written before.
func (f File) rings(s *strings.Builder, part orb.Polygon, n int) int {
	for k, r := range part {
		first := n + 1
		for i, p := range r {
			if n++; i == len(r)-1 { // the first point again
				n--
				fmt.Fprintf(s, "J%d", first)
			} else {
				fmt.Fprintf(s, "J%d", n)
			}
			fmt.Fprintf(s, ",%d,%.*f,%.*f\r\n", k+1, f.Decimals, p[1], f.Decimals, p[0])
		}
	}
	return n
}

// area is that of a part on the ellipsoid.
func (f File) area(part orb.Polygon) geo.SquareMetres {
	out := make(orb.Polygon, len(part))
	for i, r := range part {
		out[i] = make(orb.Ring, len(r))
		for k, p := range r {
			out[i][k][0], out[i][k][1] = f.System.ToLonLat(p[0], p[1])
		}
	}
	return geo.Area(out)
}

// field takes out of a text what would end its field or its line.
func field(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == ',':
			return '、'
		case r == '@' || r < ' ':
			return ' '
		}
		return r
	}, s))
}
