package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	port       = "5432" // only part of the socket's name: there is no TCP
	superuser  = "planatlas"
	database   = "planatlas"
	longSocket = 103 // bytes that a socket's path may have: 107 on Linux, 103 on macOS
)

// folder is the folder of a cluster; its methods name what lies in it.
type folder string

func (f folder) data() string  { return filepath.Join(string(f), "postgres") }
func (f folder) lock() string  { return filepath.Join(string(f), "planatlas.lock") }
func (f folder) log() string   { return filepath.Join(string(f), "postgres.log") }
func (f folder) hba() string   { return filepath.Join(string(f), "pg_hba.conf") }
func (f folder) ident() string { return filepath.Join(string(f), "pg_ident.conf") }

// sockets is the folder for the socket: run in the cluster's folder, or one
// under the system's folder for temporary files when the path would be too long
// or has a comma, which separates hosts in a database address.
func (f folder) sockets() string {
	sum := sha256.Sum256([]byte(f))
	short := "planatlas-" + hex.EncodeToString(sum[:6])
	for _, dir := range []string{filepath.Join(string(f), "run"), filepath.Join(os.TempDir(), short)} {
		if len(filepath.Join(dir, ".s.PGSQL."+port)) <= longSocket && !strings.Contains(dir, ",") {
			return dir
		}
	}
	return filepath.Join("/tmp", short)
}

// address is the database address for a socket folder, as pgx and libpq read it:
// a plus sign is no space to libpq (PostgreSQL documentation, 34.1.1.2).
func address(sockets, port, database string) string {
	query := url.Values{"host": {sockets}, "port": {port}}.Encode()
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + database,
		RawQuery: strings.ReplaceAll(query, "+", "%20")}
	return u.String()
}

// DefaultDir is the folder of the private cluster when the user names none:
// $PLANATLAS_HOME, else $XDG_DATA_HOME/planatlas, else ~/.local/share/planatlas.
// For root it is /var/lib/planatlas when neither variable is set and the user
// that PostgreSQL runs as cannot reach root's home. The error says that no home
// folder is known.
func DefaultDir(getenv func(string) string) (string, error) {
	reachable := func(dir string) bool {
		a, err := accountFor(folder(dir).data())
		return err == nil && a.passable(dir)
	}
	return defaultDir(getenv, os.Geteuid() == 0, reachable)
}

func defaultDir(getenv func(string) string, root bool, reachable func(string) bool) (string, error) {
	if dir := getenv("PLANATLAS_HOME"); dir != "" {
		dir, err := filepath.Abs(dir)
		if err != nil {
			return "", fmt.Errorf("make PLANATLAS_HOME an absolute path: %w", err)
		}
		return dir, nil
	}
	if dir := getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) { // XDG Base Directory: a relative one is to be ignored
		return filepath.Join(dir, "planatlas"), nil
	}
	home := getenv("HOME")
	dir := filepath.Join(home, ".local", "share", "planatlas")
	if root && (home == "" || !reachable(dir)) {
		return "/var/lib/planatlas", nil
	}
	if home == "" {
		return "", errors.New("choose a folder for the database: HOME is not set; set PLANATLAS_HOME to a folder")
	}
	return dir, nil
}

// openFolder makes the folder of a cluster when it is not there and gives its
// real path. Root makes it passable, since another user runs the programs.
func openFolder(dir string) (folder, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("make the folder's path absolute: %w", err)
	}
	parents, last := fs.FileMode(0o755), fs.FileMode(0o700)
	if os.Geteuid() == 0 {
		last = 0o711
	}
	if err := makeFolder(filepath.Dir(dir), parents); err != nil {
		return "", err
	}
	if err := makeFolder(dir, last); err != nil {
		return "", err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", fmt.Errorf("find the real path of the database folder: %w", err)
	}
	return folder(dir), nil
}

// makeFolder makes a folder and those above it that are missing, with the mode
// whatever the umask; it leaves those that are there as they are.
func makeFolder(dir string, mode fs.FileMode) error {
	if info, err := os.Stat(dir); err == nil {
		if !info.IsDir() {
			return fmt.Errorf("make the database folder: %s is a file", dir)
		}
		return nil
	}
	if up := filepath.Dir(dir); up != dir {
		if err := makeFolder(up, mode); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, mode); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the database folder: %w", err)
	} else if err != nil {
		return nil // someone else made it just now
	}
	if err := os.Chmod(dir, mode); err != nil {
		return fmt.Errorf("make the database folder: %w", err)
	}
	return nil
}

// makePrivate makes a folder that only the account may enter, or makes sure
// that the one there is such a folder.
func makePrivate(dir string, a account) error {
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		info, err := os.Lstat(dir)
		if err != nil {
			return fmt.Errorf("look at the socket's folder: %w", err)
		}
		if uid, _ := owner(info); !info.IsDir() || uid != a.uid || info.Mode().Perm() != 0o700 {
			return fmt.Errorf("use %s for the socket: it is not a folder of mode 0700 of user %s; remove it", dir, a.name)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("make the socket's folder: %w", err)
	}
	if a.cred != nil {
		if err := os.Lchown(dir, int(a.uid), int(a.gid)); err != nil {
			return fmt.Errorf("give the socket's folder to user %s: %w", a.name, err)
		}
	}
	return nil
}

// takeLock locks the folder for this process until the file is closed, and
// leaves the process id in the file. The file itself always stays.
func takeLock(f folder) (*os.File, error) {
	file, err := os.OpenFile(f.lock(), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock the database folder: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		pid, readErr := os.ReadFile(f.lock())
		closeErr := file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			holder := strings.TrimSpace(string(pid))
			if holder == "" {
				holder = "unknown"
			}
			return nil, errors.Join(fmt.Errorf("lock %s: %w (process %s)", f, ErrLocked, holder), readErr, closeErr)
		}
		return nil, fmt.Errorf("lock %s: %w", f.lock(), err)
	}
	err = file.Truncate(0)
	if err == nil {
		_, err = fmt.Fprintf(file, "%d\n", os.Getpid())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write the process id into %s: %w", f.lock(), err), file.Close())
	}
	return file, nil
}
