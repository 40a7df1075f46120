package sync

import "time"

// Bytes counts what went over the link to Git, in both directions.
type Bytes struct {
	Up   int64 `json:"up"`
	Down int64 `json:"down"`
}

// Phases are the bytes by what they were for.
type Phases struct {
	Poll  Bytes `json:"poll"`  // asking whether there is something new
	Fetch Bytes `json:"fetch"` // bringing it
}

// Total is the bytes of all phases.
func (p Phases) Total() Bytes { return p.Poll.plus(p.Fetch) }

// Traffic is what Git has cost this day and this month, by the lot's own clock
// in UTC. It is saved together with something else, at the end, and at the turn
// of a day, so that counting wears out no card.
type Traffic struct {
	Day       string `json:"day,omitempty"` // 2026-11-23
	Today     Phases `json:"today"`
	Month     string `json:"month,omitempty"` // 2026-11
	ThisMonth Phases `json:"thisMonth"`
}

// add counts what was transferred until now.
func (t Traffic) add(p Phases, now time.Time) Traffic {
	day, month := now.UTC().Format(time.DateOnly), now.UTC().Format("2006-01")
	if t.Day != day {
		t.Day, t.Today = day, Phases{}
	}
	if t.Month != month {
		t.Month, t.ThisMonth = month, Phases{}
	}
	t.Today, t.ThisMonth = t.Today.plus(p), t.ThisMonth.plus(p)
	return t
}

func (b Bytes) plus(o Bytes) Bytes { return Bytes{Up: b.Up + o.Up, Down: b.Down + o.Down} }

func (p Phases) plus(o Phases) Phases {
	return Phases{Poll: p.Poll.plus(o.Poll), Fetch: p.Fetch.plus(o.Fetch)}
}

func (p Phases) minus(o Phases) Phases {
	return Phases{Poll: p.Poll.minus(o.Poll), Fetch: p.Fetch.minus(o.Fetch)}
}

func (b Bytes) minus(o Bytes) Bytes { return Bytes{Up: b.Up - o.Up, Down: b.Down - o.Down} }

// count takes what the source has transferred since the last time into the
// state. At the turn of a day it has the state saved.
func (p *pass) count() {
	if p.cfg.Traffic == nil {
		return
	}
	total := p.cfg.Traffic()
	more := total.minus(p.mem.traffic)
	if more == (Phases{}) {
		return
	}
	p.mem.traffic = total
	before := p.st.Traffic.Day
	p.st.Traffic = p.st.Traffic.add(more, p.now())
	p.mem.unsaved = true
	if before != "" && before != p.st.Traffic.Day {
		p.save()
	}
}
