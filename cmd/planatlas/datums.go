package main

import (
	"errors"
	"fmt"
	"os"

	"planatlas/geo/crs"
	"planatlas/layers"

	"github.com/pelletier/go-toml/v2"
)

// datumFile is a file of transformation parameters. They are state secrets in China:
// the file belongs to the operator, nobody else may read it, and no message repeats
// what stands in it.
type datumFile struct {
	Transformation []struct {
		From       string  `toml:"from"`   // Xian 1980 or Beijing 1954
		Method     string  `toml:"method"` // 7-parameter or 4-parameter
		Convention string  `toml:"convention"`
		AccuracyM  float64 `toml:"accuracy_m"`
		Meridian   float64 `toml:"meridian"`
		DX         float64 `toml:"dx_m"`
		DY         float64 `toml:"dy_m"`
		DZ         float64 `toml:"dz_m"`
		RX         float64 `toml:"rx_arcsec"`
		RY         float64 `toml:"ry_arcsec"`
		RZ         float64 `toml:"rz_arcsec"`
		Rotation   float64 `toml:"rotation_arcsec"`
		ScalePPM   float64 `toml:"scale_ppm"`
	} `toml:"transformation"`
}

// datums reads the parameters that lead from old datums to CGCS2000; none when no file
// is named.
func (g *globals) datums() ([]crs.Transformation, error) {
	if g.DatumParameters == "" {
		return nil, nil
	}
	wrong := func(want string) error {
		return &layers.InputError{Param: "--datum-parameters", Value: g.DatumParameters, Want: want}
	}
	info, err := os.Stat(g.DatumParameters)
	if err != nil {
		return nil, &layers.InputError{Param: "--datum-parameters", Value: g.DatumParameters, Want: "a file", Err: err}
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, wrong("a file that its owner alone may read: chmod 600")
	}
	in, err := os.Open(g.DatumParameters)
	if err != nil {
		return nil, &layers.InputError{Param: "--datum-parameters", Value: g.DatumParameters, Want: "a file that can be read", Err: err}
	}
	defer in.Close()
	var file datumFile
	if err := toml.NewDecoder(in).DisallowUnknownFields().Decode(&file); err != nil {
		var at *toml.DecodeError
		if errors.As(err, &at) {
			line, _ := at.Position()
			return nil, wrong(fmt.Sprintf("TOML with tables transformation; line %d is not", line))
		}
		return nil, wrong("TOML with tables transformation, which have from, method, convention, accuracy_m and the parameters")
	}
	var out []crs.Transformation
	for i, p := range file.Transformation {
		t := crs.Transformation{From: crs.Datum(p.From), AccuracyM: p.AccuracyM}
		at := fmt.Sprintf(" in transformation %d", i+1)
		if t.From != crs.Xian80 && t.From != crs.Beijing54 {
			return nil, wrong(`from = "Xian 1980" or "Beijing 1954"` + at)
		}
		if !(p.AccuracyM > 0 && p.AccuracyM <= 100) {
			return nil, wrong("accuracy_m of the result in metres, up to 100" + at)
		}
		sign := 1.0
		switch p.Method + " " + p.Convention {
		case "7-parameter position_vector":
			sign = -1
			fallthrough
		case "7-parameter coordinate_frame":
			t.Seven, t.DX, t.DY, t.DZ, t.RotX, t.RotY, t.RotZ, t.ScalePPM3 = true, p.DX, p.DY, p.DZ, sign*p.RX, sign*p.RY, sign*p.RZ, p.ScalePPM
		case "4-parameter ":
			if p.Meridian < 75 || p.Meridian > 135 {
				return nil, wrong("meridian, the central meridian of the zone in degrees" + at)
			}
			t.Four, t.Meridian, t.North, t.East, t.Rotation, t.ScalePPM = true, p.Meridian, p.DX, p.DY, p.Rotation, p.ScalePPM
		default:
			return nil, wrong(`method = "7-parameter" with convention = "coordinate_frame" or "position_vector", or method = "4-parameter" without one` + at)
		}
		if p.DX == 0 && p.DY == 0 && p.DZ == 0 && p.RX == 0 && p.RY == 0 && p.RZ == 0 && p.Rotation == 0 && p.ScalePPM == 0 {
			return nil, wrong("parameters that are not all zero" + at)
		}
		out = append(out, t)
	}
	if len(out) == 0 {
		return nil, wrong("at least one transformation")
	}
	return out, nil
}
