package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"planatlas/data"
	"planatlas/layers/ingest"
)

const readme = "../../README.md"

// Every console block of the README is run against the service, and its answers
// are those of the README.
func TestReadme(t *testing.T) {
	b, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("jq"); err != nil {
		t.Fatal("jq is not installed: apt-get install jq curl")
	}
	address, _ := inProcess(t)
	want := string(b)
	got := regexp.MustCompile("(?s)```console\n(.*?)```").ReplaceAllStringFunc(want, func(block string) string {
		return "```console\n" + session(t, address, strings.TrimSuffix(strings.TrimPrefix(block, "```console\n"), "```")) + "```"
	})
	got = regexp.MustCompile("(?s)<!-- accuracy -->.*<!-- /accuracy -->").ReplaceAllLiteralString(got, "<!-- accuracy -->\n"+accuracyTable(t)+"<!-- /accuracy -->")
	if *update {
		if err := os.WriteFile(readme, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got == want {
		return
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(gotLines), len(wantLines)) {
		if gotLines[i] != wantLines[i] {
			t.Fatalf("README line %d: the answer is\n%s\nand not\n%s", i+1, gotLines[i], wantLines[i])
		}
	}
	t.Fatal("README: an answer is longer or shorter")
}

// session runs the commands of a block and returns the block with their answers.
func session(t *testing.T, address, block string) string {
	const home = "http://127.0.0.1:8080"
	var out strings.Builder
	for _, line := range strings.Split(block, "\n") {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		cmd := exec.CommandContext(t.Context(), "bash", "-c", "set -o pipefail; "+strings.ReplaceAll(command, home, address))
		cmd.Dir = t.TempDir()
		answer, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", command, err, answer)
		}
		if strings.TrimSpace(string(answer)) == "" {
			t.Errorf("%s: no answer", command)
		}
		out.WriteString(line + "\n" + strings.ReplaceAll(string(answer), address, home))
	}
	return out.String()
}

// accuracyTable counts the named entities of each layer by how exactly they are
// placed.
func accuracyTable(t *testing.T) string {
	folder, err := data.Yangquan()
	if err != nil {
		t.Fatal(err)
	}
	load, err := ingest.Folder(folder)
	if err != nil {
		t.Fatal(err)
	}
	f, err := folder.Open("plan/inventory.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	layer := map[string]string{}
	for _, r := range rows[1:] {
		if strings.Contains(r[7], "specificity=named") {
			layer[r[0]] = r[3]
		}
	}
	classes := []float64{2000, 4000, 6000, 12000, 1e9}
	counts, best := map[string][]int{}, map[string]float64{}
	for _, set := range load.Sets {
		if !set.Layer.HasGeometry() {
			continue
		}
		for feature, err := range set.Features {
			if err != nil {
				t.Fatal(err)
			}
			entity, _ := feature.Values["entity"].(string)
			a, located := feature.Values["accuracy_m"].(float64)
			if located && layer[entity] == set.Layer.ID && (best[entity] == 0 || a < best[entity]) {
				best[entity] = a
			}
		}
	}
	total := make([]int, len(classes)+2)
	for entity, id := range layer {
		if counts[id] == nil {
			counts[id] = make([]int, len(classes)+2)
		}
		column := len(classes) + 1
		for i, limit := range classes {
			if a := best[entity]; a > 0 && a <= limit {
				column = i + 1
				break
			}
		}
		for _, c := range [][]int{counts[id], total} {
			c[0]++
			c[column]++
		}
	}
	var out strings.Builder
	out.WriteString("| layer | named | ±2 km or better | ±4 km | ±6 km | ±12 km | a county, a region or a long line | not located |\n|---|---:|---:|---:|---:|---:|---:|---:|\n")
	line := func(name string, c []int) {
		fmt.Fprintf(&out, "| %s | %d | %d | %d | %d | %d | %d | %d |\n", name, c[0], c[1], c[2], c[3], c[4], c[5], c[6])
	}
	for _, set := range load.Sets {
		if c := counts[set.Layer.ID]; c != nil {
			line(set.Layer.ID, c)
		}
	}
	line("**all**", total)
	return out.String()
}
