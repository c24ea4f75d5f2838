package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

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
		if len(now.catalog().Layers) == 0 {
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
			err = printAnswer(con.out, c.Lang, a)
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
		return read.Site{}, &layers.InputError{Param: "site", Value: err.Error(), Err: err}
	}
	site, err := read.GeoJSONSite(b, check.SiteLimits())
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
