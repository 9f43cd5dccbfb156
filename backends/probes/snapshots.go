package probes

import (
	"sync/atomic"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// Pinned is what the synchronous half of a snapshot, which the task waits for, does with values: those that it writes as bytes it copies, and the
// others it pins.
type Pinned struct {
	Written int `json:"written_in_sync"` // of Many values
	// FewNs and ManyNs are how long it takes of Few and of Many values, in nanoseconds, the least of some.
	FewNs  int64 `json:"few_ns"`
	ManyNs int64 `json:"many_ns"`
}

// Few and Many are how many values or timers the probes of a snapshot write.
const (
	Few  = 1000
	Many = 10_000
)

func pinned(store backends.Store, clock func() int64) (*Pinned, error) {
	var n atomic.Int64
	s := scope(store)
	v, err := tables.OpenValue(s, "value", tables.None{}, counted{tables.Longs(groups), &n})
	if err != nil {
		return nil, err
	}
	p, keys := &Pinned{}, upTo(Many)
	write := func(n int) error { return s.Batch(keys[:n], func(i int) { v.Set(backends.Void{}, uint64(i)) }) }
	if p.FewNs, err = least(store, clock, func() error { return write(Few) }); err != nil {
		return nil, err
	}
	p.ManyNs, err = least(store, clock, func() error {
		err := write(Many)
		n.Store(0)
		return err
	})
	p.Written = int(n.Load())
	return p, err
}

// least takes some snapshots, each of what was just written, and reads none. It tells how long the quickest took.
func least(store backends.Store, clock func() int64, write func() error) (ns int64, err error) {
	for turn := range 3 {
		if err := write(); err != nil {
			return 0, err
		}
		begun := clock()
		snap, err := store.Snapshot()
		took := clock() - begun
		if err != nil {
			return 0, err
		}
		if snap.Close(); turn == 0 || took < ns {
			ns = took
		}
	}
	return ns, nil
}

// Timers is where a backend has timers.
type Timers struct {
	// Coded tells whether they are bytes as soon as they are registered; otherwise they are Go objects.
	Coded bool `json:"coded"`
	// Written is how many of Few timers the synchronous half of a snapshot writes as bytes.
	Written int `json:"written_in_sync"`
}

func timers(store backends.Store) (*Timers, error) {
	var n atomic.Int64
	s := scope(store)
	s.Codec = counted{s.Codec, &n}
	set, err := tables.OpenTimers(s, "timers", tables.None{})
	if err != nil {
		return nil, err
	}
	if err := s.Batch(upTo(Few), func(i int) { set.Register(int64(i), backends.Void{}) }); err != nil {
		return nil, err
	}
	before := n.Load()
	snap, err := store.Snapshot()
	if err != nil {
		return nil, err
	}
	defer snap.Close()
	return &Timers{Coded: before >= Few, Written: int(n.Load() - before)}, nil
}
