package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// modulePath is the module in whose checkout the control plane's sources lie.
const modulePath = "github.com/lotsync/lotsync"

// ErrNoCheckout says that the control plane's sources are nowhere above the working
// directory.
var ErrNoCheckout = errors.New("not in a checkout of " + modulePath +
	": the control plane is built from its test/controlplane; clone the repository and run this inside it, or use a cluster of your own")

// sources finds test/controlplane by walking up from dir.
func sources(dir string) (string, error) {
	for at := dir; ; at = filepath.Dir(at) {
		text, err := os.ReadFile(filepath.Join(at, "go.mod"))
		switch {
		case err == nil && declares(string(text), modulePath):
			return filepath.Join(at, "test", "controlplane"), nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", err
		case at == filepath.Dir(at):
			return "", fmt.Errorf("%s: %w", dir, ErrNoCheckout)
		}
	}
}

// declares says whether a go.mod is that of module.
func declares(gomod, module string) bool {
	for line := range strings.Lines(gomod) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == "module" {
			return fields[1] == module
		}
	}
	return false
}
