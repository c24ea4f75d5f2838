package api

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"planatlas/layers/check"
)

// lineWriter writes the lines of a batch in one form.
type lineWriter interface {
	line(check.Line) error
	close() error
}

func newLineWriter(w io.Writer, form, lang string) lineWriter {
	buffered := bufio.NewWriterSize(w, 8<<10)
	switch form {
	case "csv":
		return newCSVLines(buffered, lang)
	case "json":
		return &jsonLines{w: buffered, lang: lang, array: true}
	}
	return &jsonLines{w: buffered, lang: lang}
}

// lineIn says the error of a line in the language; English when none was asked for.
func lineIn(lang string, l check.Line) check.Line {
	if l.Error == nil || lang != "zh" {
		return l
	}
	e := *l.Error
	e.Expected, e.Hint = inChinese(e.Expected), inChinese(e.Hint)
	switch {
	case e.Parameter == "" && e.Expected == "":
		e.Detail = inChinese(e.Detail)
	default:
		e.Detail = detailZH(e.Parameter, e.Value, e.Expected)
	}
	l.Error = &e
	return l
}

// jsonLines writes a JSON text on each line, or one array of them.
type jsonLines struct {
	w     *bufio.Writer
	lang  string
	array bool
	begun bool
}

func (j *jsonLines) line(l check.Line) error {
	b, err := json.Marshal(lineIn(j.lang, l))
	if err != nil {
		return fmt.Errorf("write a line: %w", err)
	}
	switch {
	case j.array && !j.begun:
		b = append([]byte("[\n"), b...)
	case j.array:
		b = append([]byte(",\n"), b...)
	default:
		b = append(b, '\n')
	}
	j.begun = true
	_, err = j.w.Write(b)
	return err
}

func (j *jsonLines) close() error {
	if j.array {
		end := "\n]\n"
		if !j.begun {
			end = "[]\n"
		}
		if _, err := j.w.WriteString(end); err != nil {
			return err
		}
	}
	return j.w.Flush()
}

// csvLines writes the lines as CSV (RFC 4180); lists have ; between their items, and
// no text is a formula to a spreadsheet.
type csvLines struct {
	w     *bufio.Writer
	lang  string
	csv   *csv.Writer
	begun bool
}

func newCSVLines(w *bufio.Writer, lang string) *csvLines {
	return &csvLines{w: w, lang: lang, csv: csv.NewWriter(w)}
}

func (c *csvLines) head() error {
	if c.begun {
		return nil
	}
	c.begun = true
	return c.csv.Write([]string{"index", "name", "check", "verdict", "area_m2", "area_ha", "area_mu", "prohibited_m2", "hit", "touches", "no_data", "not_checked",
		"findings", "questions", "result_sha256", "error", "line"})
}

func (c *csvLines) line(l check.Line) error {
	if err := c.head(); err != nil {
		return err
	}
	l = lineIn(c.lang, l)
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	row := []string{strconv.FormatInt(l.Index, 10), l.Name, l.Check, string(l.Verdict), "", "", "", ""}
	if l.Area != nil {
		row[4], row[5], row[6] = number(l.Area.M2), number(l.Area.Ha), number(l.Area.Mu)
	}
	if l.Prohibited != nil {
		row[7] = number(l.Prohibited.M2)
	}
	var findings []string
	for _, f := range l.Findings {
		findings = append(findings, f.Rule+":"+f.Layer+"/"+f.Feature+"="+string(f.Counts))
	}
	for _, list := range [][]string{l.Hit, l.Touches, l.NoData, l.NotChecked, findings, l.Questions} {
		row = append(row, strings.Join(list, ";"))
	}
	row = append(row, l.ResultSHA256, "", "")
	if l.Error != nil {
		row[len(row)-2] = l.Error.Detail
		if l.Error.Line > 0 {
			row[len(row)-1] = strconv.FormatInt(l.Error.Line, 10)
		}
	}
	for i := range row {
		row[i] = noFormula(row[i])
	}
	return c.csv.Write(row)
}

// noFormula writes a text that a spreadsheet would run as a formula so that it shows
// it: with an apostrophe before it. Numbers remain numbers.
func noFormula(text string) string {
	if text == "" || !strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return text
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return text
	}
	return "'" + text
}

func (c *csvLines) close() error {
	if err := c.head(); err != nil {
		return err
	}
	c.csv.Flush()
	if err := c.csv.Error(); err != nil {
		return err
	}
	return c.w.Flush()
}
