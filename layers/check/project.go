package check

import "planatlas/layers"

// Project is what a client says of a project: values by the names of
// [Attributes], bool or string. What is not in it was not said.
type Project map[string]any

// Attribute is something that a rule may ask of a project.
type Attribute struct {
	Name     string
	Type     layers.PropertyType // Boolean, or String with codes
	Title    layers.Text
	Question layers.Text
	Codes    []Code
}

// Code is one value that an attribute may have.
type Code struct {
	Value string
	Title layers.Text
}
