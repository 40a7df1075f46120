package git_test

import (
	"strings"
	"testing"

	"github.com/lotsync/lotsync/sync/git"
)

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		spoil func(*git.Config)
		want  string
	}{
		"no URL":                    {func(c *git.Config) { c.URL = "" }, "set git.url"},
		"a relative path":           {func(c *git.Config) { c.URL = "fleet" }, "neither a URL nor an absolute path"},
		"a scheme that is not read": {func(c *git.Config) { c.URL = "git://example.com/fleet" }, "use https, http, ssh or file"},
		"a password in the URL":     {func(c *git.Config) { c.URL = "https://a:s3cr3t@example.com/fleet" }, "git.url holds a password"},
		"no ref":                    {func(c *git.Config) { c.Ref = "" }, "set git.ref"},
		"no site":                   {func(c *git.Config) { c.Site = "" }, "no name given"},
		"a folder outside":          {func(c *git.Config) { c.Dir = "../sites" }, "git.dir"},
		"half a client certificate": {func(c *git.Config) { c.CertFile = "cert.pem" }, "git.tls.keyFile"},
		"ssh without a key":         {func(c *git.Config) { c.URL = "git@example.com:fleet.git" }, "set git.ssh.keyFile"},
		"ssh without host keys": {func(c *git.Config) {
			c.URL, c.SSHKeyFile = "ssh://git@example.com/fleet.git", "id"
		}, "set git.ssh.knownHostsFile"},
		"no limits": {func(c *git.Config) { c.MaxBytes = 0 }, "above zero"},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			t.Parallel()
			cfg := config(t, "https://example.com/fleet.git")
			c.spoil(&cfg)
			_, err := git.New(cfg)
			if err == nil {
				t.Fatal("it was taken")
			}
			contains(t, err.Error(), c.want)
			if strings.Contains(err.Error(), "s3cr3t") {
				t.Error("the password is in the message:", err)
			}
		})
	}
}
