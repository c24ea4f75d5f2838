//go:build !linux

package cluster

import (
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// isPostmaster tells whether a process is the PostgreSQL server of exactly this
// data folder: its command line is the one that launch gives it. A process that
// has ended but was not collected by its parent is not one.
func isPostmaster(pid int, data string) bool {
	line, err := ask("/bin/ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid))
	if err != nil {
		return false
	}
	program, rest, found := strings.Cut(line, " -D ")
	return found && filepath.Base(program) == "postgres" && strings.HasPrefix(rest+" ", data+" ")
}

// signalOnDeath does nothing: the system has no such thing. The next Start
// stops what a killed owner left running.
func signalOnDeath(*syscall.SysProcAttr, syscall.Signal) {}
