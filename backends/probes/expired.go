package probes

import (
	"errors"
	"fmt"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// Expired is what is left of Mortal values that are over and that nobody reads.
type Expired struct {
	// Busy is how many are left when the state was asked Accesses times for another key.
	Busy int `json:"left_after_accesses"`
	// Compacted is how many are left when the store was compacted then, where it can be.
	Compacted int  `json:"left_after_compaction"`
	Compacts  bool `json:"compacts"`
}

// Mortal is how many values expire, and Accesses how often the state is asked afterwards.
const (
	Mortal   = 512
	Accesses = 4096
)

// expired lets values expire, asks for a key that has none, and counts what snapshots hold: none leaves out here what has expired.
func expired(store backends.Store) (*Expired, error) {
	const life, batch = 1000, 64
	s := scope(store)
	v, err := tables.OpenValueTTL(s, "value", tables.None{}, tables.Uint64{}, tables.TTL{Life: life * time.Microsecond})
	if err != nil {
		return nil, err
	}
	if err := s.Batch(upTo(Mortal), func(i int) { v.Set(backends.Void{}, uint64(i)) }); err != nil {
		return nil, err
	}
	switch n, err := entries(store); { // what was kept back is written now
	case err != nil:
		return nil, err
	case n != Mortal:
		return nil, fmt.Errorf("of %d values that were written a snapshot has %d", Mortal, n)
	}
	other := make([]uint64, batch)
	for i := range other {
		other[i] = Mortal
	}
	for s.Keys.Now = life; s.Keys.Now < life+Accesses/batch; s.Keys.Now++ {
		if err := s.Batch(other, func(int) { v.Get(backends.Void{}) }); err != nil {
			return nil, err
		}
	}
	x := &Expired{}
	if x.Busy, err = entries(store); err != nil {
		return nil, err
	}
	x.Compacted = x.Busy
	if x.Compacts, err = compact(store); err == nil && x.Compacts {
		x.Compacted, err = entries(store)
	}
	return x, err
}

// compact compacts a store that can be, and again: what one compaction puts together, the next one may look at.
func compact(store backends.Store) (can bool, err error) {
	c, ok := store.(interface{ Compact() error })
	for n := 0; ok && n < 2; n++ {
		switch err := c.Compact(); {
		case errors.Is(err, errors.ErrUnsupported):
			return false, nil
		case err != nil:
			return true, err
		}
	}
	return ok, nil
}
