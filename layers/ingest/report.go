package ingest

import (
	"cmp"
	"math"
	"slices"

	"planatlas/layers"
)

// Report is what was found in the rows of a file, apart from what only the database
// can tell.
type Report struct {
	Rows     int64 `json:"rows"`
	Vertices int64 `json:"vertices"`
	Heights  int64 `json:"heights_left_out"` // rows whose positions have a third number
	Between  int64 `json:"points_between"`   // points put on long edges of a plane, so that they stay where they are

	StatedM2    float64      `json:"stated_m2"`      // of the rows that state an area
	ComputedM2  float64      `json:"computed_m2"`    // of the same rows, on the ellipsoid
	Stating     int64        `json:"rows_with_area"` // how many these are
	DifferCount int64        `json:"area_differs_count"`
	Differ      []Difference `json:"area_differs,omitempty"` // the largest

	OutsideCount int64      `json:"outside_count"` // rows that lie wholly outside the area that the layer covers
	PartlyCount  int64      `json:"partly_outside_count"`
	Outside      []Position `json:"outside,omitempty"`

	ProblemCount int64            `json:"problem_count"`
	Problems     []layers.Problem `json:"problems,omitempty"`
	Counties     map[string]int64 `json:"counties,omitempty"`

	Fields []string `json:"-"` // of the first row of the batch
}

// Difference is a row whose stated area is not the area of its geometry.
type Difference struct {
	Origin     string  `json:"origin"`
	ID         string  `json:"id"`
	StatedM2   float64 `json:"stated_m2"`
	ComputedM2 float64 `json:"computed_m2"`
}

// Position is a row that does not lie inside the area that the layer covers.
type Position struct {
	Origin string `json:"origin"`
	ID     string `json:"id"`
	Partly bool   `json:"partly,omitempty"`
}

// The bounds of what is told one by one, and when areas differ: by more than so much
// and by more than that share.
const (
	maxTold     = 100
	differM2    = 1.0
	differShare = 0.01
)

// differs tells whether a stated area is another than the computed one.
func differs(stated, computed float64) bool {
	d := math.Abs(stated - computed)
	return d > differM2 && d > differShare*math.Max(stated, computed)
}

func (r *Report) problem(p layers.Problem) {
	r.ProblemCount++
	if len(r.Problems) < maxTold {
		r.Problems = append(r.Problems, p)
	}
}

// add adds what was found in the rows that follow.
func (r *Report) add(o Report) {
	r.Rows += o.Rows
	r.Vertices += o.Vertices
	r.Heights += o.Heights
	r.Between += o.Between
	r.StatedM2 += o.StatedM2
	r.ComputedM2 += o.ComputedM2
	r.Stating += o.Stating
	r.DifferCount += o.DifferCount
	if len(o.Differ) > 0 {
		r.Differ = append(r.Differ, o.Differ...)
		slices.SortStableFunc(r.Differ, func(a, b Difference) int {
			return cmp.Compare(math.Abs(b.StatedM2-b.ComputedM2), math.Abs(a.StatedM2-a.ComputedM2))
		})
		r.Differ = r.Differ[:min(len(r.Differ), maxTold)]
	}
	r.OutsideCount += o.OutsideCount
	r.PartlyCount += o.PartlyCount
	r.Outside = append(r.Outside, o.Outside[:min(len(o.Outside), maxTold-len(r.Outside))]...)
	r.ProblemCount += o.ProblemCount
	r.Problems = append(r.Problems, o.Problems[:min(len(o.Problems), maxTold-len(r.Problems))]...)
	for county, n := range o.Counties {
		if len(r.Counties) < maxTold {
			r.Counties[county] += n
		}
	}
	if r.Fields == nil {
		r.Fields = o.Fields
	}
}
