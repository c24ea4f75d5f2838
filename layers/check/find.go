package check

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"planatlas/geo"
	"planatlas/layers"
)

// Find looks for sites inside the zones and outside of everything that rules
// prohibit there for certain. Each candidate has passed its own check: it may need
// an approval or lack data, and its verdict says so, but it is not prohibited.
func (s *Service) Find(ctx context.Context, q Search) (Candidates, error) {
	if err := q.Validate(); err != nil {
		return Candidates{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 4*timeout)
	defer cancel()
	e := s.examination(q.On)
	out := Candidates{Wanted: measure(geo.SquareMetres(q.AreaM2)), NotChecked: []string{}, Candidates: []Candidate{}, Notes: []layers.Text{}, Links: []AnswerLink{},
		Day: e.day, Software: s.Software, Rules: e.Rules.SHA256, Catalog: e.CatalogSHA256}
	var passed []Done
	err := s.Store.Snapshot(ctx, func(snapshot Snapshot) error {
		finder, ok := snapshot.(Finder)
		if !ok {
			return fmt.Errorf("look for sites: %T cannot", snapshot)
		}
		rooms, err := s.rooms(ctx, snapshot, finder, e, q, &out)
		if err != nil || len(rooms) == 0 {
			return err
		}
		passed, err = s.candidates(ctx, snapshot, e, q, rooms, &out)
		return err
	})
	if err != nil {
		return Candidates{}, fmt.Errorf("look for sites: %w", err)
	}
	if err := s.archive(ctx, passed); err != nil {
		return Candidates{}, err
	}
	if len(out.Candidates) == 0 {
		out.note("没有找到满足条件的位置", "no place meets the conditions")
	}
	return out, nil
}

func (c *Candidates) note(zh, en string) { c.Notes = append(c.Notes, layers.Text{ZH: zh, EN: en}) }

// Validate checks what can be checked without the database.
func (q Search) Validate() error {
	ha := geo.SquareMetres(q.AreaM2).Hectares()
	switch {
	case !(ha >= MinWantedHa && ha <= MaxWantedHa):
		return &layers.InputError{Param: "area_ha", Value: fmt.Sprint(ha), Want: fmt.Sprintf("%g to %d", MinWantedHa, MaxWantedHa)}
	case q.Most < 1 || q.Most > MaxCandidates:
		return &layers.InputError{Param: "limit", Value: fmt.Sprint(q.Most), Want: fmt.Sprintf("1 to %d", MaxCandidates)}
	case (q.In == nil) == (q.Zone.Geom == nil):
		return &layers.InputError{Param: "zone", Want: "a layer or a polygon"}
	}
	for _, part := range []struct {
		name    string
		reaches []Reach
	}{{"near", q.Near}, {"away", q.Away}} {
		for i, r := range part.reaches {
			if !(r.MetresM >= 0 && r.MetresM <= MaxReachM) {
				return &layers.InputError{Param: fmt.Sprintf("%s[%d]", part.name, i), Value: fmt.Sprint(r.MetresM), Want: fmt.Sprintf("metres, 0 to %d", MaxReachM)}
			}
		}
	}
	return nil
}

// rooms measures the zones as if they were a site, takes out what is prohibited
// there for certain, and finds the places in what is left.
func (s *Service) rooms(ctx context.Context, snapshot Snapshot, finder Finder, e examination, q Search, out *Candidates) ([]Room, error) {
	zone := q.Zone
	if q.In != nil {
		var err error
		if zone, err = finder.Union(ctx, q.In, q.InFilter, e.day); err != nil {
			return nil, err
		}
		if zone.Geom == nil {
			out.note("所给图层中没有符合条件的范围", "the layer has no area that meets the condition")
			return nil, nil
		}
	}
	site := Site{Project: q.Project}
	site.Shape = zone
	if err := site.CheckExtent(); err != nil {
		return nil, err
	}
	needs := Plan(e.Catalog, e.Rules.Rules, site, e.day.Time())
	all, err := snapshot.Measure(ctx, []geo.Shape{zone}, needs, e.day)
	if err != nil {
		return nil, err
	}
	m := all[0]
	if m.Err != nil {
		return nil, m.Err
	}
	out.Zone, out.Snapshot = measure(m.Site.Area), m.Snapshot.UTC().Format(snapshotTime)
	result := Judge(e.Rules.Rules, needs, site, m.Site, m.Layers, e.day.Time())
	for _, l := range result.Layers {
		if l.Outcome == NotChecked {
			out.NotChecked = append(out.NotChecked, l.Layer)
		}
	}
	free, g := m.Site.Geometry, q.Ground
	g.Zone, g.Clip, g.Most = zone, true, q.Most+spare
	if taken := result.Taken(); len(taken) > 0 {
		part, err := snapshot.Without(ctx, zone, taken, e.day)
		if err != nil {
			return nil, err
		}
		free = part.Geometry
		lost, closed := max(0, m.Site.Area-part.Area), s.closed(hidden(e.Catalog), m.Layers)
		for _, t := range taken { // candidates along its edge would draw a layer that is not public
			g.Clip = g.Clip && !closed[t.Layer.ID]
		}
		if out.squares = !g.Clip; out.squares {
			lost = s.coarse(site, m.Site).up(lost)
			out.note("范围内有不公开图层的禁止区：只试正方形地块，且不给出内切圆半径", "prohibitions of a layer that is not public lie in the zone: only squares were tried, and the radius of the circle that fits is not told")
		}
		told := measure(lost)
		out.Prohibited = &told
	} else {
		out.Prohibited = &Measure{}
	}
	if free == nil {
		out.note("范围内全部为确定禁止区", "all of the zone is prohibited for certain")
		return nil, nil
	}
	return finder.Rooms(ctx, free, g, e.day)
}

// candidates checks each place as a site and keeps the best that pass.
func (s *Service) candidates(ctx context.Context, snapshot Snapshot, e examination, q Search, rooms []Room, out *Candidates) ([]Done, error) {
	var sites []Site
	for i, room := range rooms {
		document, err := json.Marshal(map[string]any{"type": "Feature", "geometry": room.Geometry, "project": q.Project,
			"properties": map[string]any{"name": fmt.Sprintf("候选地块 %d", i+1)}})
		if err != nil {
			return nil, fmt.Errorf("write a candidate: %w", err)
		}
		site, err := ReadSite(document)
		if err != nil {
			return nil, fmt.Errorf("read a candidate: %w", err)
		}
		sites = append(sites, site)
	}
	done, err := s.examine(ctx, snapshot, e, sites)
	if err != nil {
		return nil, err
	}
	type found struct {
		Candidate
		done Done
	}
	var all []found
	for i, d := range done {
		if d.Err != nil {
			return nil, fmt.Errorf("check a candidate: %w", d.Err)
		}
		if d.Answer.Verdict == Prohibited {
			out.Refused++
			continue
		}
		all = append(all, found{newCandidate(q, rooms[i], d.Answer, out.squares), d})
	}
	slices.SortStableFunc(all, func(a, b found) int {
		return cmp.Or(cmp.Compare(b.Verdict.Severity(), a.Verdict.Severity()), cmp.Compare(b.InscribedRadiusM, a.InscribedRadiusM), cmp.Compare(nearness(a.Near), nearness(b.Near)))
	})
	var passed []Done
	for i, f := range all[:min(q.Most, len(all))] {
		f.Rank = i + 1
		if out.squares {
			f.InscribedRadiusM = 0
		}
		out.Candidates, passed = append(out.Candidates, f.Candidate), append(passed, f.done)
		out.Links = append(out.Links, AnswerLink{Href: "/checks/" + f.Check, Rel: "item", Type: "application/json"})
	}
	return passed, nil
}

func nearness(near []Close) (sum float64) {
	for _, c := range near {
		sum += c.DistanceM
	}
	return sum
}

func newCandidate(q Search, room Room, a Answer, squares bool) Candidate {
	c := Candidate{Geometry: room.Geometry, Area: a.Site.Area.Measure, InscribedRadiusM: room.RadiusM, Shape: room.Kind,
		Verdict: a.Verdict, Summary: a.Summary, Check: a.ID, Near: append([]Close{}, room.Near...), Away: append([]Close{}, room.Away...), ResultSHA256: a.Provenance.ResultSHA256}
	add := func(zh, en string, args ...any) {
		c.Reasons = append(c.Reasons, layers.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)})
	}
	add("面积 %.4f 公顷，不少于所需 %.4f 公顷", "%.4f ha, at least the %.4f ha that are wanted", a.Site.Area.Ha, geo.SquareMetres(q.AreaM2).Hectares())
	if !squares { // it is the distance to what is prohibited
		add("此处可容纳半径 %.0f m 的圆", "a circle of %.0f m radius fits here", room.RadiusM)
	}
	for i, n := range room.Near {
		c.Reasons = append(c.Reasons, layers.Text{ZH: fmt.Sprintf("距%s %.0f m，要求不超过 %.0f m", n.Name.ZH, n.DistanceM, q.Near[i].MetresM),
			EN: fmt.Sprintf("%.0f m from %s, at most %.0f m are asked for", n.DistanceM, n.Name.EN, q.Near[i].MetresM)})
	}
	for i, n := range room.Away {
		if n.Feature == "" {
			continue
		}
		c.Reasons = append(c.Reasons, layers.Text{ZH: fmt.Sprintf("距%s %.0f m，要求不少于 %.0f m", n.Name.ZH, n.DistanceM, q.Away[i].MetresM),
			EN: fmt.Sprintf("%.0f m from %s, at least %.0f m are asked for", n.DistanceM, n.Name.EN, q.Away[i].MetresM)})
	}
	c.Reasons = append(c.Reasons, a.Summary)
	return c
}
