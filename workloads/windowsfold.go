package workloads

import (
	"encoding/binary"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
)

// A pile is a window of a key with what it holds. place is the window in whose namespace that is: of a session, the one in which it began.
type pile struct {
	start, end           int64
	placeStart, placeEnd int64
	ids                  []uint64
	fired                bool // its timer has
}

// windowsFold keeps the windows of every key that are not over by the least watermark.
type windowsFold struct {
	job *windowsJob
	in  *Input
	cutAt
	heads []Chain
	told  []uint64
	piles [][]pile // by key
	entry backends.Entry
}

func newWindowsFold(j *windowsJob, in *Input) *windowsFold {
	n := len(in.Keys)
	return &windowsFold{job: j, in: in, cutAt: newCutAt(in), heads: make([]Chain, n), told: make([]uint64, n), piles: make([][]pile, n)}
}

func (f *windowsFold) To(offsets, marks []int64) {
	if f.behind(offsets, marks) {
		*f = *newWindowsFold(f.job, f.in)
	}
	low := f.forward(offsets, marks, f.see)
	for k := range f.piles {
		f.settle(k, low)
	}
}

// passed is the watermark that a record met. Of several partitions that is not known, nor does it matter: none of their records is late.
func (f *windowsFold) passed(p int, off int64) int64 {
	if len(f.in.Parts) > 1 || off == 0 {
		return engine.NoMark
	}
	return f.in.Parts[p].Mark[off-1]
}

func (f *windowsFold) see(p int, off int64) {
	x := &f.in.Parts[p]
	k, at, mark := int(x.Key[off]), f.job.times.at(p, off), f.passed(p, off)
	f.heads[k] = Chain{uint64(x.N[off]), x.H[off]}
	f.settle(k, mark)
	id := uint64(engine.MakeID(p, off))
	if f.job.kind == sessionWindow {
		f.join(k, at, mark, id)
		return
	}
	f.job.each(at, func(start, end int64) {
		if f.job.over(end, mark) {
			return
		}
		i := slices.IndexFunc(f.piles[k], func(q pile) bool { return q.start == start && q.end == end })
		if i < 0 {
			i = len(f.piles[k])
			f.piles[k] = append(f.piles[k], pile{start: start, end: end, placeStart: start, placeEnd: end})
		}
		f.add(k, i, id, mark)
	})
}

// join adds a record to the session that it touches, or to a new one.
func (f *windowsFold) join(k int, at, mark int64, id uint64) {
	q, joined := pile{start: at, end: at + f.job.gap, placeStart: at, placeEnd: at + f.job.gap}, false
	slices.SortFunc(f.piles[k], func(a, b pile) int { return int(a.start - b.start) })
	f.piles[k] = slices.DeleteFunc(f.piles[k], func(x pile) bool {
		if x.end < q.start || q.end < x.start {
			return false
		}
		if !joined {
			q.placeStart, q.placeEnd = x.placeStart, x.placeEnd
		}
		joined, q.fired = true, x.fired && x.start <= q.start && q.end <= x.end
		q.start, q.end, q.ids = min(q.start, x.start), max(q.end, x.end), append(q.ids, x.ids...)
		return true
	})
	if !joined && f.job.over(q.end, mark) {
		return
	}
	f.piles[k] = append(f.piles[k], q)
	f.add(k, len(f.piles[k])-1, id, mark)
}

// add adds a record to a pile, which fires at once when its time has passed.
func (f *windowsFold) add(k, i int, id uint64, mark int64) {
	q := &f.piles[k][i]
	q.ids = append(q.ids, id)
	if q.end-1 <= mark {
		q.fired = true
		f.fire(k, q)
	}
}

func (f *windowsFold) fire(k int, q *pile) {
	if len(q.ids) > 0 {
		f.told[k]++
	}
	if f.job.purge {
		q.ids = nil
	}
}

// settle fires the windows of a key that a watermark has passed, and forgets those that are over.
func (f *windowsFold) settle(k int, mark int64) {
	for i := range f.piles[k] {
		if q := &f.piles[k][i]; !q.fired && q.end-1 <= mark {
			q.fired = true
			f.fire(k, q)
		}
	}
	f.piles[k] = slices.DeleteFunc(f.piles[k], func(q pile) bool { return f.job.over(q.end, mark) })
}

func (f *windowsFold) Each(yield func(*backends.Entry)) {
	e := &f.entry
	for k := range f.heads {
		if f.heads[k].N == 0 {
			continue
		}
		e.Group = int(f.in.Group[k])
		e.Key = binary.BigEndian.AppendUint64(e.Key[:0], uint64(k))
		e.State, e.Value = seenState, chains{}.Append(e.Value[:0], f.heads[k])
		yield(e)
		if f.told[k] > 0 {
			e.State, e.Value = panesState, binary.BigEndian.AppendUint64(e.Value[:0], f.told[k])
			yield(e)
		}
		if f.job.kind == sessionWindow && len(f.piles[k]) > 0 {
			slices.SortFunc(f.piles[k], func(a, b pile) int { return int(a.start - b.start) })
			e.State, e.Value = "merging-window-set", e.Value[:0]
			for i := range f.piles[k] {
				q := &f.piles[k][i]
				e.Value = numbers(e.Value, q.start, q.end, q.placeStart, q.placeEnd)
			}
			yield(e)
		}
		for i := range f.piles[k] {
			f.eachOf(uint64(k), &f.piles[k][i], yield)
		}
	}
}

// eachOf yields what a window holds, and its timers.
func (f *windowsFold) eachOf(k uint64, q *pile, yield func(*backends.Entry)) {
	e := &f.entry
	if len(q.ids) > 0 {
		e.State, e.Key = "window-contents", numbers(e.Key[:0], int64(k), q.placeStart, q.placeEnd)
		if e.Value = e.Value[:0]; f.job.list {
			for _, id := range q.ids {
				if f.job.pairs {
					e.Value = append(e.Value, byte(side(engine.ID(id))))
				}
				e.Value = binary.BigEndian.AppendUint64(e.Value, id)
			}
		} else {
			e.Value = chains{}.Append(e.Value, f.job.tellsOf(q.ids))
		}
		yield(e)
	}
	e.State, e.Value = "event-window-timers", e.Value[:0]
	for _, due := range []int64{q.end - 1, q.end - 1 + f.job.lateness} {
		if due > f.low {
			e.Key = numbers(e.Key[:0], due^-1<<63, int64(k), q.start, q.end) // so that bytes compare as times do
			yield(e)
		}
		if f.job.lateness == 0 {
			break
		}
	}
}

// numbers appends numbers of eight bytes each.
func numbers(b []byte, ns ...int64) []byte {
	for _, n := range ns {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	return b
}

// over tells whether a window takes no records any more.
func (w *windowing) over(end, mark int64) bool { return end-1+w.lateness <= mark }

// each yields the windows that a time is in; a session's is not among them.
func (w *windowing) each(at int64, yield func(start, end int64)) {
	switch w.kind {
	case tumblingWindow:
		start := at - at%w.span
		yield(start, start+w.span)
	case cumulateWindow:
		start := at - at%w.span
		for end := start + w.slide; end <= start+w.span; end += w.slide {
			if at < end {
				yield(start, end)
			}
		}
	default:
		for start := at - at%w.slide; start+w.span > at; start -= w.slide {
			yield(start, start+w.span)
		}
	}
}
