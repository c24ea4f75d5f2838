package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// account is the operating system user that the PostgreSQL programs run as.
type account struct {
	name     string
	uid, gid uint32
	cred     *syscall.Credential // nil: we are that user
}

// accountFor chooses the account for a data folder: our own, but when we are
// root the folder's owner, else postgres, else nobody.
func accountFor(data string) (account, error) {
	if os.Geteuid() != 0 {
		a := account{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}
		u, err := user.LookupId(strconv.Itoa(os.Geteuid()))
		if err != nil {
			return account{}, fmt.Errorf("look up the name of the user who runs planatlas: %w", err)
		}
		a.name = u.Username
		return a, nil
	}
	if info, err := os.Lstat(data); err == nil {
		if uid, _ := owner(info); uid != 0 {
			u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10))
			if err != nil {
				return account{}, fmt.Errorf("look up the owner of %s: %w", data, err)
			}
			return otherAccount(u)
		}
	}
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return otherAccount(u)
		}
	}
	return account{}, errors.New("find a user to run PostgreSQL, which refuses to run as root: " +
		"there is neither a user postgres nor a user nobody; start planatlas as an ordinary user")
}

// otherAccount is the account of a user that root turns into, without any of
// root's groups.
func otherAccount(u *user.User) (account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("read the user id of %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("read the group id of %s: %w", u.Username, err)
	}
	return account{name: u.Username, uid: uint32(uid), gid: uint32(gid),
		cred: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// owner gives the user and group that a file belongs to.
func owner(info fs.FileInfo) (uid, gid uint32) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Uid, st.Gid
	}
	return 0, 0
}

// command is a program run by the account in a folder, in a process group of
// its own so that Ctrl-C in a terminal does not reach it. It gets the signal
// when planatlas dies, on systems that can arrange it; there the thread that
// starts it has to live on until it ends.
func (a account) command(ctx context.Context, onDeath syscall.Signal, dir, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = environment(os.Environ())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: a.cred}
	signalOnDeath(cmd.SysProcAttr, onDeath)
	return cmd
}

// environment is the part of ours that PostgreSQL and PostGIS get: no PG…
// variables, which would change what the programs do, no secrets, no locale.
func environment(ours []string) []string {
	kept := []string{"LC_ALL=C"}
	for _, entry := range ours {
		name, _, _ := strings.Cut(entry, "=")
		known := slices.Contains([]string{"PATH", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"}, name)
		if known || strings.HasPrefix(name, "PROJ_") || strings.HasPrefix(name, "GDAL_") {
			kept = append(kept, entry)
		}
	}
	return kept
}

// checkAccess makes sure that the account may run the programs and reach the
// folder, or what there is of the path to it, by trying. The error names the
// folder that is closed to it.
func (a account) checkAccess(p Programs, dir string) error {
	if a.cred == nil {
		return nil
	}
	try := func(in string) error {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		return a.command(ctx, syscall.SIGKILL, in, filepath.Join(p.Bin, "postgres"), "-V").Run()
	}
	if err := try("/"); err != nil {
		return fmt.Errorf("run the programs in %s as user %s: %w", p.Bin, a.name, err)
	}
	there := dir
	for ; there != "/"; there = filepath.Dir(there) {
		if _, err := os.Stat(there); err == nil {
			break
		}
	}
	err := try(there)
	if err == nil {
		return nil
	}
	closed := there
	for up := there; up != "/"; up = filepath.Dir(up) {
		if try(up) != nil {
			closed = up
		}
	}
	return fmt.Errorf("reach %s as user %s, who runs PostgreSQL when planatlas is started by root: %s is closed to that user; "+
		"open it with chmod o+x %s, use a folder elsewhere, or start planatlas as an ordinary user: %w",
		dir, a.name, closed, closed, err)
}

// passable tells whether the permissions of a folder and of those above it,
// as far as they exist, let the account through.
func (a account) passable(dir string) bool {
	for up := dir; ; up = filepath.Dir(up) {
		if info, err := os.Stat(up); err == nil {
			need := fs.FileMode(0o001)
			if uid, gid := owner(info); uid == a.uid {
				need = 0o100
			} else if gid == a.gid {
				need = 0o010
			}
			if info.Mode()&need == 0 {
				return false
			}
		}
		if up == filepath.Dir(up) {
			return true
		}
	}
}
