package live

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/blobs"
	"github.com/weirbench/weir/engine"
)

// machine is a machine that is a function.
type machine func(ev *engine.Event, fx *engine.Effects)

func (m machine) Step(ev *engine.Event, fx *engine.Effects) { m(ev, fx) }

// small makes a job of functions: the last is the coordinator, the others are tasks. It counts what was closed.
func small(closed *atomic.Int64, make func(epoch int64) []machine) engine.Job {
	return func(epoch int64) (*engine.Graph, error) {
		g := &engine.Graph{Close: func() error { closed.Add(1); return nil }}
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

// pingPong sends a message to and fro until the task has had ten, and then the job is over. At its fifth the task does what it is asked.
func pingPong(fifth func(*engine.Effects)) []machine {
	n := 0
	task := func(ev *engine.Event, fx *engine.Effects) {
		if ev.Kind != engine.Tell {
			return
		}
		if n++; n == 5 {
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

// settled fails the test when goroutines that it began are left.
func settled(t *testing.T) func() {
	before := runtime.NumGoroutine()
	return func() {
		t.Helper()
		for range 500 {
			if runtime.NumGoroutine() <= before {
				return
			}
			time.Sleep(2 * time.Millisecond)
		}
		stacks := make([]byte, 1<<16)
		t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
	}
}

func TestRunEnds(t *testing.T) {
	defer settled(t)()
	for _, c := range []struct {
		name     string
		fifth    func(*engine.Effects)
		restart  engine.Restart
		attempts int
		err      string // "": the run is over as it should be
	}{
		{"well", func(*engine.Effects) {}, engine.Restart{}, 1, ""},
		{"an error and no restart", func(fx *engine.Effects) { fx.Fail(errors.New("disk on fire")) }, engine.Restart{Strategy: "none"}, 1,
			"attempt 1: task/0: disk on fire; no other follows: restart strategy none"},
		{"a panic, until the strategy has enough", func(*engine.Effects) { panic("surprise") }, fixed(2), 3, "attempt 3: task/0: panic: surprise; no other follows"},
		{"fatal", func(fx *engine.Effects) { fx.Fail(&engine.Fatal{Err: errors.New("no checkpoint is left")}) }, fixed(5), 1, "attempt 1: task/0: no checkpoint is left"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var closed atomic.Int64
			res, err := Run(context.Background(), Options{Job: small(&closed, func(int64) []machine { return pingPong(c.fifth) }), Restart: c.restart})
			if got := fmt.Sprint(err); res.Over != (c.err == "") || res.Over != (err == nil) || c.err != "" && !strings.HasPrefix(got, c.err) {
				t.Errorf("over %v, error %s; want %q", res.Over, got, c.err)
			}
			if res.Attempts != c.attempts || closed.Load() != int64(c.attempts) || res.Steps == 0 {
				t.Errorf("%d attempts, %d closed, %d steps; want %d", res.Attempts, closed.Load(), res.Steps, c.attempts)
			}
		})
	}
	none := func(int64) (*engine.Graph, error) { return nil, errors.New("no such store") }
	if _, err := Run(context.Background(), Options{Job: none}); fmt.Sprint(err) != "start attempt 1: no such store" {
		t.Errorf("a job that cannot be made: %v", err)
	}
}

// A run that is cancelled stops its machines, cuts short what is only delayed, and closes its stores.
func TestCancel(t *testing.T) {
	defer settled(t)()
	ctx, cancel := context.WithCancel(context.Background())
	var closed atomic.Int64
	job := small(&closed, func(int64) []machine {
		idle := func(ev *engine.Event, fx *engine.Effects) {
			if ev.Kind == engine.Start {
				fx.Do(engine.Op{Verb: engine.PutNew, Name: "late", Body: engine.Bytes("x")})
				fx.Do(engine.Op{Verb: engine.PutNew, Name: "slow", Body: engine.Bytes("x")})
				fx.Wake = 1 << 50
			}
		}
		busy := func(ev *engine.Event, fx *engine.Effects) {
			if fx.Takes = engine.MayPoll; ev.Now > 2000 {
				cancel()
			}
		}
		return []machine{idle, busy}
	})
	hour := int64(time.Hour / time.Microsecond)
	s := &script{fate: func(op *engine.Op) engine.Fate {
		if op.Name == "late" {
			return engine.Fate{Do: engine.OpLate, Late: hour}
		}
		return engine.Fate{Delay: hour}
	}}
	b := blobs.NewMemory()
	res, err := Run(ctx, Options{Job: job, Blobs: b, Inject: s})
	if !errors.Is(err, context.Canceled) || res == nil || res.Over || closed.Load() != 1 || res.Now < 2000 {
		t.Errorf("Run = %+v, %v, %d closed; want context.Canceled", res, err, closed.Load())
	}
	if names, _ := b.List(""); len(names) > 0 {
		t.Errorf("stored after the end: %v", names)
	}
	if _, err := Run(ctx, Options{Job: job}); !errors.Is(err, context.Canceled) {
		t.Errorf("a run under a context that is done: %v", err)
	}
}

// A late effect happens before Run returns.
func TestLateEffectIsWaitedFor(t *testing.T) {
	defer settled(t)()
	var closed atomic.Int64
	b := blobs.NewMemory()
	job := small(&closed, func(int64) []machine {
		return []machine{func(ev *engine.Event, fx *engine.Effects) {
			switch ev.Kind {
			case engine.Start:
				fx.Do(engine.Op{Verb: engine.PutNew, Name: "x", Body: engine.Bytes("payload")})
			case engine.Done:
				if _, err := b.Get("x"); !errors.Is(err, backends.ErrAbsent) || !errors.Is(ev.Res.Err, backends.ErrUnknown) {
					t.Errorf("told %v, stored %v; want unknown and absent", ev.Res.Err, err)
				}
				fx.Over = true
			}
		}}
	})
	s := &script{fate: func(*engine.Op) engine.Fate { return engine.Fate{Do: engine.OpLate, Late: 20_000} }}
	if _, err := Run(context.Background(), Options{Job: job, Blobs: b, Inject: s}); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Get("x"); string(got) != string(engine.Seal([]byte("payload"))) {
		t.Errorf("stored %q, %v", got, err)
	}
}

// A zombie lives on beside its successor until it fails by itself, and neither its end nor its failure is the run's.
func TestZombie(t *testing.T) {
	defer settled(t)()
	for _, end := range []func(*engine.Effects){func(fx *engine.Effects) { fx.Over = true }, func(fx *engine.Effects) { fx.Fail(&engine.Fatal{Err: engine.ErrFenced}) }} {
		var closed, successor, ended atomic.Int64
		job := small(&closed, func(epoch int64) []machine {
			n := 0
			return []machine{func(ev *engine.Event, fx *engine.Effects) {
				fx.Takes = engine.MayPoll
				switch n++; {
				case epoch == 1 && n == 3:
					fx.Note(engine.AtTriggered, 1)
				case epoch == 1 && successor.Load() > 10:
					ended.Add(1)
					end(fx)
				case epoch == 2:
					successor.Add(1)
					fx.Over = closed.Load() == 1 // the zombie has gone
				}
			}}
		})
		s := &script{at: map[engine.Note]engine.Strike{{Point: engine.AtTriggered, Ckpt: 1}: {Do: engine.Zombie, Lost: true}}}
		res, err := Run(context.Background(), Options{Job: job, Restart: fixed(1), Inject: s})
		if err != nil || res.Attempts != 2 || ended.Load() != 1 || closed.Load() != 2 {
			t.Errorf("%v, %d attempts, ended %d, closed %d", err, res.Attempts, ended.Load(), closed.Load())
		}
	}
}

// Of the machines of an attempt only the killed one stops before the failure is detected, and all before the next attempt begins.
func TestKillOfOne(t *testing.T) {
	defer settled(t)()
	var closed, living, after atomic.Int64
	var detected atomic.Bool
	var mu sync.Mutex
	at := map[engine.Point]int64{}
	job := small(&closed, func(epoch int64) []machine {
		if epoch == 2 {
			before := living.Load()
			return []machine{func(_ *engine.Event, fx *engine.Effects) {
				after.Add(living.Load() - before)
				fx.Over = true
			}}
		}
		victim := func(ev *engine.Event, fx *engine.Effects) {
			if ev.Kind == engine.Tell {
				t.Error("a message came to a machine after its death")
			}
			fx.Note(engine.AtSynced, 1)
		}
		other := func(ev *engine.Event, fx *engine.Effects) {
			living.Add(1)
			fx.Takes = engine.MayPoll
			fx.Tell(engine.Msg{From: 1, To: 0})
		}
		return []machine{victim, other}
	})
	obs := observe(func(m *engine.Moment) {
		mu.Lock()
		defer mu.Unlock()
		at[m.Notes[0].Point] = m.At
		detected.Store(detected.Load() || m.Notes[0].Point == engine.AtDetected)
	})
	s := &script{at: map[engine.Note]engine.Strike{{Point: engine.AtSynced, Ckpt: 1}: {Do: engine.Kill, Delay: 20_000}}}
	res, err := Run(context.Background(), Options{Job: job, Restart: fixed(1), Inject: s, Observe: obs})
	if err != nil || res.Attempts != 2 || living.Load() < 10 || after.Load() != 0 {
		t.Errorf("%v, %d attempts, %d steps of the living, %d of them beside the next attempt", err, res.Attempts, living.Load(), after.Load())
	}
	if at[engine.AtDetected]-at[engine.AtSynced] < 20_000 || at[engine.AtRestarting]-at[engine.AtDetected] < 1000 {
		t.Errorf("struck, detected, restarted at %v; want delays of 20,000 and 1,000 at least", at)
	}
}

type observe func(*engine.Moment)

func (f observe) Observe(m *engine.Moment) { f(m) }

// An alarm goes off once, not before its time, and setting it again replaces it.
func TestWake(t *testing.T) {
	defer settled(t)()
	var closed atomic.Int64
	var woken []int64
	job := small(&closed, func(int64) []machine {
		return []machine{func(ev *engine.Event, fx *engine.Effects) {
			switch ev.Kind {
			case engine.Start:
				fx.Wake = 1 << 50
				fx.Tell(engine.Msg{})
			case engine.Tell:
				fx.Wake = 3000
			case engine.Wake:
				woken = append(woken, ev.Now)
				if fx.Wake = ev.Now + 2000; len(woken) == 3 {
					fx.Over = true
				}
			}
		}}
	})
	if _, err := Run(context.Background(), Options{Job: job}); err != nil {
		t.Fatal(err)
	}
	for i, at := range woken {
		if want := int64(3000 + 2000*i); at < want {
			t.Errorf("alarm %d at %d, not before %d", i, at, want)
		}
	}
}

// The failure of closing a store is the run's.
func TestCloseFails(t *testing.T) {
	job := func(int64) (*engine.Graph, error) {
		over := machine(func(_ *engine.Event, fx *engine.Effects) { fx.Over = true })
		return &engine.Graph{Machines: []engine.Machine{over}, Roles: make([]engine.Role, 1), Close: func() error { return errors.New("leaked") }}, nil
	}
	if res, err := Run(context.Background(), Options{Job: job}); fmt.Sprint(err) != "close attempt 1: leaked" || res.Over {
		t.Errorf("Run = %+v, %v", res, err)
	}
}
