package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// keyBytes of the hash are enough to tell the builds of one machine apart.
const keyBytes = 10

// cacheKey names the build of the module in dir: the same key, the same binary.
// toolchain is all else that the outcome depends on.
func cacheKey(dir, toolchain string) (string, error) {
	hash := sha256.New()
	fmt.Fprintf(hash, "%q\n", toolchain)
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || !isInput(path) {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return err
		}
		fmt.Fprintf(hash, "%q %x\n", path, sha256.Sum256(text))
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("cache key: %w", err)
	}
	return hex.EncodeToString(hash.Sum(nil)[:keyBytes]), nil
}

// isInput says whether a file of the module goes into the binary.
func isInput(path string) bool {
	if strings.HasSuffix(path, "_test.go") {
		return false
	}
	name := filepath.Base(path)
	return filepath.Ext(name) == ".go" || name == "go.mod" || name == "go.sum"
}
