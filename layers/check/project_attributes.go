package check

import "planatlas/layers"

// Attributes returns what rules may ask of a project, in the order of the questions.
func Attributes() []Attribute {
	return []Attribute{
		projectType(),
		{Name: "construction", Type: layers.String, Title: layers.Text{ZH: "建设性质", EN: "Kind of construction"},
			Question: layers.Text{ZH: "项目是新建、扩建还是改建？", EN: "Is the project new, an extension or a rebuilding?"},
			Codes:    []Code{code("new", "新建", "new"), code("extension", "扩建", "extension"), code("rebuilding", "改建", "rebuilding")}},
		flag("linear", "线性工程", "Linear works", "项目是否为道路、铁路、管线、渠道等线性工程？", "Is the project a road, railway, pipeline, cable or canal?"),
		flag("underground", "全部位于地下", "Underground only", "项目是否全部埋设于地下，地面没有建筑物、构筑物？", "Is all of the project underground, without buildings or structures on the surface?"),
		flag("temporary", "临时用地", "Temporary", "项目是否只是临时使用土地，不修建永久性建筑物？", "Does the project only use the land for a time, without permanent buildings?"),
		flag("discharges", "排放污染物", "Discharges pollutants", "项目是否排放污染物？", "Does the project discharge pollutants?"),
		flag("sewage_outlet", "设置排污口", "Sewage outlet", "项目是否设置排污口？", "Does the project have a sewage outlet?"),
		flag("severe_water_pollution", "严重污染水体", "Severe water pollution", "项目是否属于对水体污染严重的建设项目？", "Is the project one that pollutes water severely?"),
		flag("may_pollute_groundwater", "可能造成地下水污染", "May pollute groundwater", "项目是否可能造成地下水污染？", "May the project pollute groundwater?"),
		flag("hazardous", "易燃易爆剧毒放射", "Hazardous substances", "项目是否生产、储存、销售易燃、易爆、剧毒、放射性等危险物品？", "Does the project make, store or sell flammable, explosive, highly poisonous or radioactive substances?"),
		flag("water_supply_works", "供水或水源保护设施", "Serves the water supply", "项目是否与供水设施和保护水源有关？", "Does the project belong to the water supply or to the protection of the source?"),
		flag("obstructs_flood", "妨碍行洪", "Obstructs floods", "项目是否有妨碍行洪的建筑物、构筑物？", "Does the project have buildings or structures that obstruct the passage of floods?"),
		flag("above_tenth_of_distance", "高度超过距离的十分之一", "Higher than a tenth of the distance", "项目是否有高度超过其至气象观测场距离十分之一的建筑物或障碍物？", "Is any part of the project higher than a tenth of its distance from the weather station?"),
		flag("foreign_invested", "外商投资", "Foreign investment", "项目是否为外商投资项目？", "Is the project one of foreign investment?"),
		flag("national_major", "国家重大项目", "National major project", "项目是否属于国家重大项目（自然资发〔2022〕142号所列七类，或国家能源、交通、水利、军事设施等重点建设项目）？", "Is it a national major project (one of the seven kinds of notice 142 of 2022, or a key state project of energy, transport, water or defence)?"),
		majorKind(),
		limitedActivity(),
		{Name: "area_class", Type: layers.String, Title: layers.Text{ZH: "所在区域类别", EN: "Class of area"},
			Question: layers.Text{ZH: "项目位于城市市区、城市郊区居民居住区、村镇居民居住区，还是其他地区？", EN: "Is the project in the built-up city, a suburban residential area, a village or town residential area, or elsewhere?"},
			Codes: []Code{code("urban", "城市市区", "built-up city"), code("suburban_residential", "城市郊区居民居住区", "suburban residential area"),
				code("village_residential", "村镇居民居住区", "village or town residential area"), code("other", "其他地区", "elsewhere")}},
	}
}

func code(value, zh, en string) Code { return Code{value, layers.Text{ZH: zh, EN: en}} }

func flag(name, zh, en, questionZH, questionEN string) Attribute {
	return Attribute{Name: name, Type: layers.Boolean, Title: layers.Text{ZH: zh, EN: en}, Question: layers.Text{ZH: questionZH, EN: questionEN}}
}

func projectType() Attribute {
	return Attribute{Name: "project_type", Type: layers.String, Title: layers.Text{ZH: "项目类型", EN: "Type of project"},
		Question: layers.Text{ZH: "项目属于哪一类？", EN: "What type of project is it?"},
		Codes: []Code{
			code("building", "单独选址的建筑物、构筑物", "single building or structure"),
			code("development_zone", "开发区、产业园区、新城新区", "development zone, industrial park, new town"),
			code("settlement", "新建村镇", "new village or town"),
			code("school", "学校", "school"),
			code("hospital", "医院", "hospital"),
			code("hotel", "宾馆、招待所、培训中心、疗养院", "hotel, guest house, training centre, sanatorium"),
			code("logistics", "货物集散地、物流园区", "freight yard, logistics park"),
			code("commercial", "大型商业网点", "large shopping site"),
			code("market", "农贸市场", "farmers' market"),
			code("industry", "一般工业项目", "industry"),
			code("chemical", "化工、焦化项目", "chemical or coking plant"),
			code("chemical_park", "化工园区", "chemical park"),
			code("smelting", "金属采选、冶炼", "metal mining, dressing or smelting"),
			code("refractory", "耐火材料", "refractory materials"),
			code("mining", "采矿（地下或露天）", "mining, underground or open pit"),
			code("quarrying", "采石、取土", "quarrying, taking of earth"),
			code("sand_mining", "河道采砂", "taking of sand from rivers"),
			code("blasting", "爆破作业", "blasting"),
			code("tailings", "尾矿库", "tailings pond"),
			code("waste_disposal", "废弃物处置、填埋、堆放", "waste disposal, landfill, dump"),
			code("hazardous_store", "危险物品生产、储存场所", "making or storing of hazardous substances"),
			code("fuel_station", "加油加气站", "fuel station"),
			code("groundwater_pumping", "抽取地下水、打井", "pumping of groundwater, wells"),
			code("river_works", "河道内或跨河、穿河、临河工程", "works in, across, under or beside a river"),
			code("plantation_or_ponds", "林果业、挖塘养鱼", "orchards, plantations, fish ponds"),
			code("logging", "林木采伐", "logging"),
			code("linear", "道路、铁路、管线等线性工程", "road, railway, pipeline or other linear works"),
			code("other", "其他", "other"),
		}}
}

// majorKind are the seven kinds of 自然资发〔2022〕142号, 二.
func majorKind() Attribute {
	return Attribute{Name: "national_major_kind", Type: layers.String, Of: "national_major", Title: layers.Text{ZH: "国家重大项目类别", EN: "Kind of national major project"},
		Question: layers.Text{ZH: "属于哪一类国家重大项目？", EN: "Which kind of national major project is it?"},
		Codes: []Code{
			code("state_council", "党中央、国务院发布文件或批准规划中明确具体名称的项目和国务院批准的项目", "named in documents of the Party's Central Committee or the State Council, or approved by the State Council"),
			code("military", "中央军委及其有关部门批准的军事国防项目", "military and defence, approved by the Central Military Commission or its departments"),
			code("transport_water", "国家级规划明确的交通、水利项目", "transport or water, in a national plan"),
			code("power_grid", "国家级规划明确的电网项目", "power grid, in a national plan"),
			code("energy_minerals", "国家级规划明确且符合国家产业政策的能源矿产勘查开采、油气管线、水电、核电项目", "energy minerals, oil and gas pipelines, hydropower or nuclear power, in a national plan and in line with industrial policy"),
			code("confirmed_infrastructure", "国务院投资主管部门批准或确认的交通、能源、水利等基础设施项目", "transport, energy or water infrastructure that the State Council's investment department confirmed"),
			code("confirmed_unavoidable", "国家发展改革委会同有关部门确认的确实难以避让的国家重大项目", "confirmed as unavoidable by the National Development and Reform Commission with other departments"),
		}}
}

// limitedActivity are the kinds of 自然资发〔2022〕142号, 一(一). The last three were
// not read in its text; rules that name them say so.
func limitedActivity() Attribute {
	return Attribute{Name: "limited_activity", Type: layers.String, Title: layers.Text{ZH: "生态保护红线内有限人为活动", EN: "Limited human activity inside the ecological red line"},
		Question: layers.Text{ZH: "项目是否属于生态保护红线内允许的有限人为活动？属于哪一类？", EN: "Is the project a limited human activity that is allowed inside the ecological red line, and of which kind?"},
		Codes: []Code{
			code("none", "不属于", "no"),
			code("patrol_research", "管护巡护、保护执法、科学研究、调查监测、防灾减灾救灾、军事国防", "patrol, enforcement, research, survey, disaster relief, defence"),
			code("residents", "原住居民生产生活，不扩大现有规模", "life and work of the people who live there, without growth"),
			code("archaeology", "经依法批准的考古调查发掘、古生物化石调查发掘、文物保护", "archaeology, fossils, protection of monuments"),
			code("forest_tending", "人工商品林抚育采伐、竹林采伐", "tending of planted commercial forest, bamboo"),
			code("visits", "不破坏生态功能的适度参观旅游及必要配套设施", "moderate visits and the facilities that they need"),
			code("unavoidable_line", "必须且无法避让、符合县级以上国土空间规划的线性基础设施、通讯和防洪、供水设施", "unavoidable linear infrastructure, communication, flood control or water supply, in line with a territorial plan of county level or above"),
			code("geology_minerals", "地质调查与矿产资源勘查开采", "geological survey, exploration and mining of minerals as listed"),
			code("restoration", "依法开展的生态修复", "ecological restoration"),
			code("border", "国界、边境相关活动", "works on the national border"),
			code("other_lawful", "法律法规规定允许的其他人为活动", "other activities that the law allows"),
		}}
}
