package main

import (
	"strings"
	"testing"
)

func TestTableAlignsChinese(t *testing.T) {
	table := &table{right: map[int]bool{1: true}}
	table.row("图层", "m²", "why")
	table.row("River corridors", "12.50", "")
	table.row("河流（示意）", "1234.00", "相接")
	var b strings.Builder
	if _, err := table.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	want := `
图层                  m²  why
River corridors    12.50
河流（示意）     1234.00  相接
`
	if got := "\n" + b.String(); got != want {
		t.Errorf("got%s\nwant%s", got, want)
	}
}
