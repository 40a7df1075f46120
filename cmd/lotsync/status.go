package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/lotsync/lotsync/service"
	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/state"
)

const exitNothingApplied = 4

// liveTimeout bounds how long a running agent may take to say what it knows.
const liveTimeout = 2 * time.Second

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show what runs here, since when, and why",
		Long: `Show what runs here, since when, and why. It reads the state directory and works
with the agent stopped; a running agent adds what only it knows.

Exit codes: 0 good, 1 not good, 4 nothing applied yet.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.status(cmd.Context()) },
	}
}

// lotStatus is what `status` prints.
type lotStatus struct {
	Site    sync.Site     `json:"site"`
	Running bool          `json:"running"` // an agent answers
	Current *sync.Rollout `json:"current,omitempty"`
	Next    *sync.Rollout `json:"next,omitempty"`
	Good    *sync.Rollout `json:"good,omitempty"`
	Seen    sync.Revision `json:"seen"`
	Traffic sync.Traffic  `json:"traffic,omitzero"`
	Failure *sync.Failure `json:"failure,omitempty"`
	Live    *sync.Status  `json:"live,omitempty"`
	Damage  []string      `json:"damage,omitempty"`
}

func (a *app) status(ctx context.Context) error {
	st, damage, err := a.readState()
	if err != nil {
		return err
	}
	live := a.askAgent(ctx)
	if live != nil {
		st = live.State
		live.State = sync.State{} // printed already
	}
	ls := lotStatus{
		Site: st.Site, Running: live != nil, Current: st.Current, Next: st.Next, Good: st.Good,
		Seen: st.Seen, Traffic: st.Traffic, Failure: st.Failure, Live: live, Damage: damage,
	}
	if err := a.print(ls, func() { a.statusTable(ls, time.Now()) }); err != nil {
		return err
	}
	switch {
	case st.Current == nil:
		return &exitError{code: exitNothingApplied}
	case st.Current.Phase != sync.Good || st.Failure != nil || st.Next != nil:
		return &exitError{code: 1}
	}
	return nil
}

// readState reads the state directory. One that is not there is a lot to which
// nothing was applied.
func (a *app) readState() (sync.State, []string, error) {
	reader, err := state.OpenReadOnly(a.spec.StateDir)
	if errors.Is(err, fs.ErrNotExist) {
		return sync.State{Site: sync.Site(a.spec.Site)}, nil, nil
	}
	if err != nil {
		return sync.State{}, nil, err
	}
	st, err := reader.Load()
	if st.Site == "" {
		st.Site = sync.Site(a.spec.Site)
	}
	var damage []string
	for _, d := range reader.Damage() {
		damage = append(damage, d.Error())
	}
	return st, damage, err
}

// askAgent returns what a running agent knows, nil if none answers.
func (a *app) askAgent(ctx context.Context) *sync.Status {
	if a.spec.Socket == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, liveTimeout)
	defer cancel()
	live, err := service.NewClient(a.spec.Socket).Status(ctx)
	if err != nil {
		a.log.DebugContext(ctx, "no agent answers", "socket", a.spec.Socket, "error", err)
		return nil
	}
	if a.spec.Site != "" && string(live.State.Site) != a.spec.Site {
		return nil
	}
	return &live
}

func (a *app) statusTable(ls lotStatus, now time.Time) {
	a.rows(func(w *tabwriter.Writer) {
		line := func(name, format string, args ...any) {
			fmt.Fprintf(w, "%s\t%s\n", name, fmt.Sprintf(format, args...))
		}
		line("site", "%s", a.paint(bold, string(ls.Site)))
		line("agent", "%s", a.agentLine(ls, now))
		a.rolloutLines(line, ls, now)
		if ls.Seen.Commit != "" {
			line("newest seen", "commit %s of %s", ls.Seen.Commit.Short(), ls.Seen.Time.UTC().Format(time.DateTime))
		}
		if t := ls.Traffic; t.Day != "" {
			line("git, "+t.Day, "%s", phases(t.Today))
			line("git, "+t.Month, "%s", phases(t.ThisMonth))
		}
		if ls.Live != nil {
			a.liveLines(line, *ls.Live, now)
		}
		for _, d := range ls.Damage {
			line(a.paint(yellow, "damaged"), "%s", d)
		}
	})
	if f := ls.Failure; f != nil {
		fmt.Fprintf(a.out, "%s at %s, commit %s, since %s:\n%s\n", a.paint(red, "failed"), f.Verb, f.Revision.Commit.Short(), ago(f.Since, now), indent(f.Message))
	}
}

func (a *app) agentLine(ls lotStatus, now time.Time) string {
	if !ls.Running {
		return a.paint(yellow, "not running") + " (this is what the state directory says)"
	}
	if ls.Live.LastPass.IsZero() {
		return "running, in its first pass"
	}
	return fmt.Sprintf("running, last pass %s ago, next in %s", round(now.Sub(ls.Live.LastPass)), round(max(0, ls.Live.NextPass.Sub(now))))
}

func (a *app) rolloutLines(line func(string, string, ...any), ls lotStatus, now time.Time) {
	if ls.Current == nil {
		line("runs", "%s", a.paint(yellow, "nothing applied yet"))
	} else {
		line("runs", "commit %s, %s since %s", ls.Current.Revision.Commit.Short(), a.phase(ls.Current.Phase), ago(ls.Current.Since, now))
	}
	if ls.Next != nil {
		line("under way", "commit %s, begun %s", ls.Next.Revision.Commit.Short(), ago(ls.Next.Since, now))
	}
	if ls.Good != nil && (ls.Current == nil || ls.Good.Digest != ls.Current.Digest) {
		line("last good", "commit %s, since %s", ls.Good.Revision.Commit.Short(), ago(ls.Good.Since, now))
	}
}

func (a *app) liveLines(line func(string, string, ...any), live sync.Status, now time.Time) {
	if live.Way != "" {
		line("fetched by", "%s", live.Way)
	}
	line("standing", "%s: %s", a.standing(live.Standing), live.Reason)
	if !live.OfflineSince.IsZero() {
		line("git", "%s since %s", a.paint(yellow, "out of reach"), ago(live.OfflineSince, now))
	}
	if !live.APILostSince.IsZero() {
		line("API", "%s since %s", a.paint(yellow, "unavailable"), ago(live.APILostSince, now))
	}
	if live.Message != "" && live.Standing == sync.StandingHeld {
		line("because", "%s", live.Message)
	}
}

func (a *app) phase(p sync.Phase) string {
	colours := map[sync.Phase]colour{sync.Good: green, sync.Ailing: red, sync.Applying: yellow, sync.Judging: yellow}
	return a.paint(colours[p], string(p))
}
