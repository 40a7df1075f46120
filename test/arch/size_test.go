package arch

import (
	"os"
	"path/filepath"
	"testing"
)

// maxBinary is the largest agent that a node takes, in bytes: as make dist builds
// it, without the demo.
const maxBinary = 24_000_000

// whereToLook names what makes a binary grow by megabytes at once.
const whereToLook = `a new package (go list -deps ./cmd/lotsync), or one that calls methods by name,
for which the linker keeps every method (text/template does, which cobra's Set…Template functions link):
go build -ldflags=-dumpdep -o /dev/null ./cmd/lotsync 2>&1 | grep '<ReflectMethod>'`

func TestTheAgentIsSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the agent for three platforms")
	}
	for name, env := range map[string][]string{
		"amd64": {"GOARCH=amd64"},
		"arm64": {"GOARCH=arm64"},
		"armv7": {"GOARCH=arm", "GOARM=7"},
	} {
		t.Run(name, func(t *testing.T) {
			binary := filepath.Join(t.TempDir(), "lotsync")
			env = append(env, "GOOS=linux", "CGO_ENABLED=0")
			run(t, env, "go", "build", "-trimpath", "-tags=node", "-ldflags=-s -w", "-o", binary, "./cmd/lotsync")
			info, err := os.Stat(binary)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%.1f MB", float64(info.Size())/1e6)
			if info.Size() >= maxBinary {
				t.Errorf("%d bytes, want below %d: %s", info.Size(), maxBinary, whereToLook)
			}
		})
	}
}
