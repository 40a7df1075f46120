package sync

import (
	"errors"
	"maps"
	"testing"
	"time"
)

// situation is a row of the decision table: what the lot knows, what it sees,
// and what has to come of it.
type situation struct {
	st   State
	obs  Observation
	want Decision
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func rollout(digest Digest, phase Phase) *Rollout { return &Rollout{Digest: digest, Phase: phase} }

// known is a lot whose newest revision k renders to the digest d.
func known(d Digest, current *Rollout) State {
	return State{Policy: DefaultPolicy(), Rendered: Rendering{Key: "k", Version: "1", Digest: d}, Current: current}
}

func with(st State, change func(*State)) State {
	change(&st)
	return st
}

// sees is an observation with the tip at key k.
func sees(change func(*Observation)) Observation {
	obs := Observation{Version: "1", Tip: Revision{Key: "k"}}
	if change != nil {
		change(&obs)
	}
	return obs
}

func live(objects ...ObjectStatus) *Live { return &Live{Objects: objects} }

func TestDecide(t *testing.T) {
	for name, s := range situations() {
		t.Run(name, func(t *testing.T) {
			if got := Decide(s.st, s.obs, noon); got != s.want {
				t.Errorf("got %+v, want %+v", got, s.want)
			}
		})
	}
}

func TestEveryVerbAndReasonIsInTheDecisionTable(t *testing.T) {
	verbs, reasons := map[Verb]bool{}, map[Reason]bool{}
	for _, s := range situations() {
		verbs[s.want.Verb], reasons[s.want.Reason] = true, true
	}
	for _, v := range []Verb{Fetch, Render, Apply, Observe, GiveUp, Prune, Rest} {
		if !verbs[v] {
			t.Errorf("verb %q is not in the table", v)
		}
	}
	for _, r := range []Reason{
		ReasonPollDue, ReasonNewContent, ReasonBundleLost, ReasonNewBundle, ReasonInterrupted, ReasonPutBack, ReasonDrifted,
		ReasonJudgeDue, ReasonDriftDue, ReasonSettled, ReasonHealthTimeout, ReasonInStep, ReasonSettling, ReasonOffline,
		ReasonAPIUnavailable, ReasonNothingKnown, ReasonFailing,
	} {
		if !reasons[r] {
			t.Errorf("reason %q is not in the table", r)
		}
	}
}

func situations() map[string]situation {
	all := map[string]situation{}
	for _, part := range []map[string]situation{aboutGit(), aboutApplying(), aboutJudging(), aboutResting()} {
		maps.Copy(all, part)
	}
	return all
}

func aboutGit() map[string]situation {
	bundle := &Bundle{Digest: "new"}
	waits := Retry{Of: "k", Count: 1, At: noon.Add(time.Minute)}
	return map[string]situation{
		"a poll that is due comes first": {
			State{Next: rollout("next", Applying)},
			sees(func(o *Observation) { o.Ask.Poll = true }),
			Decision{Fetch, ReasonPollDue, ""},
		},
		"Git is asked once a pass": {
			known("a", rollout("a", Good)),
			sees(func(o *Observation) { o.Ask.Poll, o.Asked = true, true }),
			Decision{Rest, ReasonInStep, ""},
		},
		"new content is rendered": {
			known("a", rollout("a", Good)),
			sees(func(o *Observation) { o.Tip.Key = "other" }),
			Decision{Render, ReasonNewContent, ""},
		},
		"another version of the renderer renders again": {
			known("a", rollout("a", Good)),
			sees(func(o *Observation) { o.Version = "2" }),
			Decision{Render, ReasonNewContent, ""},
		},
		"what failed to render waits for its turn": {
			with(known("", rollout("a", Good)), func(st *State) { st.Failure = &Failure{Verb: Render} }),
			sees(func(o *Observation) { o.Retries.Render = waits }),
			Decision{Rest, ReasonFailing, ""},
		},
		"a person's wish passes over the backoff": {
			known("", rollout("a", Good)),
			sees(func(o *Observation) { o.Retries.Render, o.Ask.Now = waits, true }),
			Decision{Render, ReasonNewContent, ""},
		},
		"a mend is rendered whatever the one before waits for": {
			known("", rollout("a", Good)),
			sees(func(o *Observation) { o.Retries.Render, o.Tip.Key = waits, "mend" }),
			Decision{Render, ReasonNewContent, ""},
		},
		"a bundle that the disk lost is rendered again": {
			known("a", rollout("a", Good)),
			sees(func(o *Observation) { o.Lost = true }),
			Decision{Render, ReasonBundleLost, ""},
		},
		"a lost bundle that the newest commit does not render to waits for that commit's turn": {
			known("refused", rollout("a", Judging)),
			sees(func(o *Observation) {
				o.Lost, o.Retries.Apply = true, Retry{Of: "refused", Count: 1, At: noon.Add(time.Second)}
			}),
			Decision{Rest, ReasonFailing, ""},
		},
		"a bundle that was refused is rendered again when its turn comes": {
			known("refused", rollout("a", Good)),
			sees(func(o *Observation) {
				o.Retries.Apply = Retry{Of: "refused", Count: 3, At: noon.Add(-time.Second)}
			}),
			Decision{Render, ReasonNewBundle, ""},
		},
		"while the API is away nothing is rendered in vain": {
			known("new", rollout("a", Good)),
			sees(func(o *Observation) {
				o.Retries.Cluster, o.LastClusterErr = Retry{Count: 1, At: noon.Add(time.Minute)}, ErrUnavailable
			}),
			Decision{Rest, ReasonAPIUnavailable, ""},
		},
		"a bundle rendered while the API is away waits": {
			known("new", rollout("a", Good)),
			sees(func(o *Observation) {
				o.Bundle, o.Retries.Cluster, o.LastClusterErr = bundle, Retry{Count: 1, At: noon.Add(time.Minute)}, ErrUnavailable
			}),
			Decision{Rest, ReasonAPIUnavailable, ""},
		},
	}
}

func aboutApplying() map[string]situation {
	bundle := &Bundle{Digest: "new"}
	return map[string]situation{
		"a new bundle is applied": {
			known("new", rollout("a", Good)),
			sees(func(o *Observation) { o.Bundle = bundle }),
			Decision{Apply, ReasonNewBundle, "new"},
		},
		"the first bundle is applied": {
			known("new", nil),
			sees(func(o *Observation) { o.Bundle = bundle }),
			Decision{Apply, ReasonNewBundle, "new"},
		},
		"a new bundle takes over one that is being judged": {
			known("new", rollout("a", Judging)),
			sees(func(o *Observation) { o.Bundle = bundle }),
			Decision{Apply, ReasonNewBundle, "new"},
		},
		"what was interrupted is taken up": {
			with(known("next", rollout("a", Good)), func(st *State) { st.Next = rollout("next", Applying) }),
			sees(nil),
			Decision{Apply, ReasonInterrupted, "next"},
		},
		"what was interrupted gives way to a newer bundle": {
			with(known("new", rollout("a", Good)), func(st *State) { st.Next = rollout("next", Applying) }),
			sees(func(o *Observation) { o.Bundle = bundle }),
			Decision{Apply, ReasonNewBundle, "new"},
		},
		"a bundle refused in this pass is not tried again in it": {
			with(known("new", rollout("a", Good)), func(st *State) { st.Failure = &Failure{Verb: Apply} }),
			sees(func(o *Observation) { o.Bundle, o.RefusedErr = bundle, ErrInvalid }),
			Decision{Rest, ReasonFailing, ""},
		},
		"after a refusal in the middle the current bundle is put back": {
			with(known("new", rollout("a", Applying)), func(st *State) { st.Failure = &Failure{Verb: Apply} }),
			sees(func(o *Observation) { o.Bundle, o.RefusedErr = bundle, ErrInvalid }),
			Decision{Apply, ReasonPutBack, "a"},
		},
		"drift is repaired": {
			known("a", rollout("a", Good)),
			sees(func(o *Observation) { o.Looked, o.Live = true, live(ObjectStatus{Health: Healthy, Drifted: true}) }),
			Decision{Apply, ReasonDrifted, "a"},
		},
		"drift is repaired while the newest commit cannot be rendered": {
			with(known("", rollout("a", Good)), func(st *State) { st.Failure = &Failure{Verb: Render} }),
			sees(func(o *Observation) {
				o.RenderErr, o.Looked, o.Live = ErrInvalid, true, live(ObjectStatus{Health: Healthy, Drifted: true})
			}),
			Decision{Apply, ReasonDrifted, "a"},
		},
		"with a disk that cannot be written nothing new is begun": {
			known("new", rollout("a", Good)),
			sees(func(o *Observation) { o.Bundle, o.DiskErr, o.LastDiskErr = bundle, errFull, errFull }),
			Decision{Rest, ReasonFailing, ""},
		},
		"with a disk that cannot be written drift is repaired": {
			known("new", rollout("a", Good)),
			sees(func(o *Observation) {
				o.Bundle, o.DiskErr, o.Looked, o.Live = bundle, errFull, true, live(ObjectStatus{Health: Healthy, Drifted: true})
			}),
			Decision{Apply, ReasonDrifted, "a"},
		},
		"a disk that failed is not tried again before its turn": {
			known("new", rollout("a", Good)),
			sees(func(o *Observation) {
				o.Retries.Disk, o.LastDiskErr = Retry{Count: 1, At: noon.Add(time.Second)}, errFull
			}),
			Decision{Rest, ReasonFailing, ""},
		},
		"drift is repaired once a pass, whoever fights back": {
			known("a", rollout("a", Good)),
			sees(func(o *Observation) {
				o.Looked, o.Repaired, o.Live = true, true, live(ObjectStatus{Health: Healthy, Drifted: true})
			}),
			Decision{Rest, ReasonInStep, ""},
		},
	}
}

func aboutJudging() map[string]situation {
	return map[string]situation{
		"a bundle in place is looked at": {
			known("a", rollout("a", Judging)),
			sees(nil),
			Decision{Observe, ReasonJudgeDue, ""},
		},
		"an ailing bundle is looked at": {
			known("a", rollout("a", Ailing)),
			sees(nil),
			Decision{Observe, ReasonJudgeDue, ""},
		},
		"a good bundle is looked at when drift is due": {
			known("a", rollout("a", Good)),
			sees(func(o *Observation) { o.Ask.Drift = true }),
			Decision{Observe, ReasonDriftDue, ""},
		},
		"a bundle that is healthy since just now settles": {
			known("a", rollout("a", Judging)),
			sees(func(o *Observation) { o.Live, o.Watch = live(), Watch{HealthySince: noon} }),
			Decision{Rest, ReasonSettling, ""},
		},
		"a bundle that has settled is good": {
			known("a", rollout("a", Judging)),
			sees(func(o *Observation) { o.Live, o.Watch = live(), Watch{HealthySince: noon.Add(-30 * time.Second)} }),
			Decision{Prune, ReasonSettled, ""},
		},
		"a bundle that is not healthy in time is given up": {
			known("a", rollout("a", Judging)),
			sees(func(o *Observation) { o.Live, o.Watch = live(), Watch{Watched: 10 * time.Minute} }),
			Decision{GiveUp, ReasonHealthTimeout, ""},
		},
		"a bundle that became healthy at the last moment may settle": {
			known("a", rollout("a", Judging)),
			sees(func(o *Observation) { o.Live, o.Watch = live(), Watch{Watched: 11 * time.Minute, HealthySince: noon} }),
			Decision{Rest, ReasonSettling, ""},
		},
		"an ailing bundle that has recovered and settled is good": {
			known("a", rollout("a", Ailing)),
			sees(func(o *Observation) { o.Live, o.Watch = live(), Watch{HealthySince: noon.Add(-time.Minute)} }),
			Decision{Prune, ReasonSettled, ""},
		},
		"an ailing bundle is given up only once": {
			with(known("a", rollout("a", Ailing)), func(st *State) { st.Failure = &Failure{Verb: Observe} }),
			sees(func(o *Observation) { o.Live, o.Watch = live(), Watch{Watched: time.Hour} }),
			Decision{Rest, ReasonFailing, ""},
		},
	}
}

func aboutResting() map[string]situation {
	away := errors.Join(ErrUnavailable, errors.New("connection refused"))
	return map[string]situation{
		"a bundle that is not healthy is not settling, whatever else was mended": {
			with(known("a", rollout("a", Ailing)), func(st *State) { st.Failure = &Failure{Verb: Observe} }),
			sees(func(o *Observation) { o.Looked, o.Live = true, live(ObjectStatus{Health: Unhealthy}) }),
			Decision{Rest, ReasonFailing, ""},
		},
		"nothing to do": {
			known("a", rollout("a", Good)), sees(nil), Decision{Rest, ReasonInStep, ""},
		},
		"Git is away": {
			known("a", rollout("a", Good)),
			sees(func(o *Observation) { o.FetchErr = ErrOffline }),
			Decision{Rest, ReasonOffline, ""},
		},
		"what Git sent cannot be kept": {
			known("a", rollout("a", Good)),
			sees(func(o *Observation) { o.FetchErr = errors.New("no space left on device") }),
			Decision{Rest, ReasonFailing, ""},
		},
		"Git has never answered": {
			State{},
			Observation{FetchErr: ErrOffline},
			Decision{Rest, ReasonOffline, ""},
		},
		"nothing is known yet": {
			State{}, Observation{}, Decision{Rest, ReasonNothingKnown, ""},
		},
		"the API is away": {
			known("a", rollout("a", Good)),
			sees(func(o *Observation) { o.ClusterErr, o.LastClusterErr = away, away }),
			Decision{Rest, ReasonAPIUnavailable, ""},
		},
		"a right is missing": {
			known("a", rollout("a", Good)),
			sees(func(o *Observation) {
				o.ClusterErr, o.LastClusterErr = errors.New("forbidden"), errors.New("forbidden")
			}),
			Decision{Rest, ReasonFailing, ""},
		},
		"the API's being away is graver than Git's": {
			with(known("a", rollout("a", Judging)), func(st *State) { st.Failure = &Failure{} }),
			sees(func(o *Observation) { o.ClusterErr, o.LastClusterErr, o.FetchErr = away, away, ErrOffline }),
			Decision{Rest, ReasonAPIUnavailable, ""},
		},
	}
}
