package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// installCommand is the command that installs PostgreSQL of a version (0: the
// one the system carries) with its PostGIS, next to the programs in bin, which
// may be empty. On a system it does not know, it lists the commands of those
// that it does.
func (f finder) installCommand(version int, bin string) string {
	if f.goos == "darwin" {
		return brewCommand(version)
	}
	release := f.osRelease()
	switch like := " " + release["ID"] + " " + release["ID_LIKE"] + " "; {
	case strings.Contains(like, " debian "), strings.Contains(like, " ubuntu "):
		if version == 0 {
			version = carried(release["ID"], release["VERSION_ID"])
		}
		return aptCommand(version)
	case strings.Contains(like, " fedora "), strings.Contains(like, " rhel "):
		return dnfCommand(version, bin)
	}
	return fmt.Sprintf("%s (Debian, Ubuntu); %s (Fedora); %s (macOS)",
		aptCommand(version), dnfCommand(version, bin), brewCommand(version))
}

// carried is the version of PostgreSQL that a release of Debian or Ubuntu
// carries; 0 when it is not known or too old.
func carried(id, release string) int {
	switch id + " " + release {
	case "debian 12":
		return 15
	case "debian 13", "ubuntu 25.04", "ubuntu 25.10":
		return 17
	case "ubuntu 24.04":
		return 16
	case "ubuntu 26.04":
		return 18
	}
	return 0
}

func aptCommand(version int) string {
	if version == 0 {
		return "sudo apt-get install postgresql postgresql-postgis"
	}
	return fmt.Sprintf("sudo apt-get install postgresql-%d postgresql-%d-postgis-3", version, version)
}

// dnfCommand names the packages of the PostgreSQL project when its programs are
// the ones installed (/usr/pgsql-17/bin), else Fedora's own.
func dnfCommand(version int, bin string) string {
	if strings.Contains(bin, "/pgsql-") && version > 0 {
		return fmt.Sprintf("sudo dnf install postgresql%d-server 'postgis3?_%d'", version, version)
	}
	return "sudo dnf install postgresql-server postgis"
}

func brewCommand(version int) string {
	if version == 0 {
		version = 17
	}
	return "brew install postgresql@" + strconv.Itoa(version) + " postgis"
}

// osRelease reads os-release(5); a system without one has no entries.
func (f finder) osRelease() map[string]string {
	entries := map[string]string{}
	text, err := os.ReadFile(filepath.Join("/", f.root, "etc/os-release"))
	if err != nil {
		return entries
	}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			entries[name] = strings.Trim(value, `"'`)
		}
	}
	return entries
}
