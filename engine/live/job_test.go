package live

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/blobs"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// counter counts by key and emits every count.
type counter struct {
	engine.Untimed[uint64, uint64]
	n tables.Value[backends.Void, uint64]
}

func (c *counter) Open(s *tables.Scope[uint64]) (err error) {
	c.n, err = tables.OpenValue(s, "n", tables.None{}, tables.Uint64{})
	return err
}

func (c *counter) Process(_ struct{}, _ engine.ID, _ int64, out *engine.Out[uint64, uint64]) {
	n, _ := c.n.Get(backends.Void{})
	c.n.Set(backends.Void{}, n+1)
	out.Emit(n + 1)
}

func (c *counter) Cursors(dst []engine.Cursor) []engine.Cursor {
	n, _ := c.n.Get(backends.Void{})
	return append(dst, engine.Cursor{N: int64(n)})
}

// numbers is a partition of a table of keys, over and over.
type numbers struct {
	end  int64
	keys []uint64
}

func (l numbers) Read(off int64, max int, keys []uint64, vals []struct{}, times []int64) ([]uint64, []struct{}, []int64) {
	at := int(off % int64(len(l.keys)))
	n := min(max, int(min(l.end-off, int64(len(l.keys)-at))))
	return append(keys, l.keys[at:at+n]...), slices.Grow(vals, n)[:len(vals)+n], times
}

// pairs is a transaction of keys and counts.
type pairs struct{ b []byte }

func (t *pairs) Add(r *engine.Rows[uint64, uint64]) {
	for i := range r.Vals {
		t.b = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(t.b, r.Keys[i].K), r.Vals[i])
	}
}

func (t *pairs) Seal() []byte {
	b := t.b
	t.b = nil
	return b
}

// sums is a transaction of which only the sum is kept, for measuring.
type sums struct{ n, sum uint64 }

func (t *sums) Add(r *engine.Rows[uint64, uint64]) {
	for i := range r.Vals {
		t.sum += r.Keys[i].K * r.Vals[i]
	}
	t.n += uint64(len(r.Vals))
}

func (t *sums) Seal() []byte {
	if t.n == 0 {
		return nil
	}
	b := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, t.n), t.sum)
	*t = sums{}
	return b
}

// plan is a counting job. Its output is every count of every key once.
type plan struct {
	spec    engine.Spec
	records int64 // of each partition
	keys    [][]uint64
	txn     func() engine.Txn[uint64, uint64]
}

func newPlan(n int, records int64, keys int) *plan {
	p := &plan{records: records, txn: func() engine.Txn[uint64, uint64] { return &pairs{} }}
	p.spec = engine.Spec{Sources: n, Parallelism: n, Groups: 128, Batch: 64, Interval: 1_000, Timeout: 10_000_000, Concurrent: 1, Tolerable: 1000, Retained: 2,
		Readers: 2, ReadEvery: 500, Track: true}
	for part := range n {
		table := make([]uint64, keys)
		for i := range table {
			table[i] = uint64((i*7 + part) % keys)
		}
		p.keys = append(p.keys, table)
	}
	return p
}

func (p *plan) job(epoch int64) (*engine.Graph, error) {
	spec := p.spec // a zombie's tasks read theirs
	spec.Open = func(_ int64, _ int, g backends.Groups) (backends.Store, error) {
		return heap.Backend{}.Open(backends.Options{Groups: g})
	}
	return engine.Build(&spec, epoch, engine.Parts[uint64, struct{}, uint64]{
		Key:     tables.Longs(p.spec.Groups),
		Log:     func(part int) engine.Log[uint64, struct{}] { return numbers{p.records, p.keys[part]} },
		Op:      func() engine.Operator[uint64, struct{}, uint64] { return &counter{} },
		Txn:     p.txn,
		ReadKey: func(_ int, nth int64) uint64 { return uint64(nth) % uint64(len(p.keys[0])) },
		Cursors: func(dst []engine.Cursor, x *backends.Entry) []engine.Cursor {
			return append(dst, engine.Cursor{N: int64(binary.BigEndian.Uint64(x.Value))})
		},
	})
}

// wrong says what is not as it should be in what the job published.
func (p *plan) wrong(t *testing.T, b backends.Blobs) string {
	names, err := b.List("out/")
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) []byte {
		d, err := b.Get(name)
		if err == nil {
			d, err = engine.Unseal(name, d)
		}
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	counts, total := map[uint64][]uint64{}, 0
	for _, n := range names {
		for d := read(string(read(n))); len(d) > 0; d = d[16:] {
			k := binary.BigEndian.Uint64(d)
			counts[k] = append(counts[k], binary.BigEndian.Uint64(d[8:]))
			total++
		}
	}
	for k, all := range counts {
		slices.Sort(all)
		for i, n := range all {
			if n != uint64(i+1) {
				return fmt.Sprintf("key %d: count %d of %d is %d", k, i+1, len(all), n)
			}
		}
	}
	if want := int(p.records) * p.spec.Sources; total != want {
		return fmt.Sprintf("%d rows, want %d", total, want)
	}
	return ""
}

// script strikes at the first pass of each of its notes.
type script struct {
	at     map[engine.Note]engine.Strike
	alarms []int64
	tick   engine.Strike
	fate   func(*engine.Op) engine.Fate
	struck int
}

func (s *script) Noted(_ *engine.Moment, n engine.Note) (engine.Strike, bool) {
	k, ok := s.at[n]
	if ok {
		delete(s.at, n)
		s.struck++
	}
	return k, ok
}

func (s *script) Op(_ *engine.Moment, op *engine.Op) engine.Fate {
	if s.fate == nil {
		return engine.Fate{}
	}
	return s.fate(op)
}

func (s *script) Alarm() int64 {
	if len(s.alarms) == 0 {
		return 0
	}
	return s.alarms[0]
}

func (s *script) Tick(int64) (engine.Strike, bool) {
	s.alarms = s.alarms[1:]
	s.struck++
	return s.tick, true
}

// seen counts what an observer is told, and checks that of one machine it is told one moment after the other.
type seen struct {
	mu    sync.Mutex
	t     *testing.T
	notes map[engine.Point]int
	last  map[[2]int64]int64
	lost  int
}

func newSeen(t *testing.T) *seen {
	return &seen{t: t, notes: map[engine.Point]int{}, last: map[[2]int64]int64{}}
}

func (s *seen) Observe(m *engine.Moment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	who := [2]int64{m.Epoch, int64(m.Machine)}
	if m.From <= s.last[who] || m.To <= m.From {
		s.t.Errorf("%s of attempt %d: tickets %d to %d, after %d", m.Role, m.Epoch, m.From, m.To, s.last[who])
	}
	s.last[who] = m.To
	for _, n := range m.Notes {
		s.notes[n.Point]++
	}
	if m.Lost {
		s.lost++
	}
}

func fixed(n int64) engine.Restart {
	return engine.Restart{Strategy: "fixed-delay", Attempts: n, Delay: 1000}
}

// Whatever strikes, on goroutines, in memory and in files, the output is every count of every key, once.
func TestExactlyOnceUnderStrikes(t *testing.T) {
	task, coord := engine.Role{Kind: engine.TaskRole, Index: 1}, engine.Role{Kind: engine.CoordinatorRole}
	for name, s := range map[string]*script{
		"calm":         {},
		"kill a task":  {at: map[engine.Note]engine.Strike{{Point: engine.AtUploaded, Ckpt: 3}: {Do: engine.Kill, Aimed: true, Target: task, Delay: 2000}}},
		"lost effects": {at: map[engine.Note]engine.Strike{{Point: engine.AtSynced, Ckpt: 2}: {Do: engine.Kill, Lost: true, Delay: 100}}},
		"kill at a manifest, then at a restart": {at: map[engine.Note]engine.Strike{{Point: engine.AtManifest, Ckpt: 2}: {Do: engine.Kill, Aimed: true, Target: coord},
			{Point: engine.AtRestarting}: {Do: engine.Kill, Delay: 10}}},
		"zombies":      {at: map[engine.Note]engine.Strike{{Point: engine.AtTriggered, Ckpt: 2}: {Do: engine.Zombie}, {Point: engine.AtRestarting}: {Do: engine.Zombie, Delay: 3000}}},
		"by the clock": {alarms: []int64{2_000, 4_000, 6_000}, tick: engine.Strike{Do: engine.KillAll, Delay: 500}},
		"storage":      {fate: (&moody{n: map[string]int{}}).fate},
	} {
		t.Run(name, func(t *testing.T) {
			strikes := len(s.at) + len(s.alarms)
			p := newPlan(2, 200_000, 500)
			var b backends.Blobs = blobs.NewMemory()
			if strikes == 0 { // elsewhere a slow disk would leave too few checkpoints to strike at
				dir, err := blobs.NewDir(t.TempDir())
				if err != nil {
					t.Fatal(err)
				}
				b = dir
			}
			obs := newSeen(t)
			res, err := Run(context.Background(), Options{Job: p.job, Blobs: b, Restart: fixed(20), Inject: s, Observe: obs})
			if err != nil || !res.Over {
				t.Fatalf("%v after %d attempts", err, res.Attempts)
			}
			if why := p.wrong(t, b); why != "" {
				t.Error(why)
			}
			if s.struck != strikes || res.Attempts != 1+strikes || obs.notes[engine.AtDetected] != strikes || obs.notes[engine.AtCompleted] < 1 {
				t.Errorf("%d strikes of %d, %d attempts, notes %v", s.struck, strikes, res.Attempts, obs.notes)
			}
		})
	}
}

// moody makes the first try of every name go wrong, each in its own way.
type moody struct{ n map[string]int }

func (m *moody) fate(op *engine.Op) engine.Fate {
	m.n[op.Name]++
	if m.n[op.Name] > 1 {
		return engine.Fate{}
	}
	return engine.Fate{Do: engine.FateKind(len(m.n) % 4), Delay: 50, Late: 3000}
}

// A step of the steady path allocates nothing: ten times the records cost about the same allocations.
func TestSteadyPathDoesNotAllocate(t *testing.T) {
	allocs := func(records int64) float64 {
		p := newPlan(1, records, 1000)
		p.txn = func() engine.Txn[uint64, uint64] { return &sums{} }
		p.spec.Batch, p.spec.Interval, p.spec.Readers, p.spec.Track = 1024, 0, 0, false
		return testing.AllocsPerRun(3, func() {
			if _, err := Run(context.Background(), Options{Job: p.job, Blobs: blobs.NewMemory()}); err != nil {
				t.Fatal(err)
			}
		})
	}
	few, many := allocs(200_000), allocs(2_000_000)
	if perRecord := (many - few) / 1_800_000; perRecord > 0.0005 {
		t.Errorf("%.4f allocations a record (%v for 200,000, %v for 2,000,000), want 0", perRecord, few, many)
	}
}
