package sync

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// model is a lot to which things happen by chance: commits good and bad,
// outages, cut power, hands in the cluster, full and damaged disks, stopped
// agents.
type model struct {
	t      *testing.T
	w      *world
	rnd    *rand.Rand
	agent  *Agent
	passes int
	told   []string // what happened, for whoever reads a failure

	content string // what the tip of Git holds
}

// contents are what a commit may hold: "!" is refused at once, "?" in the
// middle, an upper-case letter is never healthy, "#" does not render.
func contents() []string {
	return []string{"a", "abc", "abd", "xyz", "cxy", "ab!", "acd?", "x?", "abC", "Xy", "ab#", "#"}
}

func renders(content string) bool { return !strings.Contains(content, "#") }
func accepted(content string) bool {
	return renders(content) && !strings.ContainsAny(content, "!?")
}

// healthy content becomes good.
func healthy(content string) bool { return accepted(content) && strings.ToLower(content) == content }

// TestWhateverHappensTheLotComesToRest lets a lot live through hundreds of
// mishaps, with quiet times between them in which it has to come to rest, with
// the cluster as Git says, and nothing written any more.
func TestWhateverHappensTheLotComesToRest(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &model{t: t, w: newWorld(), rnd: rand.New(rand.NewPCG(seed, 1))}
				m.commit("abc")
				m.boot()
				for step := range 60 {
					if m.mishap(); step%8 == 7 {
						m.quiet()
					}
					if t.Failed() {
						t.Fatalf("after:\n%s", strings.Join(m.told, "\n"))
					}
				}
			})
		})
	}
}

func (m *model) tell(format string, args ...any) {
	m.told = append(m.told, fmt.Sprintf(format, args...))
}

func (m *model) boot() {
	m.agent = m.w.boot(m.t)
	m.agent.cfg.OnPass = func(Outcome) { m.passes++ }
	m.agent.cfg.Jitter = m.rnd.Float64
}

func (m *model) commit(content string) {
	m.content = content
	m.w.commit(fmt.Sprint("commit ", len(m.told)), content)
	m.tell("commit %q", content)
}

// mishap has one thing happen, and the lot live on for a while.
func (m *model) mishap() {
	away := errors.Join(ErrUnavailable, errors.New("connection refused"))
	mishaps := []func(){
		func() { m.commit(contents()[m.rnd.IntN(len(contents()))]) },
		func() { m.commit(contents()[m.rnd.IntN(len(contents()))]) },
		func() { m.commit(m.content); m.tell("of another lot") },
		func() { m.w.git.err = errLink; m.tell("Git away") },
		func() { m.w.git.err = fmt.Errorf("no such branch: %w", ErrInvalid); m.tell("no branch") },
		func() { m.w.git.err = nil; m.tell("Git back") },
		func() { m.w.cluster.err = away; m.tell("API away") },
		func() { m.w.cluster.err = errors.New("forbidden"); m.tell("API forbids") },
		func() { m.w.cluster.err = nil; m.tell("API back") },
		func() { m.w.disk.err = errors.New("no space left on device"); m.tell("disk full") },
		func() { m.w.disk.err = nil; m.tell("disk has room") },
		m.drift, m.loseBundle, m.crash, m.crash, m.crash, m.restart,
	}
	mishaps[m.rnd.IntN(len(mishaps))]()
	m.live([]time.Duration{time.Second, 20 * time.Second, 2 * time.Minute, 15 * time.Minute}[m.rnd.IntN(4)])
}

// crash cuts the power at one of the next steps of the outside world.
func (m *model) crash() {
	m.w.crashAt = m.w.steps + 1 + m.rnd.IntN(12)
	m.tell("power cut in %d steps", m.w.crashAt-m.w.steps)
}

func (m *model) restart() {
	m.boot()
	m.tell("killed and started")
}

func (m *model) drift() {
	for o := range m.w.cluster.objects {
		if m.rnd.IntN(2) == 0 {
			delete(m.w.cluster.objects, o)
		}
	}
	m.tell("hands in the cluster: %q left", m.w.content())
}

func (m *model) loseBundle() {
	for d := range m.w.disk.bundles {
		if m.rnd.IntN(2) == 0 {
			delete(m.w.disk.bundles, d)
			m.tell("disk loses bundle %q", m.w.git.contentOf(d))
		}
	}
}

// live runs the loop for some time, on the next start of the machine if the
// power is cut in it.
func (m *model) live(d time.Duration) {
	passes, until := m.passes, time.Now().Add(d)
	for m.runUntil(until) {
		m.tell("power cut at step %d", m.w.steps)
		m.w.crashAt = 0
		m.boot()
	}
	if n, most := m.passes-passes, 40+int(d/(2*time.Second)); n > most {
		m.t.Errorf("%d passes in %s, at most %d expected", n, d, most)
	}
	m.check()
}

// runUntil reports whether the power was cut.
func (m *model) runUntil(until time.Time) (cut bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, planned := r.(crash); !planned {
				panic(r)
			}
			cut = true
		}
	}()
	ctx, cancel := context.WithDeadline(m.t.Context(), until)
	defer cancel()
	err := m.agent.loop(ctx)
	if err != nil && m.w.disk.err == nil {
		m.t.Errorf("run: %v", err)
	}
	return false
}

// check holds what is true at any moment.
func (m *model) check() {
	st := m.w.disk.state
	if st.Next != nil && st.Current != nil && st.Current.Phase == Applying {
		m.t.Errorf("two bundles under way: %+v and %+v", *st.Current, *st.Next)
	}
	if m.w.cluster.unannounced > 0 {
		m.t.Error("the cluster was touched before the intention was on disk")
	}
}

// quiet ends all outages, and looks at the lot when it had the time to mend.
func (m *model) quiet() {
	m.w.git.err, m.w.cluster.err, m.w.disk.err, m.w.crashAt = nil, nil, nil, 0
	m.tell("quiet")
	m.live(90*time.Minute + time.Millisecond)
	saves, writes := m.w.disk.saves, m.w.cluster.writes
	st, passes := m.agent.Status(), m.passes
	m.live(2*time.Hour + time.Millisecond)
	most := 2 * 12 * 6
	if strings.Contains(m.content, "?") { // it is put back, and judged, each time
		most *= 3
	}
	if n := m.passes - passes; n > most {
		m.t.Errorf("tip %q, %+v: %d passes in two quiet hours", m.content, st.State.Current, n)
	}
	m.inPlace(st)
	if strings.Contains(m.content, "?") { // what is refused in the middle is tried again, and put back
		return
	}
	if m.w.disk.saves != saves || m.w.cluster.writes != writes {
		m.t.Errorf("in two quiet hours, standing %q: %d saves, %d writes to the cluster", st.Standing, m.w.disk.saves-saves, m.w.cluster.writes-writes)
	}
	if _, kept := m.w.disk.bundles[digestOf(st.State.Current)]; !kept && accepted(m.content) {
		m.t.Errorf("the bundle in place, %q, is not on disk", m.w.git.contentOf(digestOf(st.State.Current)))
	}
}

// inPlace compares the cluster with Git: it has the newest commit's content, or,
// where that cannot be, what it had.
func (m *model) inPlace(st Status) {
	want, standing := m.content, StandingFailed
	if healthy(m.content) {
		standing = StandingInStep
	}
	if st.Standing != standing {
		m.t.Errorf("tip %q: standing %q (%s: %s), want %q", m.content, st.Standing, st.Reason, st.Message, standing)
	}
	if standing == StandingFailed && st.Message == "" {
		m.t.Errorf("tip %q: failed, and nobody says why", m.content)
	}
	if st.State.Current == nil {
		if accepted(m.content) {
			m.t.Errorf("tip %q: nothing in place", m.content)
		}
		return
	}
	current := m.w.git.contentOf(st.State.Current.Digest)
	if accepted(m.content) && current != want {
		m.t.Errorf("tip %q: in place is %q", m.content, current)
	}
	if _, kept := m.w.disk.bundles[st.State.Current.Digest]; kept && !m.holds(current, healthy(current) && !strings.Contains(m.content, "?")) {
		m.t.Errorf("tip %q: in place is %q, the cluster has %q, the inventory %d", m.content, current, m.w.content(), len(m.w.cluster.inventory))
	}
}

// holds reports whether the cluster has all of the content, and, if exactly, no
// more.
func (m *model) holds(content string, exactly bool) bool {
	for _, o := range content {
		if !m.w.cluster.objects[o] || !m.w.cluster.inventory[o] {
			return false
		}
	}
	for o := range m.w.cluster.objects {
		if !m.w.cluster.inventory[o] {
			return false
		}
	}
	return !exactly || len(m.w.cluster.inventory) == len(content) && len(m.w.cluster.objects) == len(content)
}

// contentOf finds what a bundle holds.
func (g *fakeGit) contentOf(d Digest) string {
	for _, c := range g.content {
		if DigestOf([]byte(c)) == d {
			return c
		}
	}
	return "?"
}
