package encode

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"planatlas/layers"
)

// GDAL writes formats by the program ogr2ogr as a child process. The rows reach it
// as a FlatGeobuf file in a private folder, since that keeps their types; what it
// makes of them is sent from there. The folder goes with the encoder, the process
// with the context.
type GDAL struct{ slots chan struct{} }

// The bounds of one conversion.
const (
	gdalTime  = 10 * time.Minute
	gdalBytes = 4 << 30 // of the rows
)

// NewGDAL returns a GDAL that runs at most so many processes at once.
func NewGDAL(processes int) *GDAL { return &GDAL{make(chan struct{}, processes)} }

func (g *GDAL) formats() []Format {
	by := func(args ...string) func(context.Context, io.Writer, View) (Encoder, error) {
		return func(ctx context.Context, w io.Writer, v View) (Encoder, error) { return g.open(ctx, w, v, args) }
	}
	return []Format{
		{Name: "gpkg", Media: "application/geopackage+sqlite3", Extension: ".gpkg", Title: layers.Text{ZH: "GeoPackage", EN: "GeoPackage"}, XFirst: true,
			New: by("-f", "GPKG")},
		{Name: "shp", Media: "application/x-shapefile", Extension: ".shp.zip", Title: layers.Text{ZH: "Shapefile(zip)", EN: "Shapefile (zip)"}, XFirst: true, OneType: true,
			New: by("-f", shapefile)},
		{Name: "gml", Media: "application/gml+xml; version=3.2", Extension: ".gml", Title: layers.Text{ZH: "GML 3.2", EN: "GML 3.2"}, XFirst: true,
			New: by("-f", "GML", "-dsco", "FORMAT=GML3.2", "-dsco", "XSISCHEMA=OFF")},
	}
}

// shapefile is the name that GDAL has for it.
const shapefile = "ESRI Shapefile"

// converter is one conversion.
type converter struct {
	*FlatGeobuf
	ctx    context.Context
	w      io.Writer
	gdal   *GDAL
	folder string
	file   *os.File
	args   []string
	result string
}

// open waits for a free process, for as long as the context lets it.
func (g *GDAL) open(ctx context.Context, w io.Writer, v View, args []string) (Encoder, error) {
	select {
	case g.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a conversion: %w", ctx.Err())
	}
	c := &converter{ctx: ctx, w: w, gdal: g}
	var err error
	if c.folder, err = os.MkdirTemp("", "planatlas-convert-"); err == nil {
		c.file, err = os.Create(filepath.Join(c.folder, "in.fgb"))
	}
	if err != nil {
		c.Free()
		return nil, fmt.Errorf("prepare a conversion: %w", err)
	}
	c.result = filepath.Join(c.folder, v.Layer.ID+extension(args))
	c.FlatGeobuf = NewFlatGeobuf(&bounded{c.file, gdalBytes}, v)
	c.args = slices.Clone(args)
	if args[1] == shapefile {
		c.args = append(c.args, "-lco", "ENCODING="+cmp.Or(v.Charset, "UTF-8"))
	}
	if !v.Layer.HasGeometry() {
		c.args = append(c.args, "-nlt", "NONE")
	}
	if !slices.ContainsFunc(v.Properties, func(p layers.Property) bool { return p.Type == layers.DateTime }) {
		c.args = append(c.args, "-mapFieldType", "DateTime=Date") // FlatGeobuf has no dates
	}
	return c, nil
}

func extension(args []string) string {
	switch args[1] {
	case "GPKG":
		return ".gpkg"
	case "GML":
		return ".gml"
	}
	return ".shp.zip"
}

// Close converts what was gathered and sends it.
func (c *converter) Close(end End) error {
	if err := errors.Join(c.FlatGeobuf.Close(end), c.file.Close()); err != nil {
		return fmt.Errorf("write the rows for a conversion: %w", err)
	}
	if err := c.convert(); err != nil {
		return err
	}
	out, err := os.Open(c.result)
	if err != nil {
		return fmt.Errorf("read a conversion: %w", err)
	}
	_, err = io.Copy(c.w, out)
	return errors.Join(err, out.Close())
}

// convert runs ogr2ogr without drivers of the network and with nothing of the
// service's environment but the search path.
func (c *converter) convert() error {
	ctx, cancel := context.WithTimeout(c.ctx, gdalTime)
	defer cancel()
	args := append([]string{"-q", "-nln", strings.TrimSuffix(filepath.Base(c.result), extension(c.args))}, c.args...)
	cmd := exec.CommandContext(ctx, "ogr2ogr", append(args, c.result, c.file.Name())...)
	cmd.Dir = c.folder
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TMPDIR=" + c.folder, "CPL_TMPDIR=" + c.folder, "HOME=" + c.folder,
		"GDAL_DRIVER_PATH=disable", "OGR_SKIP=WFS,OAPIF,CSW,Elasticsearch,Carto,AmigoCloud,PLScenes,NGW,EEDA,HTTP,GMLAS", "PROJ_NETWORK=OFF"}
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		return fmt.Errorf("convert by ogr2ogr: %w", ctx.Err())
	}
	if err != nil {
		return fmt.Errorf("convert by ogr2ogr (it belongs to GDAL): %w: %.500s", err, said.String())
	}
	return nil
}

// Free removes the folder and lets the next conversion run.
func (c *converter) Free() {
	if c.file != nil {
		_ = c.file.Close() // again
	}
	if c.folder != "" {
		_ = os.RemoveAll(c.folder) // what stays is in the system's folder for temporary files
	}
	<-c.gdal.slots
}

// bounded is a writer that takes so many bytes.
type bounded struct {
	w    io.Writer
	left int64
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, fmt.Errorf("rows for a conversion: %w", layers.ErrTooLarge)
	}
	return b.w.Write(p)
}
