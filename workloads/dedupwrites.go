package workloads

import (
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// writes are the times at which the current key wrote, in state that expires: see Expires for what the record at an offset reads and writes of them.
type writes interface {
	see(off int64) (at uint64, some bool)
	write(off int64, now uint64)
}

// open opens the state of the kind that the job has.
func (j *dedupJob) open(s *tables.Scope[uint64]) (writes, error) {
	switch j.kind {
	case "list":
		t, err := tables.OpenListTTL(s, writtenState, tables.None{}, tables.Uint64{}, j.ttl)
		return listWrites{t}, err
	case "map":
		t, err := tables.OpenMapTTL(s, writtenState, tables.None{}, tables.Uint64{}, tables.Uint64{}, j.ttl)
		return mapWrites{t, int64(j.expires.Slots)}, err
	}
	t, err := tables.OpenValueTTL(s, writtenState, tables.None{}, tables.Uint64{}, j.ttl)
	return valueWrites{t}, err
}

type valueWrites struct {
	t tables.Value[backends.Void, uint64]
}

func (w valueWrites) see(int64) (uint64, bool)  { return w.t.Get(backends.Void{}) }
func (w valueWrites) write(_ int64, now uint64) { w.t.Set(backends.Void{}, now) }

type listWrites struct {
	t tables.List[backends.Void, uint64]
}

func (w listWrites) see(off int64) (at uint64, some bool) {
	w.t.Each(backends.Void{}, func(v uint64) bool {
		if !some || off%2 == 1 {
			at = v
		}
		some = true
		return true
	})
	return at, some
}

func (w listWrites) write(_ int64, now uint64) { w.t.Add(backends.Void{}, now) }

type mapWrites struct {
	t     tables.Map[backends.Void, uint64, uint64]
	slots int64
}

func (w mapWrites) see(off int64) (at uint64, some bool) {
	own := uint64(off % w.slots)
	if off/w.slots%2 == 1 {
		return w.t.Get(backends.Void{}, own)
	}
	w.t.Each(backends.Void{}, func(u, v uint64) bool {
		if u == own {
			at, some = v, true
		}
		return true
	})
	return at, some
}

func (w mapWrites) write(off int64, now uint64) {
	w.t.Set(backends.Void{}, uint64(off%w.slots), now)
}
