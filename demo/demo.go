package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// errNotShown says that a step cannot be shown here, which it has told.
var errNotShown = errors.New("not shown here")

// closeLimit bounds how long it may take to end what was started.
const closeLimit = time.Minute

// Run tells the whole story and returns what was measured. It fails with
// ErrNotHeld when a step did not hold, and with what kept the story from being
// told. Everything that it has started has ended when it returns.
func Run(ctx context.Context, o Options) (sum Summary, err error) {
	began := now()
	t := &teller{out: o.Out, terminal: o.Terminal, colour: o.Colour}
	t.title("What is needed", "")
	if o.Progress == nil {
		o.Progress = o.Out
	}
	s, err := newStage(ctx, o, t)
	defer func() {
		sum.Took = now().Sub(began).Seconds()
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
		defer cancel()
		err = errors.Join(err, s.close(closing, sum.Logs != ""))
	}()
	if err != nil {
		return sum, fmt.Errorf("demo: %w", err)
	}
	sum.Cluster = s.api.server
	sum.Steps = tell(ctx, s, t, story())
	if ctx.Err() != nil {
		return sum, fmt.Errorf("demo: broken off: %w", ctx.Err())
	}
	if !sum.held() {
		sum.Logs = s.dir
		return sum, fmt.Errorf("demo: %w: the agent's log is %s", ErrNotHeld, s.agent.logFile)
	}
	return sum, nil
}

// tell goes through the steps, and ends at the first that fails in another way
// than by a figure: those after it begin where it should have ended.
func tell(ctx context.Context, s *stage, t *teller, steps []step) []Result {
	var results []Result
	for i, st := range steps {
		t.title(fmt.Sprintf("%d/%d  %s", i+1, len(steps), st.Title), st.Shows)
		r, err := perform(ctx, s, t, st)
		if ctx.Err() != nil {
			return results
		}
		t.end(r)
		results = append(results, r)
		if err != nil {
			return results
		}
	}
	return results
}

// perform shows one step. The error is that of a step that broke off.
func perform(ctx context.Context, s *stage, t *teller, st step) (Result, error) {
	if st.Inside && s.plane == nil {
		return Result{Step: st.Title, Verdict: NotShown, Error: "in a cluster of your own the demo stops nothing"}, nil
	}
	began := now()
	t.turn()
	measures, err := st.Do(ctx, s)
	t.rest()
	r := judge(st.Title, measures, err)
	r.Took = now().Sub(began).Seconds()
	if r.Verdict != Failed {
		err = nil
	}
	return r, err
}

// judge holds what was measured against its limits.
func judge(title string, measures []Measure, err error) Result {
	r := Result{Step: title, Verdict: Held, Measures: measures}
	var beyond []string
	for _, m := range measures {
		if m.exceeded() {
			beyond = append(beyond, fmt.Sprintf("%s: %s", m.Name, m.Figure()))
		}
	}
	switch {
	case errors.Is(err, errNotShown):
		r.Verdict = NotShown
	case err != nil:
		r.Verdict, r.Error = Failed, err.Error()
	case len(beyond) > 0:
		r.Verdict, r.Error = Failed, "beyond its limit: "+strings.Join(beyond, "; ")
	}
	return r
}
