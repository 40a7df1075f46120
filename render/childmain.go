package render

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/lotsync/lotsync/render/schema"
	"github.com/lotsync/lotsync/sync"
)

// ChildMain is the whole life of a child: it limits itself, reads one snapshot,
// renders it, and writes the answer. What it returns is the exit code: 0 if
// there was an answer, whatever it is.
//
// It leaves the process without the ability to open anything: no file, no
// socket, no program.
func ChildMain(stdin io.Reader, stdout io.Writer) int {
	if err := serve(stdin, stdout); err != nil {
		fmt.Fprintln(os.Stderr, "render:", err)
		return 1
	}
	return 0
}

func serve(stdin io.Reader, stdout io.Writer) error {
	memory, err := strconv.Atoi(os.Getenv(memoryVariable))
	if err != nil {
		return fmt.Errorf("%s: %w: this command is for lotsync itself", memoryVariable, err)
	}
	status, err := confine(memory)
	if err != nil {
		return fmt.Errorf("confine: %w", err)
	}
	if err := schema.Use(); err != nil {
		return err
	}
	snap, limits, err := readSnapshot(stdin)
	if err != nil {
		return fmt.Errorf("read the snapshot: %w", err)
	}
	a, manifest := respond(snap, limits)
	a.Peak, a.Size = peak(status), len(manifest)
	if err := writeHeader(stdout, a); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	if _, err := stdout.Write(manifest); err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	return nil
}

// respond renders.
func respond(snap sync.Snapshot, limits Limits) (answer, []byte) {
	out, err := Build(snap, limits)
	if err == nil {
		return answer{Findings: out.Findings}, out.Manifest
	}
	a := answer{Invalid: err.Error()}
	if invalid, ok := errors.AsType[*InvalidError](err); ok {
		a.Stack = invalid.Stack
	}
	return a, nil
}
