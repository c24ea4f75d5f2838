package read

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// xmlKind is the kind of a piece of XML.
type xmlKind uint8

const (
	xmlEnd   xmlKind = iota // of the document
	xmlOpen                 // <name …>, also of <name/>
	xmlClose                // </name>, also of <name/>
	xmlText
)

// xmlScanner takes UTF-8 XML apart, piece by piece, without a copy of anything. It
// knows no entities but the five of XML and numbers: a document type, with which
// others would be declared, is refused.
type xmlScanner struct {
	s     string
	at    int
	stack []string
	empty bool // the element opened last closes at once

	name string // local name of the element
	attr string // its attributes as written
	text string // of xmlText, as written
	raw  bool   // text is CDATA
}

// maxXMLDepth bounds the nesting of elements.
const maxXMLDepth = 100

// fault refuses what stands at the scanner.
func (x *xmlScanner) fault(what text2) error {
	n := strings.Count(x.s[:min(x.at, len(x.s))], "\n") + 1
	return refusal(ErrSyntax, saying("line %d", "第%d行", n), what, text2{"well-formed XML", "格式正确的XML"}, text2{"export the file again", "请重新导出文件"})
}

// next returns the next piece.
func (x *xmlScanner) next() (xmlKind, error) {
	if x.empty {
		x.empty = false
		return xmlClose, nil
	}
	for {
		if x.at >= len(x.s) {
			if len(x.stack) > 0 {
				return 0, x.fault(text2{"the end of the file inside <" + x.stack[len(x.stack)-1] + ">", "文件在<" + x.stack[len(x.stack)-1] + ">内中断"})
			}
			return xmlEnd, nil
		}
		rest := x.s[x.at:]
		switch {
		case rest[0] != '<':
			end := strings.IndexByte(rest, '<')
			if end < 0 {
				end = len(rest)
			}
			x.text, x.raw = rest[:end], false
			x.at += end
			return xmlText, nil
		case strings.HasPrefix(rest, "<![CDATA["):
			end := strings.Index(rest, "]]>")
			if end < 0 {
				return 0, x.fault(text2{"CDATA without end", "未结束的CDATA"})
			}
			x.text, x.raw = rest[9:end], true
			x.at += end + 3
			return xmlText, nil
		case strings.HasPrefix(rest, "<!--"), strings.HasPrefix(rest, "<?"):
			stop := "-->"
			if rest[1] == '?' {
				stop = "?>"
			}
			end := strings.Index(rest[2:], stop)
			if end < 0 {
				return 0, x.fault(text2{"a comment without end", "未结束的注释"})
			}
			x.at += 2 + end + len(stop)
		case rest[1%len(rest)] == '!':
			return 0, x.doctype()
		case rest[1%len(rest)] == '/':
			return x.close(rest)
		default:
			return x.open(rest)
		}
	}
}

func (x *xmlScanner) doctype() error {
	e := x.fault(text2{"a document type or entities", "文档类型声明（DOCTYPE）或实体定义"})
	return refusal(ErrSyntax, text2{e.(*Error).Where, ""}, text2{"a document type or entities", "文档类型声明（DOCTYPE）或实体定义"}, text2{"XML without a document type", "不含DOCTYPE的XML"},
		text2{"remove the line <!DOCTYPE …>: entities are never read", "请删除<!DOCTYPE …>一行，系统不读取实体"})
}

func (x *xmlScanner) close(rest string) (xmlKind, error) {
	end := strings.IndexByte(rest, '>')
	if end < 0 {
		return 0, x.fault(text2{"an element without end", "未结束的元素"})
	}
	name := strings.TrimSpace(rest[2:end])
	if len(x.stack) == 0 || x.stack[len(x.stack)-1] != name {
		return 0, x.fault(text2{"</" + shorten(name) + "> that closes nothing", "多余的结束标记</" + shorten(name) + ">"})
	}
	x.stack = x.stack[:len(x.stack)-1]
	x.name, x.attr = local(name), ""
	x.at += end + 1
	return xmlClose, nil
}

func (x *xmlScanner) open(rest string) (xmlKind, error) {
	end, quote := -1, byte(0)
	for i := range len(rest) {
		c := rest[i]
		if quote != 0 {
			if c == quote {
				quote = 0
			}
		} else if c == '"' || c == '\'' {
			quote = c
		} else if c == '>' {
			end = i
			break
		}
	}
	if end < 0 {
		return 0, x.fault(text2{"an element without end", "未结束的元素"})
	}
	inner := rest[1:end]
	x.empty = strings.HasSuffix(inner, "/")
	inner = strings.TrimSuffix(inner, "/")
	name, attr := inner, ""
	if i := strings.IndexAny(inner, " \t\r\n"); i >= 0 {
		name, attr = inner[:i], inner[i:]
	}
	if len(name) == 0 || len(name) > 200 || !utf8.ValidString(name) {
		return 0, x.fault(text2{"an element without a name", "没有名称的元素"})
	}
	x.name, x.attr = local(name), attr
	if !x.empty {
		if len(x.stack) >= maxXMLDepth {
			return 0, x.fault(saying("more than %d nested elements", "元素嵌套超过%d层", maxXMLDepth))
		}
		x.stack = append(x.stack, name)
	}
	x.at += end + 1
	return xmlOpen, nil
}

// local cuts a namespace prefix off.
func local(name string) string { return name[strings.IndexByte(name, ':')+1:] }

// attribute returns the value of an attribute of the element, "" for none; a
// prefix in front of its name does not matter.
func (x *xmlScanner) attribute(name string) string {
	rest := x.attr
	for {
		key, after, ok := strings.Cut(rest, "=")
		after = strings.TrimLeft(after, " \t\r\n")
		if !ok || len(after) == 0 || after[0] != '"' && after[0] != '\'' {
			return ""
		}
		value, tail, ok := strings.Cut(after[1:], after[:1])
		if !ok {
			return ""
		}
		if local(strings.TrimSpace(key)) == name {
			return unescape(value)
		}
		rest = tail
	}
}

// content returns the text of a piece.
func (x *xmlScanner) content() string {
	if x.raw {
		return x.text
	}
	return unescape(x.text)
}

// unescape replaces the five entities and numbers; what is none stays.
func unescape(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	var out strings.Builder
	for {
		i := strings.IndexByte(s, '&')
		end := -1
		if i >= 0 {
			end = strings.IndexByte(s[i:min(len(s), i+12)], ';')
		}
		if i < 0 {
			out.WriteString(s)
			return out.String()
		}
		out.WriteString(s[:i])
		if end < 0 {
			out.WriteByte('&')
			s = s[i+1:]
			continue
		}
		out.WriteString(entity(s[i : i+end+1]))
		s = s[i+end+1:]
	}
}

func entity(s string) string {
	switch s {
	case "&lt;":
		return "<"
	case "&gt;":
		return ">"
	case "&amp;":
		return "&"
	case "&quot;":
		return `"`
	case "&apos;":
		return "'"
	}
	if n, ok := strings.CutPrefix(s, "&#"); ok {
		base := 10
		if n[0]|0x20 == 'x' {
			n, base = n[1:], 16
		}
		if v, err := strconv.ParseUint(strings.TrimSuffix(n, ";"), base, 21); err == nil && utf8.ValidRune(rune(v)) && v != 0 {
			return string(rune(v))
		}
	}
	return s
}
