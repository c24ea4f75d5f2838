package webmap

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Config is what an operator may set for the map page. The zero value is a map of
// the service's own layers for internal use, which asks nothing of anybody else.
type Config struct {
	// Public says that the service is open to the public. The law wants a map that is
	// shown to the public reviewed, and the number of its approval on it (地图管理条例,
	// articles 15, 16 and 22); without the number the page is not served. Checks tell
	// the areas of layers that are not public only as upper bounds then.
	Public      bool         `toml:"public"`
	Approval    string       `toml:"approval"` // 审图号, shown on the map
	Backgrounds []Background `toml:"background"`
}

// Background is a map of tiles under the layers.
type Background struct {
	Title       Title    `toml:"title" json:"title"`
	Tiles       []string `toml:"tiles" json:"tiles"` // addresses with {z}, {x} and {y} or {-y}; the map and then its labels
	CRS         string   `toml:"crs" json:"crs"`     // EPSG:3857, EPSG:4490, or GCJ02 for Web Mercator over GCJ-02
	Attribution string   `toml:"attribution" json:"attribution,omitempty"`
	MinZoom     int      `toml:"min_zoom" json:"minZoom,omitempty"`
	MaxZoom     int      `toml:"max_zoom" json:"maxZoom,omitempty"`
}

// Title is a name in Chinese and in English.
type Title struct {
	ZH string `toml:"zh" json:"zh"`
	EN string `toml:"en" json:"en"`
}

// ReadConfig reads a TOML file. An empty name gives the zero value. A mistake is
// reported with the file and what was wanted.
func ReadConfig(name string) (c Config, err error) {
	if name == "" {
		return c, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return c, fmt.Errorf("read the map's configuration: %w", err)
	}
	d := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		var strict *toml.StrictMissingError
		if errors.As(err, &strict) {
			return c, fmt.Errorf("%s: unknown keys:\n%s", name, strict.String())
		}
		return c, fmt.Errorf("%s: %w", name, err)
	}
	for i, b := range c.Backgrounds {
		if err := b.validate(); err != nil {
			return c, fmt.Errorf("%s: background %d: %w", name, i+1, err)
		}
	}
	return c, nil
}

func (b Background) validate() error {
	switch {
	case b.Title.ZH == "" || b.Title.EN == "":
		return errors.New("title: want zh and en")
	case !slices.Contains([]string{"EPSG:3857", "EPSG:4490", "GCJ02"}, b.CRS):
		return fmt.Errorf("crs %q: want EPSG:3857, EPSG:4490 or GCJ02", b.CRS)
	case len(b.Tiles) == 0:
		return errors.New("tiles: want at least one address")
	case b.MinZoom < 0 || b.MaxZoom < 0 || b.MaxZoom > 0 && b.MaxZoom < b.MinZoom || b.MaxZoom > 24:
		return fmt.Errorf("min_zoom %d, max_zoom %d: want 0 to 24, the smaller first", b.MinZoom, b.MaxZoom)
	}
	for _, t := range b.Tiles {
		if _, err := source(t); err != nil {
			return err
		}
		if !strings.Contains(t, "{z}") || !strings.Contains(t, "{x}") || !strings.Contains(t, "{y}") && !strings.Contains(t, "{-y}") {
			return fmt.Errorf("tiles %q: want {z}, {x} and {y}", t)
		}
	}
	return nil
}

// source names the host of an address as a Content-Security-Policy does: a range of
// hosts such as t{0-7}.example.cn becomes *.example.cn. A path of the service's own
// host has none.
func source(address string) (string, error) {
	if strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") {
		return "", nil
	}
	scheme, rest, ok := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	if first, others, more := strings.Cut(host, "."); strings.Contains(first, "{") && more {
		host = "*." + others
	}
	u, err := url.Parse(scheme + "://" + strings.Replace(host, "*", "x", 1))
	if !ok || err != nil || u.Host == "" || u.User != nil || scheme != "https" && scheme != "http" || strings.ContainsAny(host, "{};, '\"") {
		return "", fmt.Errorf("tiles %q: want an address that begins with https://, or a path of this service", address)
	}
	return scheme + "://" + host, nil
}

// policy is the Content-Security-Policy of the page: its own origin, and pictures
// from the hosts of the backgrounds.
func (c Config) policy() string {
	hosts := ""
	for _, b := range c.Backgrounds {
		for _, t := range b.Tiles {
			if s, err := source(t); err == nil && s != "" && !strings.Contains(hosts, " "+s) {
				hosts += " " + s
			}
		}
	}
	return strings.Replace(contentPolicy, "img-src 'self'", "img-src 'self'"+hosts, 1)
}

// embed puts the configuration into the page, as data that is not run.
func (c Config) embed(page []byte) ([]byte, error) {
	if c.Approval == "" && len(c.Backgrounds) == 0 {
		return page, nil
	}
	data, err := json.Marshal(map[string]any{"approval": c.Approval, "backgrounds": append([]Background{}, c.Backgrounds...)})
	if err != nil {
		return nil, fmt.Errorf("write the map's configuration: %w", err)
	}
	block := append([]byte(`<script type="application/json" id="config">`), data...) // json.Marshal escapes < and >
	return bytes.Replace(page, []byte("</head>"), append(block, "</script></head>"...), 1), nil
}

// notApproved is the page shown to the public while the map has no approval.
const notApproved = `<!doctype html>
<html lang="zh-Hans">
<head><meta charset="utf-8"><title>planatlas</title></head>
<body>
<h1>地图暂不公开</h1>
<p>向社会公开的地图须经审核并标注审图号（《地图管理条例》第十五条、第十六条、第二十二条）。此服务设为公开，但尚未配置审图号，因此不提供地图页面。请在地图配置文件中填写 <code>approval</code>；其余接口不受影响。</p>
<div lang="en">
<h1>The map is not published yet</h1>
<p>A map that is shown to the public has to be reviewed and to bear the number of its approval (审图号; Map Management Regulations, articles 15, 16 and 22). This service is set to be public but has no such number, so that it does not serve the map page. Set <code>approval</code> in the configuration of the map. All other addresses work.</p>
</div>
</body>
</html>
`

func (c Config) serveNotApproved(w http.ResponseWriter, r *http.Request) {
	secure(w.Header(), contentPolicy)
	w.Header().Set("Cache-Control", "no-store")
	write(w, r, http.StatusServiceUnavailable, "text/html; charset=utf-8", []byte(notApproved))
}
