package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

const kubernetes = "k8s.io/kubernetes"

// fetch returns the folder with a release's sources, in the module cache. It asks
// from an empty module, so that nothing is added to this one.
func fetch(release string) (string, error) {
	dir, err := os.MkdirTemp("", "openapi-")
	if err != nil {
		return "", fmt.Errorf("fetch: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module fetch\n"), 0o600); err != nil {
		return "", fmt.Errorf("fetch: %w", err)
	}
	cmd := exec.CommandContext(context.Background(), "go", "mod", "download", "-json", kubernetes+"@"+release) //nolint:gosec // one of our own list
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	out, err := cmd.Output()
	var module struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &module); err == nil && jsonErr != nil {
		err = jsonErr
	}
	if err != nil || module.Dir == "" {
		return "", fmt.Errorf("fetch %s %s: %w: %s", kubernetes, release, err, module.Error)
	}
	return module.Dir, nil
}
