package linearizability

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// A toy is a small stream engine: sources, tasks with aligned barriers, a coordinator over a numbered log, readers, crashes, zombies and
// fallbacks, stepped by chance. What it records is right by construction, so every alarm about it is false.
type toy struct {
	toySize
	rng     *rand.Rand
	h       *History
	ticket  int64
	log     []toyEntry
	kept    []toyEntry // checkpoints, as the newest entry of the log has it
	store   map[[2]int64]*toyCheckpoint
	alive   []*toyAttempt
	next    int64 // epoch
	crashes int
	rotten  map[int64]bool
	public  map[string]bool
}

type toySize struct {
	parts, tasks, keys, groups, records, readers, crashes int
	mode                                                  Mode
	timed                                                 bool // records have a time, and tasks have timers
}

// A toyEntry is an entry of the catalog: a checkpoint, or a takeover that restores one.
type toyEntry struct {
	epoch, ckpt int64
	takeover    bool
}

type toyCheckpoint struct {
	epoch, id int64
	offsets   []int64
	states    [][]Cursor // by task, then key*parts+part
	rows      [][]ID     // by task: of its transaction
	alarms    []map[timer]AlarmEvent
	armed     []*Armed
	marks     []int64
}

func sizeOf(seed uint64) toySize {
	r := rand.New(rand.NewPCG(seed, 11))
	s := toySize{parts: 1 + r.IntN(3), tasks: 1 + r.IntN(3), keys: 2 + r.IntN(8), groups: 8, records: 40 + r.IntN(120), readers: 1 + r.IntN(3),
		crashes: r.IntN(4), mode: ExactlyOnce}
	if r.IntN(5) == 0 {
		s.mode = AtLeastOnce
	}
	s.timed = r.IntN(4) > 0
	return s
}

func chain(before uint64, id ID) uint64 {
	x := (before ^ uint64(id) + 0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9
	return x ^ x>>31
}

func newTruth(s toySize, rng *rand.Rand) *Truth {
	t := &Truth{Parts: make([]Part, s.parts)}
	for k := range s.keys {
		t.Keys = append(t.Keys, fmt.Sprintf("k%d", k))
		t.Group = append(t.Group, uint16(rng.IntN(s.groups)))
	}
	for p := range t.Parts {
		n, h := make([]int32, s.keys), make([]uint64, s.keys)
		for off := range s.records / s.parts {
			k := min(rng.IntN(s.keys), rng.IntN(s.keys))
			n[k]++
			h[k] = chain(h[k], ID(p)<<40|ID(off))
			t.Parts[p].Key = append(t.Parts[p].Key, int32(k))
			t.Parts[p].N = append(t.Parts[p].N, n[k])
			t.Parts[p].H = append(t.Parts[p].H, h[k])
		}
	}
	return t
}

// good generates the clean history of a seed.
func good(tb testing.TB, seed uint64) *History { return goodOf(tb, seed, sizeOf(seed)) }

func goodOf(tb testing.TB, seed uint64, s toySize) *History {
	tb.Helper()
	w := &toy{toySize: s, rng: rand.New(rand.NewPCG(seed, 7)), store: map[[2]int64]*toyCheckpoint{}, rotten: map[int64]bool{}, public: map[string]bool{}}
	w.h = &History{Truth: newTruth(s, w.rng), Mode: s.mode, Parts: s.parts, Tasks: s.tasks, Groups: s.groups, Retained: 2, Sampled: 1, Timers: 1, Hits: map[string]int64{"checkpoint.completed": 1}}
	w.start()
	for steps := 0; w.h.Final == nil; steps++ {
		if steps > 400_000 {
			tb.Fatalf("seed %d: the toy does not come to its end", seed)
		}
		w.step()
	}
	w.finish()
	return w.h
}

// keep adds a checkpoint and answers which one is not kept any more.
func (w *toy) keep(e toyEntry) (gone []toyEntry) {
	w.kept = append(w.kept, e)
	n := max(0, len(w.kept)-w.h.Retained)
	gone, w.kept = w.kept[:n:n], w.kept[n:]
	return gone
}

func (w *toy) keptIDs() (ids []int64) {
	for _, e := range w.kept {
		ids = append(ids, e.ckpt)
	}
	return ids
}

func (w *toy) now() int64 { w.ticket++; return w.ticket }

// add records an operation of one step, or one that began at op.Call.
func (w *toy) add(a *toyAttempt, client int, op Op) int {
	op.Attempt, op.Client = a.epoch, int(a.epoch)*100+client
	if op.Call == 0 {
		op.Call = w.now()
	}
	if op.Outcome == Known || op.Return == 0 && op.Outcome == Refused {
		op.Return = w.now()
	}
	op.At = w.ticket * 10
	w.h.Ops = append(w.h.Ops, op)
	return len(w.h.Ops) - 1
}

func (w *toy) start() {
	w.next++
	a := newToyAttempt(w, w.next)
	w.alive = append(w.alive, a)
	w.h.Attempts = append(w.h.Attempts, Attempt{Epoch: a.epoch, Start: w.now(), Restored: -1})
}

func (w *toy) life(epoch int64) *Attempt { return &w.h.Attempts[epoch-1] }

func (w *toy) step() {
	a := w.alive[w.rng.IntN(len(w.alive))]
	a.act()
	current := w.alive[len(w.alive)-1]
	if current.dead {
		w.bury(current, "an error")
		w.start()
		return
	}
	if w.h.Final == nil && w.crashes < w.toySize.crashes && w.rng.IntN(150) == 0 {
		w.crashes++
		w.crash(current)
	}
	w.alive = slices.DeleteFunc(w.alive, func(a *toyAttempt) bool { return a.dead && a != w.alive[len(w.alive)-1] })
}

// crash ends an attempt, or only declares it dead.
func (w *toy) crash(a *toyAttempt) {
	w.h.Strikes = append(w.h.Strikes, Strike{Fault: len(w.h.Strikes), Text: "kill", Struck: 1, Call: w.now(), Must: true})
	if w.rng.IntN(3) == 0 {
		w.life(a.epoch).Zombie = true
		w.life(a.epoch).Fence = w.now()
		w.life(a.epoch).Why = "declared dead"
	} else {
		a.die()
		w.bury(a, "killed")
	}
	w.start()
}

func (w *toy) bury(a *toyAttempt, why string) {
	if l := w.life(a.epoch); l.Fence == 0 {
		l.Fence, l.Why = w.now(), why
	}
}

// newest is the checkpoint that the catalog shows: the last committed, or what the last takeover restored.
func (w *toy) newest() *toyCheckpoint {
	for i := len(w.log) - 1; i >= 0; i-- {
		e := w.log[i]
		if !e.takeover {
			return w.store[[2]int64{e.epoch, e.ckpt}]
		}
		if e.ckpt == 0 {
			return nil
		}
		for j := i - 1; j >= 0; j-- {
			if w.log[j].ckpt == e.ckpt && !w.log[j].takeover {
				return w.store[[2]int64{w.log[j].epoch, e.ckpt}]
			}
		}
	}
	return nil
}

// owner is the highest epoch in the catalog.
func (w *toy) owner() int64 {
	for i := len(w.log) - 1; i >= 0; i-- {
		if w.log[i].takeover {
			return w.log[i].epoch
		}
	}
	return 0
}

func (w *toy) digest(state []Cursor) (d Digest) {
	for i, c := range state {
		if c.N > 0 {
			d.add(Digest{chain(uint64(i), ID(c.N)), chain(c.H, ID(i))})
		}
	}
	return d
}

// fold is the state of the input up to offsets.
func (w *toy) fold(offsets []int64) []Cursor {
	state := make([]Cursor, w.keys*w.parts)
	for p, off := range offsets {
		for o := range off {
			w.count(state, ID(p)<<40|ID(o))
		}
	}
	return state
}

func (w *toy) count(state []Cursor, id ID) {
	c := &state[int(w.h.Truth.Parts[id.Part()].Key[id.Offset()])*w.parts+id.Part()]
	c.Part, c.N, c.H = id.Part(), c.N+1, chain(c.H, id)
}

func (w *toy) cutOf(c *toyCheckpoint) Cut {
	cut := Cut{Ckpt: c.id, Epoch: c.epoch, Offsets: c.offsets, Want: w.digest(w.fold(c.offsets)), Marks: c.marks}
	for _, s := range c.states {
		cut.Got.add(w.digest(s))
	}
	return cut
}

func (w *toy) finish() {
	for _, a := range w.alive[:len(w.alive)-1] {
		a.die()
	}
	slices.SortStableFunc(w.h.Ops, func(a, b Op) int { return cmp.Compare(a.Call, b.Call) })
	w.h.gather()
	w.h.look()
	v := NewView(w.h)
	recovered, last := v.recoveries()
	d := &w.h.Demands
	d.Faults, d.Recoveries, d.Checkpoints = len(w.h.Strikes), recovered, v.completed()
	if v.answered(last) {
		d.Readers = w.readers
	}
	d.Unacked, d.Records = v.unacked(), v.inputs()
}
