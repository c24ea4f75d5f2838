package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"planatlas/geo"
	"planatlas/geo/read"
	"planatlas/layers"
	"planatlas/layers/check"
)

type checkCmd struct {
	Site string `arg:"" help:"The site's boundary as GeoJSON (lon/lat, CGCS2000 or WGS84); - reads it from standard input."`
	JSON bool   `help:"Print the whole answer as JSON."`
	Lang string `help:"Language of the table." enum:"zh,en" default:"zh" env:"PLANATLAS_LANG"`
}

// Run checks the site, archives the answer, prints it and ends with the exit
// code of its verdict.
func (c *checkCmd) Run(ctx context.Context, g *globals, con console) error {
	site, err := c.read(con.in)
	if err != nil {
		return err
	}
	return g.with(ctx, func(db *database) error {
		var now state
		if err := now.refresh(ctx, db.Store); err != nil {
			return err
		}
		if len(now.catalog.Load().Layers) == 0 {
			return fmt.Errorf("no layers are loaded, so there is nothing to check against: run planatlas load: %w", layers.ErrNotFound)
		}
		_, answer, err := now.checker(db.Store, g.log).Run(ctx, check.Site{Site: site})
		if err != nil {
			return err
		}
		var a check.Answer
		if err := json.Unmarshal(answer, &a); err != nil {
			return fmt.Errorf("read the answer: %w", err)
		}
		if c.JSON {
			_, err = con.out.Write(append(answer, '\n'))
		} else {
			err = c.table(con.out, a)
		}
		return errors.Join(err, verdictCode(a.Verdict))
	})
}

func (c *checkCmd) read(in io.Reader) (read.Site, error) {
	var b []byte
	var err error
	if c.Site == "-" {
		b, err = io.ReadAll(in)
	} else {
		b, err = os.ReadFile(c.Site)
	}
	if err != nil {
		return read.Site{}, &layers.InputError{Param: "site", Value: c.Site, Want: "a file that can be read", Err: err}
	}
	site, err := read.GeoJSONSite(b, read.Limits{})
	if err != nil {
		return site, &layers.InputError{Param: c.Site, Value: err.Error(), Err: err}
	}
	return site, nil
}

func verdictCode(v check.Verdict) error {
	switch v {
	case check.Advisory, check.AllClear:
		return nil
	case check.Incomplete:
		return exitError(exitIncomplete)
	}
	return exitError(exitConflict)
}

// table prints the answer for people.
func (c *checkCmd) table(w io.Writer, a check.Answer) error {
	pick := func(t layers.Text) string {
		if c.Lang == "en" {
			return t.EN
		}
		return t.ZH
	}
	area := geo.SquareMetres(a.Site.Area.M2)
	fmt.Fprintf(w, "%s\n\n%s m²  %s 公顷  %s 亩   (%s: %.2f m²)\n\n", pick(a.Summary),
		area.FormatM2(), area.FormatHectares(), area.FormatMu(), a.Site.Area.PlaneCRS, a.Site.Area.PlaneM2)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "layer\toutcome\tm²\t公顷\t亩\t%\tnearest m\t")
	for _, l := range a.Layers {
		o, nearest := geo.SquareMetres(l.Overlap.M2), "-"
		if l.NearestM != nil {
			nearest = fmt.Sprintf("%.1f", *l.NearestM)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%.2f\t%s\t%s\n", pick(l.Title), l.Outcome, o.FormatM2(), o.FormatHectares(), o.FormatMu(), 100*l.Overlap.Share, nearest, pick(l.Reason))
	}
	fmt.Fprintln(t)
	fmt.Fprintln(t, "rule\tverdict\tcertainty\tcounts as\tm²\tdistance m\tfeature\tlaw")
	for _, f := range a.Findings {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%.1f\t%s\t%s %s\n", f.Rule, f.Verdict, f.Certainty, f.Counts,
			geo.SquareMetres(f.Overlap.M2).FormatM2(), f.DistanceM, pick(f.FeatureName), f.Law, f.Article)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\ncheck %s  %s  result %.12s  rules %.12s\n", a.ID, a.Created.Format("2006-01-02 15:04:05Z"), a.Provenance.ResultSHA256, a.Provenance.RulesSHA256)
	return err
}
