package read

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// GDAL reads formats by the programs ogrinfo and ogr2ogr as child processes: in a
// private folder, under names that we give, with bounds on time, memory and what is
// written, without any driver of the network. Where the programs are not installed
// its formats are refused.
type GDAL struct {
	slots chan struct{}

	mu      sync.Mutex
	drivers []string // that the programs know; nil: not yet asked
}

// The bounds of one child process.
const (
	gdalTime   = 20 * time.Second
	gdalCPU    = 15      // seconds
	gdalMemory = 2 << 20 // KiB of address space
	gdalFiles  = 64      // open at once
	gdalSaid   = 4 << 20 // bytes of what it says
)

// NewGDAL returns a GDAL that runs at most so many processes at once.
func NewGDAL(processes int) *GDAL { return &GDAL{slots: make(chan struct{}, max(processes, 1))} }

// skipped names all drivers but the wanted one and that of what is written: the
// programs then know no other, whatever GDAL was built with.
func (g *GDAL) skipped(ctx context.Context, folder, wanted, written string) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.drivers == nil {
		said, err := g.child(ctx, folder, "", 1<<20, "ogrinfo", "--formats")
		if err != nil {
			return "", err
		}
		for line := range strings.Lines(said) {
			if name, _, ok := strings.Cut(line, " -"); ok && strings.HasPrefix(line, "  ") {
				g.drivers = append(g.drivers, strings.TrimSpace(name))
			}
		}
	}
	var out []string
	for _, name := range g.drivers {
		if name != wanted && name != written {
			out = append(out, name)
		}
	}
	return strings.Join(out, ","), nil
}

// environment is all that a child sees of the service's.
func environment(folder, skip string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TMPDIR=" + folder, "CPL_TMPDIR=" + folder, "HOME=" + folder,
		"GDAL_DRIVER_PATH=disable", "GDAL_SKIP=" + skip, "OGR_SKIP=" + skip, "PROJ_NETWORK=OFF",
		"CPL_VSIL_CURL_ALLOWED_EXTENSIONS={none}", "GDAL_HTTP_PROXY=127.0.0.1:9", "http_proxy=http://127.0.0.1:9", "https_proxy=http://127.0.0.1:9", "GDAL_HTTP_TIMEOUT=1",
		"GDAL_PAM_ENABLED=NO", "GDAL_CACHEMAX=64", "GDAL_NUM_THREADS=1", "GDAL_PYTHON_DRIVER_PATH=disable", "GDAL_VRT_ENABLE_PYTHON=NO",
		"GML_SKIP_RESOLVE_ELEMS=ALL", "DXF_INLINE_BLOCKS=TRUE", "OGR_ARC_STEPSIZE=0.1", "OPENFILEGDB_IN_MEMORY_SPI=NO"}
}

// errGDALMissing says that a program is not installed.
var errGDALMissing = errors.New("GDAL is not installed: apt-get install gdal-bin")

// run runs a program in the folder, with the one driver that is wanted, and returns
// what it says. It writes no file of more than so many bytes.
func (g *GDAL) run(ctx context.Context, folder, driver string, most int64, program string, args ...string) (string, error) {
	select {
	case g.slots <- struct{}{}:
	case <-ctx.Done():
		return "", fmt.Errorf("wait for %s: %w", program, ctx.Err())
	}
	defer func() { <-g.slots }()
	skip, err := g.skipped(ctx, folder, driver, "GeoJSON")
	if err != nil {
		return "", err
	}
	return g.child(ctx, folder, skip, most, program, args...)
}

// child starts the program and waits for it.
func (g *GDAL) child(ctx context.Context, folder, skip string, most int64, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, gdalTime)
	defer cancel()
	cmd, err := command(ctx, folder, skip, gdalCPU, most, program, args...)
	if err != nil {
		return "", err
	}
	said, complaint := &tail{most: gdalSaid}, &tail{most: 4096}
	cmd.Stdout, cmd.Stderr = said, complaint
	err = cmd.Run()
	if ctx.Err() != nil {
		return "", fmt.Errorf("%s: %w", program, ctx.Err())
	}
	if err != nil {
		return "", &childError{program, complaint.kept.String(), err}
	}
	return said.kept.String(), nil
}

// command prepares a child process with its bounds.
func command(ctx context.Context, folder, skip string, cpu int, most int64, program string, args ...string) (*exec.Cmd, error) {
	tool, err := exec.LookPath(program)
	if err != nil {
		return nil, errGDALMissing
	}
	const bound = `ulimit -c 0; ulimit -t "$1"; ulimit -v "$2"; ulimit -n "$3"; ulimit -f "$4"; shift 4; exec "$@"`
	limits := []string{"-c", bound, "sh", strconv.Itoa(cpu), strconv.Itoa(gdalMemory), strconv.Itoa(gdalFiles), strconv.FormatInt(most/512+1, 10), tool}
	cmd := exec.CommandContext(ctx, "/bin/sh", append(limits, args...)...)
	cmd.Dir, cmd.Env = folder, environment(folder, skip)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	return cmd, nil
}

// childError says why a child process failed.
type childError struct {
	program, said string
	err           error
}

// Error returns the first line that the program said.
func (e *childError) Error() string { return e.program + ": " + e.err.Error() + ": " + e.reason() }

// Unwrap returns how the process ended.
func (e *childError) Unwrap() error { return e.err }

func (e *childError) reason() string {
	for line := range strings.Lines(e.said) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "ERROR") {
			return shorten2(line)
		}
	}
	return shorten2(firstLineOf(e.said))
}

// tail keeps the first bytes that are written to it.
type tail struct {
	kept bytes.Buffer // no part of the type: its ReadFrom would pass the bound by
	most int
}

// Write implements [io.Writer]; what is too much is dropped.
func (t *tail) Write(b []byte) (int, error) {
	t.kept.Write(b[:min(len(b), t.most-t.kept.Len())]) // never fails
	return len(b), nil
}

// scratch is a private folder for one file.
type scratch struct{ folder string }

func newScratch() (scratch, error) {
	folder, err := os.MkdirTemp("", "planatlas-read-")
	if err != nil {
		return scratch{}, fmt.Errorf("make a folder to read in: %w", err)
	}
	return scratch{folder}, nil
}

func (s scratch) write(name string, data []byte) error {
	file := filepath.Join(s.folder, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("write a file to read: %w", err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return fmt.Errorf("write a file to read: %w", err)
	}
	return nil
}

func (s scratch) free() { _ = os.RemoveAll(s.folder) } // what stays is in the system's folder for temporary files
