package cql

import "strings"

// Type is the type of a value.
type Type string

// The types of values. An integer is a number as well; the difference is for who
// stores it.
const (
	TypeString    Type = "string"
	TypeNumber    Type = "number"
	TypeInteger   Type = "integer"
	TypeBoolean   Type = "boolean"
	TypeDate      Type = "date"
	TypeTimestamp Type = "timestamp"
	TypeInterval  Type = "interval"
	TypeGeometry  Type = "geometry"
	TypeArray     Type = "array"
)

// Function describes a function that filters may call.
type Function struct {
	Name    string
	ZH, EN  string // what it returns
	Args    []Argument
	Returns Type
}

// Argument is one argument of a function.
type Argument struct {
	Name string
	Type Type
}

// Functions returns all functions, by name.
func Functions() []Function {
	text, number, geom := Argument{"text", TypeString}, Argument{"number", TypeNumber}, Argument{"geometry", TypeGeometry}
	return []Function{
		{"abs", "绝对值", "The number without its sign", []Argument{number}, TypeNumber},
		{"area_m2", "椭球面积(平方米),线和点为零", "The area on the ellipsoid in square metres; 0 for lines and points", []Argument{geom}, TypeNumber},
		{"ceil", "不小于该数的最小整数", "The least whole number that is not less", []Argument{number}, TypeNumber},
		{"centroid", "重心", "The centre of gravity, a point", []Argument{geom}, TypeGeometry},
		{"char_length", "字符数", "The number of characters", []Argument{text}, TypeNumber},
		{"floor", "不大于该数的最大整数", "The greatest whole number that is not more", []Argument{number}, TypeNumber},
		{"length_m", "椭球长度(米),面为零", "The length on the ellipsoid in metres; 0 for areas and points", []Argument{geom}, TypeNumber},
		{"lower", "小写", "The text in lower case", []Argument{text}, TypeString},
		{"round", "最接近的整数,居中时取偶数", "The nearest whole number; the even one of two", []Argument{number}, TypeNumber},
		{"split", "按分隔符拆分的数组", "The parts of the text between separators, as an array", []Argument{text, {"separator", TypeString}}, TypeArray},
		{"starts_with", "是否以该文字开头", "Whether the text starts with the other", []Argument{text, {"start", TypeString}}, TypeBoolean},
		{"trim", "去掉首尾空格", "The text without spaces at its ends", []Argument{text}, TypeString},
		{"upper", "大写", "The text in upper case", []Argument{text}, TypeString},
	}
}

// function looks a function up. Its name is written in any case.
func function(name string) (Function, bool) {
	for _, f := range Functions() {
		if strings.EqualFold(f.Name, name) {
			return f, true
		}
	}
	return Function{}, false
}

func functionNames() string {
	var names []string
	for _, f := range Functions() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// Relations returns the names of the functions that compare two geometries, times
// or arrays, as CQL2 JSON writes them.
func Relations() []string {
	return []string{
		"s_intersects", "s_equals", "s_disjoint", "s_touches", "s_within", "s_overlaps", "s_crosses", "s_contains",
		"t_after", "t_before", "t_contains", "t_disjoint", "t_during", "t_equals", "t_finishedBy", "t_finishes", "t_intersects",
		"t_meets", "t_metBy", "t_overlappedBy", "t_overlaps", "t_startedBy", "t_starts",
		"a_equals", "a_contains", "a_containedBy", "a_overlaps",
	}
}

// relation returns the name as JSON writes it.
func relation(name string) (string, bool) {
	for _, r := range Relations() {
		if strings.EqualFold(r, name) {
			return r, true
		}
	}
	return "", false
}

// Bound compares one end of the left time with one end of the right. The ends of
// an instant are the instant itself.
type Bound struct {
	Left  End
	Op    string
	Right End
}

// End is the start or the end of a time.
type End int

// The two ends of a time.
const (
	Start End = iota
	Finish
)

// Bounds returns what has to hold between the ends of two times for a temporal
// function to be true (21-065r2, 7.8; the Time Ontology in OWL defines the
// relations). With not, it is true when they do not all hold.
func Bounds(op string) (all []Bound, not bool) {
	s, f := Start, Finish
	meet := []Bound{{s, "<=", f}, {f, ">=", s}}
	switch op {
	case "t_after":
		return []Bound{{s, ">", f}}, false
	case "t_before":
		return []Bound{{f, "<", s}}, false
	case "t_disjoint":
		return meet, true
	case "t_intersects":
		return meet, false
	case "t_equals":
		return []Bound{{s, "=", s}, {f, "=", f}}, false
	case "t_contains":
		return []Bound{{s, "<", s}, {f, ">", f}}, false
	case "t_during":
		return []Bound{{s, ">", s}, {f, "<", f}}, false
	case "t_finishedby":
		return []Bound{{s, "<", s}, {f, "=", f}}, false
	case "t_finishes":
		return []Bound{{s, ">", s}, {f, "=", f}}, false
	case "t_meets":
		return []Bound{{f, "=", s}}, false
	case "t_metby":
		return []Bound{{s, "=", f}}, false
	case "t_overlappedby":
		return []Bound{{s, ">", s}, {s, "<", f}, {f, ">", f}}, false
	case "t_overlaps":
		return []Bound{{s, "<", s}, {f, ">", s}, {f, "<", f}}, false
	case "t_startedby":
		return []Bound{{s, "=", s}, {f, ">", f}}, false
	case "t_starts":
		return []Bound{{s, "=", s}, {f, "<", f}}, false
	}
	return nil, false
}

// takesInstants reports whether the temporal function compares instants as well;
// the others compare intervals alone.
func takesInstants(op string) bool {
	switch op {
	case "t_after", "t_before", "t_disjoint", "t_equals", "t_intersects":
		return true
	}
	return false
}
