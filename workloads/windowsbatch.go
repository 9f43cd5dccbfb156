package workloads

import (
	"cmp"
	"math"
	"slices"

	"github.com/weirbench/weir/engine"
)

// An arrival is a record as the batch computation sees it: when it is of, and the watermark that it met.
type arrival struct {
	id       engine.ID
	at, mark int64
}

// batch works out what windows must tell of the first records of each partition, and which of these are late, from all of them at once. It knows no
// state: which windows take a record follows from the watermark that it met, and what a window tells from the records that it took.
func (j *windowsJob) batch(in *Input, offsets []int64) (panes []Pane, late []engine.ID) {
	of := make([][]arrival, len(in.Keys)) // in the order of a key, whose records are of one partition
	for p := range in.Parts {
		x := &in.Parts[p]
		for off := range min(offsets[p], int64(len(x.Key))) {
			a := arrival{engine.MakeID(p, off), j.times.at(p, off), engine.NoMark}
			if off > 0 {
				a.mark = x.Mark[off-1]
			}
			of[x.Key[off]] = append(of[x.Key[off]], a)
		}
	}
	for k, all := range of {
		told := j.batchOfKey(all, &late)
		for i := range told {
			told[i].Key, told[i].Nth = int32(k), int64(i+1)
		}
		panes = append(panes, told...)
	}
	return panes, late
}

func (j *windowsJob) batchOfKey(all []arrival, late *[]engine.ID) []Pane {
	if j.kind == sessionWindow {
		b := sessionBatch{job: j}
		for _, a := range all {
			if !b.take(a) {
				*late = append(*late, a.id)
			}
		}
		b.pass(math.MaxInt64)
		return b.told
	}
	took := map[[2]int64][]arrival{}
	for _, a := range all {
		taken := false
		j.each(a.at, func(start, end int64) {
			if !j.over(end, a.mark) {
				taken = true
				took[[2]int64{start, end}] = append(took[[2]int64{start, end}], a)
			}
		})
		if !taken {
			*late = append(*late, a.id)
		}
	}
	var panes []Pane
	for w, records := range took { // in any order: what they tell is sorted
		panes = j.tells(panes, w, records)
	}
	slices.SortStableFunc(panes, byWindow)
	return panes
}

// byWindow is the order of the panes of one key; those of one window keep theirs.
func byWindow(a, b Pane) int { return cmp.Or(cmp.Compare(a.End, b.End), cmp.Compare(a.Start, b.Start)) }

// tells adds what a window tells: once of all that came before the watermark passed its end, and again of each record that came behind.
func (j *windowsJob) tells(panes []Pane, w [2]int64, took []arrival) []Pane {
	var held []uint64
	for i, a := range took {
		held = append(held, uint64(a.id))
		if a.mark < w[1]-1 && i < len(took)-1 && took[i+1].mark < w[1]-1 {
			continue
		}
		c := j.tellsOf(held)
		panes = append(panes, Pane{Start: w[0], End: w[1], N: int64(c.N), Sum: c.H})
		if j.purge {
			held = nil
		}
	}
	return panes
}

// tellsOf is what a window tells that holds some records.
func (j *windowsJob) tellsOf(ids []uint64) (c Chain) {
	if !j.pairs {
		for _, id := range ids {
			c = c.gather(id)
		}
		return c
	}
	var of [2][]uint64
	for _, id := range ids {
		of[side(engine.ID(id))] = append(of[side(engine.ID(id))], id)
	}
	return pairsOf(of[0], of[1])
}

// A sessionBatch finds the sessions of one key. Whenever it matters, it makes them anew of all records that are in one which is not over.
type sessionBatch struct {
	job  *windowsJob
	in   []arrival          // those records, as they came
	done map[engine.ID]bool // of which something was told and forgotten
	said map[[2]int64]bool  // sessions that have told something as they are
	told []Pane
}

// sessions are the records in groups: two whose sessions touch are in one.
func (b *sessionBatch) sessions() (all [][2]int64) {
	times := make([]int64, 0, len(b.in))
	for _, a := range b.in {
		times = append(times, a.at)
	}
	slices.Sort(times)
	for _, at := range times {
		if n := len(all); n > 0 && at <= all[n-1][1] {
			all[n-1][1] = at + b.job.gap
		} else {
			all = append(all, [2]int64{at, at + b.job.gap})
		}
	}
	return all
}

func (s arrival) within(w [2]int64) bool { return s.at >= w[0] && s.at < w[1] }

// tell tells what is in a session.
func (b *sessionBatch) tell(w [2]int64) {
	var held []uint64
	for _, a := range b.in {
		if a.within(w) && !b.done[a.id] {
			held = append(held, uint64(a.id))
			if b.job.purge {
				b.done[a.id] = true
			}
		}
	}
	if b.said[w] = true; len(held) > 0 {
		c := b.job.tellsOf(held)
		b.told = append(b.told, Pane{Start: w[0], End: w[1], N: int64(c.N), Sum: c.H})
	}
}

// pass lets a watermark pass: the sessions whose end is behind it tell, and those that are over go.
func (b *sessionBatch) pass(mark int64) {
	if b.said == nil {
		b.said, b.done = map[[2]int64]bool{}, map[engine.ID]bool{}
	}
	for _, w := range b.sessions() {
		if w[1]-1 <= mark && !b.said[w] {
			b.tell(w)
		}
		if b.job.over(w[1], mark) {
			b.in = slices.DeleteFunc(b.in, func(a arrival) bool { return a.within(w) })
			delete(b.said, w)
		}
	}
}

// take puts a record in its session; false: it is late.
func (b *sessionBatch) take(a arrival) bool {
	b.pass(a.mark)
	b.in = append(b.in, a)
	for _, w := range b.sessions() {
		if !a.within(w) {
			continue
		}
		if b.job.over(w[1], a.mark) { // alone, or what it touches would be over, too
			b.in = b.in[:len(b.in)-1]
			return false
		}
		if w[1]-1 <= a.mark {
			b.tell(w)
		}
	}
	return true
}
