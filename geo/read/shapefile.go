package read

import (
	"encoding/binary"
	"fmt"
	slashes "path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// shapefile reads the Shapefile in a ZIP. The names of its files do not matter: they
// are written under ours.
func (d *draft) shapefile(entries []entry) error {
	stems := stemsOf(entries, ".shp")
	stem, err := d.oneOf(stems, "Shapefile")
	if err != nil {
		return err
	}
	parts := map[string][]byte{}
	for _, e := range entries {
		if end := ending(e.name); strings.EqualFold(strings.TrimSuffix(e.name, slashes.Ext(e.name)), stem) && slices.Contains([]string{".shp", ".shx", ".dbf", ".prj", ".cpg"}, end) {
			if parts[end], err = d.unpack(e); err != nil {
				return err
			}
		}
	}
	if len(parts[".shp"]) < 100 {
		return refusal(ErrSyntax, text2{stem + ".shp", stem + ".shp"}, saying("%d bytes", "%d字节", len(parts[".shp"])), text2{"a .shp of at least 100 bytes", "至少100字节的.shp"}, text2{"pack the Shapefile again", "请重新打包Shapefile"})
	}
	d.believe("layer", slashes.Base(stem), text2{"the only Shapefile in the ZIP", "ZIP中唯一的Shapefile"})
	var open []string
	if dbf := parts[".dbf"]; dbf != nil {
		open = []string{"-oo", "ENCODING=" + d.dbfEncoding(dbf, parts[".cpg"])}
	} else {
		d.notice("no_attributes", text2{"the ZIP has no .dbf: the plots have no names", "ZIP中没有.dbf，地块没有名称"})
	}
	delete(parts, ".cpg")
	prj, named := parts[".prj"]
	if named {
		d.crs, d.crsReason = string(prj), text2{"the .prj names it", ".prj文件注明"}
	}
	return d.inScratch("ESRI Shapefile", "in.shp", func(s scratch) error {
		for end, data := range parts {
			if err := s.write("in"+end, data); err != nil {
				return err
			}
		}
		return nil
	}, open...)
}

// stemsOf returns the names, without ending, of the entries with an ending.
func stemsOf(entries []entry, end string) (out []string) {
	for _, e := range entries {
		if ending(e.name) == end {
			out = append(out, strings.TrimSuffix(e.name, slashes.Ext(e.name)))
		}
	}
	return out
}

// oneOf finds the one file of a ZIP that is wanted.
func (d *draft) oneOf(stems []string, what string) (string, error) {
	if d.options.Layer != "" {
		for _, s := range stems {
			if slashes.Base(s) == d.options.Layer {
				return s, nil
			}
		}
	}
	if len(stems) == 1 && d.options.Layer == "" {
		return stems[0], nil
	}
	var names []string
	for _, s := range stems {
		names = append(names, slashes.Base(s))
	}
	return "", d.wantLayer(saying("%d %s files in the ZIP", "ZIP中有%d个%s文件", len(stems), what), names)
}

// dbfEncoding finds the encoding of the texts of a DBF: by the byte of its head that
// names the code page, by the .cpg, by being strictly UTF-8, else GB18030. What the
// head or the .cpg says must fit the bytes.
func (d *draft) dbfEncoding(dbf, cpg []byte) string {
	texts := dbfTexts(dbf)
	ascii, isUTF8 := true, utf8.Valid(texts)
	for _, b := range texts {
		ascii = ascii && b < utf8.RuneSelf
	}
	_, err := decodeBy(simplifiedchinese.GB18030, texts)
	gbk, _ := decodeBy(simplifiedchinese.GB18030, texts) // the same, for its text
	isGBK := err == nil && !strings.ContainsRune(gbk, utf8.RuneError)
	ldid := byte(0)
	if len(dbf) > 29 {
		ldid = dbf[29]
	}
	named := strings.ToUpper(strings.NewReplacer("-", "", "_", "", " ", "", "\x00", "").Replace(strings.TrimSpace(firstLineOf(string(cpg)))))
	namesUTF8 := named == "UTF8" || named == "65001" || named == "CP65001"
	namesGBK := slices.Contains([]string{"GBK", "GB2312", "GB18030", "936", "CP936", "EUCCN", "ANSI936", "OEM936", "OEM"}, named)
	tell := func(name string, why text2) string {
		if s := sample(texts, name); s != "" {
			why = text2{why.en + "; for example " + s, why.zh + "；例如“" + s + "”"}
		}
		d.believe("encoding", name, why)
		return name
	}
	switch {
	case ascii && strings.Contains(string(texts), "???"):
		d.notice("names_lost", text2{"names in the .dbf are question marks: the program that wrote it lost the Chinese characters", ".dbf中的名称为问号：导出程序已丢失汉字"})
		return tell("UTF-8", text2{"the .dbf has ASCII texts only", ".dbf只含ASCII文字"})
	case ascii:
		return tell("UTF-8", text2{"the .dbf has ASCII texts only", ".dbf只含ASCII文字"})
	case (ldid == 0x4d || ldid == 0x7a) && isGBK && !(isUTF8 && namesUTF8):
		return tell("GB18030", saying("byte 29 of the .dbf (LDID 0x%02x) names code page 936", ".dbf第29字节（LDID 0x%02x）注明代码页936", ldid))
	case namesGBK && isGBK && !isUTF8:
		return tell("GB18030", text2{"the .cpg says " + named, ".cpg注明" + named})
	case namesUTF8 && isUTF8:
		return tell("UTF-8", text2{"the .cpg says UTF-8", ".cpg注明UTF-8"})
	case isUTF8:
		if cpg != nil {
			d.notice("encoding_wrong", saying("the .cpg says %s, but the texts are UTF-8; they were read so", ".cpg注明%s，但文字为UTF-8，已按UTF-8读取", shorten(named)))
		}
		return tell("UTF-8", text2{"the texts of the .dbf are valid UTF-8", ".dbf的文字是有效的UTF-8"})
	}
	if cpg != nil && !namesGBK {
		d.notice("encoding_wrong", text2{fmt.Sprintf("the .cpg says %s, but the texts are not; they were read as GB18030 (GBK)", shorten(named)), fmt.Sprintf(".cpg注明%s，与文字不符，已按GB18030（GBK）读取", shorten(named))})
	}
	if !isGBK {
		d.notice("encoding_doubt", text2{"some texts of the .dbf are neither UTF-8 nor GBK; names that were cut in the middle of a character are such", ".dbf的部分文字既非UTF-8也非GBK，可能是在字符中间被截断"})
	}
	return tell("GB18030", text2{"the texts of the .dbf are no UTF-8", ".dbf的文字不是UTF-8"})
}

// sample returns the first of some texts that is not ASCII, as it is read.
func sample(texts []byte, encoding string) string {
	for _, word := range strings.Fields(string(texts)) {
		if strings.IndexFunc(word, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
			continue
		}
		if encoding == "GB18030" {
			word, _ = decodeBy(simplifiedchinese.GB18030, []byte(word)) // what cannot be decoded shows as such
		}
		return printable(shorten(strings.ToValidUTF8(word, "\ufffd")))
	}
	return ""
}

// dbfTexts returns the bytes of the names and texts of a DBF, cut at 1 MiB.
func dbfTexts(dbf []byte) (out []byte) {
	if len(dbf) < 33 {
		return nil
	}
	records, header, width := int(binary.LittleEndian.Uint32(dbf[4:])), int(binary.LittleEndian.Uint16(dbf[8:])), int(binary.LittleEndian.Uint16(dbf[10:]))
	type span struct{ from, to int }
	var spans []span
	at := 1
	for i := 32; i+32 <= min(header, len(dbf)) && dbf[i] != '\r'; i += 32 {
		name, _, _ := strings.Cut(string(dbf[i:i+11]), "\x00")
		out = append(append(out, name...), ' ')
		if n := int(dbf[i+16]); dbf[i+11] == 'C' {
			spans = append(spans, span{at, at + n})
			at += n
		} else {
			at += n
		}
	}
	for r := 0; r < records && width > 0 && header+(r+1)*width <= len(dbf) && len(out) < 1<<20; r++ {
		row := dbf[header+r*width : header+(r+1)*width]
		for _, s := range spans {
			if s.to <= len(row) {
				// A text that fills its field may be cut inside a character.
				text := strings.TrimRight(string(row[s.from:s.to]), " \x00")
				for cut := 0; cut < 3 && len(text) == s.to-s.from && len(text) > 0 && !utf8.ValidString(text) && utf8.ValidString(text[:len(text)-cut-1]); cut++ {
					text = text[:len(text)-cut-1]
				}
				out = append(append(out, text...), ' ')
			}
		}
	}
	return out
}

// fileGDB reads the file geodatabase in a ZIP.
func (d *draft) fileGDB(entries []entry) error {
	folders := map[string]bool{}
	var names []string
	for _, e := range entries {
		if dir := slashes.Dir(e.name); strings.HasSuffix(strings.ToLower(e.name), ".gdbtable") && !folders[dir] {
			folders[dir] = true
			names = append(names, dir)
		}
	}
	if len(names) != 1 {
		return badArchive(saying("a ZIP with %d file geodatabases", "含%d个文件地理数据库的ZIP", len(names)), text2{"pack the one folder that ends in .gdb", "请只打包一个.gdb文件夹"})
	}
	return d.inScratch("OpenFileGDB", "in.gdb", func(s scratch) error {
		for _, e := range entries {
			base := strings.ToLower(slashes.Base(e.name))
			if slashes.Dir(e.name) != names[0] || strings.Trim(base, "abcdefghijklmnopqrstuvwxyz0123456789._") != "" || strings.HasSuffix(base, ".lock") || strings.HasPrefix(base, ".") {
				continue
			}
			data, err := d.unpack(e)
			if err == nil {
				err = s.write("in.gdb/"+slashes.Base(e.name), data)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// mapInfo reads the TAB or MIF file in a ZIP.
func (d *draft) mapInfo(entries []entry) error {
	end := ".tab"
	stems := stemsOf(entries, end)
	if len(stems) == 0 {
		end = ".mif"
		stems = stemsOf(entries, end)
	}
	stem, err := d.oneOf(stems, "MapInfo")
	if err != nil {
		return err
	}
	d.believe("layer", slashes.Base(stem), text2{"the only MapInfo file in the ZIP", "ZIP中唯一的MapInfo文件"})
	return d.inScratch("MapInfo File", "in"+end, func(s scratch) error {
		for _, e := range entries {
			part := ending(e.name)
			if !strings.EqualFold(strings.TrimSuffix(e.name, slashes.Ext(e.name)), stem) || !slices.Contains([]string{".tab", ".dat", ".map", ".id", ".ind", ".mif", ".mid"}, part) {
				continue
			}
			data, err := d.unpack(e)
			if err != nil {
				return err
			}
			if low := strings.ToLower(string(data[:min(len(data), 64<<10)])); part == ".tab" && (strings.Contains(low, "seamless") || strings.Contains(low, "/vsi") || strings.Contains(low, "\nfile ")) {
				return badArchive(quoted(e.name), text2{"the TAB file points to other files; save it as a plain table or MIF", "TAB文件引用了其他文件，请另存为普通表或MIF"})
			}
			if err := s.write("in"+part, data); err != nil {
				return err
			}
		}
		return nil
	})
}
