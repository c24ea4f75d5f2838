package cluster

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// isPostmaster tells whether a process is the PostgreSQL server of exactly this
// data folder: it works in the folder, where the server goes first of all, and
// was started as postgres; its own children show other names. A process that
// has ended but was not collected by its parent is not one.
func isPostmaster(pid int, data string) bool {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	cwd, err := os.Stat(filepath.Join(proc, "cwd"))
	if err != nil {
		return false
	}
	folder, err := os.Stat(data)
	if err != nil || !os.SameFile(cwd, folder) {
		return false
	}
	line, err := os.ReadFile(filepath.Join(proc, "cmdline"))
	if err != nil {
		return false
	}
	program, _, _ := strings.Cut(string(line), "\x00")
	return filepath.Base(program) == "postgres"
}

// signalOnDeath arranges for a child to get a signal when the thread that
// started it ends, and with it our process.
func signalOnDeath(attr *syscall.SysProcAttr, signal syscall.Signal) { attr.Pdeathsig = signal }
