package main

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lotsync/lotsync/render"
	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/state"
)

// TestMain lets the test binary be the command of the scripts, and the process
// in which that renders.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == render.ChildArg {
		os.Exit(render.ChildMain(os.Stdin, os.Stdout))
	}
	testscript.Main(m, map[string]func(){"lotsync": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
			"state": prepare,
		},
	})
}

// exits runs a program and looks at its exit code: exits CODE PROGRAM [ARGS].
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		got, err = exit.ExitCode(), nil
	}
	ts.Check(err)
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// prepare makes a state directory as an agent would have left it: state DIR
// good|settling|failed.
func prepare(ts *testscript.TestScript, _ bool, args []string) {
	store, err := state.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Defer(func() { _ = store.Close() })
	st, bundle := savedState()
	switch args[1] {
	case "settling":
		st.Current.Phase, st.Good = sync.Judging, nil
	case "failed":
		st.Seen.Commit = "2222222222222222222222222222222222222222"
		st.Failure = &sync.Failure{Verb: sync.Render, Message: "site nl/ams/0042 at commit 222222222222: renders to nothing", Since: st.Seen.Time, Revision: st.Seen}
		st.History = append(st.History, sync.Event{Time: st.Seen.Time, What: "failed", Why: st.Failure.Message, Commit: st.Seen.Commit})
	case "good":
	default:
		ts.Fatalf("no state %s", args[1])
	}
	ts.Check(store.PutBundle(bundle))
	ts.Check(store.Save(st))
	ts.Check(store.Close())
}

// savedState is that of a lot that is in step.
func savedState() (sync.State, sync.Bundle) {
	at := time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC)
	rev := sync.Revision{Commit: "1111111111111111111111111111111111111111", Time: at, Key: sync.DigestOf([]byte("key"))}
	bundle := sync.NewBundle(rev, []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: tariff}\n"))
	run := sync.Rollout{Digest: bundle.Digest, Revision: rev, Phase: sync.Good, Since: at.Add(time.Minute)}
	current, good := run, run
	return sync.State{
		Site: "nl/ams/0042", Seen: rev, Policy: sync.DefaultPolicy(), Current: &current, Good: &good,
		Rendered: sync.Rendering{Key: rev.Key, Version: render.Version, Digest: bundle.Digest},
		History: []sync.Event{
			{Time: at, What: "applied", Why: string(sync.ReasonNewBundle), Commit: rev.Commit, Digest: bundle.Digest, Changes: 33},
			{Time: at.Add(time.Minute), What: "good", Why: string(sync.ReasonSettled), Commit: rev.Commit, Digest: bundle.Digest},
		},
	}, bundle
}
