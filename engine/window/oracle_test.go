package window

import (
	"fmt"
	"math"
	"slices"
)

// The oracle computes what a job must tell, from the whole script and without an engine: for every key and window that a record can be in it
// goes through the script from the beginning. It has no state, no timers, no set of windows; sessions are found by looking at all records again.
func (j job) oracle(script []step) (all [][]string) {
	all = make([][]string, len(script))
	for _, key := range keysOf(script) {
		if j.merges() {
			j.replaySessions(script, key, all)
			continue
		}
		for _, w := range j.windowsOf(script, key) {
			j.replay(script, key, w, all)
		}
	}
	j.lates(script, all)
	for i := range all {
		slices.Sort(all[i])
	}
	return all
}

func keysOf(script []step) (keys []uint64) {
	for _, s := range script {
		if s.v != 0 && !slices.Contains(keys, s.key) {
			keys = append(keys, s.key)
		}
	}
	return keys
}

// in tells whether a time is in a window.
func in(w Window, at int64) bool { return w.Start <= at && (at < w.End || w.End == math.MaxInt64) }

// candidates are all windows of the job that there are near the times of a script, which are within ±1000.
func (j job) candidates() (all []Window) {
	switch j.assigner {
	case "global":
		return []Window{{math.MinInt64, math.MaxInt64}}
	case "tumbling":
		for n := int64(-1000); n < 1000; n++ {
			all = append(all, Window{n*j.size + j.offset, (n+1)*j.size + j.offset})
		}
	case "sliding":
		for n := int64(-1000); n < 1000; n++ {
			all = append(all, Window{n*j.step + j.offset, n*j.step + j.offset + j.size})
		}
	case "cumulate":
		for n := int64(-1000); n < 1000; n++ {
			for i := int64(1); i <= j.size/j.step; i++ {
				all = append(all, Window{n*j.size + j.offset, n*j.size + j.offset + i*j.step})
			}
		}
	}
	return all
}

// windowsOf are the windows that records of a key are in.
func (j job) windowsOf(script []step, key uint64) (all []Window) {
	for _, w := range j.candidates() {
		now := int64(0)
		for _, s := range script {
			if now = max(now, s.now); s.v != 0 && s.key == key && in(w, j.when(s, now)) {
				all = append(all, w)
				break
			}
		}
	}
	return all
}

// when is the time that says which windows a record is in.
func (j job) when(s step, now int64) int64 {
	if j.of == ProcessingTime {
		return now
	}
	return s.at
}

// pane is one window of a key, and what must be known of it.
type pane struct {
	job
	key    uint64
	is     Window
	es     []Element[uint64]
	count  int64
	end    bool  // it waits for its last time
	next   int64 // its trigger fires next at this time
	has    bool  // and there is such a time
	waits  bool  // and it has not come
	emit   func(string)
	marked int64 // watermark
	now    int64
}

const noMark = math.MinInt64

// last is the last time of the window, and gone when it takes no record any more.
func (p *pane) last() int64 {
	if p.is.End == math.MaxInt64 {
		return math.MaxInt64
	}
	return p.is.End - 1
}

func (p *pane) gone() int64 {
	if p.last() > math.MaxInt64-p.lateness {
		return math.MaxInt64
	}
	return p.last() + p.lateness
}

// kind is the trigger that works, if none is named.
func (j job) kind() string {
	switch {
	case j.trigger != "default":
		return j.trigger
	case j.assigner == "global":
		return "never"
	case j.of == EventTime:
		return "event"
	}
	return "processing"
}

// record puts a record in.
func (p *pane) record(s step) {
	p.es = append(p.es, Element[uint64]{s.v, s.at})
	switch p.kind() {
	case "event":
		if p.last() <= p.marked {
			p.fire()
		} else {
			p.end = true
		}
	case "processing":
		p.end = true
	case "count", "deletes":
		if p.count++; p.count >= p.n {
			p.count = 0
			p.fire()
		}
	case "every-event":
		if p.last() <= p.marked {
			p.fire()
			return
		}
		if p.end = true; !p.has {
			p.schedule(above(s.at, p.n))
		}
	case "every-processing":
		if !p.has {
			p.schedule(above(p.now, p.n))
		}
	}
}

// above is the first multiple of n behind a time.
func above(at, n int64) int64 {
	m := at / n * n
	for m > at {
		m -= n
	}
	return m + n
}

func (p *pane) schedule(at int64) {
	mine := p.of == EventTime && p.kind() == "every-event" || p.of == ProcessingTime && p.kind() == "every-processing"
	switch {
	case p.assigner == "global" && p.kind() == "every-event" && p.marked == math.MaxInt64, p.assigner != "global" && !mine && p.marked == math.MaxInt64 && p.kind() == "every-event":
		at = math.MaxInt64
	case p.assigner != "global" && mine:
		at = min(at, p.last())
	}
	p.next, p.has, p.waits = at, true, true
}

// fire tells what the evictor leaves.
func (p *pane) fire() {
	if len(p.es) > 0 {
		if !p.after {
			p.evict()
		}
		var vs []uint64
		for _, e := range p.es {
			vs = append(vs, e.V)
		}
		if what, ok := p.tells(vs); ok {
			p.emit(fmt.Sprintf("%d [%d,%d) %s @%d", p.key, p.is.Start, p.is.End, what, p.last()))
		}
		if p.after {
			p.evict()
		}
	}
	if p.purging && p.trigger != "default" {
		p.es = nil
	}
}

func (p *pane) evict() {
	if len(p.es) == 0 {
		return
	}
	latest, last := p.es[0].At, p.es[len(p.es)-1]
	for _, e := range p.es {
		latest = max(latest, e.At)
	}
	var stay []Element[uint64]
	for i, e := range p.es {
		switch p.evictor {
		case "count":
			if int64(len(p.es)-i) <= p.keep {
				stay = append(stay, e)
			}
		case "time":
			if e.At+p.keep > latest {
				stay = append(stay, e)
			}
		case "delta":
			if difference(e.V, last.V) < float64(p.keep) {
				stay = append(stay, e)
			}
		default:
			stay = append(stay, e)
		}
	}
	p.es = stay
}

// passes lets a time pass, up to and with until, instant by instant of what waits; it tells whether the window is over.
func (p *pane) passes(t Time, until int64) (over bool) {
	ends := map[string]Time{"event": EventTime, "every-event": EventTime, "processing": ProcessingTime}
	every := map[string]Time{"every-event": EventTime, "every-processing": ProcessingTime}
	for {
		at, any := int64(math.MaxInt64), false
		consider := func(x int64, of Time, waits bool) {
			if waits && of == t && x <= until {
				at, any = min(at, x), true
			}
		}
		end, isEnd := ends[p.kind()]
		next, isEvery := every[p.kind()]
		consider(p.last(), end, isEnd && p.end)
		consider(p.next, next, isEvery && p.waits)
		gone := p.last()
		if p.of == EventTime {
			gone = p.gone()
		}
		consider(gone, p.of, p.assigner != "global" && gone != math.MaxInt64)
		if !any {
			return false
		}
		switch {
		case isEnd && end == t && p.end && at == p.last():
			p.end = false
			if p.waits && p.next == at && isEvery {
				p.waits = false
			}
			p.fire()
		case isEvery && next == t && p.waits && at == p.next:
			p.waits = false
			if p.kind() == "every-event" && at == p.last() {
				p.fire()
				break
			}
			mine := p.assigner != "global" && p.of == t
			p.has = false
			if (!mine || at < p.last()) && at != math.MaxInt64 {
				p.schedule(at + p.n)
			}
			p.fire()
		}
		if p.assigner != "global" && p.of == t && at == gone {
			return true
		}
	}
}

// replay goes through a script for one window of a key.
func (j job) replay(script []step, key uint64, w Window, all [][]string) {
	at := 0
	p := &pane{job: j, key: key, is: w, marked: noMark, emit: func(s string) { all[at] = append(all[at], s) }}
	begun := false
	for at = range script {
		s := script[at]
		switch {
		case s.v != 0 && s.key == key && in(w, j.when(s, p.now)):
			if j.of == EventTime && j.assigner != "global" && p.gone() <= p.marked {
				continue
			}
			begun = true
			p.record(s)
		case s.marks() && s.mark > p.marked:
			p.marked = s.mark
			if begun && p.passes(EventTime, s.mark) {
				*p, begun = pane{job: j, key: key, is: w, marked: p.marked, now: p.now, emit: p.emit}, false
			}
		case s.to != "" && p.marked != noMark: // the watermark comes again, and with it what was registered too late
			if begun && p.passes(EventTime, p.marked) {
				*p, begun = pane{job: j, key: key, is: w, marked: p.marked, now: p.now, emit: p.emit}, false
			}
		case s.now > p.now:
			p.now = s.now
			if begun && p.passes(ProcessingTime, s.now-1) {
				*p, begun = pane{job: j, key: key, is: w, marked: p.marked, now: p.now, emit: p.emit}, false
			}
		}
	}
}
