package read

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	slashes "path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Bounds on archives. What an archive holds is looked at as a whole before any of
// it is read, and nothing of it is written under a name of its own.
const (
	maxEntries   = 500
	maxDirectory = 256 << 10 // bytes of the table of contents
	maxRatio     = 250       // of an entry of more than a MiB
	unpackFactor = 8         // of Limits.Bytes: all that is unpacked together
)

// entry is one file of an archive.
type entry struct {
	name string // decoded, with slashes
	file *zip.File
}

// archive reads a ZIP: a workbook, a KMZ, or a ZIP around files of other formats.
func (d *draft) archive() error {
	entries, err := d.entries()
	if err != nil {
		return err
	}
	has := func(match func(string) bool) int {
		return slices.IndexFunc(entries, func(e entry) bool { return match(strings.ToLower(e.name)) })
	}
	suffix := func(s string) func(string) bool { return func(name string) bool { return strings.HasSuffix(name, s) } }
	switch {
	case has(func(n string) bool { return n == "xl/workbook.xml" }) >= 0:
		return d.dispatch(FormatXLSX, func() error { return d.xlsx(entries) }, text2{"it is a ZIP with a workbook", "ZIP内为Excel工作簿"})
	case has(func(n string) bool {
		return n == "word/document.xml" || n == "ppt/presentation.xml" || n == "content.xml"
	}) >= 0:
		return refusal(ErrSyntax, text2{}, text2{"an office document", "Office文档"}, text2{"a file that holds coordinates", "含有坐标的文件"}, text2{"copy the table into XLSX or CSV", "请将表格复制到XLSX或CSV"})
	case has(suffix(".shp")) >= 0:
		return d.dispatch(FormatShapefile, func() error { return d.shapefile(entries) }, text2{"it is a ZIP with a .shp", "ZIP内含.shp"})
	case has(func(n string) bool { return strings.Contains(n, ".gdb/") || strings.HasSuffix(n, ".gdbtable") }) >= 0:
		return d.dispatch(FormatFileGDB, func() error { return d.fileGDB(entries) }, text2{"it is a ZIP with a file geodatabase", "ZIP内含文件地理数据库"})
	case has(suffix(".tab")) >= 0, has(suffix(".mif")) >= 0:
		return d.dispatch(FormatMapInfo, func() error { return d.mapInfo(entries) }, text2{"it is a ZIP with a MapInfo file", "ZIP内含MapInfo文件"})
	case has(suffix(".kml")) >= 0:
		return d.dispatch(FormatKMZ, func() error { return d.kmz(entries) }, text2{"it is a ZIP with a KML", "ZIP内含KML"})
	}
	return d.single(entries)
}

// dispatch notes the format of an archive and reads it.
func (d *draft) dispatch(f Format, read func() error, why text2) error {
	read, err := d.found(f, read, why)
	if err != nil {
		return err
	}
	return read()
}

// single reads the one file that a ZIP holds.
func (d *draft) single(entries []entry) error {
	if len(entries) != 1 {
		var names []string
		for _, e := range entries[:min(len(entries), 5)] {
			names = append(names, shorten(e.name))
		}
		return refusal(ErrSyntax, text2{}, saying("a ZIP with %d files: %s", "含%d个文件的ZIP：%s", len(entries), strings.Join(names, ", ")), text2{"one site file, or the parts of one Shapefile, FileGDB or MapInfo file", "一个地块文件，或一套Shapefile、FileGDB、MapInfo文件"}, text2{"pack only what belongs to the site", "请只打包地块文件"})
	}
	data, err := d.unpack(entries[0])
	if err != nil {
		return err
	}
	d.believe("archive", entries[0].name, text2{"the only file in the ZIP", "ZIP中唯一的文件"})
	d.data = data
	read, err := d.recognise()
	if err != nil {
		return err
	}
	return read()
}

func badArchive(value, hint text2) error {
	return refusal(ErrSyntax, text2{}, value, text2{"a plain ZIP of one site", "只含一个地块的普通ZIP"}, hint)
}

// entries lists what an archive holds, and refuses one that means harm.
func (d *draft) entries() ([]entry, error) {
	if d.nested {
		return nil, badArchive(text2{"an archive inside an archive", "压缩包中嵌套压缩包"}, text2{"pack the files themselves", "请直接打包文件"})
	}
	d.nested = true
	if n := bytes.Count(d.data, []byte("PK\x01\x02")); n > maxEntries {
		return nil, tooMany(n)
	}
	z, err := zip.NewReader(bytes.NewReader(d.data), int64(len(d.data)))
	if err != nil {
		return nil, badArchive(text2{"a ZIP that cannot be read", "无法读取的ZIP"}, text2{"it was damaged or cut off; pack it again", "文件已损坏或不完整，请重新打包"})
	}
	return d.entriesOf(z)
}

// entriesOf lists what an opened archive holds.
func (d *draft) entriesOf(z *zip.Reader) ([]entry, error) {
	if len(z.File) > maxEntries {
		return nil, tooMany(len(z.File))
	}
	var out []entry
	var total uint64
	for _, f := range z.File {
		name, err := entryName(f)
		if err != nil {
			return nil, err
		}
		if err := harmless(f, name); err != nil {
			return nil, err
		}
		if total += f.UncompressedSize64; total > d.mostUnpacked() {
			return nil, d.bomb()
		}
		if f.Mode().IsDir() || ignored(name) {
			continue
		}
		out = append(out, entry{name, f})
	}
	d.left = int64(d.mostUnpacked())
	return out, nil
}

func (d *draft) mostUnpacked() uint64 { return unpackFactor * uint64(d.options.Limits.Bytes) }

func (d *draft) bomb() error {
	e := badArchive(text2{"an archive that unpacks to far more than it weighs", "解压后体积过大的压缩包"}, saying("at most %d MiB are unpacked, and %d times the size; hand in the site alone", "最多解压%d MiB、%d倍；请只提交地块", d.mostUnpacked()>>20, maxRatio))
	e.(*Error).Err = ErrTooLarge
	return e
}

func tooMany(n int) error {
	e := badArchive(saying("a ZIP of %d files", "含%d个文件的ZIP", n), saying("at most %d files; pack only what belongs to the site", "最多%d个文件；请只打包地块文件", maxEntries))
	e.(*Error).Err = ErrTooLarge
	return e
}

// entryName decodes a name: UTF-8, else GB18030, which Windows packs in.
func entryName(f *zip.File) (string, error) {
	name := f.Name
	if !utf8.ValidString(name) {
		decoded, err := decodeBy(simplifiedchinese.GB18030, []byte(name))
		if err != nil || strings.ContainsRune(decoded, utf8.RuneError) {
			return "", badArchive(quoted(name), text2{"the name of a file in it is neither UTF-8 nor GBK", "压缩包内文件名既非UTF-8也非GBK"})
		}
		name = decoded
	}
	return strings.ReplaceAll(name, `\`, "/"), nil
}

// harmless refuses entries that no archive of a site has.
func harmless(f *zip.File, name string) error {
	parts := strings.Split(name, "/")
	switch {
	case strings.HasPrefix(name, "/") || slices.Contains(parts, "..") || strings.Contains(name, ":") || strings.ContainsRune(name, 0) || len(name) > 500 || len(parts) > 12:
		return badArchive(quoted(name), text2{"the name of a file in it leads out of the archive", "压缩包内文件路径越界"})
	case f.Mode()&^0o777 != 0 && !f.Mode().IsDir():
		return badArchive(quoted(name), text2{"it is a link or a device, not a file", "压缩包内含链接或设备文件"})
	case f.Flags&1 != 0:
		return badArchive(quoted(name), text2{"it is locked with a password; pack it without", "压缩包已加密，请不加密码重新打包"})
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return badArchive(quoted(name), text2{"it is packed by a rare method; pack it as plain ZIP", "压缩方法不受支持，请使用普通ZIP"})
	case f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/maxRatio > max(f.CompressedSize64, 1):
		e := badArchive(saying("%s, which unpacks to %d MiB from %d KiB", "%s（由%[3]d KiB解压为%[2]d MiB）", shorten(name), f.UncompressedSize64>>20, f.CompressedSize64>>10), text2{"that is no file of a site", "这不是地块文件"})
		e.(*Error).Err = ErrTooLarge
		return e
	case slices.Contains([]string{".zip", ".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".kmz", ".xlsx", ".docx", ".jar"}, ending(name)) && !ignored(name):
		return badArchive(quoted(name), text2{"an archive inside an archive; pack the files themselves", "压缩包中嵌套压缩包，请直接打包文件"})
	}
	return nil
}

// ignored tells whether an entry is one that systems add on their own.
func ignored(name string) bool {
	base := strings.ToLower(slashes.Base(name))
	return strings.HasPrefix(name, "__MACOSX/") || base == ".ds_store" || base == "thumbs.db" || base == "desktop.ini" || strings.HasPrefix(base, "._")
}

// unpack reads an entry as far as the archive may grow.
func (d *draft) unpack(e entry) ([]byte, error) {
	r, err := e.file.Open()
	if err != nil {
		return nil, badArchive(quoted(e.name), text2{"it cannot be unpacked; pack it again", "无法解压，请重新打包"})
	}
	defer func() { _ = r.Close() }() // reading has told what is wrong
	size := int64(e.file.UncompressedSize64)
	b := bytes.NewBuffer(make([]byte, 0, min(size, d.left)+bytes.MinRead))
	n, err := io.Copy(b, io.LimitReader(r, min(d.left, size)+1))
	if d.left -= n; d.left < 0 || n > size {
		return nil, d.bomb()
	}
	if err != nil {
		return nil, badArchive(quoted(e.name), text2{"it is damaged: " + err.Error(), "文件已损坏"})
	}
	if bytes.HasPrefix(b.Bytes(), []byte("PK\x03\x04")) || bytes.HasPrefix(b.Bytes(), []byte("Rar!")) {
		return nil, badArchive(quoted(e.name), text2{"an archive inside an archive; pack the files themselves", "压缩包中嵌套压缩包，请直接打包文件"})
	}
	return b.Bytes(), nil
}

// kmz reads the first KML of a KMZ.
func (d *draft) kmz(entries []entry) error {
	i := slices.IndexFunc(entries, func(e entry) bool { return strings.EqualFold(e.name, "doc.kml") })
	if i < 0 {
		i = slices.IndexFunc(entries, func(e entry) bool { return ending(e.name) == ".kml" })
	}
	n := 0
	for _, e := range entries {
		if ending(e.name) == ".kml" {
			n++
		}
	}
	if n > 1 {
		d.notice("files_ignored", text2{fmt.Sprintf("of %d KML files in the archive only %s was read", n, shorten(entries[i].name)), fmt.Sprintf("压缩包内有%d个KML文件，仅读取%s", n, shorten(entries[i].name))})
	}
	data, err := d.unpack(entries[i])
	if err != nil {
		return err
	}
	d.data = data
	if err := d.decodeXML(); err != nil {
		return err
	}
	return d.kml()
}
