package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// binaryName is the binary's name in its folder of the cache.
const binaryName = "controlplane"

// interruptLimit is how long the go command may take to end when interrupted.
const interruptLimit = 10 * time.Second

// Build returns the path of the control plane's binary, and makes it first if
// this machine does not have it yet: about six minutes on two cores, told to
// progress every few seconds. It lies in the user's cache directory, under a
// key of everything that goes into it; who calls while another builds, waits.
// Away from a checkout the error is ErrNoCheckout.
func Build(ctx context.Context, progress io.Writer) (binary string, err error) {
	b, err := planBuild(ctx)
	if err != nil {
		return "", fmt.Errorf("build control plane: %w", err)
	}
	if b.made() {
		return b.binary(), nil
	}
	held, err := lock(ctx, b.folder+".lock", func() {
		fmt.Fprintln(progress, "another process builds the control plane: waiting for it")
	})
	if err != nil {
		return "", fmt.Errorf("build control plane: %w", err)
	}
	defer held.Close()
	if b.made() {
		return b.binary(), nil
	}
	if err := b.make(ctx, progress); err != nil {
		return "", fmt.Errorf("build control plane: %w", err)
	}
	return b.binary(), nil
}

// build is one build of the control plane.
type build struct {
	sources string   // the module
	folder  string   // of the cache, where the outcome goes
	flags   []string // of go build
}

// planBuild finds out what Build would make, and where it goes.
func planBuild(ctx context.Context) (build, error) {
	work, err := os.Getwd()
	if err != nil {
		return build{}, err
	}
	dir, err := sources(work)
	if err != nil {
		return build{}, err
	}
	version, err := kubernetesVersion(dir)
	if err != nil {
		return build{}, err
	}
	flags := buildFlags(version)
	toolchain, err := goTool(ctx, dir, io.Discard, "env", "GOVERSION", "GOOS", "GOARCH")
	if err != nil {
		return build{}, err
	}
	key, err := cacheKey(dir, toolchain+strings.Join(flags, " "))
	if err != nil {
		return build{}, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return build{}, err
	}
	root := filepath.Join(cache, "lotsync", "controlplane")
	return build{sources: dir, folder: filepath.Join(root, key), flags: flags}, os.MkdirAll(root, privateDir)
}

func (b build) binary() string { return filepath.Join(b.folder, binaryName) }

func (b build) made() bool {
	_, err := os.Stat(b.binary())
	return err == nil
}

// make compiles into a folder beside the final one, which appears whole or not
// at all. What killed builds left is removed first: their compilers may live on.
func (b build) make(ctx context.Context, out io.Writer) error {
	began := time.Now() //nolint:forbidigo // how long it took is told to a person, nothing depends on it
	fmt.Fprintln(out, "building the control plane, once on this machine (from nothing: about 6 minutes on two cores)")
	part, err := b.scratch()
	if err != nil {
		return err
	}
	defer os.RemoveAll(part)
	if err := b.compile(ctx, filepath.Join(part, binaryName), out); err != nil {
		return err
	}
	if err := os.Rename(part, b.folder); err != nil {
		return err
	}
	took := time.Since(began).Round(time.Second)
	_, err = fmt.Fprintf(out, "built the control plane in %s: %s\n", took, b.binary())
	return err
}

// scratch makes a folder for one build, after removing those of earlier ones.
// The caller holds the lock.
func (b build) scratch() (string, error) {
	left, err := filepath.Glob(b.folder + ".part-*")
	if err != nil {
		return "", err
	}
	for _, part := range left {
		if err := os.RemoveAll(part); err != nil {
			return "", err
		}
	}
	return os.MkdirTemp(filepath.Dir(b.folder), filepath.Base(b.folder)+".part-")
}

// compile makes the binary and tells out how far it has come.
func (b build) compile(ctx context.Context, binary string, out io.Writer) error {
	seen := &progress{}
	stop := seen.tell(out)
	defer stop()
	list := append([]string{"list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}"}, b.flags...)
	stale, err := goTool(ctx, b.sources, seen, append(list, ".")...)
	if err != nil {
		return err
	}
	seen.expect(len(strings.Fields(stale)))
	arguments := append([]string{"build", "-v", "-o", binary}, b.flags...)
	_, err = goTool(ctx, b.sources, seen, append(arguments, ".")...)
	return err
}

// goTool runs the go command in dir and returns what it prints. What it says on
// the side goes to seen; where it fails, that is in the error.
func goTool(ctx context.Context, dir string, seen io.Writer, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, "go", arguments...)
	command.Dir = dir
	// Interrupted, go ends its compilers; killed, it would leave them.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = interruptLimit
	// Settings of the caller's must not change the outcome, nor compile it again.
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	var printed, said strings.Builder
	command.Stdout, command.Stderr = &printed, io.MultiWriter(&said, seen)
	err := command.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", fmt.Errorf("the control plane is compiled here: install Go (https://go.dev/dl): %w", err)
	case ctx.Err() != nil:
		return "", fmt.Errorf("go %s: %w", arguments[0], ctx.Err())
	case err != nil:
		return "", fmt.Errorf("go %s: %w: %s", arguments[0], err, complaint(said.String()))
	}
	return printed.String(), nil
}

// buildFlags are the flags that the outcome depends on; list and build share
// them, or the list would be of another build.
func buildFlags(version string) []string {
	const versions = "-X k8s.io/component-base/version."
	minor := strings.Split(version+"..", ".")[1]
	return []string{"-trimpath", "-buildvcs=false", "-ldflags", "-s -w" +
		" " + versions + "gitVersion=" + version + " " + versions + "gitMajor=1 " + versions + "gitMinor=" + minor +
		" " + versions + "gitTreeState=clean " + versions + "buildDate=1970-01-01T00:00:00Z"}
}

// kubernetesVersion reads which Kubernetes the module in dir builds.
func kubernetesVersion(dir string) (string, error) {
	text, err := fs.ReadFile(os.DirFS(dir), "go.mod")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == "k8s.io/kubernetes" {
			return fields[1], nil
		}
	}
	return "", fmt.Errorf("%s requires no k8s.io/kubernetes", filepath.Join(dir, "go.mod"))
}
