package read

import (
	"archive/zip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	slashes "path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// openByGDAL opens a file that GDAL reads, or one that planners hand in.
func (r *Rows) openByGDAL(d *draft, path string, head []byte) error {
	switch {
	case strings.HasPrefix(string(head), "PK"):
		return r.openZIP(d, path)
	case strings.HasPrefix(string(head), "SQLite format 3\x00"):
		r.believe(d, FormatGeoPackage, text2{"it is an SQLite database", "文件为SQLite数据库"})
		return r.pipe(d, "GPKG", "in.gpkg", map[string]string{"in.gpkg": path})
	case strings.HasPrefix(string(head), "\x00\x00\x27\x0a"):
		parts, err := siblings(path, shapefileParts())
		if err != nil {
			return err
		}
		return r.openShapefile(d, parts)
	case ending(path) == ".tab" || ending(path) == ".mif":
		parts, err := siblings(path, mapInfoParts())
		if err != nil {
			return err
		}
		return r.openMapInfo(d, parts)
	}
	return r.openSites(d, path)
}

func shapefileParts() []string { return []string{".shp", ".shx", ".dbf", ".prj", ".cpg"} }
func mapInfoParts() []string   { return []string{".tab", ".dat", ".map", ".id", ".ind", ".mif", ".mid"} }

// siblings finds the files that lie beside one and differ in the ending alone.
func siblings(path string, endings []string) (map[string]string, error) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("look for the parts of the file: %w", err)
	}
	stem := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	out := map[string]string{}
	for _, e := range entries {
		if end := ending(e.Name()); strings.EqualFold(strings.TrimSuffix(e.Name(), filepath.Ext(e.Name())), stem) && slices.Contains(endings, end) {
			out[end] = filepath.Join(filepath.Dir(path), e.Name())
		}
	}
	return out, nil
}

// openFolder opens a file geodatabase that is not packed.
func (r *Rows) openFolder(d *draft, path string) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return fmt.Errorf("open the folder: %w", err)
	}
	parts := map[string]string{}
	for _, e := range entries {
		if e.Type().IsRegular() && geodatabasePart(e.Name()) {
			parts["in.gdb/"+e.Name()] = filepath.Join(path, e.Name())
			r.files = append(r.files, filepath.Join(path, e.Name()))
		}
	}
	if !slices.ContainsFunc(r.files, func(f string) bool { return ending(f) == ".gdbtable" }) {
		return refusal(ErrSyntax, text2{}, text2{"a folder that is no file geodatabase", "文件夹不是文件地理数据库"}, text2{"a file, or a folder that ends in .gdb", "文件，或以.gdb结尾的文件夹"}, text2{})
	}
	r.believe(d, FormatFileGDB, text2{"it is a folder with the tables of a file geodatabase", "文件夹内为文件地理数据库"})
	return r.pipe(d, "OpenFileGDB", "in.gdb", parts)
}

func geodatabasePart(name string) bool {
	low := strings.ToLower(name)
	return strings.Trim(low, "abcdefghijklmnopqrstuvwxyz0123456789._") == "" && !strings.HasSuffix(low, ".lock") && !strings.HasPrefix(low, ".")
}

// openZIP opens the Shapefile, file geodatabase or MapInfo file in a ZIP, or what a
// planner packed. What it unpacks lies in a private folder until the rows are closed.
func (r *Rows) openZIP(d *draft, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open the file: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open the file: %w", err)
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return badArchive(text2{"a ZIP that cannot be read", "无法读取的ZIP"}, text2{"it was damaged or cut off; pack it again", "文件已损坏或不完整，请重新打包"})
	}
	var ends []string
	for _, e := range z.File {
		if !ignored(e.Name) {
			ends = append(ends, ending(strings.TrimSuffix(e.Name, "/")))
		}
	}
	has := func(end string) bool { return slices.Contains(ends, end) }
	gdb := has(".gdbtable")
	if !gdb && !has(".shp") && !has(".tab") && !has(".mif") {
		return r.openSites(d, path)
	}
	d.options.Limits.Bytes = 1 << 40 // the operator's own file; its ratio is bounded
	entries, err := d.entriesOf(z)
	if err != nil {
		return err
	}
	s, err := newScratch()
	if err != nil {
		return err
	}
	r.onClose(func() error { s.free(); return nil })
	switch {
	case gdb:
		return r.zippedGDB(d, s, entries)
	case has(".shp"):
		parts, err := d.spread(s, entries, ".shp", "Shapefile", shapefileParts(), &r.Layer)
		if err != nil {
			return err
		}
		return r.openShapefile(d, parts)
	}
	end := ".tab"
	if !has(end) {
		end = ".mif"
	}
	parts, err := d.spread(s, entries, end, "MapInfo", mapInfoParts(), &r.Layer)
	if err != nil {
		return err
	}
	return r.openMapInfo(d, parts)
}

// onClose adds what is to be done when the rows are closed.
func (r *Rows) onClose(f func() error) {
	before := r.close
	r.close = func() error { return errors.Join(f(), before()) }
}

// spread unpacks the parts of the one file of a kind that is wanted, and returns
// where they lie by their endings.
func (d *draft) spread(s scratch, entries []entry, end, what string, endings []string, layer *string) (map[string]string, error) {
	stem, err := d.oneOf(stemsOf(entries, end), what)
	if err != nil {
		return nil, err
	}
	*layer = slashes.Base(stem)
	parts := map[string]string{}
	for _, e := range entries {
		if part := ending(e.name); strings.EqualFold(strings.TrimSuffix(e.name, slashes.Ext(e.name)), stem) && slices.Contains(endings, part) {
			parts[part] = filepath.Join(s.folder, "packed"+part)
			if err := unpackTo(e, parts[part]); err != nil {
				return nil, err
			}
		}
	}
	return parts, nil
}

func (r *Rows) zippedGDB(d *draft, s scratch, entries []entry) error {
	parts := map[string]string{}
	folder := ""
	for _, e := range entries {
		base := slashes.Base(e.name)
		if !geodatabasePart(base) || slashes.Dir(e.name) == "." && ending(base) != ".gdbtable" && !strings.Contains(strings.ToLower(base), ".gdb") {
			continue
		}
		if dir := slashes.Dir(e.name); folder == "" && ending(base) == ".gdbtable" {
			folder = dir
		} else if ending(base) == ".gdbtable" && dir != folder {
			return badArchive(text2{"a ZIP with several file geodatabases", "含多个文件地理数据库的ZIP"}, text2{"pack the one folder that ends in .gdb", "请只打包一个.gdb文件夹"})
		}
		to := filepath.Join(s.folder, base)
		if err := unpackTo(e, to); err != nil {
			return err
		}
		parts["in.gdb/"+base] = to
	}
	r.believe(d, FormatFileGDB, text2{"it is a ZIP with a file geodatabase", "ZIP内含文件地理数据库"})
	return r.pipe(d, "OpenFileGDB", "in.gdb", parts)
}

// unpackTo writes an entry of an archive to a file.
func unpackTo(e entry, to string) error {
	in, err := e.file.Open()
	if err != nil {
		return badArchive(quoted(e.name), text2{"it cannot be unpacked; pack it again", "无法解压，请重新打包"})
	}
	defer func() { _ = in.Close() }() // reading has told what is wrong
	out, err := os.Create(to)
	if err != nil {
		return fmt.Errorf("unpack the file: %w", err)
	}
	_, err = io.Copy(out, io.LimitReader(in, int64(e.file.UncompressedSize64)))
	if err = errors.Join(err, out.Close()); err != nil {
		return badArchive(quoted(e.name), text2{"it is damaged: " + err.Error(), "文件已损坏"})
	}
	return nil
}

// openShapefile opens the parts of a Shapefile, by their endings.
func (r *Rows) openShapefile(d *draft, parts map[string]string) error {
	if len(r.files) == 1 && ending(r.files[0]) == ".shp" {
		r.files = nil
		for _, end := range slices.Sorted(slices.Values(shapefileParts())) {
			if name, ok := parts[end]; ok {
				r.files = append(r.files, name)
			}
		}
	}
	r.believe(d, FormatShapefile, text2{"its first bytes", "文件头标识"})
	var open []string
	if dbf, ok := parts[".dbf"]; ok {
		head, err := headOf(dbf, 8<<20)
		if err != nil {
			return err
		}
		var cpg []byte
		if name, ok := parts[".cpg"]; ok {
			if cpg, err = headOf(name, 256); err != nil {
				return err
			}
		}
		open = []string{"-oo", "ENCODING=" + d.dbfEncoding(head, cpg)}
		if len(head) > 8 {
			r.Count = int64(binary.LittleEndian.Uint32(head[4:]))
		}
	} else {
		return refusal(ErrSyntax, text2{}, text2{"a Shapefile without .dbf", "没有.dbf的Shapefile"}, text2{".shp, .shx, .dbf and .prj", ".shp、.shx、.dbf和.prj"}, text2{"its rows have no attributes and so no ids", "缺少属性，无法识别各行"})
	}
	prj := ""
	if name, ok := parts[".prj"]; ok {
		b, err := headOf(name, 64<<10)
		if err != nil {
			return err
		}
		prj = string(b)
	}
	links := map[string]string{}
	for end, name := range parts {
		if end != ".cpg" {
			links["in"+end] = name
		}
	}
	if err := r.pipe(d, "ESRI Shapefile", "in.shp", links, open...); err != nil {
		return err
	}
	if prj != "" {
		d.crs, d.crsReason = prj, text2{"the .prj names it", ".prj文件注明"}
	}
	return nil
}

func (r *Rows) openMapInfo(d *draft, parts map[string]string) error {
	r.believe(d, FormatMapInfo, text2{"its ending", "文件扩展名"})
	name, links := "in.mif", map[string]string{}
	if _, ok := parts[".tab"]; ok {
		name = "in.tab"
		head, err := headOf(parts[".tab"], 64<<10)
		if err != nil {
			return err
		}
		if low := strings.ToLower(string(head)); strings.Contains(low, "seamless") || strings.Contains(low, "/vsi") || strings.Contains(low, "\nfile ") {
			return badArchive(text2{"a TAB file that points to other files", "引用其他文件的TAB"}, text2{"save it as a plain table or MIF", "请另存为普通表或MIF"})
		}
	}
	for end, file := range parts {
		links["in"+end] = file
	}
	return r.pipe(d, "MapInfo File", name, links)
}

// headOf reads the first bytes of a file.
func headOf(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open a part of the file: %w", err)
	}
	b, err := io.ReadAll(io.LimitReader(f, most))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read a part of the file: %w", err)
	}
	return b, nil
}

// pipe lets GDAL write the wanted layer as FlatGeobuf into a pipe that is read like a
// file. The parts are linked into a private folder under names of ours.
func (r *Rows) pipe(d *draft, driver, name string, parts map[string]string, open ...string) error {
	if d.options.GDAL == nil {
		return d.noGDAL()
	}
	s, err := newScratch()
	if err != nil {
		return err
	}
	r.onClose(func() error { s.free(); return nil })
	for to, from := range parts {
		from, err := filepath.Abs(from)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(s.folder, to)), 0o700)
		}
		if err == nil {
			err = os.Symlink(from, filepath.Join(s.folder, to))
		}
		if err != nil {
			return fmt.Errorf("lay out the file to read: %w", err)
		}
	}
	g := d.options.GDAL
	args := append([]string{"-ro", "-so", "-al", "-noextent", "-wkt_format", "WKT1"}, open...)
	said, err := g.run(d.ctx, s.folder, driver, 1<<20, "ogrinfo", append(args, name)...)
	if err == nil && !strings.Contains(said, "using driver `"+driver+"' successful") {
		err = &childError{"ogrinfo", "the file is of another format", errors.New("wrong driver")}
	}
	if err != nil {
		return d.failed(driver, err)
	}
	layer, err := d.table(parseLayers(said))
	if err != nil {
		return err
	}
	if layer.name != "in" {
		r.Layer = layer.name
		d.believe("layer", layer.name, text2{"it was named or is the only one that fits", "已指明或唯一相符"})
	}
	r.Count, r.Size = max(r.Count, layer.count), 0
	out, err := g.stream(d.ctx, s.folder, driver, append(append([]string{"-q"}, open...), "-f", "FlatGeobuf", "-lco", "SPATIAL_INDEX=NO",
		"-nlt", "GEOMETRY", "-nlt", "CONVERT_TO_LINEAR", "-dim", "XY", "/vsistdout/rows.fgb", name, layer.name)...)
	if err != nil {
		return d.failed(driver, err)
	}
	r.onClose(out.Close)
	if r.source, err = openFGB(d, r, &counted{out, &r.read}); err != nil {
		if said := out.failure(); said != nil {
			return d.failed(driver, said)
		}
		return err
	}
	if d.crs = layer.wkt; d.crs != "" { // in the words that [crs.FromWKT] knows best
		d.crsReason = text2{"the file names it", "文件自身注明"}
	}
	return nil
}

// table chooses the layer with geometries that is wanted: by the name given, by
// the names that the table is known by, or the only one.
func (d *draft) table(all []gdalLayer) (gdalLayer, error) {
	var with []gdalLayer
	var names []string
	for _, l := range all {
		if l.geometry != "None" {
			with, names = append(with, l), append(names, l.name)
		}
	}
	for _, want := range append([]string{d.options.Layer}, d.options.Tables...) {
		for _, l := range with {
			if want != "" && strings.EqualFold(l.name, want) {
				return l, nil
			}
		}
	}
	switch {
	case d.options.Layer != "" && !(len(with) == 1 && with[0].name == "in"):
		return gdalLayer{}, d.wantLayer(both(strconv.Quote(d.options.Layer)), names)
	case len(with) == 0:
		return gdalLayer{}, refusal(ErrGeometry, text2{}, text2{"a file without a layer of geometries", "没有图形图层的文件"}, text2{"a layer of polygons, lines or points", "点、线或面图层"}, text2{})
	case len(with) > 1:
		return gdalLayer{}, d.wantLayer(saying("%d layers", "%d个图层", len(with)), names)
	}
	return with[0], nil
}

// stream starts ogr2ogr and returns what it writes to its standard output. It has the
// bounds of [GDAL.run] on memory, files and drivers; time it has as long as ctx.
func (g *GDAL) stream(ctx context.Context, folder, driver string, args ...string) (*stdout, error) {
	skip, err := g.skipped(ctx, folder, driver, "FlatGeobuf")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	cmd, err := command(ctx, folder, skip, 24*3600, 1<<20, "ogr2ogr", args...)
	if err != nil {
		cancel()
		return nil, err
	}
	complaint := &tail{most: 4096}
	cmd.Stderr = complaint
	pipe, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, fmt.Errorf("start ogr2ogr: %w", err)
	}
	return &stdout{ReadCloser: pipe, cmd: cmd, cancel: cancel, complaint: complaint}, nil
}

// stdout is what a child process writes. Its end is only good when the process ended
// well.
type stdout struct {
	io.ReadCloser
	cmd       *exec.Cmd
	cancel    context.CancelFunc
	complaint *tail
	waited    bool
	err       error
}

// Read implements [io.Reader].
func (s *stdout) Read(b []byte) (int, error) {
	n, err := s.ReadCloser.Read(b)
	if errors.Is(err, io.EOF) {
		if failed := s.failure(); failed != nil {
			return n, failed
		}
	}
	return n, err
}

// failure waits for the end of the process and says why it failed.
func (s *stdout) failure() error {
	if !s.waited {
		s.waited = true
		if err := s.cmd.Wait(); err != nil {
			s.err = &childError{"ogr2ogr", s.complaint.kept.String(), err}
		}
	}
	return s.err
}

// Close ends the process.
func (s *stdout) Close() error {
	s.cancel()
	_ = s.failure() // it was killed
	return nil
}

// openSites reads a file of the kinds that planners hand in, as a whole.
func (r *Rows) openSites(d *draft, path string) error {
	o := d.options
	o.Limits.Bytes = 0
	o.Faults = KeepFaults
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("open the file: %w", err)
	}
	if most := (Limits{}).withDefaults().Bytes; info.Size() > most {
		return tooManyBytes(most)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	result, err := Sites(d.ctx, data, o)
	if err != nil {
		return err
	}
	r.read.Store(info.Size())
	r.Format, r.System, r.Beliefs, r.Notices, r.Count = result.Format, result.System, result.Beliefs, result.Notices, int64(len(result.Plots))
	for _, b := range result.Beliefs {
		if b.What == "layer" {
			r.Layer = b.Value
		}
	}
	r.places = places{ready: true, system: result.System}
	r.source = &sitesSource{[]*Batch{{rows: r, first: 1, plots: result.Plots}}}
	return nil
}
