package api

import (
	"maps"
	"slices"

	"planatlas/layers"
)

// apiPage is the API definition for people.
type apiPage struct {
	Operations []operationRow
	Parameters []parameterRow
}

type operationRow struct {
	Method, Path string
	Summary      layers.Text
	Params       []string
	Formats      []string
}

type parameterRow struct {
	Name string
	Text layers.Text
}

// apiPage makes the page from the route table, as the document for programs is.
func (s *server) apiPage() (page apiPage) {
	for _, r := range s.routes() {
		row := operationRow{Method: r.method, Path: r.path, Summary: layers.Text{ZH: summaryZH(r.name), EN: r.summary}, Formats: r.formats}
		row.Params = slices.Concat(r.pathParams(), r.params)
		page.Operations = append(page.Operations, row)
	}
	all := s.parameters()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		en, _ := all[name].(object)["description"].(string)
		page.Parameters = append(page.Parameters, parameterRow{name, layers.Text{ZH: parameterZH(name), EN: en}})
	}
	return page
}

// summaryZH says in Chinese what the route of the name gives.
func summaryZH(route string) string {
	return map[string]string{
		"landing": "首页", "conformance": "服务遵循的标准", "api": "本接口的定义", "functions": "过滤条件可用的函数",
		"collections": "全部图层", "collection": "一个图层", "schema": "要素的属性", "queryables": "过滤条件可用的属性", "sortables": "sortby 可用的属性",
		"items":          "图层的要素,分页给出;图层的每个属性都可作为查询参数(相等)",
		"item":           "一个要素",
		"download":       "图层的全部要素,或符合条件的全部要素,存为一个文件",
		"nearest":        "图层中每个要素在另一图层中最近的要素和距离",
		"read-sites":     "读取地块文件并给出读到的内容:不检查,不存档",
		"check-site":     "对照全部图层和规则检查项目地块",
		"compare-sites":  "检查2至20个备选地块并排序",
		"check-batch":    "批量检查:每行一个地块,每行一个结果;Prefer: respond-async 时作为任务运行",
		"check-geometry": "已存档检查的地块、冲突部分和剩余部分,存为GIS、CAD或国土报备格式的文件;只含面",
		"report":         "已存档检查的报告,可归入项目卷宗",
		"rerun-check":    "重做已存档的检查:按存档时的数据状态,结果必须相同;或按今天的状态并给出比较",
		"processes":      "全部处理过程", "process": "一个处理过程的输入和输出", "execute": "执行处理过程;Prefer: respond-async 时作为任务运行",
		"jobs": "任务,新的在前", "job": "任务的状态", "dismiss-job": "终止任务,或删除其结果", "job-results": "已成功任务的结果;批量检查的结果按地块顺序给出",
		"check": "已存档的检查结果",
		"rules": "检查地块所依据的规则,以及规则对项目的提问", "rule": "一条规则的各个版本",
		"plan":         "规划对某一点或某一规划条目怎么说:要素由近到远,以及体系、指标和要求,均附出处",
		"plan-at-site": "规划对某一地块怎么说",
		"sitemap":      "站点地图", "sitemap-layers": "图层页面的站点地图", "sitemap-features": "一个图层的要素页面的站点地图", "robots": "对搜索引擎的说明",
		"search": "按名称查找要素和规划条目:中文、拼音、首字母或英文", "outlines": "各图层覆盖的区域;不是法定界线",
		"tile-matrix-sets": "切片所用的瓦片矩阵集", "tile-matrix-set": "一个瓦片矩阵集",
		"tilesets": "整个规划或部分图层的瓦片集", "tileset": "整个规划或部分图层的一个瓦片集", "tile": "整个规划或部分图层的矢量瓦片;空瓦片为204",
		"tile-json": "图层的 TileJSON 3:矢量瓦片的地址、级别、范围和属性", "tile-xyz": "一个或多个图层的矢量瓦片,按 WebMercatorQuad 的列号和行号;空瓦片为204",
		"collection-tilesets": "图层的瓦片集", "collection-tileset": "图层的一个瓦片集", "collection-tile": "图层的矢量瓦片;空瓦片为204",
		"styles": "样式:整个规划的和各图层的", "style": "一个样式,供 MapLibre 使用,或以 SLD 供 QGIS 等使用", "collection-styles": "图层的样式",
		"alive": "进程是否在运行", "ready": "数据库是否应答",
	}[route]
}

// parameterZH says in Chinese what the parameter means.
func parameterZH(name string) string {
	return map[string]string{
		"rule": "规则或其中一种情形的标识", "layer": "只给出关于该图层的规则;规则涉及的图层,服务不一定都有",
		"process": "处理过程的标识", "job": "任务的标识", "site-crs": "地块文件的坐标系,如 EPSG:4526、GCJ-02、BD-09;文件或数字能说明时不必给出", "site-layer": "地块文件中的图层,有多个面图层时须给出",
		"repair": "自相交的地块是否修复,修复前后的面积见提示;否则拒绝", "project": "项目情况,写作 JSON 对象,如 {\"hazardous\":false}", "accuracy_m": "地块边界的精度,单位为米",
		"on": "适用哪一天的法规和有效要素,默认为中国的今天", "lang": "页面或报告的语言;不写时按 Accept-Language,再不然中英对照", "what": "检查的哪些面:site 提交的地块,conflicts 与规则冲突的部分,remainder 剩余部分,all 全部",
		"file-crs": "文件的坐标系:EPSG:4490、EPSG:4491至EPSG:4554(带或不带带号)、EPSG:4326或EPSG:3857;默认与提交的文件相同(格式允许时)",
		"charset":  "名称的编码:gbk(txt默认)或utf-8(shp默认)", "decimals": "TXT中米的小数位数;默认3位,数值更多时4位", "state": "按哪一状态重做检查:recorded 存档时,today 今天",
		"collection": "图层的标识", "feature": "要素的标识;其中的斜线写作 %2F", "check": "检查的标识",
		"limit":              "每页的要素数,超过上限时取上限;整个图层见 /collections/{collection}/download",
		"offset":             "跳过的要素数;按 cursor 翻页更快,且不受数据变动影响",
		"cursor":             "本页的起点,取自 next 或 prev 链接",
		"bbox":               "西,南,东,北,采用 CRS84,经度在前;或采用 bbox-crs 及其坐标轴顺序;六个数时含高程,高程不用",
		"bbox-crs":           "bbox 的坐标系",
		"crs":                "结果的坐标系;坐标按该坐标系的坐标轴顺序给出",
		"datetime":           "在某一时刻或时段内有效的要素;.. 表示不限",
		"sortby":             "排序所用的属性,前加 - 为降序",
		"properties":         "结果中给出的属性",
		"filter":             "CQL2 条件",
		"filter-lang":        "filter 的语言",
		"filter-crs":         "filter 中几何的坐标系",
		"intersects-feature": "只给出与该要素相交的要素,写作 图层/标识",
		"near":               "经度,纬度,采用 CRS84:距该处最近的要素,由近及远,附距离 distance_m",
		"resultType":         "hits 只计数,不给出要素",
		"at":                 "经度,纬度,采用 CRS84",
		"entity":             "规划条目的标识",
		"q":                  "名称或其一部分:中文、全拼、首字母或英文",
		"to":                 "另一图层的标识",
		"to-filter":          "对另一图层的条件,用 CQL2 文本",
		"collections":        "瓦片所含图层的标识;默认为整个规划",
		"labels":             "MapLibre 样式是否含注记,供使用自有字体绘制的客户端使用",
		"tileMatrixSet":      "瓦片矩阵集的标识", "tileMatrix": "瓦片矩阵的标识,即级别", "tileRow": "瓦片的行号,从北起", "tileCol": "瓦片的列号,从西起",
		"layers": "图层的标识,以逗号分隔,次序不限", "z": "级别", "x": "瓦片的列号,从西起", "y": "瓦片的行号,从北起", "style": "样式的标识:plan,或图层的标识",
		"within": "多近算附近,单位为米",
	}[name]
}
