// Package data embeds the plan of Yangquan and the rules, so that the program
// alone can serve a first atlas.
package data

import (
	"embed"
	"io/fs"
)

//go:embed yangquan rules mappings divisions.toml
var files embed.FS

// Yangquan returns the data folder of the 14th Five-Year Plan of Yangquan City:
// layers/*.toml, features/*.geojson, outlines.geojson, plan/*.csv.
func Yangquan() (fs.FS, error) { return fs.Sub(files, "yangquan") }

// Rules returns the folder of the rules that hold in every city: *.yaml.
func Rules() (fs.FS, error) { return fs.Sub(files, "rules") }

// RulesSchema returns the JSON Schema of the files of rules.
func RulesSchema() ([]byte, error) { return files.ReadFile("rules/schema.json") }

// Mappings returns the folder that says how tables of the authorities become layers:
// <layer>.toml.
func Mappings() (fs.FS, error) { return fs.Sub(files, "mappings") }

// Divisions returns the names of divisions by the first six digits of their codes, as
// TOML.
func Divisions() ([]byte, error) { return files.ReadFile("divisions.toml") }
