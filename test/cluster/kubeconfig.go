package cluster

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"
)

// user is who a kubeconfig speaks as: by certificate, or by token.
type user struct {
	name  string
	pair  pair
	token string
}

// writeKubeconfig writes a kubeconfig that depends on no other file.
func writeKubeconfig(path, server string, ca []byte, as user) error {
	var text strings.Builder
	fmt.Fprintf(&text, `apiVersion: v1
kind: Config
clusters:
- name: lotsync-test
  cluster:
    server: %q
    certificate-authority-data: %s
contexts:
- name: lotsync-test
  context: {cluster: lotsync-test, user: %q}
current-context: lotsync-test
users:
- name: %q
  user:
`, server, base64.StdEncoding.EncodeToString(ca), as.name, as.name)
	if as.token != "" {
		fmt.Fprintf(&text, "    token: %q\n", as.token)
	} else {
		fmt.Fprintf(&text, "    client-certificate-data: %s\n", base64.StdEncoding.EncodeToString(as.pair.cert))
		fmt.Fprintf(&text, "    client-key-data: %s\n", base64.StdEncoding.EncodeToString(as.pair.key))
	}
	return os.WriteFile(path, []byte(text.String()), privateFile)
}
