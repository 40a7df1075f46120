package service

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOnlyCleanPagesOfFilesAreForgotten(t *testing.T) {
	const smaps = `00400000-00ebe000 r-xp 00000000 fe:00 4711    /usr/bin/lotsync
Rss:                8824 kB
Anonymous:             0 kB
00ebe000-01a09000 r--p 00abe000 fe:00 4711    /usr/bin/lotsync
Anonymous:             4 kB
01a09000-01ad2000 rw-p 01609000 fe:00 4711    /usr/bin/lotsync
Anonymous:             0 kB
2d7bf2400000-2d7bf3000000 r--p 00000000 00:00 0
Anonymous:             0 kB
7ffc1000-7ffc2000 r-xp 00000000 00:00 0       [vdso]
Anonymous:             0 kB
7ffd1000-7ffd2000 r--s 00000000 fe:00 4712    /dev/shm/shared
Anonymous:             0 kB
`
	got, err := cleanFileSpans(strings.NewReader(smaps))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]span{{0x400000, 0xebe000}}, got, cmp.AllowUnexported(span{})); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestTheProgramLivesOnAfterItsStartIsForgotten(t *testing.T) {
	if err := ForgetStart(); err != nil {
		t.Error(err)
	}
}
