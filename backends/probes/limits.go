package probes

import (
	"errors"
	"fmt"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// Limit is what is refused, with a *backends.UsageError, of a store that was opened with a limit of LimitBytes.
type Limit struct {
	Set  bool `json:"set_refused"`  // a value over the limit
	Add  bool `json:"add_refused"`  // an element with which a list is over the limit
	Look bool `json:"look_refused"` // to look into that list
}

// LimitBytes is the limit of which Found.Limit tells.
const LimitBytes = 4096

func limit(store backends.Store) (*Limit, error) {
	s, v, err := slicesOf(store)
	if err != nil {
		return nil, err
	}
	list, err := tables.OpenList(s, "list", tables.None{}, tables.Uint64{})
	if err != nil {
		return nil, err
	}
	none, found, n := backends.Void{}, &Limit{}, 0
	for _, try := range []func(){
		func() { found.Set = refused(func() { v.Set(none, make([]uint64, LimitBytes/8+1)) }) },
		func() { list.AddAll(none, upTo(LimitBytes/8)) }, // up to the limit
		func() { found.Add = refused(func() { list.Add(none, 7) }) },
		func() { found.Look = refused(func() { list.Each(none, func(uint64) bool { n++; return true }) }) },
	} {
		if err := s.Batch([]uint64{7}, func(int) { try() }); err != nil {
			return nil, err
		}
	}
	if want := LimitBytes/8 + 1; !found.Add && !found.Look && n != want {
		return nil, fmt.Errorf("a list of %d elements came back with %d", want, n)
	}
	return found, nil
}

// refused tells whether an access is a mistake to the table. What else it panics with is not for here.
func refused(access func()) (yes bool) {
	defer func() {
		switch x := recover().(type) {
		case nil:
		case *backends.UsageError:
			yes = true
		default:
			panic(x)
		}
	}()
	access()
	return false
}

// MapOrder is the order in which a map yields its entries.
type MapOrder string

// The orders that can be told from each other.
const (
	ByBytes   MapOrder = "by bytes"   // of the map's keys, ascending
	ByAge     MapOrder = "by age"     // the entry that was put first comes first, as long as none is removed
	LastFirst MapOrder = "last first" // the other way round
	NoOrder   MapOrder = "none"       // of these
)

// mapOrder puts entries into a map in no order, a batch each way, and looks how they come back.
func mapOrder(store backends.Store) (MapOrder, error) {
	s := scope(store)
	m, err := tables.OpenMap(s, "map", tables.None{}, tables.Uint64{}, tables.Uint64{})
	if err != nil {
		return "", err
	}
	const size = 64
	var put, got []uint64
	for i := range uint64(size) {
		put = append(put, i*37%size)
	}
	if err := s.Batch([]uint64{7}, func(int) {
		for _, u := range put {
			m.Set(backends.Void{}, u, u)
		}
	}); err != nil {
		return "", err
	}
	if err := s.Batch([]uint64{7}, func(int) {
		m.Each(backends.Void{}, func(u, _ uint64) bool { got = append(got, u); return true })
	}); err != nil {
		return "", err
	}
	sorted := slices.Sorted(slices.Values(got))
	switch {
	case !slices.Equal(sorted, upTo(size)):
		return "", errors.New("a map came back with other entries than were put into it")
	case slices.Equal(got, sorted):
		return ByBytes, nil
	case slices.Equal(got, put):
		return ByAge, nil
	}
	if slices.Reverse(put); slices.Equal(got, put) {
		return LastFirst, nil
	}
	return NoOrder, nil
}
