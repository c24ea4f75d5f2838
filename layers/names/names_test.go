package names_test

import (
	"strings"
	"testing"

	"planatlas/layers"
	"planatlas/layers/names"
)

func index() *names.Index {
	all := []names.Name{}
	for _, n := range [][2]string{
		{"南娄工业园区", "Nanlou Industrial Park"}, {"南娄镇", "Nanlou Town"}, {"藏山", "Cangshan Mountain"}, {"张庄工业园区", "Zhangzhuang Industrial Park"},
		{"绿谷", "Green Valley"}, {"火力发电厂5G联合创新实验室", "Thermal Power Plant 5G Joint Innovation Laboratory"}, {"G307线", "National road G307"},
		{"百度云计算(阳泉)中心", "Baidu Cloud Computing (Yangquan) Centre"}, {"西安门", "Xi'an Gate"},
	} {
		all = append(all, names.Name{Layer: "l", ID: n[1], Name: layers.Text{ZH: n[0], EN: n[1]}})
	}
	return names.New(all)
}

func TestFind(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"Chinese", "南娄", "南娄镇 南娄工业园区"},
		{"a whole name is first", "南娄工业园区", "南娄工业园区"},
		{"within a name", "工业园", "南娄工业园区 张庄工业园区"},
		{"full pinyin", "nanlougongye", "南娄工业园区"},
		{"spaces and capitals", "Nan Lou Gong Ye", "南娄工业园区"},
		{"tones", "nánlóu", "南娄镇 南娄工业园区"},
		{"initials", "nlgyyq", "南娄工业园区"},
		{"initials within", "gyyq", "南娄工业园区 张庄工业园区"},
		{"double initials", "zhzhgy", "张庄工业园区"},
		{"short initials", "zzgy", "张庄工业园区"},
		{"mixed", "nanlgy", "南娄工业园区"},
		{"the last syllable begun", "nanloug", "南娄工业园区"},
		{"any reading", "zangshan", "藏山"},
		{"the other reading", "cangshan", "藏山"},
		{"ü as v", "lvgu", "绿谷"},
		{"digits", "5glh", "火力发电厂5G联合创新实验室"},
		{"full-width letters", "Ｇ３０７", "G307线"},
		{"brackets are passed over", "云计算 阳泉", "百度云计算(阳泉)中心"},
		{"English word", "cloud", "百度云计算(阳泉)中心"},
		{"English words", "industrial park", "南娄工业园区 张庄工业园区"},
		{"part of an English word", "puting", "百度云计算(阳泉)中心"},
		{"English sign, and a reading", "xi'an", "西安门 G307线"},
		{"not in the middle of a syllable", "anlougong", ""},
		{"not across", "nlz g", ""},
		{"nothing", "  ,", ""},
		{"no such", "上海", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			for _, f := range index().Find(tc.text) {
				got = append(got, f.Name.Name.ZH)
			}
			if strings.Join(got, " ") != tc.want {
				t.Errorf("%q finds %q, want %q", tc.text, strings.Join(got, " "), tc.want)
			}
		})
	}
}

// FuzzFind searches for anything: a name is found by itself, and nothing panics.
func FuzzFind(f *testing.F) {
	for _, s := range []string{"南娄", "nlgy", "Xi'an", "ü", "\xff", "ﬁ", "zhzh", strings.Repeat("a", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		index().Find(s)
		found := names.New([]names.Name{{ID: "1", Name: layers.Text{ZH: s}}}).Find(s)
		if len(found) > 1 || len(found) == 1 && found[0].Rank != 0 {
			t.Errorf("%q finds %v", s, found)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	all := make([]names.Name, 50_000)
	for i := range all {
		all[i] = names.Name{ID: "x", Name: layers.Text{ZH: "阳泉市平定县冶西镇工业园区", EN: "Yexi Industrial Park of Pingding"}}
	}
	x := names.New(all)
	b.ReportAllocs()
	for b.Loop() {
		x.Find("yqspdx zz")
	}
}
