package sync

import "time"

// Bytes counts what went over the link to Git, in both directions.
type Bytes struct {
	Up   int64 `json:"up"`
	Down int64 `json:"down"`
}

// Traffic is what Git has cost this day and this month, by the lot's own clock
// in UTC. It is saved together with something else, at the end, and at the turn
// of a day, so that counting wears out no card.
type Traffic struct {
	Day       string `json:"day,omitempty"` // 2026-11-23
	Today     Bytes  `json:"today"`
	Month     string `json:"month,omitempty"` // 2026-11
	ThisMonth Bytes  `json:"thisMonth"`
}

// add counts what was transferred until now.
func (t Traffic) add(b Bytes, now time.Time) Traffic {
	day, month := now.UTC().Format(time.DateOnly), now.UTC().Format("2006-01")
	if t.Day != day {
		t.Day, t.Today = day, Bytes{}
	}
	if t.Month != month {
		t.Month, t.ThisMonth = month, Bytes{}
	}
	t.Today, t.ThisMonth = t.Today.plus(b), t.ThisMonth.plus(b)
	return t
}

func (b Bytes) plus(o Bytes) Bytes { return Bytes{Up: b.Up + o.Up, Down: b.Down + o.Down} }

func (b Bytes) minus(o Bytes) Bytes { return Bytes{Up: b.Up - o.Up, Down: b.Down - o.Down} }

// count takes what the source has transferred since the last time into the
// state. At the turn of a day it has the state saved.
func (p *pass) count() {
	if p.cfg.Traffic == nil {
		return
	}
	total := p.cfg.Traffic()
	more := total.minus(p.mem.traffic)
	if more == (Bytes{}) {
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
