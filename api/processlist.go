package api

import (
	"planatlas/layers"
	"planatlas/layers/check"
)

// allProcesses are the processes. Each is the same code as the resource that is the
// short way to it.
func (s *server) allProcesses() []process {
	on := processInput{name: "on", title: layers.Text{ZH: "适用哪一天的法规，默认今天", EN: "Day whose law is applied; today by default"}, schema: object{"type": "string", "format": "date"}}
	project := processInput{name: "project", title: layers.Text{ZH: "项目属性", EN: "Attributes of the project"}, schema: projectSchema()}
	accuracy := processInput{name: "accuracy_m", title: layers.Text{ZH: "地块边界的精度，米", EN: "Accuracy of the site's boundary, metres"}, schema: object{"type": "number", "minimum": 0}}
	reach := func(distance string) object {
		return object{"type": "array", "items": object{"type": "object", "required": []string{"collection", distance},
			"properties": object{"collection": str(), "filter": object{"type": "string", "description": "CQL2"}, distance: object{"type": "number", "minimum": 0, "maximum": check.MaxReachM}}}}
	}
	return []process{
		{id: "site-check", title: layers.Text{ZH: "地块检查", EN: "Site check"},
			description: layers.Text{ZH: "对照全部图层和规则检查一个项目地块并存档；POST /checks 是捷径", EN: "Check a project site against every layer and rule, and archive the answer; POST /checks is the short way"},
			inputs: []processInput{{name: "site", title: layers.Text{ZH: "地块边界", EN: "Boundary of the site"}, schema: geoJSONSchema("Polygon, MultiPolygon, Feature or FeatureCollection"), required: true},
				project, accuracy, on},
			output: "check", outputTitle: layers.Text{ZH: "检查结果", EN: "The answer of the check"}, prepare: s.prepareSiteCheck},
		{id: "compare-sites", title: layers.Text{ZH: "地块比选", EN: "Compare sites"},
			description: layers.Text{ZH: "在同一数据状态下检查2至20个备选地块并排序；POST /checks/compare 是捷径", EN: "Check 2 to 20 alternative sites on one state of the data and rank them; POST /checks/compare is the short way"},
			inputs: []processInput{{name: "sites", title: layers.Text{ZH: "备选地块，每个要素一块", EN: "The alternatives, a feature each"}, schema: geoJSONSchema("FeatureCollection"), required: true},
				project, accuracy, on},
			output: "comparison", outputTitle: layers.Text{ZH: "比选结果", EN: "The comparison"}, prepare: s.prepareCompare},
		{id: "find-sites", title: layers.Text{ZH: "选址", EN: "Find sites"},
			description: layers.Text{ZH: "在给定范围内、确定禁止区之外寻找足够大的地块，可要求靠近某些要素、远离某些要素；每个候选地块都经过检查", EN: "Where, inside the zone and outside of everything prohibited for certain, there is room for the wanted area, near some features and away from others; every candidate has passed its own check"},
			inputs: []processInput{
				{name: "zone", title: layers.Text{ZH: "范围：多边形，或图层及条件", EN: "The zone: a polygon, or a collection with a filter"}, required: true,
					schema: object{"oneOf": []object{geoJSONSchema("Polygon, MultiPolygon, Feature or FeatureCollection"),
						{"type": "object", "required": []string{"collection"}, "properties": object{"collection": str(), "filter": object{"type": "string", "description": "CQL2"}}}}}},
				{name: "area_ha", title: layers.Text{ZH: "所需面积，公顷", EN: "Wanted area, hectares"}, required: true, schema: object{"type": "number", "minimum": check.MinWantedHa, "maximum": check.MaxWantedHa}},
				{name: "near", title: layers.Text{ZH: "须在这些要素的距离之内", EN: "To be within a distance of these features"}, schema: reach("within_m")},
				{name: "away", title: layers.Text{ZH: "须与这些要素保持距离", EN: "To keep a distance from these features"}, schema: reach("at_least_m")},
				{name: "limit", title: layers.Text{ZH: "候选地块数", EN: "Number of candidates"}, schema: object{"type": "integer", "minimum": 1, "maximum": check.MaxCandidates, "default": defaultCandidates}},
				project, on},
			output: "candidates", outputTitle: layers.Text{ZH: "候选地块，优者在前", EN: "Candidates, best first"}, prepare: s.prepareFind},
		{id: "plan-at-place", title: layers.Text{ZH: "规划对此处怎么说", EN: "What the plan says here"},
			description: layers.Text{ZH: "规划对某一点或某一地块怎么说，附出处；/plan 是捷径", EN: "What the plan says at a point or of a site, with citations; /plan is the short way"},
			inputs: []processInput{{name: "place", title: layers.Text{ZH: "点或地块", EN: "A point or a site"}, schema: geoJSONSchema("Point, Polygon, MultiPolygon, Feature or FeatureCollection"), required: true},
				{name: "within", title: layers.Text{ZH: "多近算附近，米", EN: "How near counts as near, metres"}, schema: object{"type": "number", "minimum": 0, "maximum": maxWithinM, "default": defaultWithinM}}},
			output: "plan", outputTitle: layers.Text{ZH: "规划内容", EN: "What the plan says"}, prepare: s.preparePlan},
	}
}

func geoJSONSchema(what string) object {
	return object{"type": "object", "format": "geojson-geometry", "contentMediaType": typeGeoJSON, "description": "GeoJSON, CRS84: " + what}
}

func projectSchema() object {
	properties := object{}
	for _, a := range check.Attributes() {
		schema := object{"type": string(a.Type), "title": inLanguage("", a.Title), "description": inLanguage("", a.Question)}
		if len(a.Codes) > 0 {
			var codes []string
			for _, c := range a.Codes {
				codes = append(codes, c.Value)
			}
			schema["enum"] = codes
		}
		properties[a.Name] = schema
	}
	return object{"type": "object", "properties": properties, "additionalProperties": false}
}

// canWait tells the routes that can answer with a job.
func canWait(route string) bool { return route == "execute" || route == "check-batch" }

// createdBy describes what a posted request may create instead of answering at once.
func createdBy(route string) object {
	text := ""
	switch {
	case canWait(route):
		text = "The job that was started"
	case route == "rerun-check":
		text = "With state=today: the new check, and what changed"
	default:
		return nil
	}
	return object{"description": text, "headers": object{"Location": object{"description": "Address of what was created", "schema": str()}},
		"content": object{typeJSON: object{"schema": object{"type": "object"}}}}
}

// requestBody describes what is to be posted to a route; nil for nothing.
func requestBody(route string) object {
	body := func(text string, media ...string) object {
		content := object{}
		for _, m := range media {
			kind := "object"
			if m != typeGeoJSON && m != typeJSON {
				kind = "string"
			}
			content[m] = object{"schema": object{"type": kind}}
		}
		return object{"required": true, "description": text, "content": content}
	}
	switch route {
	case "rerun-check":
		return nil
	case "check-site":
		return body(anyFile+". GeoJSON may say what is known of the project in the properties of its features or in a member project", anyMedia()...)
	case "compare-sites":
		return body("A FeatureCollection of 2 to 20 features, any file with so many plots, or a form with so many files: each is a site", anyMedia()...)
	case "check-batch":
		return body("GeoJSON texts, one on each line or behind each record separator (RFC 8142), or CSV with a column wkt; longitude before latitude", "application/x-ndjson", "application/geo+json-seq", "text/csv")
	case "execute":
		return body("The inputs of the process", typeJSON)
	}
	return body(anyFile, anyMedia()...)
}

// anyFile says what a site may come in.
const anyFile = "The site's file itself or a form with it: 界址点 TXT, zipped Shapefile, GeoPackage, zipped FileGDB, DXF, KML, KMZ, GML, zipped MapInfo, FlatGeobuf, CSV, XLSX, WKT or GeoJSON; its format, encoding and coordinate system are found out"

func anyMedia() []string {
	return []string{typeGeoJSON, "application/octet-stream", "multipart/form-data"}
}
