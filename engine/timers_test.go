package engine_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/tables"
	e "github.com/weirbench/weir/engine"
)

type timer struct {
	at      int64
	key, ns uint64
}

// alarms is a timer service beside a plain set, and a callback that changes both.
type alarms struct {
	*testing.T
	*tables.Scope[uint64]
	set   map[timer]bool
	s     *e.TimerService[uint64, uint64, int]
	r     *rand.Rand
	now   int64
	fired int
}

func newAlarms(t *testing.T, b backends.Backend, seed uint64) *alarms {
	store, err := b.Open(backends.Options{Groups: backends.Groups{Last: 15}, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	a := &alarms{T: t, set: map[timer]bool{}, r: rand.New(rand.NewPCG(seed, 1))}
	a.Scope = &tables.Scope[uint64]{Store: store, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(16)}
	if a.s, err = e.OpenTimers(a.Scope, "alarms", tables.Uint64{}, a.onTimer); err != nil {
		t.Fatal(err)
	}
	return a
}

// some registers and deletes timers of the current key near a time.
func (a *alarms) some(n int, near int64) {
	for range n {
		x := timer{near + a.r.Int64N(40) - 15, a.Keys.Cur().K, a.r.Uint64N(2)}
		if a.r.IntN(3) == 0 {
			a.s.Delete(x.at, x.ns)
			delete(a.set, x)
			continue
		}
		a.s.Register(x.at, x.ns)
		a.set[x] = true
	}
}

// onTimer wants a timer that is there, of which none is earlier, and of the current key.
func (a *alarms) onTimer(at int64, ns uint64, _ *e.Out[uint64, int]) {
	x := timer{at, a.Keys.Cur().K, ns}
	if !a.set[x] {
		a.Fatalf("%+v fired, and is not registered", x)
	}
	for y := range a.set {
		if y.at < at {
			a.Fatalf("%+v fired, and %+v comes before it", x, y)
		}
	}
	if at > a.now {
		a.Fatalf("%+v fired at %d", x, a.now)
	}
	delete(a.set, x)
	if a.fired++; a.r.IntN(3) == 0 {
		a.some(1+a.r.IntN(3), at)
	}
}

// Timers fire once, in the order of time, whatever callbacks register and delete.
func TestTimersAndTheirCallbacks(t *testing.T) {
	for name, b := range every.Backend() {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(30) {
				a := newAlarms(t, b, seed)
				for a.now = 0; a.now < 400; a.now += a.r.Int64N(30) {
					a.Fill([]uint64{1, 2, 3, 4, 5, 6, 7, 8})
					a.Store.Begin()
					for i := range a.Keys.Batch {
						a.Keys.At = i
						a.some(a.r.IntN(6), a.now)
					}
					if err := a.Store.End(); err != nil {
						t.Fatal(err)
					}
					for more := true; more; {
						a.Store.Begin()
						more = a.s.Fire(a.now, nil) > 0
						if err := a.Store.End(); err != nil {
							t.Fatal(err)
						}
					}
					for x := range a.set {
						if x.at <= a.now {
							t.Fatalf("seed %d: %+v is due at %d and has not fired", seed, x, a.now)
						}
					}
				}
				if a.fired < 100 {
					t.Errorf("seed %d: %d timers fired: not exercised", seed, a.fired)
				}
			}
		})
	}
}

// late is an operator with timers of processing time alone.
type late struct {
	e.Untimed[uint64, int]
	timers *e.TimerService[uint64, uint64, int]
}

func (o *late) Open(s *tables.Scope[uint64]) (err error) {
	o.timers, err = e.OpenTimers(s, "late", tables.Uint64{}, func(int64, uint64, *e.Out[uint64, int]) {})
	return err
}

func (o *late) Process(struct{}, e.ID, int64, *e.Out[uint64, int]) {}
func (o *late) Timers() (event, processing e.Timers[uint64, int])  { return nil, o.timers }
func (o *late) Cursors(dst []e.Cursor) []e.Cursor                  { return dst }

// A timer of processing time that was restored wakes its task though no record comes, as soon as its microsecond is over.
func TestRestoredTimersWake(t *testing.T) {
	for name, b := range every.Backend() {
		t.Run(name, func(t *testing.T) {
			var store backends.Store
			spec := &e.Spec{Sources: 1, Parallelism: 1, Groups: 16, Open: func(_ int64, _ int, g backends.Groups) (s backends.Store, err error) {
				store, err = b.Open(backends.Options{Groups: g, Dir: t.TempDir()})
				return store, err
			}}
			g, err := e.Build(spec, 1, e.Parts[uint64, struct{}, int]{
				Key: tables.Longs(16),
				Log: func(int) e.Log[uint64, struct{}] { return nil },
				Op:  func() e.Operator[uint64, struct{}, int] { return &late{} },
				Txn: func() e.Txn[uint64, int] { return nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			task, fx := g.Machines[g.Find(e.Role{Kind: e.TaskRole})], &e.Effects{}
			task.Step(&e.Event{Kind: e.Start}, fx)
			key := make([]backends.Key[uint64], 1)
			tables.Longs(16).Mark(key, []uint64{7})
			entry := binary.BigEndian.AppendUint64(nil, 500^1<<63)
			entry = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(entry, 7), 3)
			if err := store.Restore(&backends.Entry{State: "late", Group: int(key[0].Group), Key: entry}); err != nil {
				t.Fatal(err)
			}
			task.Step(&e.Event{Kind: e.Tell, Msg: e.Msg{Kind: e.Run}, Now: 900}, fx)
			if fx.Err != nil || fx.Wake != 501 {
				t.Errorf("Wake = %d, error %v, want 501", fx.Wake, fx.Err)
			}
		})
	}
}
