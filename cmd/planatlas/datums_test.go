package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDatumParameters: a sound file is read, anything else is refused, and no message
// repeats a parameter.
func TestDatumParameters(t *testing.T) {
	const secret = "8317.4625"
	sound := "[[transformation]]\nfrom = \"Xian 1980\"\nmethod = \"7-parameter\"\nconvention = \"position_vector\"\naccuracy_m = 0.3\ndx_m = " + secret + "\nrx_arcsec = 1.5\n" +
		"[[transformation]]\nfrom = \"Beijing 1954\"\nmethod = \"4-parameter\"\naccuracy_m = 0.1\nmeridian = 114\ndx_m = 1.0\n"
	read := func(text string, mode os.FileMode) (*globals, error) {
		g := &globals{DatumParameters: filepath.Join(t.TempDir(), "datums.toml")}
		if err := os.WriteFile(g.DatumParameters, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		_, err := g.datums()
		return g, err
	}
	g, err := read(sound, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	all, err := g.datums()
	if err != nil || len(all) != 2 || !all[0].Seven || all[0].RotX != -1.5 || all[0].AccuracyM != 0.3 || !all[1].Four || all[1].Meridian != 114 {
		t.Errorf("%d, %v", len(all), err)
	}
	if none, err := (&globals{}).datums(); none != nil || err != nil {
		t.Errorf("%v %v", none, err)
	}
	if _, err := read(sound, 0o644); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file that everybody may read: %v", err)
	}
	for name, edit := range map[string][2]string{
		"an unknown datum": {"Xian 1980", "WGS84"}, "an unknown method": {"7-parameter", "3-parameter"}, "no convention": {"position_vector", ""}, "no accuracy": {"accuracy_m = 0.3", ""},
		"an unknown key": {"dx_m = " + secret, "tx_m = " + secret}, "no number": {secret, "\"" + secret + "\""}, "no TOML": {"dx_m = ", "dx_m : "}, "no zone": {"meridian = 114", ""}, "no shift": {"dx_m = 1.0", "dx_m = 0.0"},
	} {
		if _, err := read(strings.Replace(sound, edit[0], edit[1], 1), 0o600); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := read("", 0o600); err == nil {
		t.Error("an empty file is taken")
	}
}
