package cluster

import (
	"fmt"
	"maps"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// settings are those of PostgreSQL for a cluster, by name: for a machine with a
// few gigabytes of memory and a disk without moving parts. They are given on
// the command line, where they outrank postgresql.conf and ALTER SYSTEM.
func settings(f folder, o Options) map[string]string {
	s := map[string]string{
		"listen_addresses":        "",
		"port":                    port,
		"unix_socket_directories": `"` + strings.ReplaceAll(f.sockets(), `"`, `""`) + `"`,
		"unix_socket_permissions": "0700",
		"hba_file":                f.hba(),
		"ident_file":              f.ident(),
		"cluster_name":            "planatlas",

		"max_connections":                  "50",
		"shared_buffers":                   "256MB",
		"work_mem":                         "32MB",
		"maintenance_work_mem":             "256MB",
		"random_page_cost":                 "1.1",
		"jit":                              "off", // costs more than it gains on short spatial queries
		"wal_compression":                  "on",
		"fsync":                            "on",
		"full_page_writes":                 "on",
		"synchronous_commit":               "on",
		"checkpoint_timeout":               "15min",
		"max_wal_size":                     "2GB",
		"client_connection_check_interval": "2s", // a query whose reader has gone is ended

		"timezone":          "UTC",
		"log_timezone":      "UTC",
		"logging_collector": "off", // stderr is our log file; see openLog
		"log_destination":   "stderr",
		"log_line_prefix":   "%m [%p] ",
		"log_checkpoints":   "off",
	}
	if o.Throwaway {
		s["fsync"], s["full_page_writes"] = "off", "off" // a killed server still loses nothing, a crashed machine does
		s["shared_buffers"] = "64MB"
	}
	maps.Copy(s, o.Settings)
	return s
}

// arguments are those of the program postgres. The data folder comes first:
// isPostmaster reads it there.
func arguments(f folder, o Options) []string {
	args := []string{"-D", f.data()}
	s := settings(f, o)
	for _, name := range slices.Sorted(maps.Keys(s)) {
		args = append(args, "-c", name+"="+s[name])
	}
	return args
}

// writeAccess says who may connect: over the socket, as the superuser, the
// account that runs the programs, root, and the user who started planatlas. The
// files lie outside the data folder, where the server could not change them
// when root owns the folder.
func writeAccess(f folder, a account) error {
	names := []string{a.name, "root"}
	if u, err := user.LookupId(strconv.Itoa(os.Getuid())); err == nil {
		names = append(names, u.Username)
	}
	slices.Sort(names)
	var ident strings.Builder
	for _, name := range slices.Compact(names) {
		fmt.Fprintf(&ident, "planatlas \"%s\" %s\n", strings.ReplaceAll(name, `"`, `""`), superuser)
	}
	if err := replaceFile(f.ident(), ident.String()); err != nil {
		return err
	}
	return replaceFile(f.hba(), "local all all peer map=planatlas\n")
}

// replaceFile writes a file that all may read, whole or not at all.
func replaceFile(path, text string) error {
	next, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(next.Name()) // not there any more when all went well
	_, err = next.WriteString(text)
	if err == nil {
		err = next.Chmod(0o644)
	}
	if closeErr := next.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(next.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
