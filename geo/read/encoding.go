package read

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	uni "golang.org/x/text/encoding/unicode"
)

// decode turns the bytes of a text file into a string: by their byte order mark,
// else as UTF-8 when they are that strictly, else as GB18030, of which GBK and
// GB2312 are parts.
func (d *draft) decode(data []byte) error {
	name, why := "UTF-8", text2{"every byte is valid UTF-8", "全部字节均为有效的UTF-8"}
	var err error
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data, why = data[3:], text2{"it starts with a UTF-8 byte order mark", "文件以UTF-8字节顺序标记（BOM）开头"}
		if at := invalidUTF8(data); at >= 0 {
			return notText(data, at)
		}
		d.text = string(data)
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		name, why = "UTF-16", text2{"it starts with a UTF-16 byte order mark", "文件以UTF-16字节顺序标记开头"}
		d.text, err = decodeBy(uni.UTF16(uni.LittleEndian, uni.UseBOM), data)
	case utf8.Valid(data):
		d.text = string(data)
		d.doubt(data)
	default:
		name, why = "GB18030", text2{"it is no valid UTF-8 but valid GB18030 (GBK)", "不是有效的UTF-8，但是有效的GB18030（GBK）"}
		d.text, err = decodeBy(simplifiedchinese.GB18030, data)
	}
	if err != nil || strings.ContainsRune(d.text, utf8.RuneError) && !bytes.Contains(data, []byte("\ufffd")) {
		return notText(data, max(invalidUTF8(data), 0))
	}
	if i := strings.IndexByte(d.text, 0); i >= 0 {
		return notText([]byte(d.text), i)
	}
	if i := strings.IndexByte(d.text, '\r'); i >= 0 && !strings.Contains(d.text, "\n") {
		d.text = strings.ReplaceAll(d.text, "\r", "\n")
	}
	d.believe("encoding", name, why)
	return nil
}

func decodeBy(e encoding.Encoding, data []byte) (string, error) {
	out, err := e.NewDecoder().Bytes(data)
	return string(out), err
}

func notText(data []byte, at int) error {
	n := bytes.Count(data[:at], []byte("\n")) + 1
	return refusal(ErrSyntax, saying("line %d", "第%d行", n), saying("the byte 0x%02x", "字节0x%02x", data[at]), text2{"text in UTF-8 or GBK", "UTF-8或GBK编码的文本"},
		text2{"save the file as text again, encoded as UTF-8", "请重新另存为UTF-8编码的文本文件"})
}

// doubt tells when text that is valid UTF-8 makes Chinese words in GBK as well and
// none in UTF-8: a few short words do.
func (d *draft) doubt(data []byte) {
	other := false
	for _, r := range d.text {
		if r >= utf8.RuneSelf && r != '\ufeff' {
			if r > 0x7ff || unicode.Is(unicode.Han, r) {
				return
			}
			other = true
		}
	}
	if !other {
		return
	}
	gbk, err := decodeBy(simplifiedchinese.GB18030, data)
	if err != nil || strings.ContainsRune(gbk, utf8.RuneError) {
		return
	}
	for _, r := range gbk {
		if unicode.Is(unicode.Han, r) {
			d.notice("encoding_doubt", text2{"the text is valid both as UTF-8, as it was read, and as GBK, where it gives Chinese words; save it as UTF-8 with a byte order mark if names look wrong",
				"文本既是有效的UTF-8（按此读取），也是有效的GBK（可得汉字）；如名称有误，请另存为带BOM的UTF-8"})
			return
		}
	}
}
