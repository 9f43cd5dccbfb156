package window

import (
	"fmt"
	"slices"
)

// replaySessions goes through a script for all sessions of a key.
func (j job) replaySessions(script []step, key uint64, all [][]string) {
	at, marked, now := 0, int64(noMark), int64(0)
	emit := func(s string) { all[at] = append(all[at], s) }
	var open []*pane
	for at = range script {
		s := script[at]
		pass := func(t Time, until int64) {
			open = slices.DeleteFunc(open, func(p *pane) bool {
				p.marked, p.now = marked, now
				return p.passes(t, until)
			})
		}
		switch {
		case s.v != 0 && s.key == key:
			from := j.when(s, now)
			p := &pane{job: j, key: key, is: Window{from, from + j.gap(s.v)}, marked: marked, now: now, emit: emit}
			open = p.swallow(open)
			if j.of == EventTime && p.gone() <= marked {
				continue
			}
			p.record(s)
			open = append(open, p)
		case s.marks() && s.mark > marked:
			marked = s.mark
			pass(EventTime, marked)
		case s.to != "" && marked != noMark:
			pass(EventTime, marked)
		case s.now > now:
			now = s.now
			pass(ProcessingTime, now-1)
		}
	}
}

// swallow takes into p all open sessions that it touches, and returns the others.
func (p *pane) swallow(open []*pane) []*pane {
	var mine []*pane
	rest := slices.DeleteFunc(slices.Clone(open), func(o *pane) bool {
		if touch := o.is.Start <= p.is.End && p.is.Start <= o.is.End; !touch {
			return false
		}
		mine = append(mine, o)
		return true
	})
	slices.SortFunc(mine, func(a, b *pane) int { return int(a.is.Start - b.is.Start) })
	for _, o := range mine {
		p.is.Start, p.is.End = min(p.is.Start, o.is.Start), max(p.is.End, o.is.End)
	}
	if len(mine) == 1 && mine[0].is == p.is { // it did not grow
		marked, now := p.marked, p.now
		*p = *mine[0]
		p.marked, p.now = marked, now
		return rest
	}
	for _, o := range mine {
		p.es = append(p.es, o.es...)
		p.count += o.count
		if o.has && (!p.has || o.next < p.next) {
			p.next, p.has, p.waits = o.next, true, true
		}
	}
	if p.kind() == "event" {
		p.end = len(mine) > 0 && p.last() > p.marked
	}
	return rest
}

// lates tells the records that no window took.
func (j job) lates(script []step, all [][]string) {
	if j.of != EventTime || j.assigner == "global" {
		return
	}
	marked := int64(noMark)
	for at, s := range script {
		if s.marks() {
			marked = max(marked, s.mark)
		}
		if s.v == 0 || s.at+j.lateness > marked {
			continue
		}
		taken := false
		if j.merges() {
			taken = j.sessionTakes(script[:at], s, marked)
		}
		for _, w := range j.candidates() {
			if p := (&pane{job: j, is: w}); in(w, s.at) && p.gone() > marked {
				taken = true
			}
		}
		if !taken {
			all[at] = append(all[at], fmt.Sprintf("%d late %d @%d", s.key, s.v, s.at))
		}
	}
}

// sessionTakes tells whether a record that comes behind some steps reaches, with what is open by then, beyond a watermark.
func (j job) sessionTakes(before []step, s step, marked int64) bool {
	var open []*pane
	passed := int64(noMark)
	for _, b := range before {
		switch {
		case b.v != 0 && b.key == s.key:
			p := &pane{job: j, is: Window{b.at, b.at + j.gap(b.v)}}
			if open = p.swallow(open); p.gone() > passed {
				open = append(open, p)
			}
		case b.marks():
			passed = max(passed, b.mark)
			open = slices.DeleteFunc(open, func(p *pane) bool { return p.gone() <= passed })
		}
	}
	p := &pane{job: j, is: Window{s.at, s.at + j.gap(s.v)}}
	p.swallow(open)
	return p.gone() > marked
}
