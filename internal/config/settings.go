package config

import "strings"

// Setting is one value that can also be given as a flag or in the environment.
type Setting struct {
	Flag  string // the flag's name
	Usage string
	Field func(*Spec) *string
}

// Env is the setting's name in the environment: LOTSYNC_STATE_DIR for --state-dir.
func (s Setting) Env() string {
	return "LOTSYNC_" + strings.ToUpper(strings.ReplaceAll(s.Flag, "-", "_"))
}

// Settings lists every value of a Spec.
func Settings() []Setting {
	return append(common(), credentials()...)
}

func common() []Setting {
	return []Setting{
		{"site", "the lot: its path below the fleet's folder, such as nl/ams/0042", func(s *Spec) *string { return &s.Site }},
		{"repo", "the fleet's Git repository: a URL, or a folder with a checkout", func(s *Spec) *string { return &s.Git.URL }},
		{"ref", "branch, tag or commit to follow", func(s *Spec) *string { return &s.Git.Ref }},
		{"dir", "the fleet's folder in the repository", func(s *Spec) *string { return &s.Git.Dir }},
		{"kubeconfig", "kubeconfig of the lot's cluster (without one: the Pod's ServiceAccount)", func(s *Spec) *string { return &s.Cluster.Kubeconfig }},
		{"namespace", "namespace of the lot's inventory, lotsync-system by default", func(s *Spec) *string { return &s.Cluster.Namespace }},
		{"state-dir", "where the agent keeps what must survive a power cut", func(s *Spec) *string { return &s.StateDir }},
		{"listen", "address of /healthz, /readyz and /metrics; empty for none", func(s *Spec) *string { return &s.Listen }},
		{"socket", "the running agent's unix socket; empty for none", func(s *Spec) *string { return &s.Socket }},
	}
}

func credentials() []Setting {
	return []Setting{
		{"token-file", "file with the token for Git over HTTPS", func(s *Spec) *string { return &s.Git.TokenFile }},
		{"ca-file", "file with the CA certificates for Git over HTTPS", func(s *Spec) *string { return &s.Git.CAFile }},
		{"proxy", "proxy for Git over HTTPS (by default HTTPS_PROXY and NO_PROXY)", func(s *Spec) *string { return &s.Git.Proxy }},
		{"ssh-key-file", "file with the private key for Git over SSH", func(s *Spec) *string { return &s.Git.SSH.KeyFile }},
		{"ssh-known-hosts-file", "file with the host keys for Git over SSH", func(s *Spec) *string { return &s.Git.SSH.KnownHostsFile }},
		{"basic-user-file", "file with the user name for Git over HTTPS", func(s *Spec) *string { return &s.Git.Basic.UserFile }},
		{"basic-password-file", "file with the password for Git over HTTPS", func(s *Spec) *string { return &s.Git.Basic.PasswordFile }},
		{"tls-cert-file", "file with the client certificate for Git over HTTPS", func(s *Spec) *string { return &s.Git.TLS.CertFile }},
		{"tls-key-file", "file with the client certificate's key", func(s *Spec) *string { return &s.Git.TLS.KeyFile }},
	}
}
