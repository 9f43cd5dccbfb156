package probes

import (
	"fmt"
	"sync/atomic"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// Found is what a backend does. What is nil or "" was not asked, as in the results of an older weir.
type Found struct {
	// EqualKeys is how many keys 0.0 and -0.0 are, which == says are equal and whose bytes differ.
	EqualKeys int `json:"equal_keys"`
	// Reuse tells whether a value stays as it was when the object that was Set is changed behind the end of the batch, without another Set.
	Reuse bool `json:"reuse_safe"`
	// Coding is how long a Get and a Set take of a value that is a slice of Words words, in one batch, over how long they take on a Go map of slices.
	Coding float64 `json:"get_and_set_over_map"`
	// MapOrder is the order in which a map yields its entries.
	MapOrder MapOrder `json:"map_order,omitempty"`
	// Values is what the synchronous half of a snapshot does with values.
	Values *Pinned `json:"values,omitempty"`
	// Timers is where timers are, and TimersOnHeap the same when they are asked to be on the heap, as Flink's key
	// state.backend.rocksdb.timer-service.factory does.
	Timers       *Timers `json:"timers,omitempty"`
	TimersOnHeap *Timers `json:"timers_on_heap,omitempty"`
	// Expired is what becomes of values that are over and that nobody reads.
	Expired *Expired `json:"expired,omitempty"`
	// Limit is what a backend does that is asked to emulate Flink's limit of a value, at LimitBytes.
	Limit *Limit `json:"limit,omitempty"`
}

const groups = 128

// Run asks a backend. open makes an empty store for each name, with options to which it adds a folder and what else the run gives its stores; Run
// closes it. clock tells nanoseconds.
func Run(open func(name string, o backends.Options) (backends.Store, error), clock func() int64) (f Found, err error) {
	limited, onHeap := backends.Options{BytesMax: LimitBytes}, backends.Options{Timers: backends.TimersOnHeap}
	for _, p := range []struct {
		name string
		with backends.Options
		ask  func(s backends.Store) error
	}{
		{"keys", backends.Options{}, func(s backends.Store) (err error) { f.EqualKeys, err = equalKeys(s); return }},
		{"reuse", backends.Options{}, func(s backends.Store) (err error) { f.Reuse, err = reuse(s); return }},
		{"coding", backends.Options{}, func(s backends.Store) (err error) { f.Coding, err = coding(s, clock); return }},
		{"map", backends.Options{}, func(s backends.Store) (err error) { f.MapOrder, err = mapOrder(s); return }},
		{"snapshot", backends.Options{}, func(s backends.Store) (err error) { f.Values, err = pinned(s, clock); return }},
		{"timers", backends.Options{}, func(s backends.Store) (err error) { f.Timers, err = timers(s); return }},
		{"timers-on-heap", onHeap, func(s backends.Store) (err error) { f.TimersOnHeap, err = timers(s); return }},
		{"expired", backends.Options{}, func(s backends.Store) (err error) { f.Expired, err = expired(s); return }},
		{"limit", limited, func(s backends.Store) (err error) { f.Limit, err = limit(s); return }},
	} {
		p.with.Groups = backends.Groups{First: 0, Last: groups - 1}
		if err := on(open, p.name, p.with, p.ask); err != nil {
			return f, fmt.Errorf("probe %s: %w", p.name, err)
		}
	}
	return f, nil
}

func on(open func(string, backends.Options) (backends.Store, error), name string, with backends.Options, ask func(backends.Store) error) error {
	s, err := open(name, with)
	if err != nil {
		return err
	}
	err = ask(s)
	if e := s.Close(); err == nil {
		err = e
	}
	return err
}

// scope opens states under keys that are longs.
func scope(store backends.Store) *tables.Scope[uint64] {
	return &tables.Scope[uint64]{Store: store, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(groups)}
}

// entries counts what a snapshot holds.
func entries(store backends.Store) (n int, err error) {
	snap, err := store.Snapshot()
	if err != nil {
		return 0, err
	}
	defer snap.Close()
	for g := range groups {
		if err := snap.Each(g, func(*backends.Entry) error { n++; return nil }); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// upTo are the keys from 0 on.
func upTo(n int) []uint64 {
	keys := make([]uint64, n)
	for i := range keys {
		keys[i] = uint64(i)
	}
	return keys
}

// counted is longs, as keys or as values, of which it is counted how often one is written as bytes. That is how it is seen when a backend writes,
// on whichever goroutine.
type counted struct {
	tables.KeyType[uint64]
	n *atomic.Int64
}

func (c counted) Append(b []byte, v uint64) []byte {
	c.n.Add(1)
	return c.KeyType.Append(b, v)
}
