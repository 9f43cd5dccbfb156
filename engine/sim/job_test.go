package sim

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
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

func (c *counter) Process(step uint64, _ engine.ID, _ int64, out *engine.Out[uint64, uint64]) {
	n, _ := c.n.Get(backends.Void{})
	c.n.Set(backends.Void{}, n+step)
	out.Emit(n + step)
}

func (c *counter) Cursors(dst []engine.Cursor) []engine.Cursor {
	n, _ := c.n.Get(backends.Void{})
	return append(dst, engine.Cursor{N: int64(n)})
}

// numbers is a partition in which each row adds one to a key; one row may add more.
type numbers struct{ part, end, keys, odd int64 }

func (l numbers) Read(off int64, max int, keys, vals []uint64, times []int64) ([]uint64, []uint64, []int64) {
	for ; max > 0 && off < l.end; max, off = max-1, off+1 {
		step := uint64(1)
		if off == l.odd-1 {
			step = 2
		}
		keys, vals, times = append(keys, uint64((off*7+l.part)%l.keys)), append(vals, step), append(times, 1+off)
	}
	return keys, vals, times
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

// plan is a counting job. Its output is every count of every key once.
type plan struct {
	spec    engine.Spec
	records int64 // of each partition
	keys    int64
	odd     int64 // 1 + the offset of a row that adds two; 0: none
}

func (p *plan) job(epoch int64) (*engine.Graph, error) {
	p.spec.Open = func(_ int64, _ int, g backends.Groups) (backends.Store, error) {
		return heap.Backend{}.Open(backends.Options{Groups: g})
	}
	return engine.Build(&p.spec, epoch, engine.Parts[uint64, uint64, uint64]{
		Key:     tables.Longs(p.spec.Groups),
		Log:     func(part int) engine.Log[uint64, uint64] { return numbers{int64(part), p.records, p.keys, p.odd} },
		Op:      func() engine.Operator[uint64, uint64, uint64] { return &counter{} },
		Txn:     func() engine.Txn[uint64, uint64] { return &pairs{} },
		ReadKey: func(_ int, nth int64) uint64 { return uint64(nth % p.keys) },
		Cursors: func(dst []engine.Cursor, x *backends.Entry) []engine.Cursor {
			return append(dst, engine.Cursor{N: int64(binary.BigEndian.Uint64(x.Value))})
		},
	})
}

// wrong says what is not as it should be in what the job published.
func (p *plan) wrong(b backends.Blobs) string {
	counts := map[uint64][]uint64{}
	names, err := b.List("out/")
	if err != nil {
		return err.Error()
	}
	read := func(name string) []byte {
		d, err := b.Get(name)
		if err == nil {
			d, err = engine.Unseal(name, d)
		}
		if err != nil {
			panic(err)
		}
		return d
	}
	for _, n := range names {
		for d := read(string(read(n))); len(d) > 0; d = d[16:] {
			k := binary.BigEndian.Uint64(d)
			counts[k] = append(counts[k], binary.BigEndian.Uint64(d[8:]))
		}
	}
	total := 0
	for k := range uint64(p.keys) {
		slices.Sort(counts[k])
		for i, n := range counts[k] {
			if n != uint64(i+1) {
				return fmt.Sprintf("key %d: its counts are %v", k, counts[k])
			}
		}
		total += len(counts[k])
	}
	if want := int(p.records) * p.spec.Sources; total != want {
		return fmt.Sprintf("%d rows, want %d", total, want)
	}
	return ""
}

// script strikes at the nth pass of each of its points, and counts all points.
type script struct {
	at     map[engine.Note]engine.Strike // the first pass of a note
	alarms []int64
	tick   engine.Strike
	fate   func(*engine.Op) engine.Fate
	struck int
}

func (s *script) Noted(m *engine.Moment, n engine.Note) (engine.Strike, bool) {
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

// seen keeps what an observer is told.
type seen struct {
	last  int64 // ticket
	notes map[engine.Point]int
	all   []string
	t     *testing.T
}

func (s *seen) Observe(m *engine.Moment) {
	if m.From <= s.last || m.To <= m.From {
		s.t.Fatalf("a moment has tickets %d to %d, after %d", m.From, m.To, s.last)
	}
	s.last = m.To
	for _, n := range m.Notes {
		s.notes[n.Point]++
		s.all = append(s.all, fmt.Sprintf("%d %s %s %d", m.Epoch, m.Role, n.Point, n.Ckpt))
	}
}

func newSeen(t *testing.T) *seen { return &seen{t: t, notes: map[engine.Point]int{}} }

var wild = Chaos{Slow: true, Fail: true, Ambiguous: true, Late: true}

// scenario draws a run of the counting job with up to three kills, as large as a seed of the simulation is.
func scenario(ch *Choices, records int64, storage Chaos) (*plan, Options, *script) {
	draw := func(xs ...int64) int64 { return xs[ch.Pick(Plan, len(xs))] }
	p := &plan{records: records, keys: draw(3, 1, 10, 40)}
	n := int(draw(2, 1, 2))
	p.spec = engine.Spec{Sources: n, Parallelism: n, Groups: 16, Batch: int(draw(8, 1, 3, 16)), Interval: draw(100, 40, 300), Timeout: draw(20_000, 200, 600, 2_000),
		Concurrent: int(draw(1, 2)), Tolerable: 1000, Retained: 2, Readers: int(draw(1, 0, 2)), ReadEvery: 20, Track: true}
	s := &script{at: map[engine.Note]engine.Strike{}}
	roles := []engine.Role{{Kind: engine.TaskRole}, {Kind: engine.SourceRole}, {Kind: engine.SinkRole}, {Kind: engine.CoordinatorRole}, {Kind: engine.CollectorRole}}
	for range ch.Pick(Plan, 4) {
		k := engine.Strike{Do: engine.Action(1 + ch.Pick(Plan, 3)), Lost: ch.Pick(Plan, 2) == 1, Delay: draw(20, 1, 200, 1000)}
		if k.Do == engine.Kill && ch.Pick(Plan, 2) == 1 {
			k.Aimed, k.Target = true, roles[ch.Pick(Plan, len(roles))]
		}
		s.at[engine.Note{Point: engine.Point(1 + ch.Pick(Plan, int(engine.Points)-1)), Ckpt: int64(ch.Pick(Plan, 5))}] = k
	}
	if ch.Pick(Plan, 4) == 1 {
		s.alarms, s.tick = []int64{100 + int64(ch.Pick(Plan, 1000))}, engine.Strike{Do: engine.KillAll, Delay: 20}
	}
	o := Options{Job: p.job, Blobs: blobs.NewMemory(), Restart: engine.Restart{Strategy: "fixed-delay", Attempts: 1 << 40, Delay: 10}, Inject: s, Chaos: storage}
	return p, o, s
}

// Whatever strikes, the output is every count of every key, once.
func TestExactlyOnceUnderAnyStrike(t *testing.T) {
	seeds := 3000
	if testing.Short() {
		seeds = 300
	}
	var all Result
	struck, checkpoints := 0, 0
	for seed := range seeds {
		ch := Random(uint64(seed))
		p, o, s := scenario(ch, 120, wild)
		obs := newSeen(t)
		o.Observe = obs
		r := Run(o, ch)
		if r.Err != nil || !r.Over {
			t.Fatalf("seed %d: %v after %d steps, %d attempts; last of it:\n%s", seed, r.Err, r.Steps, r.Attempts, strings.Join(obs.all[max(0, len(obs.all)-20):], "\n"))
		}
		if why := p.wrong(o.Blobs); why != "" {
			t.Fatalf("seed %d: %s (%d attempts)", seed, why, r.Attempts)
		}
		struck, checkpoints = struck+s.struck, checkpoints+obs.notes[engine.AtCompleted]
		all.Steps, all.Attempts, all.Orphans, all.Slow = all.Steps+r.Steps, all.Attempts+r.Attempts, all.Orphans+r.Orphans, all.Slow+r.Slow
		for i, n := range r.Fates {
			all.Fates[i] += n
		}
	}
	n := float64(seeds)
	t.Logf("a run: %.0f steps, %.2f attempts, %.2f strikes, %.1f checkpoints, %.2f orphans, %.1f slow, fates %v in all",
		float64(all.Steps)/n, float64(all.Attempts)/n, float64(struck)/n, float64(checkpoints)/n, float64(all.Orphans)/n, float64(all.Slow)/n, all.Fates)
	if struck < seeds/4 || all.Orphans < seeds/20 || all.Attempts < seeds+seeds/4 {
		t.Error("nearly nothing went wrong: the test is empty")
	}
	for kind, n := range all.Fates {
		if n == 0 && engine.FateKind(kind) != engine.OpTorn {
			t.Errorf("no operation had fate %d", kind)
		}
	}
}

// What nobody struck does not start again.
func TestNoStrikeNoRestart(t *testing.T) {
	for seed := range uint64(300) {
		ch := Random(seed)
		p, o, _ := scenario(ch, 120, Chaos{Slow: true})
		o.Inject = nil
		if r := Run(o, ch); r.Err != nil || r.Attempts != 1 || p.wrong(o.Blobs) != "" {
			t.Fatalf("seed %d: %d attempts, %v, %s", seed, r.Attempts, r.Err, p.wrong(o.Blobs))
		}
	}
}

// The same choices give the same run: from the seed, and from the list that was recorded.
func TestSameChoicesSameTrace(t *testing.T) {
	traces := map[uint64]uint64{}
	for seed := range uint64(20) {
		trace := func(ch *Choices) (uint64, []Choice) {
			_, o, _ := scenario(ch, 120, wild)
			return Run(o, ch).Trace, ch.Log
		}
		want, list := trace(Random(seed))
		for range 20 {
			if got, _ := trace(Random(seed)); got != want {
				t.Fatalf("seed %d: trace %x, want %x", seed, got, want)
			}
		}
		if got, again := trace(Replay(list)); got != want || !slices.Equal(again, list) {
			t.Fatalf("seed %d: replayed from its list: trace %x, want %x", seed, got, want)
		}
		if other, ok := traces[want]; ok {
			t.Errorf("seeds %d and %d have one trace", seed, other)
		}
		traces[want] = seed
	}
}

// A single row of the input that differs shows in the trace.
func TestTraceSeesEveryRow(t *testing.T) {
	trace := func(odd int64) uint64 {
		p, o, _ := scenario(Replay(nil), 60, Chaos{})
		p.odd = odd
		return Run(o, Replay(nil)).Trace
	}
	calm := trace(0)
	for odd := int64(1); odd <= 60; odd++ {
		if trace(odd) == calm {
			t.Errorf("row %d was changed, and the trace is the same", odd-1)
		}
	}
}

// Any part of a list of choices is a run, and one that keeps every promise.
func TestAnySublistIsARun(t *testing.T) {
	for seed := range uint64(20) {
		ch := Random(seed)
		_, o, _ := scenario(ch, 120, wild)
		Run(o, ch)
		r := rand.New(rand.NewPCG(seed, 1))
		for range 10 {
			from := r.IntN(len(ch.Log) + 1)
			to := from + r.IntN(len(ch.Log)-from+1)
			part := slices.Concat(ch.Log[:from], ch.Log[to:])
			again := Replay(part)
			p, o, _ := scenario(again, 120, wild)
			if r := Run(o, again); r.Err != nil || p.wrong(o.Blobs) != "" {
				t.Fatalf("seed %d without choices %d to %d: %v, %s", seed, from, to, r.Err, p.wrong(o.Blobs))
			}
		}
	}
}
