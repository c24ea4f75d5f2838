package report

import (
	"fmt"
	"strings"

	"planatlas/geo"
	"planatlas/geo/crs"
	"planatlas/geo/write"
	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/paulmach/orb"
)

// Role is what an area of a check is.
type Role string

// The roles. All stands for every one of them.
const (
	RoleSite      Role = "site"
	RoleConflict  Role = "conflicts" // what of the site a rule fired on
	RoleRemainder Role = "remainder" // the site without what is prohibited for certain
	RoleAll       Role = "all"
)

// Roles lists what can be asked for.
func Roles() []Role { return []Role{RoleSite, RoleConflict, RoleRemainder, RoleAll} }

// Shape is an area of a check, to be handed on as a file.
type Shape struct {
	Role    Role
	Name    string           // of the site, or of what it conflicts with
	Finding *check.Finding   // of a conflict
	Area    geo.SquareMetres // on the ellipsoid
	Areas   orb.MultiPolygon // in the system that was asked for, easting or longitude first
}

// Shapes returns areas of an archived check in that system: the site with the very
// numbers that were handed in where the system has them, and of the findings those
// that have an area. What a layer that is not public would show is in no answer, and
// so in none of them. That there is none of the role is ErrNotFound.
func Shapes(r check.Record, role Role, to crs.System) ([]Shape, error) {
	a, err := Read(r.Answer)
	if err != nil {
		return nil, err
	}
	wants := func(one Role) bool { return role == one || role == RoleAll }
	var out []Shape
	if wants(RoleSite) {
		out = append(out, Shape{Role: RoleSite, Name: a.Site.Input.Name, Area: geo.SquareMetres(a.Site.Area.M2), Areas: site(r, to)})
	}
	for i := range a.Findings {
		f := &a.Findings[i]
		if !wants(RoleConflict) {
			continue
		}
		g, err := geometry(f.Geometry)
		if err != nil {
			return nil, fmt.Errorf("read finding %d of check %s: %w", i+1, r.ID, err)
		}
		if all := write.Areas(to, g); len(all) > 0 {
			out = append(out, Shape{Role: RoleConflict, Name: named(f), Finding: f, Area: geo.Area(g), Areas: all})
		}
	}
	if left := a.Remainder; left != nil && wants(RoleRemainder) {
		g, err := geometry(left.Geometry)
		if err != nil {
			return nil, fmt.Errorf("read the remainder of check %s: %w", r.ID, err)
		}
		if all := write.Areas(to, g); len(all) > 0 {
			out = append(out, Shape{Role: RoleRemainder, Name: a.Site.Input.Name, Area: geo.SquareMetres(left.Area.M2), Areas: all})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("check %s has no areas of this kind (%s), or none that are public: %w", r.ID, role, layers.ErrNotFound)
	}
	return out, nil
}

// site is the site in the system: as it was handed in where that is the same but for
// the zone number.
func site(r check.Record, to crs.System) orb.MultiPolygon {
	own, err := crs.Named(r.Site.CRS)
	if err == nil {
		source := orb.MultiPolygon(geo.Polygons(r.Source.Geom))
		if own.Metric() && own.Code() == to.Code() {
			return source
		}
		if same, ok := write.Shift(source, own, to); ok {
			return same
		}
	}
	return write.Areas(to, r.Site.Shape.Geom)
}

// OwnSystem is the system in which the site of a check is best handed on: the one it
// came in when that is a plane of CGCS2000, and else the zone of 3 degrees, with its
// number, that the site lies in.
func OwnSystem(r check.Record) crs.System {
	if own, err := crs.Named(r.Site.CRS); err == nil {
		if _, ok := own.Plane(); ok {
			return own
		}
	}
	if c, ok := crs.ByZone(3, int(r.Site.Shape.Geom.Bound().Center()[0]/3+0.5), true); ok {
		return crs.Of(c)
	}
	s, _ := crs.Named(crs.CodeCGCS2000) // a site that is not in China; the name is known
	return s
}

func named(f *check.Finding) string {
	for _, name := range []string{f.FeatureName.ZH, f.FeatureName.EN, f.Feature} {
		if name != "" {
			return f.Rule + " " + name
		}
	}
	return f.Rule
}

// Drawing is the file of boundary points or the drawing of the shapes.
func Drawing(r check.Record, shapes []Shape, system crs.System) write.File {
	f := write.File{System: system, Date: china(r.Created), Decimals: 3}
	for i, s := range shapes {
		layer := string(s.Role)
		if s.Finding != nil {
			layer = strings.TrimSuffix(layer, "s") + "-" + strings.Map(plainLetter, s.Finding.Rule)
		}
		name := s.Name
		if s.Role == RoleRemainder {
			name = strings.TrimSpace(name + " 合规剩余")
		}
		f.Plots = append(f.Plots, write.Plot{Number: fmt.Sprintf("%s-%d", r.ID[:min(len(r.ID), 8)], i+1), Name: name, Layer: layer, Areas: s.Areas})
		if !write.Fits(s.Areas, 3) {
			f.Decimals = 4
		}
	}
	return f
}

// plainLetter keeps what a name of a layer in a drawing may have.
func plainLetter(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
		return r
	}
	return '_'
}
