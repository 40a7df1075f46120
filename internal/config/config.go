// Package config reads what one agent is told about itself: its site, its Git
// repository, its cluster, its folders. Flags win over the environment, the
// environment over the file.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// DefaultPath is where the file is looked for if nothing else is said. It may be
// missing there.
const DefaultPath = "/etc/lotsync/lotsync.yaml"

// Agent is the file's form: apiVersion lotsync.dev/v1alpha1, kind Agent.
type Agent struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Spec       Spec   `json:"spec"`
}

// Spec is all that a node knows by itself.
type Spec struct {
	Site     string  `json:"site,omitempty"`
	Git      Git     `json:"git,omitzero"`
	Cluster  Cluster `json:"cluster,omitzero"`
	StateDir string  `json:"stateDir,omitempty"`
	// Listen is where /healthz, /readyz and /metrics are served; empty: nowhere.
	Listen string `json:"listen,omitempty"`
	// Socket is the technician's unix socket; empty: none.
	Socket string `json:"socket,omitempty"`
}

// Git says where commits come from and with which credentials. Every credential
// is a file, read again on each use.
type Git struct {
	URL       string `json:"url,omitempty"`
	Ref       string `json:"ref,omitempty"`
	Dir       string `json:"dir,omitempty"`
	TokenFile string `json:"tokenFile,omitempty"`
	CAFile    string `json:"caFile,omitempty"`
	Proxy     string `json:"proxy,omitempty"`
	SSH       SSH    `json:"ssh,omitzero"`
	Basic     Basic  `json:"basic,omitzero"`
	TLS       TLS    `json:"tls,omitzero"`
}

// SSH names the files for a Git URL over SSH.
type SSH struct {
	KeyFile        string `json:"keyFile,omitempty"`
	KnownHostsFile string `json:"knownHostsFile,omitempty"`
}

// Basic names the files for basic authentication.
type Basic struct {
	UserFile     string `json:"userFile,omitempty"`
	PasswordFile string `json:"passwordFile,omitempty"`
}

// TLS names the files of a client certificate.
type TLS struct {
	CertFile string `json:"certFile,omitempty"`
	KeyFile  string `json:"keyFile,omitempty"`
}

// Cluster says how the lot's Kubernetes API is reached.
type Cluster struct {
	// Kubeconfig is a file; empty means the Pod's own ServiceAccount.
	Kubeconfig string `json:"kubeconfig,omitempty"`
	// Namespace is where the lot's inventory is kept; empty means lotsync-system.
	Namespace string `json:"namespace,omitempty"`
}

// Default is what holds for what nobody says.
func Default() Spec {
	return Spec{
		Git:      Git{Ref: "refs/heads/main", Dir: "sites"},
		StateDir: "/var/lib/lotsync",
		Listen:   "127.0.0.1:9464",
		Socket:   "/run/lotsync/lotsync.sock",
	}
}

// Load reads the file at path over the defaults, and the environment over that.
// An empty path means DefaultPath, which may be missing.
func Load(path string, environ func(string) (string, bool)) (Spec, error) {
	spec := Default()
	data, err := read(path)
	if err != nil {
		return Spec{}, err
	}
	if data != nil {
		if err := parse(data, &spec); err != nil {
			return Spec{}, fmt.Errorf("%s: %w", cmp.Or(path, DefaultPath), err)
		}
	}
	for _, s := range Settings() {
		if v, ok := environ(s.Env()); ok {
			*s.Field(&spec) = v
		}
	}
	return spec, nil
}

func read(path string) ([]byte, error) {
	data, err := os.ReadFile(cmp.Or(path, DefaultPath))
	if path == "" && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the agent's configuration: %w", err)
	}
	return data, nil
}

// secondDocument is the line at which another YAML document begins, which would
// be read as if it were not there; 0 if none does.
func secondDocument(data []byte) int {
	begun := false
	for i, line := range strings.Split(string(data), "\n") {
		marker := line == "---" || strings.HasPrefix(line, "--- ")
		if marker && begun {
			return i + 1
		}
		begun = begun || line != "" && !strings.HasPrefix(line, "#")
	}
	return 0
}

func parse(data []byte, spec *Spec) error {
	if line := secondDocument(data); line > 0 {
		return fmt.Errorf("line %d: a second document begins: want one, of kind Agent", line)
	}
	file := Agent{Spec: *spec}
	data, err := yaml.YAMLToJSONStrict(data)
	if err != nil {
		return err
	}
	strict, err := json.UnmarshalStrict(data, &file)
	if err := errors.Join(append(strict, err)...); err != nil {
		return fmt.Errorf("%w: the fields are those of kind Agent, as in manifests/host/lotsync.yaml", err)
	}
	if file.APIVersion != "lotsync.dev/v1alpha1" || file.Kind != "Agent" {
		return fmt.Errorf("apiVersion %q, kind %q: want lotsync.dev/v1alpha1 and Agent", file.APIVersion, file.Kind)
	}
	*spec = file.Spec
	return nil
}
