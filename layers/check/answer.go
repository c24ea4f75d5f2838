package check

import (
	"encoding/json"
	"math"
	"strings"
	"time"

	"planatlas/geo"
	"planatlas/layers"
)

// Answer is the result of a check, as clients get it.
type Answer struct {
	ID         string       `json:"id"`
	Created    time.Time    `json:"created"`
	Verdict    Verdict      `json:"verdict"`
	Summary    layers.Text  `json:"summary"`
	Site       SiteAnswer   `json:"site"`
	Project    Project      `json:"project"` // attributes as they were given
	Layers     []LayerLine  `json:"layers"`
	Findings   []Finding    `json:"findings"`
	Questions  []Question   `json:"questions"` // what was not said of the project and would change the answer
	Remainder  *Remainder   `json:"remainder"` // null when nothing is prohibited for certain, or it could not be worked out
	Provenance Provenance   `json:"provenance"`
	Links      []AnswerLink `json:"links"`
}

// SiteAnswer repeats the site as it was understood.
type SiteAnswer struct {
	Input     Input           `json:"input"`
	Geometry  json.RawMessage `json:"geometry"` // GeoJSON, CRS84
	Area      SiteArea        `json:"area"`
	AccuracyM float64         `json:"accuracy_m"`
}

// Input says what was handed in.
type Input struct {
	Name    string   `json:"name,omitempty"`
	SHA256  string   `json:"sha256"`
	Format  string   `json:"format"`
	CRS     string   `json:"crs"`
	Notices []Notice `json:"notices"`
}

// Measure is an area on the CGCS2000 ellipsoid in the units that planners need.
type Measure struct {
	M2 float64 `json:"m2"`
	Ha float64 `json:"ha"`
	Mu float64 `json:"mu"`
}

// SiteArea is the area of the site, with the plane area that surveyors print.
type SiteArea struct {
	Measure
	PlaneM2  float64 `json:"plane_m2"`
	PlaneCRS string  `json:"plane_crs"`
}

// Overlap is the shared area and its share of the site's area, 0 to 1.
type Overlap struct {
	Measure
	Share float64 `json:"share"`
}

// LayerLine is what the check found in one layer.
type LayerLine struct {
	Layer    string      `json:"layer"`
	Title    layers.Text `json:"titles"`
	Outcome  Outcome     `json:"outcome"`
	Reason   layers.Text `json:"reason"`
	Required bool        `json:"required"`
	Revision int64       `json:"revision"`
	DataDate layers.Day  `json:"data_date"`
	Overlap  *Overlap    `json:"overlap"`   // of all features together, nothing counted twice; null where that is not known
	NearestM *float64    `json:"nearest_m"` // null when the layer was not checked or holds nothing

	gap bool // the layer's data cannot answer for the whole site
}

// Citation is where the plan names the feature.
type Citation struct {
	Plan  string `json:"plan"` // chapter.section
	Quote string `json:"quote"`
}

// Finding is one rule that fired for one feature.
type Finding struct {
	Rule            string          `json:"rule"`
	Layer           string          `json:"layer"`
	Feature         string          `json:"feature"`
	FeatureName     layers.Text     `json:"feature_name"`
	FeatureRevision int64           `json:"feature_revision"`
	Relation        string          `json:"relation"` // overlaps, touches, within_distance, within_accuracy
	Verdict         Verdict         `json:"verdict"`  // that the rule gives
	Counts          Verdict         `json:"counts_as"`
	Certainty       Certainty       `json:"certainty"`
	Notes           []Notice        `json:"notes"`
	Overlap         Overlap         `json:"overlap"`
	LengthM         float64         `json:"length_m,omitempty"` // of a line inside the site
	DistanceM       float64         `json:"distance_m"`
	ThresholdM      float64         `json:"threshold_m,omitempty"`
	MeasuredFrom    string          `json:"measured_from,omitempty"`
	AccuracyM       *float64        `json:"accuracy_m"` // null when it is not known
	GeometrySource  string          `json:"geometry_source"`
	InsideM2        *float64        `json:"inside_m2,omitempty"` // of a rule on being inside: parts of the site, which add up to it
	OutsideM2       *float64        `json:"outside_m2,omitempty"`
	DependsOn       []string        `json:"depends_on,omitempty"` // attributes of the project that were not given and decide
	Exemptions      []Exemption     `json:"exemptions,omitempty"`
	Authority       layers.Text     `json:"authority"` // who decides
	VerdictBasis    string          `json:"verdict_basis,omitempty"`
	Basis           string          `json:"basis"`
	Law             string          `json:"law"`
	Article         string          `json:"article"`
	Text            layers.Text     `json:"text"`
	Requires        layers.Text     `json:"requires"`
	Verified        bool            `json:"verified"`
	Citation        *Citation       `json:"citation"`
	Geometry        json.RawMessage `json:"geometry"`
}

// Question is an attribute of the project that was not given, and what each reply
// would mean.
type Question struct {
	Attribute string      `json:"attribute"`
	Text      layers.Text `json:"text"`
	Rules     []string    `json:"rules"` // that ask
	Replies   []Reply     `json:"replies"`
}

// Reply is one possible reply, and the worst verdict that the rules that ask would
// then give.
type Reply struct {
	Value   any         `json:"value"` // true, false or a code
	Title   layers.Text `json:"titles"`
	Verdict Verdict     `json:"verdict"`
}

// Remainder is the site without what is prohibited for certain.
type Remainder struct {
	Geometry json.RawMessage `json:"geometry"` // GeoJSON, CRS84; null when nothing is left
	Area     Overlap         `json:"area"`
}

// Exemption is a way out of a rule: for what, by which approval, and by whom.
type Exemption struct {
	For       layers.Text `yaml:"for" json:"for"`
	Approval  layers.Text `yaml:"approval" json:"approval"`
	Authority layers.Text `yaml:"authority" json:"authority"`
}

// Provenance says from which data, rules and program the answer came.
type Provenance struct {
	Day           layers.Day `json:"day"`      // of the check, in China: rules and coverages of that day hold
	Snapshot      string     `json:"snapshot"` // time of the database's snapshot
	CatalogSHA256 string     `json:"catalog_sha256"`
	RulesSHA256   string     `json:"rules_sha256"`
	Software      string     `json:"software"`
	ResultSHA256  string     `json:"result_sha256"` // of verdict, site, layers and findings
}

// AnswerLink is a typed link of the answer.
type AnswerLink struct {
	Href string `json:"href"`
	Rel  string `json:"rel"`
	Type string `json:"type"`
}

func measure(a geo.SquareMetres) Measure {
	return Measure{M2: float64(a), Ha: a.Hectares(), Mu: a.Mu()}
}

func overlap(part, whole geo.SquareMetres) Overlap {
	o := Overlap{Measure: measure(part)}
	if whole > 0 {
		o.Share = math.Min(1, float64(part/whole))
	}
	return o
}

func summarise(r Result) layers.Text {
	lines, findings := r.Layers, r.Findings
	text := map[Verdict]layers.Text{
		Prohibited: {ZH: "禁止：至少一条规则禁止在此建设。", EN: "Prohibited: at least one rule forbids building here."},
		Restricted: {ZH: "受限：须取得批准或同意。", EN: "Restricted: an approval or consent is needed."},
		Incomplete: {ZH: "不完整：现有数据不足以作出结论，不得视为符合。", EN: "Incomplete: the data at hand do not allow a conclusion; this is not a clearance."},
		Advisory:   {ZH: "提示：没有确定的禁止或限制，但有需要注意的事项。", EN: "Advisory: no ban or restriction is certain, but there is something to consider."},
		AllClear:   {ZH: "未见冲突：没有违反所检查的规则。", EN: "Clear: no rule that was checked is violated."},
	}[r.Verdict]
	var zh, en []string
	name := func(l LayerLine) { zh, en = append(zh, l.Title.ZH), append(en, l.Title.EN) }
	add := func(lead layers.Text) {
		if len(zh) > 0 {
			text.ZH += lead.ZH + strings.Join(zh, "、") + "。"
			text.EN += lead.EN + strings.Join(en, ", ") + "."
		}
		zh, en = nil, nil
	}
	if r.Outside {
		text.ZH += "地块及其周边不完全在任何图层的覆盖范围内。"
		text.EN += " The site and its surroundings are not wholly inside the coverage of any layer."
	}
	for _, l := range lines {
		if l.Outcome == NotChecked {
			name(l)
		}
	}
	add(layers.Text{ZH: "未检查：", EN: " Not checked: "})
	for _, l := range lines {
		if l.gap && l.Required {
			name(l)
		}
	}
	add(layers.Text{ZH: "必需数据缺失或不完整：", EN: " Required data are missing or not complete: "})
	for _, l := range lines {
		if l.Outcome == NoData && !l.Required {
			name(l)
		}
	}
	add(layers.Text{ZH: "无数据：", EN: " No data: "})
	for _, f := range findings {
		if f.Certainty == WithinAccuracy && f.Counts == Incomplete {
			zh = append(zh, f.FeatureName.ZH+"（"+f.Rule+"）")
			en = append(en, f.FeatureName.EN+" ("+f.Rule+")")
		}
	}
	add(layers.Text{ZH: "位置精度不足，实测后可能为禁止或受限：", EN: " Within positional accuracy; may be prohibited or restricted once surveyed: "})
	return text
}
