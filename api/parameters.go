package api

import (
	"planatlas/layers"
	"planatlas/layers/check"
	"planatlas/layers/report"
)

func ref(name string) object { return object{"$ref": "#/components/parameters/" + name} }

func query(name, text string, schema object) object {
	return object{"name": name, "in": "query", "required": false, "description": text, "schema": schema, "style": "form", "explode": false}
}

func array(items object, least, most int) object {
	return object{"type": "array", "items": items, "minItems": least, "maxItems": most}
}

// parameters are the components of the OpenAPI document that routes refer to.
func (s *server) parameters() object {
	path := func(name, text string, schema object) object {
		return object{"name": name, "in": "path", "required": true, "description": text, "schema": schema}
	}
	systems := object{"type": "string", "format": "uri", "enum": crsURIs(), "default": crs84}
	index := object{"type": "integer", "minimum": 0}
	number, collections := object{"type": "number"}, collectionIDs(s.Catalog())
	all := object{
		"collection":    path("collection", "Id of a collection", collections),
		"feature":       path("feature", "Id of a feature; a slash is written %2F", str()),
		"check":         path("check", "Id of a check", str()),
		"process":       path("process", "Id of a process", str()),
		"job":           path("job", "Id of a job", str()),
		"tileMatrixSet": path("tileMatrixSet", "Id of a tile matrix set", object{"type": "string", "enum": s.tileSetIDs()}),
		"tileMatrix":    path("tileMatrix", "Id of a tile matrix: the zoom", index),
		"tileRow":       path("tileRow", "Row of a tile, from the north", index),
		"tileCol":       path("tileCol", "Column of a tile, from the west", index),
		"layers":        path("layers", "Ids of collections with a comma between them, in any order", str()),
		"z":             path("z", "Zoom", index),
		"x":             path("x", "Column of a tile, from the west", index),
		"y":             path("y", "Row of a tile, from the north", index),
		"style":         path("style", "Id of a style: plan, or that of a collection", str()),
		"rule":          path("rule", "Id of a rule, or of a case of a rule", str()),
	}
	for _, p := range []object{
		query("limit", "Features on a page; more than the maximum are cut to it. A whole collection is at /collections/{collection}/download",
			object{"type": "integer", "minimum": 1, "maximum": maxLimit, "default": defaultLimit}),
		query("offset", "Features to pass over; a page by cursor is faster and not shifted by changes", object{"type": "integer", "minimum": 0, "default": 0}),
		query("cursor", "Where the page starts; take it from a next or prev link", str()),
		query("bbox", "west,south,east,north in CRS84, longitude before latitude, or in bbox-crs with the order of its axes; six numbers have heights, which are ignored", array(number, 4, 6)),
		query("bbox-crs", "CRS of bbox", systems),
		query("crs", "CRS of the answer; its coordinates have the order of the axes of the CRS", systems),
		query("datetime", "Features in force at an instant or in an interval; .. is an open end", str()),
		query("sortby", "Properties to sort by, - before one for descending", object{"type": "array", "items": object{"type": "string", "pattern": "[+-]?[a-z][a-z0-9_]*"}, "maxItems": maxSortKeys}),
		query("properties", "Properties to be in the answer", object{"type": "array", "items": str()}),
		query("filter", "Condition in CQL2", str()),
		query("filter-lang", "Language of filter", object{"type": "string", "enum": filterLanguages(), "default": filterLanguages()[0]}),
		query("filter-crs", "CRS of the geometries in filter", systems),
		query("intersects-feature", "Only features that meet this one, given as collection/id", str()),
		query("near", "longitude,latitude in CRS84: the features nearest to this place, nearest first, each with its distance_m", array(number, 2, 2)),
		query("resultType", "hits counts the features and returns none", object{"type": "string", "enum": []string{"results", "hits"}, "default": "results"}),
		query("layer", "Only rules about this layer; rules may speak of layers that the service does not have", str()),
		query("at", "longitude,latitude in CRS84", array(number, 2, 2)),
		query("entity", "Id of an entity of the plan", str()),
		query("q", "A name or a part of one: in Chinese, in pinyin, whole or by first letters, or in English", str()),
		query("to", "Id of the other collection", collections),
		query("collections", "Ids of collections, of which the tiles are; the whole plan by default", array(collections, 1, maxTileLayers)),
		query("labels", "Whether a MapLibre style has labels, for clients that draw them with fonts of their own", object{"type": "boolean", "default": false}),
		query("to-filter", "Condition on the other collection in CQL2 text", str()),
		query("on", "Day whose law is applied and whose features are in force; today in China by default", object{"type": "string", "format": "date"}),
		query("site-crs", "Coordinate system of the site's file, such as EPSG:4526, GCJ-02 or BD-09; found out when the file or its numbers say it", str()),
		query("site-layer", "Layer of the site's file; needed when several have areas", str()),
		query("repair", "Whether a site that crosses itself is mended, with the areas before and after in the notices; refused otherwise", object{"type": "boolean", "default": false}),
		query("project", "Attributes of the project as a JSON object, such as {\"hazardous\":false}", str()),
		query("accuracy_m", "Accuracy of the site's boundary, metres", object{"type": "number", "minimum": 0, "maximum": check.MaxAccuracyM}),
		query("lang", "Language of a page or report; by Accept-Language, or both", object{"type": "string", "enum": reportLanguages()}),
		query("what", "Which areas of a check: the site as it was handed in, what of it conflicts with rules, what remains of it, or all", object{"type": "string", "enum": report.Roles(), "default": report.RoleSite}),
		query("file-crs", "Coordinate system of the file: EPSG:4490, any of EPSG:4491 to EPSG:4554 (with or without the zone number), EPSG:4326 or EPSG:3857. By default that of the file that was handed in, where the format has it", str()),
		query("charset", "Encoding of names: gbk (the default of txt) or utf-8 (the default of shp)", object{"type": "string", "enum": []string{"gbk", "utf-8"}}),
		query("decimals", "Decimals of metres in the TXT; by default 3 when the numbers have no more", object{"type": "integer", "enum": []int{3, 4}}),
		query("state", "On which state a check is repeated", object{"type": "string", "enum": []string{"recorded", "today"}, "default": "recorded"}),
		query("within", "How near a feature counts as near, metres", object{"type": "number", "minimum": 0, "maximum": maxWithinM, "default": defaultWithinM}),
	} {
		all[p["name"].(string)] = p
	}
	return all
}

func collectionIDs(c *layers.Catalog) object {
	if len(c.Layers) == 0 {
		return str()
	}
	return object{"type": "string", "enum": c.IDs()}
}
