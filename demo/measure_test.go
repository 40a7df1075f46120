package demo

import (
	"testing"
	"time"
)

func TestAFigureIsReadByPeople(t *testing.T) {
	for name, c := range map[string]struct {
		m    Measure
		want string
	}{
		"below a second, in milliseconds": {took("", 175*time.Millisecond), "175 ms"},
		"above a second, with two digits": {took("", 2350*time.Millisecond), "2.35 s"},
		"few bytes, to the byte":          {size("", 640), "640 bytes"},
		"thousands, with one digit":       {size("", 22_240), "22.2 KB"},
		"a MB is 10^6 bytes":              {size("", 47_400_000), "47.4 MB"},
		"a count has no unit":             {count("", 33), "33"},
		"a limit in the measure's unit":   {size("", 28_100_000).below(maxRender), "28.1 MB (must be below 32.0 MB)"},
		"nothing at all is a figure, too": {count("", 0), "0"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.m.Figure(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestALimitIsKeptBelowIt(t *testing.T) {
	for name, c := range map[string]struct {
		m    Measure
		want bool
	}{
		"below":             {count("", 9).below(10), false},
		"at the limit":      {count("", 10).below(10), true},
		"beyond":            {count("", 11).below(10), true},
		"without any limit": {count("", 11), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.m.exceeded(); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestTheMedianIsTheMiddle(t *testing.T) {
	values := []time.Duration{9, 1, 5, 3, 100}
	if got := median(values); got != 5 {
		t.Errorf("got %d, want 5", got)
	}
	if values[0] != 9 {
		t.Error("the order of the rounds has been changed")
	}
}
