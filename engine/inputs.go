package engine

import "slices"

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
	low     int64 // the least of the marks of those that are not idle, as far as it ever was; see least
	idle    Mask  // those that said so, and of which nothing came since
	behind  Mask  // those that came back with less than low, and have not come up to it
	unblock bool  // a planted bug
	planted *Planted
	second  Mask // those of the second input; for planted bugs
}

type alignment struct {
	ckpt int64
	seen Mask
}

func (a *inputs) init(n int, leaky bool) {
	a.n, a.leaky, a.low, a.marks = n, leaky, NoMark, slices.Repeat([]int64{NoMark}, n)
}

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
	if a.open[at].seen == a.all() || a.ignores(a.all()&^a.open[at].seen, "barrier-of-one-input") {
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

// mark tells whether the watermark rose. An input that says one is not idle.
func (a *inputs) mark(ch int, at int64) bool {
	a.wake(ch)
	if at <= a.marks[ch] && a.behind == 0 {
		return false
	}
	if a.marks[ch] = max(a.marks[ch], at); a.marks[ch] >= a.low {
		a.behind &^= 1 << ch
	}
	if a.planted != nil && a.least() != at && a.planted.Is("watermark-of-one-input") {
		was := a.low
		a.low = at
		return at != was
	}
	return a.rise()
}

// rest leaves an input out of the watermark, and tells whether that rose. It is back when it says another, or a record comes.
func (a *inputs) rest(ch int) bool {
	if a.planted != nil && a.planted.Is("idle-holds-watermark") {
		return false
	}
	a.idle |= 1 << ch
	a.behind &^= 1 << ch
	return a.rise()
}

// wake takes an input back. The watermark does not go back for it, nor does it wait: what it brings from before may be late, and it counts
// again once its own watermark is not behind, as on Flink.
func (a *inputs) wake(ch int) {
	if a.idle>>ch&1 == 0 || a.planted != nil && a.planted.Is("idle-never-returns") {
		return
	}
	a.idle &^= 1 << ch
	switch {
	case a.marks[ch] >= a.low || a.planted.Is("idle-return-holds-watermark"):
	case a.planted.Is("idle-sets-watermark-back"):
		a.low = a.marks[ch]
	default:
		a.behind |= 1 << ch
	}
}

func (a *inputs) rise() bool {
	low := a.least()
	rose := low > a.low
	a.low = max(a.low, low)
	return rose
}

// least is the least watermark of the inputs that count: that are not idle, nor behind since they were. When all are idle, it is the greatest there is,
// as on Flink: so it does not depend on which of them was the last. When none counts, and not all are idle, it stays what it is.
func (a *inputs) least() int64 {
	if a.idle == a.all() {
		return slices.Max(a.marks)
	}
	out := a.idle | a.behind
	if out == a.all() {
		return a.low
	}
	low := int64(EndOfTime)
	for ch, m := range a.marks {
		if out>>ch&1 == 0 && !a.ignores(1<<ch, "watermark-of-first-input") {
			low = min(low, m)
		}
	}
	return low
}

// ignores is a planted bug: the task does not wait for the channels of its second input, and it is they that are missing.
func (a *inputs) ignores(missing Mask, bug string) bool {
	return a.planted != nil && a.second != 0 && missing&^a.second == 0 && a.planted.Is(bug)
}
