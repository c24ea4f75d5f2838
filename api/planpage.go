package api

import "planatlas/layers"

// planPage is the page of what the plan says at a place, or of one of its entities.
type planPage struct {
	Entity string
	At     string
	planAnswer
}

// planTable is a table of records on it.
type planTable struct {
	View    view
	Title   layers.Text
	Records []planRecord
}

// Table hands records to the template that shows them.
func (planPage) Table(v view, records []planRecord, zh, en string) planTable {
	return planTable{v, layers.Text{ZH: zh, EN: en}, records}
}

// Related says how the feature lies to the place.
func (f planFeature) Related() layers.Text {
	switch f.Relation {
	case "here":
		return layers.Text{ZH: "在此处", EN: "here"}
	case "within_accuracy":
		return layers.Text{ZH: "在位置精度之内", EN: "within the positional accuracy"}
	}
	return layers.Text{ZH: "附近", EN: "near"}
}
