package sim

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/blobs"
	"github.com/weirbench/weir/engine"
)

// machine is a machine that is a function.
type machine func(ev *engine.Event, fx *engine.Effects)

func (m machine) Step(ev *engine.Event, fx *engine.Effects) { m(ev, fx) }

// small makes a job of functions: the last is the coordinator, the others are tasks. make is called for each attempt.
func small(closed *[]int64, make func(epoch int64) []machine) engine.Job {
	return func(epoch int64) (*engine.Graph, error) {
		g := &engine.Graph{Close: func() error { *closed = append(*closed, epoch); return nil }}
		all := make(epoch)
		for i, m := range all {
			r := engine.Role{Kind: engine.TaskRole, Index: i}
			if i == len(all)-1 {
				r = engine.Role{Kind: engine.CoordinatorRole}
			}
			g.Machines, g.Roles = append(g.Machines, m), append(g.Roles, r)
		}
		return g, nil
	}
}

func again(n int64) engine.Restart {
	return engine.Restart{Strategy: "fixed-delay", Attempts: n, Delay: 10}
}

// pingPong sends a message to and fro until the task has had ten, and then the job is over. At its fifth the task does what it is asked.
func pingPong(epoch int64, fifth func(*engine.Effects)) []machine {
	n := 0
	task := func(ev *engine.Event, fx *engine.Effects) {
		if ev.Kind != engine.Tell {
			return
		}
		if n++; n == 5 {
			fx.Note(engine.AtSynced, epoch)
			fifth(fx)
		}
		fx.Tell(engine.Msg{From: 0, To: 1, Ckpt: int64(n)})
	}
	coordinator := func(ev *engine.Event, fx *engine.Effects) {
		if fx.Over = ev.Kind == engine.Tell && ev.Msg.Ckpt == 10; !fx.Over {
			fx.Tell(engine.Msg{From: 1, To: 0})
		}
	}
	return []machine{task, coordinator}
}

func TestRunEnds(t *testing.T) {
	calm := func(*engine.Effects) {}
	for _, c := range []struct {
		name     string
		fifth    func(*engine.Effects)
		restart  engine.Restart
		attempts int
		err      string // "": the run is over as it should be
	}{
		{"well", calm, engine.Restart{}, 1, ""},
		{"an error and no restart", func(fx *engine.Effects) { fx.Fail(errors.New("disk on fire")) }, engine.Restart{Strategy: "none"}, 1,
			"attempt 1: task/0: disk on fire; no other follows: restart strategy none"},
		{"errors until the strategy has enough", func(fx *engine.Effects) { fx.Fail(errors.New("disk on fire")) }, again(2), 3,
			"attempt 3: task/0: disk on fire; no other follows: restart strategy fixed-delay allows 2 attempts"},
		{"a panic", func(*engine.Effects) { panic("surprise") }, again(1), 2, "attempt 2: task/0: panic: surprise; no other follows: restart strategy fixed-delay allows 1 attempts"},
		{"fenced is an error like others", func(fx *engine.Effects) { fx.Fail(engine.ErrFenced) }, again(1), 2, "attempt 2: task/0: fenced by a later epoch; no other"},
		{"fatal", func(fx *engine.Effects) { fx.Fail(&engine.Fatal{Err: errors.New("no checkpoint is left")}) }, again(5), 1, "attempt 1: task/0: no checkpoint is left"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var closed []int64
			r := Run(Options{Job: small(&closed, func(e int64) []machine { return pingPong(e, c.fifth) }), Blobs: blobs.NewMemory(), Restart: c.restart}, Random(1))
			if got := fmt.Sprint(r.Err); r.Over != (c.err == "") || r.Over != (r.Err == nil) || c.err != "" && !strings.HasPrefix(got, c.err) {
				t.Errorf("over %v, error %s; want %q", r.Over, got, c.err)
			}
			if r.Attempts != c.attempts || len(closed) != c.attempts {
				t.Errorf("%d attempts, %v closed; want %d", r.Attempts, closed, c.attempts)
			}
		})
	}
}

// A run that cannot go on, or goes on for ever, says so.
func TestStuck(t *testing.T) {
	var closed []int64
	deaf := small(&closed, func(int64) []machine { return []machine{func(*engine.Event, *engine.Effects) {}} })
	if r := Run(Options{Job: deaf}, Replay(nil)); r.Err == nil || !strings.Contains(r.Err.Error(), "nothing can happen any more") {
		t.Errorf("a job that waits for nothing: %v", r.Err)
	}
	busy := small(&closed, func(int64) []machine {
		return []machine{func(_ *engine.Event, fx *engine.Effects) { fx.Takes = engine.MayPoll }}
	})
	if r := Run(Options{Job: busy, StepsMax: 100}, Replay(nil)); r.Err == nil || !strings.Contains(r.Err.Error(), "within 100 steps") || r.Steps != 100 {
		t.Errorf("a job that never ends: %v after %d steps", r.Err, r.Steps)
	}
	if len(closed) != 2 {
		t.Errorf("closed: %v, want both", closed)
	}
	none := func(int64) (*engine.Graph, error) { return nil, errors.New("no such store") }
	if r := Run(Options{Job: none}, Replay(nil)); fmt.Sprint(r.Err) != "start attempt 1: no such store" {
		t.Errorf("a job that cannot be made: %v", r.Err)
	}
}

// A kill at a point, with and without the effects of its step, is detected after its delay, and the restart follows after the strategy's.
func TestKillAtPoint(t *testing.T) {
	for _, k := range []engine.Strike{{Do: engine.Kill, Lost: true, Delay: 500}, {Do: engine.KillAll, Delay: 500}, {Do: engine.Kill, Aimed: true,
		Target: engine.Role{Kind: engine.CoordinatorRole}, Lost: true, Delay: 500}} {
		s := &script{at: map[engine.Note]engine.Strike{{Point: engine.AtSynced, Ckpt: 1}: k}}
		var closed []int64
		var lost bool
		at := map[string]int64{}
		obs := observe(func(m *engine.Moment) {
			lost = lost || m.Lost
			at[fmt.Sprintf("%d %s", m.Epoch, m.Notes[0].Point)] = m.At
		})
		r := Run(Options{Job: small(&closed, func(e int64) []machine { return pingPong(e, func(*engine.Effects) {}) }), Restart: again(1), Inject: s, Observe: obs}, Random(1))
		if r.Err != nil || r.Attempts != 2 || s.struck != 1 {
			t.Fatalf("%+v: %v, %d attempts, struck %d times", k, r.Err, r.Attempts, s.struck)
		}
		if want := k.Lost && !k.Aimed; lost != want {
			t.Errorf("%+v: effects lost: %v, want %v: only who dies loses them", k, lost, want)
		}
		if d, e := at["1 recovery.detected"]-at["1 checkpoint.synced"], at["2 recovery.restarting"]-at["1 recovery.detected"]; d != 500 || e != 10 {
			t.Errorf("%+v: detected after %d, restarted after %d; want 500 and 10 (%v)", k, d, e, at)
		}
	}
}

type observe func(*engine.Moment)

func (f observe) Observe(m *engine.Moment) { f(m) }

// A zombie lives on beside its successor until it fails by itself, and neither its end nor its failure is the run's.
func TestZombie(t *testing.T) {
	for _, end := range []func(*engine.Effects){func(fx *engine.Effects) { fx.Over = true }, func(fx *engine.Effects) { fx.Fail(&engine.Fatal{Err: engine.ErrFenced}) }} {
		var closed []int64
		steps := map[int64]int{}
		job := small(&closed, func(epoch int64) []machine {
			return []machine{func(ev *engine.Event, fx *engine.Effects) {
				steps[epoch]++
				switch n := steps[epoch]; {
				case epoch == 1 && n == 3:
					fx.Note(engine.AtTriggered, 1)
				case epoch == 1 && n == 50:
					end(fx)
				case epoch == 2 && steps[1] == 50 && n > 100:
					fx.Over = true
				}
				fx.Takes = engine.MayPoll
			}}
		})
		s := &script{at: map[engine.Note]engine.Strike{{Point: engine.AtTriggered, Ckpt: 1}: {Do: engine.Zombie, Delay: 5, Lost: true}}}
		r := Run(Options{Job: job, Restart: again(1), Inject: s}, Random(3))
		if r.Err != nil || r.Attempts != 2 || steps[1] != 50 || !slices.Equal(closed, []int64{1, 2}) {
			t.Errorf("%v, %d attempts, steps %v, closed %v", r.Err, r.Attempts, steps, closed)
		}
	}
}

// A strike by the clock waits for an attempt that can be struck. One that is detected at once leaves nothing to happen but a restart.
func TestTick(t *testing.T) {
	for _, delay := range []int64{100, 0} {
		tick(t, engine.Strike{Do: engine.KillAll, Delay: delay})
	}
}

func tick(t *testing.T, k engine.Strike) {
	s := &script{alarms: []int64{5, 6}, tick: k}
	var closed []int64
	job := small(&closed, func(epoch int64) []machine {
		return []machine{func(ev *engine.Event, fx *engine.Effects) {
			if fx.Over = epoch == 3; epoch < 3 {
				fx.Takes = engine.MayPoll
			}
		}}
	})
	if r := Run(Options{Job: job, Restart: again(9), Inject: s}, Replay(nil)); r.Err != nil || r.Attempts != 3 || s.struck != 2 || r.Now < 2*k.Delay {
		t.Errorf("detected after %d: %v, %d attempts, struck %d times, ended at %d", k.Delay, r.Err, r.Attempts, s.struck, r.Now)
	}
}

// slow is a body of three pieces that must not be encoded once its store is closed.
type slow struct {
	n      int
	closed *[]int64
	t      *testing.T
}

func (x *slow) Encode(b []byte) ([]byte, bool, error) {
	if len(*x.closed) > 0 {
		x.t.Error("a body is encoded after its graph was closed")
	}
	x.n++
	return append(b, byte(x.n)), x.n < 3, nil
}

// What a dead machine had under way is lost or happens later, whole, and never needs its store again.
func TestOrphans(t *testing.T) {
	whole, none := 0, 0
	for seed := range uint64(200) {
		b := blobs.NewMemory()
		var closed []int64
		job := small(&closed, func(epoch int64) []machine {
			return []machine{func(ev *engine.Event, fx *engine.Effects) {
				switch {
				case ev.Kind == engine.Start && epoch == 1:
					fx.Do(engine.Op{Verb: engine.PutNew, Name: "x", Body: &slow{closed: &closed, t: t}, At: engine.AtUploading})
				case ev.Kind == engine.Start:
					fx.Wake = ev.Now + 5000
				case ev.Kind == engine.Wake:
					fx.Over = true
				case ev.Kind == engine.Done:
					t.Error("the operation ended before its machine was killed")
				}
			}}
		})
		s := &script{at: map[engine.Note]engine.Strike{{Point: engine.AtUploading}: {Do: engine.KillAll}}}
		if r := Run(Options{Job: job, Blobs: b, Restart: again(1), Inject: s}, Random(seed)); r.Err != nil || r.Attempts != 2 {
			t.Fatalf("seed %d: %v, %d attempts", seed, r.Err, r.Attempts)
		}
		switch got, err := b.Get("x"); {
		case errors.Is(err, backends.ErrAbsent):
			none++
		case string(got) == string(engine.Seal([]byte{1, 2, 3})):
			whole++
		default:
			t.Fatalf("seed %d: stored %x, %v", seed, got, err)
		}
	}
	if whole == 0 || none == 0 {
		t.Errorf("it happened %d times and did not %d times: want both", whole, none)
	}
}

// The fates of an operation: what its machine is told, and what is stored at once and at the end.
func TestFates(t *testing.T) {
	whole := engine.Seal([]byte("payload"))
	half := whole[:len(whole)/2]
	for _, c := range []struct {
		verb        engine.Verb
		fate        engine.FateKind
		unknown     bool // the error wraps ErrUnknown
		fine        bool
		before, end []byte // what is stored; nil: nothing
	}{
		{engine.PutNew, engine.OpFine, false, true, whole, whole},
		{engine.PutNew, engine.OpFailed, false, false, nil, nil},
		{engine.PutNew, engine.OpApplied, true, false, whole, whole},
		{engine.PutNew, engine.OpLate, true, false, nil, whole},
		{engine.PutNew, engine.OpTorn, true, false, half, half},
		{engine.List, engine.OpLate, false, false, nil, nil}, // of what changes nothing no outcome is unknown
	} {
		b := blobs.NewMemory()
		look := func() []byte {
			got, _ := b.Get("x")
			return got
		}
		var closed []int64
		var res engine.Result
		var before []byte
		var told int64
		job := small(&closed, func(int64) []machine {
			return []machine{func(ev *engine.Event, fx *engine.Effects) {
				switch ev.Kind {
				case engine.Start:
					fx.Do(engine.Op{Verb: c.verb, Name: "x", Body: engine.Bytes("payload"), Tag: 7})
				case engine.Done:
					res, before, told = ev.Res, look(), ev.Now
					fx.Wake = ev.Now + 1000
				case engine.Wake:
					fx.Over = true
				}
			}}
		})
		s := &script{fate: func(*engine.Op) engine.Fate { return engine.Fate{Do: c.fate, Delay: 300, Late: 200} }}
		if r := Run(Options{Job: job, Blobs: b, Inject: s}, Replay(nil)); r.Err != nil {
			t.Fatal(r.Err)
		}
		if (res.Err == nil) != c.fine || errors.Is(res.Err, backends.ErrUnknown) != c.unknown || res.Tag != 7 || told < 300 {
			t.Errorf("%s, fate %d: told %v at %d", c.verb, c.fate, res.Err, told)
		}
		if string(before) != string(c.before) || string(look()) != string(c.end) {
			t.Errorf("%s, fate %d: stored %q, then %q; want %q, then %q", c.verb, c.fate, before, look(), c.before, c.end)
		}
	}
}

// A body that panics is an operation that did not happen, and its machine lives on.
func TestBodyPanics(t *testing.T) {
	var closed []int64
	var told error
	job := small(&closed, func(int64) []machine {
		return []machine{func(ev *engine.Event, fx *engine.Effects) {
			if ev.Kind == engine.Start {
				fx.Do(engine.Op{Verb: engine.Put, Name: "x", Body: bad{}})
			} else {
				told, fx.Over = ev.Res.Err, true
			}
		}}
	})
	b := blobs.NewMemory()
	r := Run(Options{Job: job, Blobs: b}, Replay(nil))
	var p *engine.Panicked
	if !errors.As(told, &p) || !engine.Certain(told) || r.Err != nil {
		t.Errorf("told %v; the run: %v", told, r.Err)
	}
	if names, _ := b.List(""); len(names) > 0 {
		t.Errorf("stored: %v", names)
	}
}

type bad struct{}

func (bad) Encode([]byte) ([]byte, bool, error) { panic("half of a snapshot") }

// Between two machines messages keep their order, whatever the choices.
func TestMessagesKeepTheirOrder(t *testing.T) {
	for seed := range uint64(50) {
		var closed []int64
		job := small(&closed, func(int64) []machine {
			next := [2]int64{1, 1}
			sender := func(i int) machine {
				n := int64(0)
				return func(_ *engine.Event, fx *engine.Effects) {
					for range 2 {
						if n++; n <= 20 {
							fx.Takes = engine.MayPoll
							fx.Tell(engine.Msg{From: i, To: 2, Ckpt: n})
						}
					}
				}
			}
			return []machine{sender(0), sender(1), func(ev *engine.Event, fx *engine.Effects) {
				if m := ev.Msg; ev.Kind == engine.Tell {
					if m.Ckpt != next[m.From] {
						t.Fatalf("seed %d: message %d of machine %d, want %d", seed, m.Ckpt, m.From, next[m.From])
					}
					next[m.From]++
				}
				fx.Over = next == [2]int64{21, 21}
			}}
		})
		if r := Run(Options{Job: job}, Random(seed)); r.Err != nil {
			t.Fatal(r.Err)
		}
	}
}

// Shrinking finds the few answers that a failure needs.
func TestShrink(t *testing.T) {
	var list []Choice
	for i := range uint32(300) {
		list = append(list, Choice{Sched, i, i%7 + 1})
	}
	runs := 0
	small := Shrink(list, func(l []Choice) bool {
		runs++
		has := func(at uint32) bool { return slices.ContainsFunc(l, func(c Choice) bool { return c.At == at }) }
		return has(17) && has(213)
	}, 2000)
	if len(small) != 2 || small[0].At != 17 || small[1].At != 213 || runs > 2000 {
		t.Errorf("shrunk to %v in %d runs", small, runs)
	}
	if got := Shrink(list, func([]Choice) bool { return true }, 10); got != nil {
		t.Errorf("what always fails shrinks to %v, want nothing", got)
	}
	runs = 0
	Shrink(list, func([]Choice) bool { runs++; return false }, 10)
	if runs > 10 {
		t.Errorf("%d runs, want at most 10", runs)
	}
}

// Lanes do not move each other: more questions in one leave the answers of another as they were.
func TestLanesAreApart(t *testing.T) {
	a, b := Random(5), Random(5)
	for range 100 {
		b.Pick(Plan, 1000)
		b.Pick(Store, 10)
		b.Pick(Store, 10)
		if x, y := a.Pick(Sched, 50), b.Pick(Sched, 50); x != y {
			t.Fatalf("answers %d and %d", x, y)
		}
	}
}
