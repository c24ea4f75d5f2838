// Package layers holds the words of planatlas: what a layer, a property, a
// query, a row and an error are. It knows no database and no HTTP.
package layers

import (
	"fmt"
	"regexp"
	"slices"
	"time"
)

// Text is one sentence or title in Chinese and in English.
type Text struct {
	ZH string `toml:"zh" json:"zh" yaml:"zh"`
	EN string `toml:"en" json:"en" yaml:"en"`
}

// LegalEffect says what a feature's outline can prove.
type LegalEffect string

// The three legal effects. Indicative is the safe one: a finding on it is never
// more than advice.
const (
	Statutory  LegalEffect = "statutory"  // the line of the law, as delivered by its authority
	PlanLevel  LegalEffect = "plan"       // drawn by an adopted plan
	Indicative LegalEffect = "indicative" // drawn by planatlas from what a plan names
)

// Access says who may read a layer.
type Access string

// The access classes (公开, 内部). Secret items are not stored at all.
const (
	Public   Access = "public"
	Internal Access = "internal"
)

// PublicM is how exact the positions of a layer may at most be on a service that is
// open to the public, in metres: 50 m for public maps, as GB/T 35764-2017 was read
// before 2023 and as is kept here.
const PublicM = 50

// GeometryType is the type of a layer's geometry column.
type GeometryType string

// PropertyType is the type of one property of a layer.
type PropertyType string

// The property types and the PostgreSQL types that hold them.
const (
	String   PropertyType = "string"    // text
	Integer  PropertyType = "integer"   // bigint
	Number   PropertyType = "number"    // double precision
	Boolean  PropertyType = "boolean"   // boolean
	Date     PropertyType = "date"      // date
	DateTime PropertyType = "timestamp" // timestamptz, in UTC; of published tables alone
)

// Property is one typed property of a layer.
type Property struct {
	Name  string       `toml:"name" json:"name"`
	Title Text         `toml:"title" json:"titles"`
	Type  PropertyType `toml:"type" json:"type"`
	Unit  string       `toml:"unit" json:"unit,omitempty"`   // UCUM, such as m, km2, ha
	Codes []string     `toml:"codes" json:"codes,omitempty"` // closed list of values, if there is one

	CodeTitles map[string]Text `toml:"code_titles" json:"codeTitles,omitempty"` // what people read for a code; the code itself when it has none

	Column string `toml:"column" json:"column,omitempty"` // of the CSV file of records; the property's name when empty
	Names  bool   `toml:"names" json:"names,omitempty"`   // holds ids of plan entities, with ; between them
}

// untitled returns a code that has half a title, no title where others have one, or
// a title without being a code; "" when there is none.
func (p Property) untitled() string {
	for code, title := range p.CodeTitles {
		if !oneOf(code, p.Codes...) || title.ZH == "" || title.EN == "" {
			return code
		}
	}
	for _, code := range p.Codes {
		if _, ok := p.CodeTitles[code]; !ok && len(p.CodeTitles) > 0 {
			return code
		}
	}
	return ""
}

// Source says where a layer's content comes from.
type Source struct {
	Name        Text   `toml:"name" json:"name"`
	Licence     string `toml:"licence" json:"licence"`
	Attribution string `toml:"attribution" json:"attribution"`
	Date        Day    `toml:"date" json:"date"`
}

// Coverage says where and when a layer can answer at all.
type Coverage struct {
	Area     string `toml:"area" json:"area"`         // id of an outline of the data folder
	Complete bool   `toml:"complete" json:"complete"` // false: the absence of a feature proves nothing
	Note     Text   `toml:"note" json:"note"`         // what the layer claims to hold
	From     Day    `toml:"from" json:"from"`
	To       Day    `toml:"to" json:"to"` // exclusive
}

// Style is how a layer is drawn. Colours are #rrggbb or #rrggbbaa.
type Style struct {
	Order  int       `toml:"order" json:"order"`
	Stroke string    `toml:"stroke" json:"stroke"`
	Fill   string    `toml:"fill" json:"fill,omitempty"`
	Width  float64   `toml:"width" json:"width"`
	Dash   []float64 `toml:"dash" json:"dash,omitempty"`
	Hatch  string    `toml:"hatch" json:"hatch,omitempty"`
	Label  string    `toml:"label" json:"label,omitempty"`
	Zoom   [2]int    `toml:"zoom" json:"zoom"`

	Classes []StyleClass `toml:"class" json:"classes,omitempty"` // the first that fits a feature counts
}

// StyleClass is how features are drawn whose property has one of the values, where
// that differs from the rest of the layer. A line with a casing is drawn twice: the
// casing, wider, and the stroke on it.
type StyleClass struct {
	Property string    `toml:"property" json:"property"`
	Values   []string  `toml:"values" json:"values"`
	Title    Text      `toml:"title" json:"titles"`
	Stroke   string    `toml:"stroke" json:"stroke,omitempty"`
	Fill     string    `toml:"fill" json:"fill,omitempty"`
	Casing   string    `toml:"casing" json:"casing,omitempty"`
	Width    float64   `toml:"width" json:"width,omitempty"`
	Dash     []float64 `toml:"dash" json:"dash,omitempty"`
	Text     float64   `toml:"text" json:"text,omitempty"` // height of the label, px
}

// maxMaxAge is the longest time for which an answer may be kept: a year.
const maxMaxAge = 31_536_000

// Layer is the declaration of one layer: one TOML file of a data folder, one
// typed table, one collection. A layer without a geometry type holds records of
// the plan, which are read from a CSV file.
type Layer struct {
	ID          string       `toml:"id" json:"id"`
	Title       Text         `toml:"title" json:"titles"`
	Description Text         `toml:"description" json:"descriptions"`
	Geometry    GeometryType `toml:"geometry" json:"geometryType"`
	LegalEffect LegalEffect  `toml:"legal_effect" json:"legalEffect"`
	Access      Access       `toml:"access" json:"access"`
	PublishedM  float64      `toml:"published_m" json:"publishedM,omitempty"` // accuracy, in metres, that a service open to the public does not exceed; 0: PublicM
	MaxAge      int          `toml:"max_age" json:"maxAge,omitempty"`         // seconds for which anybody may keep an answer; 0: it is asked about each time
	Required    bool         `toml:"required" json:"required"`                // without data from it a check is at best incomplete
	Source      Source       `toml:"source" json:"source"`
	Coverage    Coverage     `toml:"coverage" json:"coverage"`
	Style       Style        `toml:"style" json:"style"`
	Properties  []Property   `toml:"property" json:"properties"`
	Records     string       `toml:"records" json:"records,omitempty"`     // CSV file of the data folder
	Inventory   bool         `toml:"inventory" json:"inventory,omitempty"` // its ids are the entities that other layers name
	Delivery    *Delivery    `toml:"-" json:"delivery,omitempty"`          // the official file that its features are from; nil: a data folder

	// Table is set for a table or view of the database's own that is published as
	// it is. It has none of the columns, history and revisions of other layers, and
	// no check looks at it.
	Table *Table `toml:"-" json:"table,omitempty"`

	// General is set for a view of the layer by a service that is open to the public:
	// the generalised table is read for it, and not the layer's own.
	General bool `toml:"-" json:"-"`

	// Columns names the columns of the CSV file that hold base properties under
	// another name, by property.
	Columns map[string]string `toml:"columns" json:"columns,omitempty"`
}

// Table is a table or view of the database's own.
type Table struct {
	Schema   string       `json:"schema"`
	Name     string       `json:"name"`
	Key      string       `json:"key"` // column whose values are unique
	KeyType  PropertyType `json:"keyType"`
	Geometry string       `json:"geometry"` // column
	SRID     int          `json:"srid"`

	// AccuracyM is the accuracy of its positions in metres, as who published it says;
	// 0 when nobody does.
	AccuracyM float64 `json:"accuracyM,omitempty"`
}

// Managed tells layers whose table planatlas made from published tables.
func (l *Layer) Managed() bool { return l.Table == nil }

// FinestM is the accuracy in metres that the layer's positions do not exceed on a
// service that is open to the public.
func (l *Layer) FinestM() float64 { return max(PublicM, l.PublishedM) }

// ForPublic returns the layer as a service that is open to the public shows it; nil
// when it must not. Of a table that others write nobody keeps a generalised one, so
// that it has to be general as it is, and somebody has to say so.
func (l *Layer) ForPublic() *Layer {
	switch {
	case l.Access != Public, !l.Managed() && !(l.Table.AccuracyM >= PublicM):
		return nil
	case !l.Managed() || !l.HasGeometry():
		return l
	}
	shown := *l
	shown.General = true
	return &shown
}

// Checked reports whether checks and the plan look at the layer.
func (l *Layer) Checked() bool { return l.HasGeometry() && l.Managed() }

// ShapeKind is a kind of shape, by how it is drawn.
type ShapeKind string

// The kinds of shapes.
const (
	Points ShapeKind = "points"
	Lines  ShapeKind = "lines"
	Areas  ShapeKind = "areas"
)

// May reports whether the layer may hold shapes of the kind.
func (l *Layer) May(kind ShapeKind) bool {
	switch l.Geometry {
	case "Point", "MultiPoint":
		return kind == Points
	case "LineString", "MultiLineString":
		return kind == Lines
	case "Polygon", "MultiPolygon":
		return kind == Areas
	}
	return l.HasGeometry()
}

// HasGeometry tells features from records.
func (l *Layer) HasGeometry() bool { return l.Geometry != "" }

// Day is a calendar day in the form 2006-01-02.
type Day string

// Time returns the start of the day in UTC; the zero time for an empty Day.
func (d Day) Time() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// UnmarshalText reads a TOML or JSON date. Empty text is no day, as in Coverage.To.
func (d *Day) UnmarshalText(b []byte) error {
	if _, err := time.Parse(time.DateOnly, string(b)); err != nil && len(b) > 0 {
		return fmt.Errorf("%q is not a date of the form 2006-01-02", b)
	}
	*d = Day(b)
	return nil
}

// Covers reports whether the layer's coverage includes the day.
func (c Coverage) Covers(on time.Time) bool {
	return !on.Before(c.From.Time()) && (c.To == "" || on.Before(c.To.Time()))
}

// baseProperties returns the properties that every feature of every layer has,
// in the order of the table's columns.
func baseProperties() []Property {
	return []Property{
		{Name: "entity", Type: String, Title: Text{"规划条目", "Entity of the plan"}, Names: true},
		{Name: "name_zh", Type: String, Title: Text{"名称", "Name (Chinese)"}},
		{Name: "name_en", Type: String, Title: Text{"英文名称", "Name (English)"}},
		{Name: "status", Type: String, Title: Text{"状态", "Status"}, Codes: []string{"existing", "planned", "preliminary", "upgrade"},
			CodeTitles: map[string]Text{"existing": {"现状", "Existing"}, "planned": {"规划", "Planned"}, "preliminary": {"前期研究", "Preliminary"}, "upgrade": {"改造提升", "Upgrade"}}},
		{Name: "county", Type: String, Title: Text{"县区", "County"}},
		{Name: "plan_section", Type: String, Title: Text{"规划章节", "Section of the plan"}},
		{Name: "plan_quote", Type: String, Title: Text{"规划原文", "Words of the plan"}},
		{Name: "geometry_source", Type: String, Title: Text{"图形来源", "Source of the geometry"}},
		{Name: "accuracy_m", Type: Number, Unit: "m", Title: Text{"位置精度", "Positional accuracy"}},
		{Name: "legal_effect", Type: String, Title: Text{"法律效力", "Legal effect"}, Codes: []string{string(Statutory), string(PlanLevel), string(Indicative)},
			CodeTitles: map[string]Text{string(Statutory): {"法定", "Statutory"}, string(PlanLevel): {"规划", "Plan"}, string(Indicative): {"示意", "Indicative"}}},
		{Name: "valid_from", Type: Date, Title: Text{"生效日期", "In force from"}},
		{Name: "valid_to", Type: Date, Title: Text{"失效日期", "In force until (exclusive)"}},
	}
}

// recordProperties returns what records have of them.
func recordProperties() []Property {
	return slices.DeleteFunc(baseProperties(), func(p Property) bool {
		return !oneOf(p.Name, "name_zh", "name_en", "plan_section", "plan_quote", "valid_from", "valid_to")
	})
}

// BaseProperties returns the properties that the layer has without declaring
// them, in the order of the table's columns.
func (l *Layer) BaseProperties() []Property {
	switch {
	case !l.Managed():
		return nil
	case l.HasGeometry():
		return baseProperties()
	}
	return recordProperties()
}

// Distance is the property that says how far a feature is from the place that a
// query asks for: geodesic, on the CGCS2000 ellipsoid.
func Distance() Property {
	return Property{Name: "distance_m", Type: Number, Unit: "m", Title: Text{"距离", "Distance"}}
}

// Revision is the property that the service adds to every feature.
func Revision() Property {
	return Property{Name: "revision", Type: Integer, Title: Text{"版本", "Revision"}}
}

// AllProperties returns the base properties, the layer's own and the revision;
// those of a published table are its columns.
func (l *Layer) AllProperties() []Property {
	if !l.Managed() {
		return l.Properties
	}
	base := l.BaseProperties()
	all := make([]Property, 0, len(base)+len(l.Properties)+1)
	return append(append(append(all, base...), l.Properties...), Revision())
}

// TileProperties returns what tiles hold beside the id: what a map needs to draw, to
// label and to choose a feature. The words of the plan and the sources stand in the
// feature itself.
func (l *Layer) TileProperties() []Property {
	if !l.Managed() {
		return l.Properties
	}
	shown := slices.DeleteFunc(l.BaseProperties(), func(p Property) bool {
		return !oneOf(p.Name, "name_zh", "name_en", "status", "accuracy_m", "legal_effect")
	})
	return append(shown, l.Properties...)
}

// TileCount names the property of a generalised tile that says how many features a
// feature stands for, itself among them; it is not there when it is one.
func (l *Layer) TileCount() string {
	if _, taken := l.Property("count"); taken {
		return "feature_count"
	}
	return "count"
}

// Property returns the property of that name.
func (l *Layer) Property(name string) (Property, bool) {
	for _, p := range l.AllProperties() {
		if p.Name == name {
			return p, true
		}
	}
	return Property{}, false
}

// Validate reports the first thing that is wrong in the declaration.
func (l *Layer) Validate() error {
	switch {
	case !IsIdentifier(l.ID):
		return fmt.Errorf("id %q: want a lower-case name such as industrial_parks, at most 48 characters", l.ID)
	case l.Title.ZH == "" || l.Title.EN == "":
		return fmt.Errorf("title: want zh and en")
	case l.HasGeometry() == (l.Records != ""):
		return fmt.Errorf("want either geometry or records")
	case l.HasGeometry() && !oneOf(string(l.Geometry), "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "Geometry"):
		return fmt.Errorf("geometry %q: want Point, LineString, Polygon, MultiPoint, MultiLineString, MultiPolygon or Geometry", l.Geometry)
	case !oneOf(string(l.LegalEffect), string(Statutory), string(PlanLevel), string(Indicative)):
		return fmt.Errorf("legal_effect %q: want statutory, plan or indicative", l.LegalEffect)
	case !oneOf(string(l.Access), string(Public), string(Internal)):
		return fmt.Errorf("access %q: want public or internal", l.Access)
	case l.PublishedM != 0 && !(l.PublishedM >= PublicM && l.PublishedM <= 100*PublicM):
		return fmt.Errorf("published_m %g: want metres, %d to %d", l.PublishedM, PublicM, 100*PublicM)
	case l.MaxAge < 0 || l.MaxAge > maxMaxAge:
		return fmt.Errorf("max_age %d: want seconds, 0 to %d", l.MaxAge, maxMaxAge)
	case l.MaxAge > 0 && l.Access != Public:
		return fmt.Errorf("max_age %d: want none for a layer that is not public; nobody may keep its answers", l.MaxAge)
	case l.Source.Licence == "" || l.Source.Attribution == "" || l.Source.Date == "":
		return fmt.Errorf("source: want licence, attribution and date")
	case l.Coverage.Area == "" || l.Coverage.From == "":
		return fmt.Errorf("coverage: want area and from")
	}
	for _, d := range []Day{l.Source.Date, l.Coverage.From, l.Coverage.To} {
		if d != "" && d.Time().IsZero() {
			return fmt.Errorf("date %q: want the form 2006-01-02", d)
		}
	}
	if err := l.validateProperties(); err != nil {
		return err
	}
	return l.validateStyle()
}

// validateStyle reports a class of the style that no feature could have.
func (l *Layer) validateStyle() error {
	for _, c := range l.Style.Classes {
		p, ok := l.Property(c.Property)
		switch {
		case !ok:
			return fmt.Errorf("style: class: property %q: want a property of the layer", c.Property)
		case c.Title.ZH == "" || c.Title.EN == "":
			return fmt.Errorf("style: class of %s: title: want zh and en", c.Property)
		case len(c.Values) == 0:
			return fmt.Errorf("style: class of %s: values: want at least one", c.Property)
		}
		for _, v := range c.Values {
			if len(p.Codes) > 0 && !oneOf(v, p.Codes...) {
				return fmt.Errorf("style: class of %s: value %q: want one of its codes", c.Property, v)
			}
		}
	}
	return nil
}

func (l *Layer) validateProperties() error {
	seen := map[string]bool{"id": true, "geom": true, "recorded": true, "valid": true, "revision": true}
	for _, p := range l.BaseProperties() {
		seen[p.Name] = true
	}
	for _, p := range l.Properties {
		switch {
		case !IsIdentifier(p.Name):
			return fmt.Errorf("property %q: want a lower-case name such as leading_industries", p.Name)
		case seen[p.Name]:
			return fmt.Errorf("property %q: the name is taken", p.Name)
		case !oneOf(string(p.Type), string(String), string(Integer), string(Number), string(Boolean), string(Date)):
			return fmt.Errorf("property %q: type %q: want string, integer, number, boolean or date", p.Name, p.Type)
		case p.Title.ZH == "" || p.Title.EN == "":
			return fmt.Errorf("property %q: title: want zh and en", p.Name)
		case p.untitled() != "":
			return fmt.Errorf("property %q: code_titles: want zh and en for each code and for nothing else: %s", p.Name, p.untitled())
		}
		seen[p.Name] = true
	}
	return nil
}

// IsIdentifier reports whether s can name a layer or a property: lower-case
// letters, digits and underscores, at most 48.
func IsIdentifier(s string) bool {
	return regexp.MustCompile(`^[a-z][a-z0-9_]{0,47}$`).MatchString(s)
}

func oneOf(s string, allowed ...string) bool {
	for _, a := range allowed {
		if s == a {
			return true
		}
	}
	return false
}
