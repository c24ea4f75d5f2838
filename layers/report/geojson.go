package report

import (
	"encoding/json"
	"fmt"

	"planatlas/layers"
	"planatlas/layers/check"
)

// feature is a feature of the GeoJSON report.
type feature struct {
	Type       string          `json:"type"`
	ID         string          `json:"id"`
	Geometry   json.RawMessage `json:"geometry"`
	Properties map[string]any  `json:"properties"`
}

// GeoJSON writes the site, the shape of each finding and the remainder as features
// (RFC 7946). Their properties are flat, so that every GIS shows them; numbers are
// not rounded.
func (r *Report) GeoJSON() ([]byte, error) {
	a := r.answer
	site := map[string]any{"role": "site", "name": r.projectName(), "check": a.ID, "created": a.Created, "day": a.Provenance.Day, "verdict": a.Verdict,
		"area_m2": a.Site.Area.M2, "area_ha": a.Site.Area.Ha, "area_mu": a.Site.Area.Mu, "plane_m2": a.Site.Area.PlaneM2, "plane_crs": a.Site.Area.PlaneCRS,
		"input_sha256": a.Site.Input.SHA256, "result_sha256": a.Provenance.ResultSHA256, "rules_sha256": a.Provenance.RulesSHA256, "software": a.Provenance.Software}
	r.put(site, "summary", a.Summary)
	features := []feature{{"Feature", "site", orNull(a.Site.Geometry), site}}
	for i, f := range a.Findings {
		features = append(features, feature{"Feature", fmt.Sprintf("finding-%d", i+1), orNull(f.Geometry), r.properties(f)})
	}
	if left := a.Remainder; left != nil {
		features = append(features, feature{"Feature", "remainder", orNull(left.Geometry), map[string]any{"role": "remainder", "check": a.ID,
			"area_m2": left.Area.M2, "area_ha": left.Area.Ha, "area_mu": left.Area.Mu, "share": left.Area.Share}})
	}
	out, err := json.Marshal(map[string]any{"type": "FeatureCollection", "features": features})
	if err != nil {
		return nil, fmt.Errorf("write the GeoJSON of check %s: %w", a.ID, err)
	}
	return append(out, '\n'), nil
}

// properties are those of a finding.
func (r *Report) properties(f check.Finding) map[string]any {
	p := map[string]any{"role": "finding", "check": r.answer.ID, "rule": f.Rule, "layer": f.Layer, "feature": f.Feature, "feature_revision": f.FeatureRevision,
		"relation": f.Relation, "verdict": f.Verdict, "counts_as": f.Counts, "certainty": f.Certainty,
		"overlap_m2": nil, "overlap_ha": nil, "overlap_mu": nil, "overlap_share": nil, "distance_m": r.distance(f), "law": f.Law, "article": f.Article, "basis": f.Basis, "verified": f.Verified, "geometry_source": f.GeometrySource, "accuracy_m": f.AccuracyM}
	if o := f.Overlap; o != nil {
		p["overlap_m2"], p["overlap_ha"], p["overlap_mu"], p["overlap_share"] = o.M2, o.Ha, o.Mu, o.Share
	}
	if f.ThresholdM > 0 {
		p["threshold_m"], p["measured_from"] = f.ThresholdM, f.MeasuredFrom
	}
	if f.InsideM2 != nil && f.OutsideM2 != nil {
		p["inside_m2"], p["outside_m2"] = *f.InsideM2, *f.OutsideM2
	}
	if f.Citation != nil {
		p["plan"], p["plan_quote"] = f.Citation.Plan, f.Citation.Quote
	}
	r.put(p, "name", r.featureName(f))
	r.put(p, "text", f.Text)
	r.put(p, "requires", f.Requires)
	r.put(p, "authority", f.Authority)
	if notes := r.findingNotes(f); notes != "" {
		p["notes"] = notes
	}
	return p
}

// put adds a text in the languages of the report.
func (r *Report) put(p map[string]any, name string, t layers.Text) {
	if t.ZH != "" && r.o.Lang != EN {
		p[name+"_zh"] = t.ZH
	}
	if t.EN != "" && r.o.Lang != ZH {
		p[name+"_en"] = t.EN
	}
}

func orNull(g json.RawMessage) json.RawMessage {
	if len(g) == 0 {
		return json.RawMessage("null")
	}
	return g
}
