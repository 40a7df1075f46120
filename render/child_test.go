package render_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/sync"
)

// loose are limits under which a hostile folder reaches kustomize.
func loose() render.Options {
	options := render.DefaultOptions()
	options.Limits.Nodes, options.Limits.Objects, options.Limits.Keys = 1<<30, 1<<30, 1<<30
	return options
}

func manyObjects(n int) sync.Snapshot {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a%d}\n", i)
	}
	return tiny(resource(b.String()))
}

func TestAChildOutOfTimeIsAnErrorThatMayPass(t *testing.T) {
	t.Parallel()
	options := loose()
	options.Limits.Timeout = 300 * time.Millisecond
	_, err := render.New(options).Render(t.Context(), manyObjects(4000))
	if err == nil || errors.Is(err, sync.ErrInvalid) || !strings.Contains(err.Error(), "longer than 300ms") {
		t.Errorf("got %v, want an error that says so and is not sync.ErrInvalid", err)
	}
}

func TestACancelledRenderSaysSo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := render.New(render.DefaultOptions()).Render(ctx, tiny(nil))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestAChildThatDiesIsAnErrorOfTheLot(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		command []string
		want    string
	}{
		"a program that is not there": {[]string{"/nowhere/lotsync"}, "no such file"},
		"killed from outside":         {[]string{"/bin/sh", "-c", "kill -9 $$"}, "ended from outside"},
		"an exit with a word":         {[]string{"/bin/sh", "-c", "echo no disk >&2; exit 3"}, "no disk"},
		"an answer of another kind":   {[]string{"/bin/sh", "-c", "echo a much longer text than the greeting"}, "another version"},
		"an answer without an end":    {[]string{"/bin/sh", "-c", "printf 'lotsync-render 1\\n\\0\\0\\1\\0{'"}, "EOF"},
		"more than it may say":        {[]string{"/bin/sh", "-c", "head -c 20000000 /dev/zero"}, "another version"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := render.DefaultOptions()
			options.Command = test.command
			_, err := render.New(options).Render(t.Context(), tiny(nil))
			if err == nil || errors.Is(err, sync.ErrInvalid) || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), tinySite) {
				t.Errorf("got %v, want %q and the site, and no sync.ErrInvalid", err, test.want)
			}
		})
	}
}

func TestTheChildTellsItsPeak(t *testing.T) {
	t.Parallel()
	options := render.DefaultOptions()
	var usage render.Usage
	options.Observe = func(u render.Usage) { usage = u }
	if _, err := render.New(options).Render(t.Context(), tiny(nil)); err != nil {
		t.Fatal(err)
	}
	if usage.Peak < 1<<20 || usage.CPU <= 0 {
		t.Errorf("got %+v, want a peak of some megabytes, and time", usage)
	}
}

func TestAnInvalidSnapshotIsInvalidThroughTheChildToo(t *testing.T) {
	t.Parallel()
	snap := tiny(kustomization("resources:", "- https://example.com/a"))
	_, inProcess := render.Build(snap, render.DefaultLimits())
	_, err := render.New(render.DefaultOptions()).Render(t.Context(), snap)
	if !errors.Is(err, sync.ErrInvalid) || err.Error() != inProcess.Error() {
		t.Errorf("got %v, want %v", err, inProcess)
	}
}
