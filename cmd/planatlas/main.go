// Command planatlas serves planning layers from PostGIS and checks project sites
// against them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"planatlas/layers"
	"planatlas/layers/store/cluster"

	"github.com/alecthomas/kong"
)

// version is set by the linker.
var version = "devel"

// The exit codes. They are part of the command line's contract.
const (
	exitOK         = 0
	exitFailed     = 1
	exitUsage      = 2
	exitNoDatabase = 3
	exitConflict   = 4 // check: prohibited or restricted
	exitIncomplete = 5 // check: incomplete
)

const description = `Planning layers in PostGIS, served to GIS clients and on a map, and project sites checked against them.

Without --database-url planatlas runs a private PostgreSQL with PostGIS in its data folder.

Start here:
  planatlas serve --load yangquan    serve the built-in plan of Yangquan on http://127.0.0.1:8080
  planatlas check site.geojson       may this project stand on this site?
  planatlas doctor                   what is installed, and does it fit?

Exit codes:
  0  done; check: clear or advisory
  1  something failed
  2  the command line or an input file is wrong
  3  the database is missing, locked or does not answer
  4  check: prohibited or restricted
  5  check: incomplete, so not a clearance`

type commands struct {
	globals
	Serve   serveCmd   `cmd:"" help:"Serve layers, map and checks over HTTP."`
	Migrate migrateCmd `cmd:"" help:"Bring the database's schema up to date."`
	Load    loadCmd    `cmd:"" help:"Load a data folder: layers, features, outlines and rules."`
	Import  importCmd  `cmd:"" help:"Import an official layer: the file of its authority, all or nothing."`
	Check   checkGroup `cmd:"" help:"Check a project site against every layer, repeat a check, or delete one."`
	Rules   rulesCmd   `cmd:"" help:"List rules, and test them by their examples."`
	Report  reportCmd  `cmd:"" help:"Write the report of an archived check: HTML, PDF, XLSX or GeoJSON."`
	Export  exportCmd  `cmd:"" help:"Write the vector tiles of layers into one file."`
	Layer   layerCmd   `cmd:"" help:"Publish tables of the database."`
	Doctor  doctorCmd  `cmd:"" help:"Say what is installed, which versions, and what the database holds."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// console is where a command reads and writes.
type console struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], console{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, con console) int {
	var cli commands
	var exit *int
	parser, err := kong.New(&cli, kong.Name("planatlas"), kong.Description(description), kong.Writers(con.out, con.err),
		kong.UsageOnError(), kong.Exit(func(code int) { exit = &code }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(con.err, "planatlas:", err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	if exit != nil { // --help
		return *exit
	}
	if err != nil {
		fmt.Fprintln(con.err, "planatlas:", err)
		fmt.Fprintln(con.err, "planatlas: see planatlas --help")
		return exitUsage
	}
	cli.log = newLogger(con.err, cli.Verbose)
	k.BindTo(ctx, (*context.Context)(nil))
	return report(con, k.Run(&cli.globals, con))
}

func newLogger(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// exitError carries the exit code of a command that did its work.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func report(con console, err error) int {
	if err == nil {
		return exitOK
	}
	var code exitError
	if errors.As(err, &code) {
		return int(code)
	}
	fmt.Fprintln(con.err, "planatlas:", err)
	var input *layers.InputError
	var missing *cluster.MissingError
	switch {
	case errors.As(err, &missing), errors.Is(err, cluster.ErrLocked), errors.Is(err, layers.ErrUnavailable):
		return exitNoDatabase
	case errors.As(err, &input):
		return exitUsage
	}
	return exitFailed
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(con console) error {
	_, err := fmt.Fprintln(con.out, "planatlas", version)
	return err
}
