package api

import "testing"

func TestNoFormula(t *testing.T) {
	for text, want := range map[string]string{"": "", "-1.5": "-1.5", "+3": "+3", "-1+2": "'-1+2", "=A1": "'=A1", "@x": "'@x", "+x": "'+x", "\tx": "'\tx", "甲=乙": "甲=乙", "a-b": "a-b"} {
		if got := noFormula(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
