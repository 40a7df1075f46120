package sync

import (
	"strings"
	"testing"
)

func TestParseSite(t *testing.T) {
	for name, c := range map[string]struct{ in, wrong string }{
		"a lot":                                {in: "nl/ams/0042"},
		"one segment":                          {in: "depot"},
		"a hyphen inside":                      {in: "nl/den-haag/0001"},
		"as long as a label":                   {in: strings.Repeat("a", 63)},
		"longer than a label":                  {strings.Repeat("a", 64), "at most 63"},
		"nothing":                              {"", "no name given"},
		"capitals":                             {"NL/ams", `segment "NL"`},
		"an empty segment":                     {"nl//0042", `segment ""`},
		"a leading slash":                      {"/nl", `segment ""`},
		"out of the folder":                    {"nl/../../etc", `segment ".."`},
		"a hyphen that a label would not take": {"nl/-ams", `segment "-ams"`},
	} {
		t.Run(name, func(t *testing.T) {
			site, err := ParseSite(c.in)
			if c.wrong == "" {
				if err != nil || string(site) != c.in {
					t.Fatalf("%q, %v", site, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestTheLabelFormHasDots(t *testing.T) {
	if got := Site("nl/ams/0042").Label(); got != "nl.ams.0042" {
		t.Error(got)
	}
}

func FuzzParseSite(f *testing.F) {
	f.Add("nl/ams/0042")
	f.Fuzz(func(t *testing.T, name string) {
		site, err := ParseSite(name)
		if err != nil {
			return
		}
		if strings.Contains(name, "..") || strings.HasPrefix(name, "/") || len(site.Label()) > 63 {
			t.Errorf("%q was taken", name)
		}
	})
}
