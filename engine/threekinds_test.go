package engine_test

import (
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/tables"
	e "github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/state"
	"github.com/weirbench/weir/engine/window"
)

// One job with all three forms of state: windows hold records, the windows' function counts the records of a key, and has operator state of each kind.
// It is killed between checkpoints and restored, with more tasks or fewer, and what a restored task finds is held against what follows from the input and
// from where the sources were at the checkpoint.

// A place is a window of a key, by its start.
type place struct{ key, start uint64 }

func (p place) word() uint64 { return p.key<<48 | p.start }

// A found is what a task finds when it is restored, or what all tasks of an attempt find.
type found struct {
	windows map[place][]uint64 // records, sorted
	seen    map[uint64]uint64  // by key: the records of windows that have fired
	fired   []uint64           // a split list: the windows that have fired, sorted
	total   uint64             // a union list's sum: how many those are
	lineage []uint64           // a broadcast map: the attempts that led here
}

// three is the job, and what is told of its attempts.
type three struct {
	e.NoFaults // but for Noted
	spec       e.Spec
	end        int64 // records of each partition
	size       int64 // of a window
	widths     []int
	on         func(epoch int64) backends.Backend
	plant      func(s backends.Store) backends.Store // nil: nothing
	asks       bool                                  // the engine asks the function of a window for operator state; false is a planted bug

	mu      sync.Mutex
	keepers map[int64][]*keeper         // by attempt
	took    map[int64]e.Fact            // by attempt: what it began from
	author  map[int64]int64             // by attempt: that which took the checkpoint
	rewound map[int64]map[string]e.Fact // by attempt and source
	ripe    bool                        // a window has fired
	next    int64                       // the first checkpoint that was triggered behind that
	whole   int64                       // it, or one behind it, which was completed
	struck  int

	held []string // by judge: the operator state that each attempt was restored with, whichever task had it
}

// inTurn has every attempt on another backend than the one before.
const inTurn = "in turn"

func newThree(on string, end, size int64, widths ...int) *three {
	all := every.Backend()
	names := every.Names(all)
	j := &three{end: end, size: size, widths: widths, asks: true, keepers: map[int64][]*keeper{}, took: map[int64]e.Fact{}, author: map[int64]int64{}, rewound: map[int64]map[string]e.Fact{}}
	j.spec = *spec()
	j.spec.Readers, j.spec.Groups, j.spec.Tolerable = 0, 16, 1000
	j.on = func(epoch int64) backends.Backend {
		if on == inTurn {
			return all[names[epoch%int64(len(names))]]
		}
		return all[on]
	}
	return j
}

func (j *three) job(epoch int64) (*e.Graph, error) {
	s := j.spec
	s.Parallelism = j.widths[(epoch-1)%int64(len(j.widths))]
	s.Open = func(_ int64, _ int, g backends.Groups) (backends.Store, error) {
		st, err := j.on(epoch).Open(backends.Options{Groups: g})
		if err == nil && j.plant != nil {
			st = j.plant(st)
		}
		return st, err
	}
	return e.Build(&s, epoch, e.Parts[uint64, uint64, uint64]{
		Key: tables.Longs(s.Groups),
		Log: func(part int) e.Log[uint64, uint64] { return stamped{uint64(part), j.end} },
		Op: func() e.Operator[uint64, uint64, uint64] {
			j.mu.Lock()
			defer j.mu.Unlock()
			k := &keeper{job: j, epoch: epoch}
			j.keepers[epoch] = append(j.keepers[epoch], k)
			op := window.Process(window.Config[uint64, uint64, uint64]{Assigner: window.Tumbling[uint64]{Size: j.size}, Element: tables.Uint64{}}, k)
			if !j.asks {
				return unasked{op, k}
			}
			return op
		},
		Txn: func() e.Txn[uint64, uint64] { return &pairs{} },
	})
}

// stamped is a partition whose records say where they are from. Their times are their offsets.
type stamped struct {
	part uint64
	end  int64
}

func (l stamped) Read(off int64, most int, ks, vals []uint64, times []int64) ([]uint64, []uint64, []int64) {
	for ; most > 0 && off < l.end; most, off = most-1, off+1 {
		ks, vals, times = append(ks, (uint64(off)+l.part)%keys), append(vals, l.part<<48|uint64(off)), append(times, off)
	}
	return ks, vals, times
}

// keeper is the function of the windows.
type keeper struct {
	job   *three
	epoch int64
	scope *tables.Scope[uint64]
	seen  tables.Value[backends.Void, uint64]

	fired   *state.OperatorList[uint64]
	total   *state.OperatorList[uint64]
	lineage *state.BroadcastMap[uint64, uint64]
	n       uint64 // of total this task's own

	begun, restored bool
	found           found
}

func (k *keeper) Open(s *tables.Scope[uint64]) (err error) {
	k.scope = s
	k.seen, err = tables.OpenValue(s, "seen", tables.None{}, tables.Uint64{})
	return err
}

func (k *keeper) Initialize(s *state.Operator) (err error) {
	if k.fired, err = state.OpenSplit(s, "fired", tables.Uint64{}); err != nil {
		return err
	}
	if k.total, err = state.OpenUnion(s, "total", tables.Uint64{}); err != nil {
		return err
	}
	if k.lineage, err = state.OpenBroadcast(s, "lineage", tables.Uint64{}, tables.Uint64{}); err != nil {
		return err
	}
	k.found, err = k.look()
	if s.Task == 0 { // one goes on with what all have counted
		k.n = k.found.total
	}
	k.lineage.Set(uint64(k.epoch), uint64(k.epoch))
	k.begun, k.restored = true, s.Restored()
	return err
}

// look is what the task holds now, between two batches.
func (k *keeper) look() (f found, err error) {
	f = found{windows: map[place][]uint64{}, seen: map[uint64]uint64{}}
	k.fired.Each(func(w uint64) bool { f.fired = append(f.fired, w); return true })
	k.total.Each(func(n uint64) bool { f.total += n; return true })
	k.lineage.Each(func(_, epoch uint64) bool { f.lineage = append(f.lineage, epoch); return true })
	snap, err := k.scope.Store.Snapshot()
	if err != nil {
		return f, err
	}
	defer snap.Close()
	for g := snap.Groups().First; g <= snap.Groups().Last && err == nil; g++ {
		err = snap.Each(g, func(x *backends.Entry) error { return f.take(k.scope.Codec, x) })
	}
	return f, err
}

// take takes in an entry of a store.
func (f *found) take(codec tables.KeyType[uint64], x *backends.Entry) error {
	width := codec.Width()
	if x.State != "seen" && x.State != "window-contents" {
		return nil // timers
	}
	key, err := codec.Decode(x.Key[:width])
	if err != nil {
		return err
	}
	if x.State == "seen" {
		f.seen[key] = binary.BigEndian.Uint64(x.Value)
		return nil
	}
	w, err := window.Namespace{}.Decode(x.Key[width:])
	if err != nil {
		return err
	}
	p := place{key, uint64(w.Start)}
	for b := x.Value; len(b) > 0; b = b[8:] {
		f.windows[p] = append(f.windows[p], binary.BigEndian.Uint64(b))
	}
	slices.Sort(f.windows[p])
	return nil
}

func (k *keeper) Snapshot() error {
	k.total.Set([]uint64{k.n})
	return nil
}

func (k *keeper) Process(p *window.Pane[uint64, uint64], vs iter.Seq[uint64]) {
	seen, _ := k.seen.Get(backends.Void{})
	for range vs {
		seen++
	}
	k.seen.Set(backends.Void{}, seen)
	k.fired.Add(place{p.Key, uint64(p.Window.Start)}.word())
	k.n++
	p.Emit(uint64(p.Window.Start)<<32 | seen)
	k.job.mu.Lock()
	defer k.job.mu.Unlock()
	k.job.ripe = true
}

func (k *keeper) Clear(*window.Pane[uint64, uint64]) {}

// unasked is an operator whose function the engine does not find, so that it begins without a checkpoint: a planted bug.
type unasked struct {
	e.Operator[uint64, uint64, uint64]
	k *keeper
}

func (o unasked) Open(s *tables.Scope[uint64]) error {
	if err := o.Operator.Open(s); err != nil {
		return err
	}
	return o.k.Initialize(&state.Operator{Tasks: 1})
}

// Noted kills everything, twice: between checkpoints, when a barrier has come to a task behind a checkpoint that has something of each form.
func (j *three) Noted(_ *e.Moment, n e.Note) (e.Strike, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case n.Point == e.AtTriggered && j.ripe && j.next == 0:
		j.next = n.Ckpt
	case n.Point == e.AtCompleted && j.next != 0 && n.Ckpt >= j.next && j.whole == 0:
		j.whole = n.Ckpt
	case n.Point == e.AtBarrier && j.whole != 0 && n.Ckpt > j.whole && j.struck < 2:
		j.struck++
		j.ripe, j.next, j.whole = false, 0, 0
		return e.Strike{Do: e.KillAll, Lost: true, Delay: 20}, true
	}
	return e.Strike{}, false
}

func (j *three) Observe(m *e.Moment) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, f := range m.Facts {
		switch f.Kind {
		case e.TookOver:
			if j.took[m.Epoch] = f; f.Entry != nil {
				j.author[m.Epoch] = f.Entry.Epoch
			}
		case e.Rewound:
			if j.rewound[m.Epoch] == nil {
				j.rewound[m.Epoch] = map[string]e.Fact{}
			}
			j.rewound[m.Epoch][m.Role.String()] = f
		}
	}
}

// wanted is what tasks hold together when so much of each partition has come to them, and such a watermark.
func (j *three) wanted(offs []int64, mark int64) found {
	f := found{windows: map[place][]uint64{}, seen: map[uint64]uint64{}}
	fired := map[uint64]bool{}
	for part, end := range offs {
		ks, vals, times := stamped{uint64(part), end}.Read(0, int(end), nil, nil, nil)
		for i := range ks {
			start := times[i] - times[i]%j.size
			p := place{ks[i], uint64(start)}
			if start+j.size-1 > mark {
				f.windows[p] = append(f.windows[p], vals[i])
				continue
			}
			f.seen[p.key]++
			fired[p.word()] = true
		}
	}
	for _, vs := range f.windows {
		slices.Sort(vs)
	}
	f.fired, f.total = slices.Sorted(maps.Keys(fired)), uint64(len(fired))
	return f
}

// together is what the tasks of an attempt have found, and what is wrong where one alone can say it.
func together(all []*keeper, finds func(*keeper) found, want *found) (f found, wrong []string) {
	f = found{windows: map[place][]uint64{}, seen: map[uint64]uint64{}, total: want.total, lineage: want.lineage}
	for i, k := range all {
		x := finds(k)
		for p, vs := range x.windows {
			f.windows[p] = append(f.windows[p], vs...)
		}
		for key, n := range x.seen {
			f.seen[key] += n
		}
		f.fired = append(f.fired, x.fired...)
		if x.total != want.total {
			wrong = append(wrong, fmt.Sprintf("task %d: the union list is of %d windows, want %d", i, x.total, want.total))
		}
		if slices.Sort(x.lineage); !slices.Equal(x.lineage, want.lineage) {
			wrong = append(wrong, fmt.Sprintf("task %d: the broadcast map has attempts %v, want %v", i, x.lineage, want.lineage))
		}
	}
	slices.Sort(f.fired)
	return f, wrong
}

// differs says in what two are not the same.
func (f found) differs(want found) (wrong []string) {
	if !maps.EqualFunc(f.windows, want.windows, slices.Equal) {
		wrong = append(wrong, fmt.Sprintf("window contents: %d windows, want %d: %v, want %v", len(f.windows), len(want.windows), f.windows, want.windows))
	}
	if !maps.Equal(f.seen, want.seen) {
		wrong = append(wrong, fmt.Sprintf("keyed state: %v, want %v", f.seen, want.seen))
	}
	if !slices.Equal(f.fired, want.fired) {
		wrong = append(wrong, fmt.Sprintf("the split list: %d windows, want %d: %x, want %x", len(f.fired), len(want.fired), f.fired, want.fired))
	}
	return wrong
}

// begun is the attempts that led to one, ascending.
func (j *three) begun(epoch int64) []uint64 {
	if j.took[epoch].Ckpt == 0 {
		return nil
	}
	was := j.author[epoch]
	return append(j.begun(was), uint64(was))
}

// judge holds what every restored attempt found against what it should have, and answers how many there were that found something of each form.
func (j *three) judge() (restored int, wrong []string) {
	for _, epoch := range slices.Sorted(maps.Keys(j.took)) {
		took, all := j.took[epoch], j.keepers[epoch]
		if took.Ckpt == 0 || slices.ContainsFunc(all, func(k *keeper) bool { return !k.begun }) {
			continue
		}
		offs, mark := make([]int64, j.spec.Sources), int64(e.EndOfTime)
		for i := range offs {
			f, ok := j.rewound[epoch][e.Role{Kind: e.SourceRole, Index: i}.String()]
			if !ok || f.Ckpt != took.Ckpt {
				wrong = append(wrong, fmt.Sprintf("attempt %d: source %d did not say that it goes on from checkpoint %d", epoch, i, took.Ckpt))
			}
			offs[i], mark = f.Pos, min(mark, f.Mark)
		}
		want := j.wanted(offs, mark)
		want.lineage = j.begun(epoch)
		got, lines := together(all, func(k *keeper) found { return k.found }, &want)
		for _, line := range append(lines, got.differs(want)...) {
			wrong = append(wrong, fmt.Sprintf("attempt %d, of %d tasks, restored checkpoint %d: %s", epoch, len(all), took.Ckpt, line))
		}
		for i, k := range all {
			if !k.restored {
				wrong = append(wrong, fmt.Sprintf("attempt %d: the function of task %d is told that there is no checkpoint", epoch, i))
			}
		}
		j.held = append(j.held, fmt.Sprint(epoch, got.fired, got.total, got.lineage))
		if len(want.windows) > 0 && len(want.seen) > 0 && len(want.fired) > 0 {
			restored++
		}
	}
	return restored, wrong
}

// ended holds what came out, and the operator state of the last attempt, against the whole input.
func (j *three) ended(t *testing.T, b backends.Blobs) (wrong []string) {
	last := slices.Max(slices.Collect(maps.Keys(j.keepers)))
	ends := make([]int64, j.spec.Sources)
	for i := range ends {
		ends[i] = j.end
	}
	want := j.wanted(ends, e.EndOfTime)
	var fired []uint64
	for _, k := range j.keepers[last] {
		k.fired.Each(func(w uint64) bool { fired = append(fired, w); return true })
	}
	if slices.Sort(fired); !slices.Equal(fired, want.fired) {
		wrong = append(wrong, fmt.Sprintf("the split list at the end: %d windows, want %d", len(fired), len(want.fired)))
	}
	rows := j.rows(want.fired)
	got := published(t, b)
	for row, n := range got {
		if n != 1 || !rows[row] {
			wrong = append(wrong, fmt.Sprintf("key %d: window %d with a count of %d comes out %d times", row[0], row[1]>>32, uint32(row[1]), n))
		}
	}
	if len(got) != len(rows) {
		wrong = append(wrong, fmt.Sprintf("%d rows, want %d", len(got), len(rows)))
	}
	return wrong
}

// rows are what must come out: each window with the count of its key's records up to its end.
func (j *three) rows(fired []uint64) map[[2]uint64]bool {
	rows := map[[2]uint64]bool{}
	for key := range uint64(keys) {
		seen := uint64(0)
		for _, w := range fired {
			if start := int64(w & (1<<48 - 1)); w>>48 == key {
				for part := range j.spec.Sources {
					for off := start; off < min(start+j.size, j.end); off++ {
						if (uint64(off)+uint64(part))%keys == key {
							seen++
						}
					}
				}
				rows[[2]uint64{key, uint64(start)<<32 | seen}] = true
			}
		}
	}
	return rows
}
