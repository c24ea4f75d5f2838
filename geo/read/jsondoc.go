package read

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// jsonKind is the kind of a JSON value by its first byte: '{', '[', '"', '0' for a
// number, 't', 'f' or 'n'.
type jsonKind byte

// jsonNode is one value of a document. The nodes lie in the order of the text, an
// object's as name, value, name, value.
type jsonNode struct {
	kind       jsonKind
	start, end int32 // bytes of the text
	next       int32 // node behind it and all it holds
	count      int32 // elements of an array, members of an object
}

// jsonDoc is a parsed document. It takes 20 bytes for a value, whatever that is.
type jsonDoc struct {
	s      []byte
	nodes  []jsonNode
	at     int
	values int // at most
}

// parseJSON parses a document strictly: UTF-8, one value, no member twice.
func parseJSON(s []byte, values int) (*jsonDoc, error) {
	d := &jsonDoc{s: s, values: values}
	bound := 1 + bytes.Count(s, []byte(",")) + bytes.Count(s, []byte(":")) + bytes.Count(s, []byte("[")) + bytes.Count(s, []byte("{"))
	d.nodes = make([]jsonNode, 0, min(bound, values))
	if at := invalidUTF8(s); at >= 0 {
		return nil, notText(s, at)
	}
	if err := d.value(0); err != nil {
		return nil, err
	}
	if d.space(); d.at < len(s) {
		return nil, d.fault(text2{"one JSON document and nothing else", "只含一个JSON文档"}, text2{"were two files joined? keep only one document", "是否拼接了两个文件？只保留一个"})
	}
	return d, nil
}

// fault refuses what stands at the parser.
func (d *jsonDoc) fault(want, hint text2) error {
	at := d.where(int32(min(d.at, len(d.s))))
	if d.at >= len(d.s) {
		return refusal(ErrSyntax, at, text2{"the end of the file", "文件结尾"}, text2{"the rest of the JSON document", "JSON文档的其余部分"},
			text2{"the file was cut off here; export or upload it again", "文件在此中断，请重新导出或上传"})
	}
	end := d.at
	for end < len(d.s) && end-d.at < 30 && (end == d.at || bytes.IndexByte([]byte(" \t\r\n,]}:"), d.s[end]) < 0) {
		end++
	}
	return refusal(ErrSyntax, at, quoted(string(d.s[d.at:end])), want, hint)
}

// where names a byte of the text by line and column.
func (d *jsonDoc) where(offset int32) text2 {
	before := d.s[:offset]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return saying("line %d:%d", "第%d行第%d列", line, column)
}

// pointer names the value that starts at a byte of the text as a JSON pointer
// (RFC 6901), "" for the whole document.
func (d *jsonDoc) pointer(offset int32) text2 {
	var at *path
	for i := int32(0); d.nodes[i].start < offset; {
		child, n, inObject := i+1, 0, d.nodes[i].kind == '{'
		for name := child; ; n++ { // to the child that holds the byte
			if inObject {
				name, child = child, d.nodes[child].next
			}
			if child >= d.nodes[i].next || offset < d.nodes[child].end {
				if child >= d.nodes[i].next || d.nodes[child].start > offset {
					return both(at.String())
				}
				if at = at.item(n); inObject {
					at = at.up.key(d.str(name))
				}
				break
			}
			child = d.nodes[child].next
		}
		i = child
	}
	return both(at.String())
}

// invalidUTF8 returns the index of the first byte that is not UTF-8, or -1.
func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

func (d *jsonDoc) space() {
	for d.at < len(d.s) && (d.s[d.at] == ' ' || d.s[d.at] == '\n' || d.s[d.at] == '\r' || d.s[d.at] == '\t') {
		d.at++
	}
}

// add appends a node that starts at the parser.
func (d *jsonDoc) add(kind jsonKind) (int32, error) {
	if len(d.nodes) >= d.values {
		return 0, refusal(ErrTooLarge, d.where(int32(d.at)), saying("more than %d JSON values", "超过%d个JSON值", d.values), text2{"a document with fewer positions", "坐标点更少的文件"},
			text2{"simplify the outline or split the file", "请简化边界或拆分文件"})
	}
	d.nodes = append(d.nodes, jsonNode{kind: kind, start: int32(d.at)})
	return int32(len(d.nodes) - 1), nil
}

// value parses one value with all it holds.
func (d *jsonDoc) value(depth int) error {
	d.space()
	if d.at >= len(d.s) {
		return d.fault(text2{}, text2{})
	}
	kind := jsonKind(d.s[d.at])
	if kind == '-' || kind >= '0' && kind <= '9' {
		kind = '0'
	}
	i, err := d.add(kind)
	if err != nil {
		return err
	}
	switch kind {
	case '{', '[':
		if depth >= maxNesting {
			return refusal(ErrTooLarge, d.where(int32(d.at)), saying("more than %d nested arrays and objects", "数组和对象嵌套超过%d层", maxNesting), text2{"GeoJSON, which nests less", "嵌套更少的GeoJSON"}, text2{})
		}
		err = d.list(i, kind, depth)
	case '"':
		err = d.text()
	case '0':
		err = d.number()
	default:
		err = d.word()
	}
	d.nodes[i].end, d.nodes[i].next = int32(d.at), int32(len(d.nodes))
	return err
}

// list parses an array or object.
func (d *jsonDoc) list(i int32, kind jsonKind, depth int) error {
	d.at++
	stop := byte(']')
	if kind == '{' {
		stop = '}'
	}
	for first := true; ; first = false {
		d.space()
		switch {
		case d.at < len(d.s) && d.s[d.at] == stop:
			if first || d.s[d.at-1] != ',' {
				d.at++
				return nil
			}
			return d.fault(text2{"another value", "下一个值"}, text2{"remove the comma before it", "请删除前面的逗号"})
		case first:
		case d.at < len(d.s) && d.s[d.at] == ',':
			d.at++
			if d.space(); d.at < len(d.s) && d.s[d.at] == stop {
				return d.fault(text2{"another value", "下一个值"}, text2{"remove the comma before it", "请删除前面的逗号"})
			}
		default:
			return d.fault(text2{"a comma or the closing bracket", "逗号或右括号"}, text2{"JSON is written with ASCII digits, quotes and punctuation; look for full-width characters such as ， or ：", "JSON须使用半角数字、引号和标点，请检查“，”“：”等全角字符"})
		}
		if kind == '{' {
			if err := d.name(i); err != nil {
				return err
			}
		}
		if err := d.value(depth + 1); err != nil {
			return err
		}
		d.nodes[i].count++
	}
}

// name parses a member name and its colon.
func (d *jsonDoc) name(object int32) error {
	d.space()
	if d.at >= len(d.s) || d.s[d.at] != '"' {
		return d.fault(text2{"a member name in quotes", "带引号的成员名"}, text2{})
	}
	if d.nodes[object].count >= maxMembers {
		return refusal(ErrTooLarge, d.where(int32(d.at)), saying("more than %d members", "成员超过%d个", maxMembers), text2{"an object with fewer members", "成员更少的对象"}, text2{})
	}
	i, err := d.add('"')
	if err != nil {
		return err
	}
	start := d.at
	if err := d.text(); err != nil {
		return err
	}
	d.nodes[i].end, d.nodes[i].next = int32(d.at), i+1
	for k, n := object+1, d.nodes[object].count; n > 0; n-- {
		if bytes.Equal(d.raw(k), d.raw(i)) {
			return refusal(ErrSyntax, d.where(int32(start)), quoted(string(d.raw(i))), text2{"each member once", "每个成员只出现一次"}, text2{"remove one of them", "请删除其中一个"})
		}
		k = d.nodes[d.nodes[k].next].next
	}
	if d.space(); d.at >= len(d.s) || d.s[d.at] != ':' {
		return d.fault(text2{"a colon", "冒号"}, text2{})
	}
	d.at++
	return nil
}

func (d *jsonDoc) text() error {
	for d.at++; d.at < len(d.s); d.at++ {
		switch c := d.s[d.at]; {
		case c == '"':
			d.at++
			return nil
		case c == '\\':
			d.at++
		case c < ' ':
			return d.fault(text2{"a string on one line", "不含换行等控制符的字符串"}, text2{})
		}
	}
	return d.fault(text2{}, text2{})
}

func (d *jsonDoc) number() error {
	start := d.at
	for d.at < len(d.s) && bytes.IndexByte([]byte("+-.eE0123456789"), d.s[d.at]) >= 0 {
		d.at++
	}
	if d.at == len(d.s) && start > 0 {
		return d.fault(text2{}, text2{})
	}
	if !json.Valid(d.s[start:d.at]) {
		d.at = start
		return d.fault(finite())
	}
	return nil
}

func (d *jsonDoc) word() error {
	for _, w := range [3]string{"true", "false", "null"} {
		if bytes.HasPrefix(d.s[d.at:], []byte(w)) {
			d.at += len(w)
			return nil
		}
	}
	switch rest := bytes.ToLower(d.s[d.at:min(len(d.s), d.at+8)]); {
	case bytes.HasPrefix(rest, []byte("nan")), bytes.HasPrefix(rest, []byte("inf")), bytes.HasPrefix(rest, []byte("+inf")):
		return d.fault(finite())
	}
	return d.fault(text2{"a JSON value", "JSON值"}, text2{"JSON is written with ASCII digits, quotes and punctuation; look for full-width characters such as ， or ：", "JSON须使用半角数字、引号和标点，请检查“，”“：”等全角字符"})
}

// finite says what stands in the place of numbers that JSON does not have.
func finite() (want, hint text2) {
	return text2{"a finite number", "有限的数值"}, text2{"JSON has no NaN or Infinity; the position has no usable coordinates", "JSON没有NaN和Infinity，该处没有可用坐标"}
}

// raw returns a value as it is written.
func (d *jsonDoc) raw(i int32) []byte { return d.s[d.nodes[i].start:d.nodes[i].end] }

// str returns the content of a string, "" for any other value.
func (d *jsonDoc) str(i int32) string {
	raw := d.raw(i)
	if len(raw) < 2 || raw[0] != '"' {
		return ""
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return string(raw[1 : len(raw)-1])
	}
	return s
}

// float returns a number, and false for what is none or out of range.
func (d *jsonDoc) float(i int32) (float64, bool) {
	if d.nodes[i].kind != '0' {
		return 0, false
	}
	v, err := strconv.ParseFloat(string(d.raw(i)), 64)
	return v, err == nil
}

// member returns a member of an object, and false when there is none or null.
func (d *jsonDoc) member(object int32, name string) (int32, bool) {
	if d.nodes[object].kind != '{' {
		return 0, false
	}
	for k, n := object+1, d.nodes[object].count; n > 0; n-- {
		v := d.nodes[k].next
		if d.str(k) == name {
			return v, d.nodes[v].kind != 'n'
		}
		k = d.nodes[v].next
	}
	return 0, false
}

// each calls f for every element of an array with its place.
func (d *jsonDoc) each(array int32, f func(n int, i int32) error) error {
	i := array + 1
	for n := range int(d.nodes[array].count) {
		if err := f(n, i); err != nil {
			return err
		}
		i = d.nodes[i].next
	}
	return nil
}
