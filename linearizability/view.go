package linearizability

import (
	"fmt"
	"slices"
)

// A View is a history made ready for judging: what several checks need is worked out once.
type View struct {
	*History
	Truth *Truth         // nil too when that of the history contradicts itself
	by    [Kinds][]int32 // places in Ops, by kind
	lives []life         // by epoch, ascending
	end   int64          // a ticket behind all others
	tally [][]uint8      // how often a row of the output stands for a record, by partition and offset; counted when first wanted
}

// A life is an Attempt with what the operations say of its end.
type life struct {
	*Attempt
	// took is the ticket at which a later attempt had taken over for certain: nothing of this one can be committed after it. 0: never.
	took int64
	// over is the ticket at which a later attempt had restored every task: nothing of this one can be seen as current after it. 0: never.
	over int64
	// tookOver and recovered are places in Ops, -1: none that is known to have happened.
	tookOver, recovered int
	reason              string // why it did not restore the newest checkpoint
}

// NewView prepares a history. The history must not change while the view is used.
func NewView(h *History) *View {
	v := &View{History: h}
	if h.Truth.whole() {
		v.Truth = h.Truth
	}
	var count [Kinds]int
	for i := range h.Ops {
		op := &h.Ops[i]
		count[op.Kind]++
		v.end = max(v.end, op.Call, op.Return)
	}
	places := make([]int32, len(h.Ops))
	for k, n := range count {
		v.by[k], places = places[:0:n], places[n:]
	}
	for i := range h.Ops {
		k := h.Ops[i].Kind
		v.by[k] = append(v.by[k], int32(i))
	}
	v.live()
	return v
}

// whole tells whether every record has a key, a number and a chain.
func (t *Truth) whole() bool {
	if t == nil || len(t.Group) != len(t.Keys) {
		return false
	}
	for p := range t.Parts {
		part := &t.Parts[p]
		if len(part.N) != len(part.Key) || len(part.H) != len(part.Key) {
			return false
		}
		for off, key := range part.Key {
			if key < 0 || int(key) >= len(t.Keys) || part.N[off] < 1 {
				return false
			}
		}
	}
	return true
}

func (v *View) live() {
	v.lives = make([]life, len(v.Attempts))
	for i := range v.Attempts {
		v.lives[i] = life{Attempt: &v.Attempts[i], tookOver: -1, recovered: -1}
		v.end = max(v.end, v.Attempts[i].Fence, v.Attempts[i].Start)
	}
	v.end++
	slices.SortFunc(v.lives, func(a, b life) int { return int(a.Epoch - b.Epoch) })
	for _, i := range v.by[TakeOver] {
		op := &v.Ops[i]
		if l := v.life(op.Attempt); l != nil {
			l.reason = first(op.Text, l.reason)
			if known(op) {
				l.tookOver = int(i)
			}
		}
	}
	for _, i := range v.by[Recover] {
		op := &v.Ops[i]
		if l := v.life(op.Attempt); l != nil {
			l.reason = first(op.Text, l.reason)
			if known(op) {
				l.recovered = int(i)
			}
		}
	}
	for i := range v.lives {
		v.settle(i)
	}
}

// settle finds when attempt i had lost the catalog and when it had lost the state.
func (v *View) settle(i int) {
	l := &v.lives[i]
	earlier := func(ticket *int64, place int) {
		if place >= 0 && (*ticket == 0 || v.Ops[place].Return < *ticket) {
			*ticket = v.Ops[place].Return
		}
	}
	for j := i + 1; j < len(v.lives); j++ {
		earlier(&l.over, v.lives[j].recovered)
		earlier(&l.took, v.lives[j].tookOver)
	}
	if l.took == 0 { // of a system without takeovers
		l.took = l.over
	}
}

// life is that of an epoch, nil when the history does not list it.
func (v *View) life(epoch int64) *life {
	if len(v.lives) == 0 {
		return nil
	}
	if i := epoch - v.lives[0].Epoch; i >= 0 && i < int64(len(v.lives)) && v.lives[i].Epoch == epoch {
		return &v.lives[i] // epochs are mostly dense
	}
	for i := range v.lives {
		if v.lives[i].Epoch == epoch {
			return &v.lives[i]
		}
	}
	return nil
}

// known: it happened, and its end was seen.
func known(op *Op) bool { return op.Outcome == Known && op.Return != 0 }

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// recoveries counts the attempts, other than the first, that were restored, and says when the last was that had anything left to apply.
func (v *View) recoveries() (n int, last int64) {
	busy := map[int64]bool{}
	for _, i := range v.by[Apply] {
		busy[v.Ops[i].Attempt] = true
	}
	for i := range v.lives {
		if l := &v.lives[i]; i > 0 && l.recovered >= 0 {
			if n++; busy[l.Epoch] {
				last = max(last, v.Ops[l.recovered].Return)
			}
		}
	}
	return n, last
}

// completed counts the checkpoints that are certain to have been committed, each once.
func (v *View) completed() int {
	seen := map[int64]bool{}
	for _, i := range v.by[Commit] {
		op := &v.Ops[i]
		if seen[op.Ckpt] || op.Outcome == Refused {
			continue
		}
		if certain, _ := v.was(op.Ckpt); certain {
			seen[op.Ckpt] = true
		}
	}
	return len(seen)
}

// was tells whether a checkpoint was committed: certainly, because an answer or a recovery showed it, or perhaps.
func (v *View) was(ckpt int64) (certain, perhaps bool) {
	for _, i := range v.by[Commit] {
		if op := &v.Ops[i]; op.Ckpt == ckpt && op.Outcome != Refused {
			perhaps = true
			if known(op) {
				return true, true
			}
		}
	}
	if !perhaps {
		return false, false
	}
	for i := range v.lives {
		if r := v.lives[i].tookOver; r >= 0 && v.Ops[r].Ckpt == ckpt {
			return true, true
		}
		if r := v.lives[i].recovered; r >= 0 && v.Ops[r].Ckpt == ckpt {
			return true, true
		}
	}
	for i := range v.Cuts {
		if v.Cuts[i].Ckpt == ckpt {
			return true, true
		}
	}
	for _, i := range v.by[Read] {
		if op := &v.Ops[i]; op.Ckpt == ckpt && known(op) {
			return true, true
		}
	}
	return false, true
}

// cut is that of a completed checkpoint, of an epoch at or before the given one; nil when there is none.
func (v *View) cut(ckpt, before int64) *Cut {
	var found *Cut
	for i := range v.Cuts {
		if c := &v.Cuts[i]; c.Ckpt == ckpt && c.Epoch <= before && (found == nil || c.Epoch > found.Epoch) {
			found = c
		}
	}
	return found
}

// missing names the first demand of a set that the run did not meet, "" when it met all.
func (v *View) missing(r Rests) string {
	d := &v.Demands
	recovered, last := v.recoveries()
	switch {
	case r&OnFaults != 0 && v.unstruck() != "":
		return v.unstruck()
	case r&OnRecoveries != 0 && recovered < d.Recoveries:
		return fmt.Sprintf("the plan demands %s, the run had %d", plural(d.Recoveries, "recovery", "recoveries"), recovered)
	case r&OnCheckpoints != 0 && v.completed() < d.Checkpoints:
		return fmt.Sprintf("the plan demands %s, the run completed %d", plural(d.Checkpoints, "checkpoint", "checkpoints"), v.completed())
	case r&OnReads != 0 && d.Readers > 0 && !v.answered(0):
		return "the plan demands reads, and none was answered"
	case r&OnReads != 0 && d.Readers > 0 && d.Recoveries > 0 && !v.answered(last):
		return "no read was answered after the last recovery that went on with the input"
	case r&OnUnacked != 0 && d.Unacked && !v.unacked():
		return "no operation was open when an attempt died"
	case r&OnOverlap != 0 && d.Overlap > 0 && len(v.by[Snap]) >= d.Overlap && !v.overlapped():
		return fmt.Sprintf("%d snapshots were taken, and no read of their tasks was under way meanwhile", len(v.by[Snap]))
	}
	return ""
}

// answered tells whether a read that began after a ticket was answered.
func (v *View) answered(after int64) bool {
	for k := len(v.by[Read]) - 1; k >= 0; k-- {
		op := &v.Ops[v.by[Read][k]]
		if op.Call <= after {
			return false
		}
		if known(op) {
			return true
		}
	}
	return false
}

func (v *View) unacked() bool {
	for i := range v.Ops {
		if op := &v.Ops[i]; op.Outcome == Unknown || op.Return == 0 {
			if l := v.life(op.Attempt); l != nil && l.Fence != 0 {
				return true
			}
		}
	}
	return false
}

// overlapped tells whether a read was under way between the two steps of a snapshot of the task that owns its key.
func (v *View) overlapped() bool {
	if v.Truth == nil {
		return false
	}
	for i := range v.lives {
		owners := v.owners(&v.lives[i])
		for _, s := range v.by[Snap] {
			snap := &v.Ops[s]
			if snap.Attempt != v.lives[i].Epoch || !known(snap) {
				continue
			}
			for _, r := range v.by[Read] {
				read := &v.Ops[r]
				if read.Call > snap.Return {
					break
				}
				if read.Attempt == snap.Attempt && known(read) && read.Return > snap.Call && v.ownedBy(owners, read.Key, snap.Task) {
					return true
				}
			}
		}
	}
	return false
}

func (v *View) ownedBy(owners []int32, key int32, task int) bool {
	if key < 0 || int(key) >= len(v.Truth.Group) {
		return false
	}
	g := int(v.Truth.Group[key])
	return g < len(owners) && owners[g] == int32(task)
}

// unstruck names a fault that had to strike and did not.
func (v *View) unstruck() string {
	struck := 0
	for i := range v.Strikes {
		s := &v.Strikes[i]
		if s.Struck > 0 {
			struck++
		} else if s.Must {
			return fmt.Sprintf("fault %d never struck: %s", s.Fault, s.Text)
		}
	}
	if struck < v.Demands.Faults {
		return fmt.Sprintf("the plan demands %s, %d struck", plural(v.Demands.Faults, "fault", "faults"), struck)
	}
	return ""
}

// lastOf is the last operation of a kind, of an attempt when epoch is not 0; none when there is none.
func (v *View) lastOf(kind Kind, epoch int64) []int {
	for k := len(v.by[kind]) - 1; k >= 0; k-- {
		if i := v.by[kind][k]; epoch == 0 || v.Ops[i].Attempt == epoch {
			return []int{int(i)}
		}
	}
	return nil
}

// name is what people call a key.
func (v *View) name(key int32) string {
	if v.Truth != nil && key >= 0 && int(key) < len(v.Truth.Keys) {
		return v.Truth.Keys[key]
	}
	return fmt.Sprintf("#%d", key)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
