package git_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git"
)

func TestRedactor(t *testing.T) {
	t.Parallel()
	red := git.NewRedactor()
	red.Add(token)
	red.Add("git:" + token)
	red.Add("")
	for _, text := range []string{
		"plain " + token,
		"Basic " + base64.StdEncoding.EncodeToString([]byte("git:"+token)),
		"https://git.example.com/?token=s3cr3t-t0ken%2Fwith%3Dsigns",
		`Get "https://git:` + token + `@git.example.com/fleet.git": EOF`,
		"https://someone:else@git.example.com/fleet.git",
	} {
		got := red.Redact(text)
		for _, secret := range []string{"s3cr3t", "else", "Z2l0OnMzY3IzdC"} {
			if strings.Contains(got, secret) {
				t.Errorf("%q is in %q", secret, got)
			}
		}
	}
	err := red.Error(fmt.Errorf("with %s: %w", token, sync.ErrOffline))
	if err.Error() != "with [redacted]: git is out of reach" || !errors.Is(err, sync.ErrOffline) {
		t.Errorf("got %q, want the class and no secret", err)
	}
	if got := red.Redact("git@example.com:fleet.git at https://example.com/a@b"); got != "git@example.com:fleet.git at https://example.com/a@b" {
		t.Errorf("took out what is no secret: %q", got)
	}
}
