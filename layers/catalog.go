package layers

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Catalog is the set of declared layers. It is never changed after it was made.
type Catalog struct {
	Layers []*Layer // by drawing order, then id
	byID   map[string]*Layer
}

// NewCatalog makes a catalogue of declarations that were checked before.
func NewCatalog(ls []*Layer) *Catalog {
	c := &Catalog{Layers: slices.Clone(ls), byID: make(map[string]*Layer, len(ls))}
	slices.SortFunc(c.Layers, func(a, b *Layer) int {
		return cmp.Or(cmp.Compare(a.Style.Order, b.Style.Order), cmp.Compare(a.ID, b.ID))
	})
	for _, l := range ls {
		c.byID[l.ID] = l
	}
	return c
}

// Layer returns the layer of that id, or an error that wraps ErrNotFound and
// names the nearest known id.
func (c *Catalog) Layer(id string) (*Layer, error) {
	if l, ok := c.byID[id]; ok {
		return l, nil
	}
	if near := Nearest(id, c.IDs()); near != "" {
		return nil, fmt.Errorf("collection %q (did you mean %q?): %w", id, near, ErrNotFound)
	}
	return nil, fmt.Errorf("collection %q: %w", id, ErrNotFound)
}

// IDs returns the ids of all layers in the order of Layers.
func (c *Catalog) IDs() []string {
	ids := make([]string, len(c.Layers))
	for i, l := range c.Layers {
		ids[i] = l.ID
	}
	return ids
}

// ReadCatalog reads every layers/*.toml of a data folder. A mistake is reported
// with its file and, where the TOML itself is at fault, its line and column.
func ReadCatalog(folder fs.FS) (*Catalog, error) {
	names, err := fs.Glob(folder, "layers/*.toml")
	if err != nil {
		return nil, fmt.Errorf("list layer declarations: %w", err)
	}
	if len(names) == 0 {
		return nil, errors.New("no layers/*.toml in the data folder")
	}
	var ls []*Layer
	for _, name := range names {
		l, err := readLayer(folder, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		ls = append(ls, l)
	}
	return NewCatalog(ls), nil
}

func readLayer(folder fs.FS, name string) (*Layer, error) {
	b, err := fs.ReadFile(folder, name)
	if err != nil {
		return nil, err
	}
	var l Layer
	d := toml.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return nil, DescribeTOML(err)
	}
	if want := strings.TrimSuffix(path.Base(name), ".toml"); l.ID != want {
		return nil, fmt.Errorf("id %q: want %q, the file's name", l.ID, want)
	}
	return &l, l.Validate()
}

// DescribeTOML says where a TOML file is wrong: line, column, and the key that is not known.
func DescribeTOML(err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		e := strict.Errors[0]
		line, column := e.Position()
		return fmt.Errorf("line %d, column %d: unknown key %s", line, column, strings.Join(e.Key(), "."))
	}
	var syntax *toml.DecodeError
	if errors.As(err, &syntax) {
		line, column := syntax.Position()
		if strings.Contains(err.Error(), "local date") {
			return fmt.Errorf("line %d, column %d: want the date in quotes, such as \"2021-04-01\"", line, column)
		}
		return fmt.Errorf("line %d, column %d: %w", line, column, err)
	}
	return err
}
