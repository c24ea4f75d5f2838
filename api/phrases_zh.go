package api

// phrasesOfErrors are whole sentences: what was not found, or cannot be done.
func phrasesOfErrors() []phrase {
	return []phrase{
		{"collection %s: not found", "没有图层 %s"},
		{"collection %s (did you mean %s?): not found", "没有图层 %s(是否指 %s?)"}, {"rule %s (did you mean %s?): not found", "没有规则 %s(是否指 %s?)"},
		{"feature %s of %s: not found", "没有要素 %s(图层 %s)"},
		{"feature %s: not found", "没有要素 %s"},
		{"%s %s: not found", "没有 %s %s"},
		{"check %s: not found", "没有检查 %s"},
		{"nothing is at %s; start at /: not found", "%s 处没有内容;请从 / 开始"},
		{"entity %s of the plan (they are listed at /collections/plan_entities/items): not found", "没有规划条目 %s(全部条目见 /collections/plan_entities/items)"},
		{"%s on %s: the method is not allowed here; use one of %s", "此处不允许 %s(%s);可用 %s"},
		{"none of %s can be given (use f=%s): no such format", "%s 中没有可给出的格式(请用 f=%s)"},
		{"%s bytes of path and query, at most %s: the address is too long", "路径和查询共 %s 字节,最多 %s 字节"},
		{"%s (want application/geo+json, or application/octet-stream for any file): the media type is not supported", "不支持媒体类型 %s(要求 application/geo+json,其他文件用 application/octet-stream)"},
		{"%s (want application/geo+json): the media type is not supported", "不支持媒体类型 %s(要求 application/geo+json)"},
		{"the body is larger than %s MiB; hand in the site's boundary alone: too large", "正文超过 %s MiB;请只提交地块边界"},
		{"%s (want application/x-ndjson, application/geo+json-seq or text/csv): the media type is not supported", "不支持媒体类型 %s(要求 application/x-ndjson、application/geo+json-seq 或 text/csv)"},
		{"the batch is larger than %s MiB; split it: too large", "该批超过 %s MiB;请分批提交"},
		{"%s: not found", "没有找到:%s"}, {"%s: gone", "已删除:%s"},
		{"check %s was deleted on %s: %s: gone", "检查 %s 已于 %s 删除:%s"}, {"job %s was dismissed: gone", "任务 %s 已终止"},
		{"job %s: not found", "没有任务 %s"}, {"process %s: not found", "没有处理过程 %s"}, {"rule %s: not found", "没有规则 %s"},
		{"tile matrix set %s (there are %s): not found", "没有瓦片矩阵集 %s(现有 %s)"}, {"tile %s/%s/%s of %s: not found", "没有瓦片 %s/%s/%s(%s)"},
		{"draw tile %s: %s: %s", "绘制瓦片 %s,图层 %s:%s"}, {"more than %s features: ask for a larger zoom: too large", "要素超过 %s 个,请用更大的级别"},
		{"the tile has %s kB: ask for a larger zoom: too large", "瓦片达 %s kB,请用更大的级别"},
		{"tiles of %s, which has no geometry: not found", "%s 没有几何,因此没有瓦片"}, {"style %s (they are listed at /styles): not found", "没有样式 %s(样式列于 /styles)"},
		{"there is no process %s; there are %s", "没有处理过程 %s;可用的有 %s"}, {"there is no job %s", "没有任务 %s"},
		{"the job is %s; its result is not there yet", "任务状态为 %s;结果尚未就绪"}, {"the job failed: %s", "任务失败:%s"},
		{"something went wrong in the service; the log has it under the job's id", "服务内部出错;日志中可按任务标识查到"},
		{"the state on which the check was made is not kept, so that it cannot be repeated; state=today checks the site again", "检查时的数据状态没有保存,无法重做;用 state=today 可按今天的状态再检查"},
		{"%s: %s: want %s (%s)", "%s 有误(%s);要求:%s;%s"}, {"%s: %s: want %s", "%s 有误(%s);要求:%s"}, {"%s: want %s", "%s 有误;要求:%s"},
		{"try again in a few seconds", "请几秒后再试"},
		{"no Chinese TrueType font for PDF reports is installed: install WenQuanYi Micro Hei (Debian: apt-get install fonts-wqy-microhei) or name a font with --font or PLANATLAS_FONT",
			"没有安装 PDF 报告所需的中文 TrueType 字体:请安装文泉驿微米黑(Debian:apt-get install fonts-wqy-microhei),或用 --font 或 PLANATLAS_FONT 指定字体"},
	}
}

// phrasesOfQueries are about query parameters.
func phrasesOfQueries() []phrase {
	return []phrase{
		{"%s or %s", "%s 或 %s"}, {"one of %s", "%s 之一"}, {"one value", "一个值"}, {"did you mean %s?", "是否指 %s?"},
		{"UTF-8 text without NUL", "不含 NUL 的 UTF-8 文字"}, {"percent-encoded parameters, joined by &", "经百分号编码、用 & 连接的参数"},
		{"no parameters", "不带参数"}, {"one of the parameters %s", "参数 %s 之一"}, {"results or hits", "results 或 hits"},
		{"a whole number", "整数"}, {"a whole number from 0", "从 0 起的整数"}, {"a whole number from 1 to %s", "1 到 %s 的整数"},
		{"at most %s layers", "最多 %s 个图层"}, {"layers with a geometry", "有几何的图层"}, {"each layer once", "每个图层只写一次"},
		{"a tileset of WebMercatorQuad for TileJSON", "TileJSON 只用于 WebMercatorQuad 的瓦片集"},
		{"a number", "数"}, {"a text", "文字"}, {"true or false", "true 或 false"}, {"a date such as 2021-01-01", "日期,例如 2021-01-01"},
		{"a property of %s", "%s 的属性"}, {"at most %s properties", "最多 %s 个属性"},
		{"a number at place %s, not %s", "第 %s 个是数,而不是 %s"}, {"four numbers: west,south,east,north", "四个数:西,南,东,北"},
		{"degrees: longitude -180..180, latitude -90..90", "度:经度 -180..180,纬度 -90..90"},
		{"metres in the order of the axes of %s", "米,按 %s 的坐标轴顺序"}, {"south not above north", "南不高于北"}, {"west not beyond east", "西不超过东"},
		{"longitude before latitude, as in bbox=113.2,37.7,113.9,38.2, unless bbox-crs says otherwise", "经度在前,纬度在后,例如 bbox=113.2,37.7,113.9,38.2;bbox-crs 另有规定的除外"},
		{"an instant or an interval such as 2021-01-01T00:00:00Z/..", "时刻或时段,例如 2021-01-01T00:00:00Z/.."},
		{"the cursor of a next or prev link, with the same sortby", "next 或 prev 链接中的 cursor,且 sortby 相同"},
		{"offset or cursor, not both", "offset 和 cursor 只用其一"}, {"near or %s, not both", "near 和 %s 只用其一"},
		{"features near a place come nearest first; page with offset", "按地点取要素时由近到远;请用 offset 翻页"},
		{"as in near=113.58,37.86&limit=5", "例如 near=113.58,37.86&limit=5"},
		{"a feature as collection/id, such as transport_links/g307", "要素,写作 图层/标识,例如 transport_links/g307"},
		{"this service has tiles from a file and no database; it serves /tiles, /tileMatrixSets and /styles alone", "此服务只有文件中的瓦片,没有数据库;只提供 /tiles、/tileMatrixSets 和 /styles"},
		{"tile %s/%s/%s of %s; the file has zooms %s to %s of %s: not found", "%[4]s 没有瓦片 %[1]s/%[2]s/%[3]s:文件只有 %[7]s 的 %[5]s 至 %[6]s 级"},
		{"the id of a collection", "图层的标识"}, {"collections with a geometry on both sides", "两边都是有几何的图层"},
		{"collections with a geometry and its accuracy on both sides", "两边都是有几何和位置精度的图层"},
		{"another format", "其他格式"}, {"it holds geometries of one type, which %s has not", "该格式只容一种几何类型,而 %s 不止一种"},
		{"http://www.opengis.net/def/crs/OGC/1.3/CRS84 for %s", "%s 格式只用 http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
		{"a point as longitude,latitude", "点,写作 经度,纬度"}, {"entity alone, or at with within", "只用 entity,或 at 加 within"}, {"metres, 0 to %s", "米,0 到 %s"},
		{"as in at=113.58,37.86; for an area POST its boundary as GeoJSON; for an entity of the plan give entity=id", "例如 at=113.58,37.86;一块区域请以 GeoJSON 用 POST 提交其边界;规划条目请用 entity=标识"},
	}
}

// phrasesOfFilters are about the form of CQL2.
func phrasesOfFilters() []phrase {
	return []phrase{
		{"%s: got %s, want %s", "%s:得到%s,要求%s"}, {"column %s", "第 %s 列"}, {"at %s", "%s 处"}, {"filter", "条件"},
		{"CQL2 text", "CQL2 文本"}, {"CQL2 JSON", "CQL2 JSON"}, {"a condition that fits %s", "适合 %s 的条件"},
		{"the end", "结尾"}, {"its end", "其结尾"}, {"an open quote", "没有结束的引号"}, {"nothing", "空"}, {"an object", "对象"}, {"op %s", "运算 %s"},
		{`"," or ")"`, `"," 或 ")"`}, {"=, <>, <, >, <=, >=, LIKE, BETWEEN, IN or IS", "=、<>、<、>、<=、>=、LIKE、BETWEEN、IN 或 IS"},
		{"AND, OR or the end", "AND、OR 或结尾"}, {"LIKE, BETWEEN or IN", "LIKE、BETWEEN 或 IN"},
		{"%s bytes", "%s 字节"}, {"at most %s", "最多 %s"}, {"at most %s levels", "最多 %s 层"}, {"at most %s levels and %s values", "最多 %s 层、%s 个值"}, {"at most %s values", "最多 %s 个值"},
		{"bytes that are no text", "不是文字的字节"}, {"UTF-8 without NUL", "不含 NUL 的 UTF-8"}, {"text without NUL", "不含 NUL 的文字"},
		{"a JSON value that does not end", "没有结束的 JSON 值"}, {"at byte %s: %s", "第 %s 字节:%s"}, {"more behind byte %s", "第 %s 字节后还有内容"}, {"one JSON value", "一个 JSON 值"},
		{"a name", "名称"}, {"a number before it", "前面有一个数"}, {"%s arguments", "%s 个参数"}, {"%s for %s", "%s 个,用于 %s"}, {"%s with %s arguments", "带 %[2]s 个参数的 %[1]s"},
		{"one of the functions %s", "函数 %s 之一"}, {"a function of CQL2", "CQL2 的函数"}, {"an operation of CQL2 or one of the functions %s", "CQL2 的运算,或函数 %s 之一"},
		{"op, property, date, timestamp, interval, type or bbox", "op、property、date、timestamp、interval、type 或 bbox"}, {"no such member beside %s", "%s 旁不应有该成员"},
		{"the name of an operation", "运算的名称"}, {"two arguments", "两个参数"}, {"two conditions or more", "两个以上的条件"}, {"a value and an array", "一个值和一个数组"}, {"a text and a pattern", "一段文字和一个模式"},
		{"an array of one value or more", "至少一个值的数组"}, {"an array of one or more", "至少一个元素的数组"}, {"an array of a start and an end", "起点和终点组成的数组"}, {"an array of four or six numbers", "四个或六个数的数组"},
		{"a property, a text in single quotes, a number, TRUE, FALSE or a function", "属性、单引号中的文字、数、TRUE、FALSE 或函数"},
	}
}

// phrasesOfFilterValues are about the values in CQL2.
func phrasesOfFilterValues() []phrase {
	return []phrase{
		{"a string", "文字"}, {"an integer", "整数"}, {"a boolean", "布尔值"}, {"a date", "日期"}, {"a timestamp", "时间戳"}, {"an interval", "时段"}, {"a geometry", "几何"}, {"an array", "数组"},
		{"%s, a %s", "%s(%s)"}, {"%s, an %s", "%s(%s)"}, {"a %s", "%s"}, {"an %s", "%s"}, {"an array of %s", "%s 个元素的数组"}, {"this %s", "该 %s"},
		{"string", "文字"}, {"number", "数"}, {"integer", "整数"}, {"boolean", "布尔值"}, {"date", "日期"}, {"timestamp", "时间戳"}, {"interval", "时段"}, {"geometry", "几何"}, {"array", "数组"},
		{"a condition", "条件"}, {"a value", "值"}, {"a single value", "单个值"}, {"an expression", "表达式"}, {"an expression of CQL2", "CQL2 表达式"}, {"a literal", "字面值"}, {"a property", "属性"}, {"one text", "一段文字"},
		{"a value that may be missing", "可能缺失的值"}, {"a text, a number, a boolean or an instant", "文字、数、布尔值或时刻"}, {"an instant", "时刻"},
		{"a text in single quotes", "单引号中的文字"}, {"a pattern in quotes", "引号中的模式"}, {"a pattern in single quotes", "单引号中的模式"},
		{"a pattern with a character behind each backslash", "每个反斜线后都有字符的模式"}, {"a character behind the last backslash", "最后的反斜线后有字符"},
		{"a date or a timestamp", "日期或时间戳"}, {"a date, a timestamp or an interval", "日期、时间戳或时段"}, {"a start and an end", "起点和终点"}, {"the earlier end first", "较早的一端在前"},
		{"an interval that ends before it starts", "结束早于开始的时段"}, {"an interval; T_AFTER, T_BEFORE, T_DISJOINT, T_EQUALS and T_INTERSECTS take instants", "时段;只有 T_AFTER、T_BEFORE、T_DISJOINT、T_EQUALS 和 T_INTERSECTS 可用时刻"},
		{"a date such as %s", "日期,例如 %s"}, {"a timestamp in UTC such as %s", "UTC 时间戳,例如 %s"}, {"a date such as 2021-01-31 or a timestamp in UTC such as %s", "日期(例如 2021-01-31),或 UTC 时间戳(例如 %s)"},
		{"a date or timestamp in single quotes, '..', a property or a function", "单引号中的日期或时间戳、'..'、属性或函数"}, {"a date, a timestamp, .., a property or a function", "日期、时间戳、..、属性或函数"},
		{"a geometry such as POINT(113.5 37.9)", "几何,例如 POINT(113.5 37.9)"}, {"a geometry that is no collection", "不是集合的几何"}, {"a geometry of the feature, which %s measures", "要素的几何,供 %s 量算"}, {"a type of GeoJSON geometry", "GeoJSON 几何类型"},
		{"a position of two or three numbers", "两个或三个数的坐标"}, {"a line of two positions or more", "至少两个坐标的线"}, {"rings of four positions or more", "至少四个坐标的环"},
		{"closed rings: the last position is the first, %s %s", "闭合的环:末尾坐标与起始坐标相同,即 %s %s"}, {"rings that do not cross: they do near %s %s", "不相交的环:在 %s %s 附近相交"},
		{"a name or a part of one, at most 100 characters", "名称或其一部分,最多100个字符"}, {"in Chinese, in pinyin, by first letters, or in English", "可用中文、全拼、首字母或英文"},
		{"four or six numbers", "四个或六个数"}, {"the lower corner first", "较小的角在前"}, {"the lower height first", "较低的高程在前"},
		{"a coordinate outside of the reference system", "超出坐标系范围的坐标"}, {"x from %s to %s and y from %s to %s", "x 为 %s 到 %s,y 为 %s 到 %s"}, {"a box whose west lies beyond its east", "西超过东的范围框"},
		{"unexpected end of JSON input", "JSON 意外结束"}, {"invalid character %s %s", "此处不应有字符 %[1]s"}, {"exceeded max depth", "嵌套过深"},
	}
}

// phrasesOfGeoJSON are about what GeoJSON holds.
func phrasesOfGeoJSON() []phrase {
	return []phrase{
		{"a GeoJSON Polygon or MultiPolygon, a Feature with one, or a FeatureCollection of such features", "GeoJSON 的 Polygon 或 MultiPolygon、含其一的 Feature,或由这些要素组成的 FeatureCollection"},
		{"a GeoJSON object names its type: %s", "GeoJSON 对象要写明类型:%s"}, {"an object with a member \"type\"", "含成员 \"type\" 的对象"}, {"a member %s", "成员 %s"}, {"a %s needs one", "%s 必须有"}, {"a member name", "成员名"},
		{"a Feature", "Feature(要素)"}, {"a FeatureCollection", "FeatureCollection(要素集)"}, {"a Polygon or MultiPolygon", "Polygon 或 MultiPolygon(面)"}, {"a GeoJSON geometry", "GeoJSON 几何"},
		{"an array of at least one polygon feature", "至少含一个面要素的数组"}, {"an array of features", "要素数组"}, {"an array of geometries", "几何数组"}, {"an array of lines", "线数组"}, {"an array of polygons", "面数组"},
		{"an array of positions", "坐标数组"}, {"an array of rings", "环数组"}, {"the array is empty", "数组是空的"}, {"an object of properties", "属性对象"}, {"a string that is not empty", "非空的文字"},
		{"a point has no area; draw the outline of the site", "点没有面积;请画出地块的边界"}, {"a line has no area; close it and write it as a Polygon", "线没有面积;请将其闭合并写成 Polygon"}, {"a line with one position has no length", "只有一个坐标的线没有长度"},
		{"write its polygons as a MultiPolygon or as features", "请把其中的面写成 MultiPolygon 或多个要素"}, {"features do not lie inside features; put the geometry itself here", "要素不能套在要素里;此处请直接写几何"}, {"TopoJSON is not GeoJSON; export as GeoJSON", "TopoJSON 不是 GeoJSON;请导出为 GeoJSON"},
		{"write %s with these capitals", "请按此大小写写作 %s"}, {"known are %s", "可用的有 %s"},
		{"[longitude, latitude]", "[经度, 纬度]"}, {"[longitude, latitude] in degrees on CGCS2000 (EPSG:4490)", "2000国家大地坐标系(EPSG:4490)的 [经度, 纬度],单位为度"}, {"longitude is within ±180 and latitude within ±90", "经度在 ±180 以内,纬度在 ±90 以内"},
		{"a position has two numbers, elements here: %s", "坐标有两个数,此处元素个数:%s"}, {"a number of degrees", "以度为单位的数"}, {"a finite number", "有限的数"}, {"it is out of range", "超出范围"}, {"write the number without quotes", "数不加引号"},
		{"at least 2 positions", "至少 2 个坐标"}, {"at least 4 positions, the last equal to the first", "至少 4 个坐标,首尾相同"}, {"a triangle has 4: three corners and the first again", "三角形有 4 个:三个角,再加第一个角"},
		{"a closed ring", "闭合的环"}, {"repeat the first position at the end", "请在末尾重复第一个坐标"}, {"a ring around an area", "围成面积的环"},
		{"its points lie on one line, or its halves cancel each other like a figure of eight", "各点在一条线上,或像 8 字那样两半相抵"}, {"at most %s positions", "最多 %s 个坐标"},
		{"simplify the outline or split it", "请简化边界或拆分"}, {"simplify the outline or leave out what is not the site", "请简化边界,或去掉不属于地块的内容"},
		{"CRS84, EPSG:4326 or EPSG:4490 with longitude before latitude, or no crs member", "CRS84、EPSG:4326 或 EPSG:4490,经度在前;或不写 crs 成员"}, {`it is written {"type":"name","properties":{"name":"EPSG:4490"}}`, `写作 {"type":"name","properties":{"name":"EPSG:4490"}}`},
		{"convert it first: ogr2ogr -t_srs EPSG:4490 out.geojson in.geojson", "请先转换:ogr2ogr -t_srs EPSG:4490 out.geojson in.geojson"}, {"the name is not known; convert it first: ogr2ogr -t_srs EPSG:4490 out.geojson in.geojson", "名称未知;请先转换:ogr2ogr -t_srs EPSG:4490 out.geojson in.geojson"}, {"%s is %s; convert it first: ogr2ogr -t_srs EPSG:4490 out.geojson in.geojson", "%s 是 %s;请先转换:ogr2ogr -t_srs EPSG:4490 out.geojson in.geojson"},
		{"CGCS2000 %s-degree zone %s, central meridian %s", "2000国家大地坐标系%s度带第%s带,中央经线%s"}, {"CGCS2000 %s-degree zone %s, central meridian %s, no zone prefix", "2000国家大地坐标系%s度带第%s带,中央经线%s,不带带号"},
		{"%s is on %s, from which no public transformation exists; ask the surveyor for CGCS2000 coordinates", "%s 基于%s,没有公开的转换参数;请向测绘单位索取2000国家大地坐标系的坐标"}, {"Xian 1980", "1980西安坐标系"}, {"Beijing 1954", "1954年北京坐标系"},
	}
}

// phrasesOfFiles are about the bytes of a file.
func phrasesOfFiles() []phrase {
	return []phrase{
		{"an empty body", "空的正文"}, {"send the GeoJSON of the site as the body", "请把地块的 GeoJSON 作为正文发送"}, {"the whole site", "完整的地块"}, {"the body ended early", "正文提前结束"},
		{"one file", "一个文件"}, {"put the parts of a shapefile into one zip", "请把 shapefile 的各个文件压缩为一个 zip"},
		{"one file, and of the fields site-crs, site-layer, repair, project, accuracy_m those that are needed", "一个文件,以及 site-crs、site-layer、repair、project、accuracy_m 中需要的字段"},
		{"text in UTF-8", "UTF-8 文字"}, {"the byte %s", "字节 %s"}, {"a byte order mark", "字节顺序标记(BOM)"}, {"save the file as UTF-8", "请将文件存为 UTF-8"},
		{"save the file as UTF-8; it looks like GBK or UTF-16", "请将文件存为 UTF-8;它像是 GBK 或 UTF-16"}, {"save the file as UTF-8 without byte order mark (BOM)", "请将文件存为不带字节顺序标记(BOM)的 UTF-8"},
		{"valid JSON", "有效的 JSON"}, {"JSON has no NaN or Infinity; the position has no usable coordinates", "JSON 没有 NaN 和 Infinity;该坐标不可用"},
		{"JSON is written with ASCII digits, quotes and punctuation; look for full-width characters such as ， or ：", "JSON 用半角的数字、引号和标点;请查找全角字符,例如 ， 或 ："},
		{"the end of the file", "文件结尾"}, {"the rest of the JSON document", "JSON 文档的其余部分"}, {"the file was cut off here; export or upload it again", "文件在此处断开;请重新导出或上传"},
		{"more text after the end of the document", "文档结束后还有内容"}, {"one JSON document and nothing else", "只有一个 JSON 文档"}, {"were two files joined? keep only one document", "是否把两个文件连在了一起?请只留一个文档"},
		{"more than %s nested arrays and objects", "超过 %s 层嵌套的数组和对象"}, {"GeoJSON, which nests less", "嵌套较少的 GeoJSON"}, {"more than %s JSON values", "超过 %s 个 JSON 值"}, {"more than %s positions", "超过 %s 个坐标"}, {"more than %s members", "超过 %s 个成员"}, {"more than %s bytes", "超过 %s 字节"},
		{"an object with fewer members", "成员较少的对象"}, {"the member %s twice", "成员 %s 出现两次"}, {"each member once", "每个成员只出现一次"}, {"remove one of them", "请去掉其中一个"},
		{"a file within this limit", "不超过该限度的文件"}, {"split the file", "请拆分文件"}, {"at most %s bytes", "最多 %s 字节"},
		{"the member %s", "成员 %s"}, {"the members %s", "成员 %s"}, {"only the members %s", "只有成员 %s"}, {"only the members type and features", "只有成员 type 和 features"}, {"only the members type, id, properties and geometry", "只有成员 type、id、properties 和 geometry"},
		{"the end of the Feature", "Feature 的结尾"}, {"the end of the FeatureCollection", "FeatureCollection 的结尾"}, {"the end of the features", "要素的结尾"}, {"the end of the properties", "属性的结尾"},
		{"a ring with %s positions", "有 %s 个坐标的环"}, {"a ring from %s to %s", "从 %s 到 %s 的环"}, {"a ring that encloses no area", "不围成面积的环"},
	}
}

// phrasesOfSites are about a site as a whole, and about published tables.
func phrasesOfSites() []phrase {
	return []phrase{
		{"a valid polygon", "有效的面"}, {"correct the boundary there and hand it in again; nothing was repaired", "请改正该处边界后重新提交;没有作任何修补"}, {"%s at longitude %s, latitude %s", "%s,位于经度 %s,纬度 %s"},
		{"Self-intersection", "边界自相交"}, {"Ring Self-intersection", "环自相交"}, {"Hole lies outside shell", "洞在外环之外"}, {"Holes are nested", "洞互相嵌套"}, {"Nested shells", "面互相嵌套"}, {"Interior is disconnected", "内部不连通"},
		{"Too few points in geometry component", "几何的坐标太少"}, {"Invalid Coordinate", "坐标无效"}, {"Duplicate Rings", "环重复"}, {"Ring is not closed", "环没有闭合"},
		{"%s m²", "%s 平方米"}, {"a site of at least %s m²", "至少 %s 平方米的地块"}, {"a site of %s by %s degrees", "%s 度乘 %s 度的地块"}, {"at most %s degrees each way", "每个方向最多 %s 度"},
		{"a table or view with a geometry column", "有几何列的表或视图"}, {"a geometry column with an SRID", "带 SRID 的几何列"}, {"alter table … alter column … type geometry(…, 4490)", "alter table … alter column … type geometry(…, 4490)"},
		{"%s has no primary or unique key", "%s 没有主键或唯一键"}, {"the name of a column whose values are unique", "取值唯一的列名"}, {"give it with --key", "请用 --key 给出"}, {"a column of %s", "%s 的列"},
		{"it lacks the layers %s, which the database holds", "缺少数据库中已有的图层 %s"}, {"load a folder that has them, or retire them with --retire", "请载入含有这些图层的文件夹,或用 --retire 停用"},
	}
}

// phrasesOfProjects are about a project, several sites at once, and the search for
// sites.
func phrasesOfProjects() []phrase {
	return []phrase{
		{"an object of attributes of the project", "项目属性的对象"}, {"attributes among %s", "属性 %s 之一"}, {"properties as an object or null", "properties 为对象或 null"}, {"one value for the whole project", "整个项目只用一个值"},
		{"true, false or a code", "true、false 或代码"}, {"nothing, since %s is false", "不填,因为 %s 为 false"}, {"%s, since %s is %s", "%s,因为 %s 为 %s"}, {"%s says %s", "%s 写的是 %s"},
		{"the accuracy of the site's boundary in metres, 0 to %s", "地块边界的精度,米,0 到 %s"}, {"a day as 2006-01-02, 1949 to 2100", "日期,写作 2006-01-02,1949 到 2100 年"},
		{"at least one site", "至少一个地块"}, {"more sites", "更多地块"}, {"split the batch", "请分批提交"}, {"the site's boundary alone", "只有地块边界"}, {"a site of more than %s MiB", "超过 %s MiB 的地块"},
		{"CSV whose first line names the columns", "首行为列名的 CSV"}, {"a column wkt with the site's boundary as WKT, longitude before latitude", "wkt 列,为地块边界的 WKT,经度在前"}, {"a POLYGON or MULTIPOLYGON as WKT", "WKT 的 POLYGON 或 MULTIPOLYGON"},
		{"numbers of degrees", "以度为单位的数"}, {"the columns %s", "列 %s"}, {"%s fields", "%s 个字段"}, {"the type %s", "类型 %s"}, {"sites: %s", "地块数:%s"},
		{"%s to %s sites: a FeatureCollection, a file with a plot for each, or a file for each", "%s 至 %s 个地块:一个 FeatureCollection、一个含多个地块的文件,或每个地块一个文件"}, {"a layer or a polygon", "图层或面"}, {"a zone in China", "中国境内的范围"},
		{"1 to %s", "1 到 %s"}, {"%s to %s", "%s 到 %s"}, {"metres", "米"}, {"json", "json"},
		{"a collection with a geometry and its accuracy", "有几何和位置精度的图层"}, {"a condition in CQL2 over the properties of %s", "关于 %s 属性的 CQL2 条件"}, {"a day as 2006-01-02", "日期,写作 2006-01-02"},
		{"a list of attributes as an object", "属性列表,写成对象"}, {"a number of hectares", "公顷数"}, {"a point as [longitude, latitude]", "点,写作 [经度, 纬度]"}, {"an array of objects with a collection and a distance", "对象的数组,每个对象含图层和距离"},
		{"within_m of what is to be near, at_least_m of what is to be away", "要近的写 within_m,要远的写 at_least_m"},
		{"an object such as {\"inputs\": {…}}", "对象,例如 {\"inputs\": {…}}"}, {"inputs among %s", "输入 %s 之一"}, {"the value itself", "值本身"}, {"a link", "链接"}, {"the whole batch", "完整的一批"},
		{"a Gauss-Kruger system of CGCS2000, EPSG:4491 to EPSG:4554", "2000国家大地坐标系的高斯-克吕格坐标系,EPSG:4491 至 EPSG:4554"}, {"a site in China", "中国境内的地块"}, {"longitude and latitude, EPSG:4490 or EPSG:4326", "经纬度,EPSG:4490 或 EPSG:4326"},
		{"take geojson", "请改用 geojson"}, {"the TXT holds metres of a zone", "TXT 中为某一带的米制坐标"}, {"the format knows nothing else; take shp, gpkg, dxf or txt", "该格式只有经纬度;请改用 shp、gpkg、dxf 或 txt"},
		{"EPSG:4490, EPSG:4491 to EPSG:4554, EPSG:4326 or EPSG:3857", "EPSG:4490、EPSG:4491 至 EPSG:4554、EPSG:4326 或 EPSG:3857"}, {"site, conflicts, remainder or all", "site、conflicts、remainder 或 all"}, {"gbk or utf-8", "gbk 或 utf-8"},
		{"check %s has no areas of this kind (%s), or none that are public: %s", "检查 %s 没有此类面(%s),或均属不公开图层:%s"},
		{"only a batch has lines", "只有批量检查才分行"}, {"no subscriber", "不填 subscriber"}, {"ask for the state of the job instead", "请改为查询任务的状态"},
	}
}
