package git

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/lotsync/lotsync/sync"
)

// Config says where a lot's commits come from. Files that hold credentials are
// read again on each use, so that they can be exchanged while the agent runs.
type Config struct {
	// URL of the repository: https://, http://, ssh://, user@host:path, file://
	// or an absolute path. It must not hold a password.
	URL string
	// Ref is what to follow: a full name such as refs/heads/main, a branch or
	// tag by its short name, or the full hash of a commit.
	Ref string
	// Dir is the fleet's folder in the repository, "." for its root.
	Dir string
	// Site is the lot.
	Site sync.Site
	// CacheDir is where fetched objects are kept. It belongs to the Source
	// alone and may vanish at any time.
	CacheDir string

	// TokenFile holds an access token for HTTP, used as the password.
	TokenFile string
	// UserFile and PasswordFile hold the user and password for HTTP. With
	// TokenFile, UserFile says which user the token goes with ("git" if unset).
	UserFile, PasswordFile string
	// CertFile and KeyFile hold the client certificate for TLS, in PEM.
	CertFile, KeyFile string
	// CAFile holds the authorities that the server's certificate is checked
	// against, in PEM, in the place of the system's.
	CAFile string
	// Proxy is the URL of a proxy. Without it, the environment decides
	// (HTTPS_PROXY, HTTP_PROXY, NO_PROXY). SSH goes through socks5:// only.
	Proxy string

	// SSHKeyFile holds the private key for SSH, without a passphrase. No agent
	// is asked.
	SSHKeyFile string
	// KnownHostsFile holds the host keys that are trusted for SSH.
	KnownHostsFile string

	// Timeout is how long the remote may be silent, and how long a transfer may
	// take to move Floor bytes.
	Timeout time.Duration
	// Floor is how many bytes a transfer has to move in each Timeout.
	Floor int64
	// Transfer is how long a whole fetch may take.
	Transfer time.Duration
	// MaxBytes is the largest pack that is taken from the remote.
	MaxBytes int64
	// Log is told of what people should know and nothing fails of, such as a
	// damaged cache. Nobody is told if it is nil.
	Log *slog.Logger
}

// DefaultConfig is for a metered link that comes and goes: half a minute for
// an answer, half an hour for all of it, and at most 256 MiB where the remote
// hands out only the whole.
func DefaultConfig() Config {
	return Config{
		Ref:      "refs/heads/main",
		Dir:      "sites",
		Timeout:  30 * time.Second,
		Floor:    256,
		Transfer: 30 * time.Minute,
		MaxBytes: 256 << 20,
	}
}

// scheme is how a remote is spoken to.
type scheme string

const (
	schemeHTTP scheme = "http"
	schemeSSH  scheme = "ssh"
	schemeFile scheme = "file"
)

// address is a repository's URL, taken apart.
type address struct {
	scheme scheme
	// url is what the user wrote, in the form of a URL.
	url *url.URL
}

// parseAddress reads a repository's URL.
func parseAddress(raw string) (address, error) {
	if raw == "" {
		return address{}, errors.New("no repository is given: set git.url")
	}
	if filepath.IsAbs(raw) {
		return address{scheme: schemeFile, url: &url.URL{Scheme: "file", Path: raw}}, nil
	}
	if !strings.Contains(raw, "://") {
		scp := regexp.MustCompile(`^(?:([^@/]+)@)?([^:/@]+):(.+)$`).FindStringSubmatch(raw)
		if scp == nil {
			return address{}, errors.New("git.url is neither a URL nor an absolute path")
		}
		return address{scheme: schemeSSH, url: &url.URL{Scheme: "ssh", User: url.User(scp[1]), Host: scp[2], Path: scp[3]}}, nil
	}
	u, err := url.Parse(raw)
	if err != nil {
		return address{}, errors.New("git.url cannot be parsed")
	}
	if _, has := u.User.Password(); has {
		return address{}, errors.New("git.url holds a password: put it into a file and name that with git.basic.passwordFile or git.tokenFile")
	}
	switch u.Scheme {
	case "http", "https":
		return address{scheme: schemeHTTP, url: u}, nil
	case "ssh", "file":
		return address{scheme: scheme(u.Scheme), url: u}, nil
	}
	return address{}, fmt.Errorf("git.url: %q is not spoken here: use https, http, ssh or file", u.Scheme)
}

// check finds what is missing before the network is asked.
func (c Config) check(addr address) error {
	if _, err := sync.ParseSite(string(c.Site)); err != nil {
		return err
	}
	switch {
	case !fs.ValidPath(path.Clean(c.Dir)):
		return fmt.Errorf("git.dir %q is no folder of the repository: give its path from the root, such as sites", c.Dir)
	case c.Ref == "":
		return errors.New("no ref is given: set git.ref, such as refs/heads/main")
	case c.CacheDir == "":
		return errors.New("no folder for the cache is given")
	case (c.CertFile == "") != (c.KeyFile == ""):
		return errors.New("a client certificate needs both git.tls.certFile and git.tls.keyFile")
	case addr.scheme == schemeSSH && c.SSHKeyFile == "":
		return errors.New("ssh needs a key: set git.ssh.keyFile")
	case addr.scheme == schemeSSH && c.KnownHostsFile == "":
		return errors.New("ssh needs the server's host key: set git.ssh.knownHostsFile (ssh-keyscan prints its lines; compare them with what the server's owner says)")
	case c.Timeout <= 0 || c.Transfer <= 0 || c.Floor <= 0 || c.MaxBytes <= 0:
		return errors.New("timeouts and limits must be above zero: begin with DefaultConfig")
	}
	return nil
}
