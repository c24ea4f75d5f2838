package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"planatlas/layers"
	"planatlas/layers/report"

	"github.com/paulmach/orb"
)

// The media types of reports.
const (
	typePDF  = "application/pdf"
	typeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// BaseMap reads what the maps of reports show for orientation, as it was known at
// that time.
type BaseMap interface {
	BaseMap(ctx context.Context, catalog *layers.Catalog, box orb.Bound, at time.Time) ([]layers.BaseFeature, error)
}

// reportLanguages are the values of lang.
func reportLanguages() []string {
	return []string{string(report.ZH), string(report.EN), string(report.Both)}
}

// checkReport writes the report of an archived check.
func (s *server) checkReport(w *response, req *http.Request) error {
	id, err := pathValue(req, "check")
	if err != nil {
		return err
	}
	lang := cmp.Or(req.URL.Query().Get("lang"), language(req), string(report.Both))
	answer, err := s.archivedAnswer(req.Context(), id)
	if err != nil {
		return unknownCheck(id, err)
	}
	r, err := s.layOut(req, answer, report.Lang(lang))
	if err != nil {
		return err
	}
	b, media, err := s.writeReport(r, w.format)
	if errors.Is(err, report.ErrNoFont) {
		return &exception{status: http.StatusNotImplemented, detail: report.ErrNoFont.Error()}
	}
	if err != nil {
		return err
	}
	if lang != string(report.Both) {
		sayLanguage(w.Header(), lang)
	}
	if w.format != "html" {
		w.Header().Set("Content-Disposition", fmt.Sprintf("inline; filename=%q", "check-"+id+"."+w.format))
	}
	return w.document(media, b)
}

func (s *server) layOut(req *http.Request, answer []byte, lang report.Lang) (*report.Report, error) {
	a, err := report.Read(answer)
	if err != nil {
		return nil, err
	}
	box, err := report.Area(a)
	if err != nil {
		return nil, err
	}
	around, err := s.Reader.BaseMap(req.Context(), s.Catalog(), box, report.Known(a))
	if err != nil {
		return nil, err
	}
	return report.New(a, report.Options{Lang: lang, Address: base(req) + "/checks/" + a.ID, Base: around})
}

// writeReport writes the report in that format.
func (s *server) writeReport(r *report.Report, format string) (b []byte, media string, err error) {
	switch format {
	case "pdf":
		font, err := report.LoadFont(s.Font)
		if err != nil {
			return nil, "", err
		}
		b, err = r.PDF(font)
		return b, typePDF, err
	case "xlsx":
		b, err = r.XLSX()
		return b, typeXLSX, err
	case "geojson":
		b, err = r.GeoJSON()
		return b, typeGeoJSON, err
	}
	b, err = r.HTML()
	return b, typeHTML + "; charset=utf-8", err
}
