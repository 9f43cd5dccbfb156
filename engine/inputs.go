package engine

// inputs aligns the barriers and watermarks of several inputs.
//
// Exactly-once: an input that delivered the barrier is not taken until all have (blocked). At least once: none is blocked, so several
// checkpoints may be under way at one task, in the order of their ids.
type inputs struct {
	n       int
	leaky   bool // at least once
	open    []alignment
	last    int64 // finished or aborted: its late barriers are nothing
	marks   []int64
	low     int64    // the least of marks
	unblock bool     // a planted bug
	newest  *Planted // the least is not what counts
}

type alignment struct {
	ckpt int64
	seen Mask
}

func (a *inputs) init(n int, leaky bool) { a.n, a.leaky, a.marks = n, leaky, make([]int64, n) }

func (a *inputs) all() Mask { return 1<<a.n - 1 }

// takes is the mask of inputs that are not blocked.
func (a *inputs) takes() Mask {
	if a.leaky || a.unblock || len(a.open) == 0 {
		return a.all()
	}
	return a.all() &^ a.open[0].seen
}

// barrier tells whether the input delivered the first barrier of id, or the last one.
func (a *inputs) barrier(ch int, id int64) (first, last bool) {
	if id <= a.last {
		return
	}
	at := 0
	for at < len(a.open) && a.open[at].ckpt < id {
		at++
	}
	if at == len(a.open) || a.open[at].ckpt != id {
		a.open = append(a.open, alignment{})
		copy(a.open[at+1:], a.open[at:])
		a.open[at] = alignment{ckpt: id}
		first = true
	}
	if !a.leaky && at > 0 { // the barriers of what came before will not come any more: it was aborted
		a.open = a.open[at:]
		at = 0
	}
	a.open[at].seen |= 1 << ch
	if a.open[at].seen == a.all() {
		a.last, last = id, true
		a.open = a.open[at+1:]
	}
	return
}

// abort forgets id: its late barriers are nothing.
func (a *inputs) abort(id int64) {
	for i := range a.open {
		if a.open[i].ckpt == id {
			a.open = append(a.open[:i], a.open[i+1:]...)
			break
		}
	}
	a.last = max(a.last, id)
}

// mark tells whether the least watermark rose.
func (a *inputs) mark(ch int, at int64) bool {
	if at <= a.marks[ch] {
		return false
	}
	a.marks[ch] = at
	low := a.marks[0]
	for _, m := range a.marks {
		low = min(low, m)
	}
	rose := low > a.low
	if a.newest != nil && low != at && a.newest.Is("watermark-of-one-input") {
		low, rose = at, at != a.low
	}
	a.low = low
	return rose
}
