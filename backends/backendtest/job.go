package backendtest

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

type void = backends.Void

const (
	allGroups = 128
	ttlGroups = 16 // of tasks whose state has a TTL: all of it is read so often that empty groups cost the most
)

// job is one task with a bit of everything, its keys of 64 bits.
type job struct {
	*check
	*tables.Scope[uint64]
	count  tables.Value[void, uint64]
	list   tables.Value[void, []uint64] // copies share memory
	text   tables.Value[void, string]
	window tables.Value[uint64, uint64]
	sets   tables.Map[void, string, uint64]
	lists  tables.Map[uint64, uint64, []uint64]
	timers tables.Timers[uint64, uint64]
	log    tables.List[void, string]
	logs   tables.List[uint64, []uint64] // copies share memory
}

var stateNames = []string{"count", "list", "text", "window", "sets", "lists", "timers", "log", "logs"} // in the order of opening

// job opens one that owns all key groups.
func (c *check) job() *job {
	return c.jobOf(backends.Groups{First: 0, Last: allGroups - 1}, tables.Longs(allGroups))
}

// crowd opens one whose keys are all in four groups, so that a group has more timers than a cache holds.
func (c *check) crowd() *job {
	return c.jobOf(backends.Groups{First: 40, Last: 43}, crowded{tables.Longs(allGroups), 40})
}

type crowded struct {
	tables.KeyType[uint64]
	first uint16
}

func (k crowded) Mark(dst []backends.Key[uint64], src []uint64) {
	k.KeyType.Mark(dst, src)
	for i := range dst {
		dst[i].Group = k.first + dst[i].Group%4
	}
}

func (c *check) jobOf(g backends.Groups, codec tables.KeyType[uint64]) *job {
	j := &job{check: c, Scope: &tables.Scope[uint64]{Store: c.store(g), Keys: new(backends.Keys[uint64]), Codec: codec}}
	var err error
	opened := func() { c.opened(err) }
	j.count, err = tables.OpenValue(j.Scope, "count", tables.None{}, tables.Uint64{})
	opened()
	j.list, err = tables.OpenValue(j.Scope, "list", tables.None{}, tables.Uint64s{})
	opened()
	j.text, err = tables.OpenValue(j.Scope, "text", tables.None{}, tables.String{})
	opened()
	j.window, err = tables.OpenValue(j.Scope, "window", tables.Uint64{}, tables.Uint64{})
	opened()
	j.sets = unless(c, backends.MapKind, orNoMap[void, string, uint64])(tables.OpenMap(j.Scope, "sets", tables.None{}, tables.String{}, tables.Uint64{}))
	j.lists = unless(c, backends.MapKind, orNoMap[uint64, uint64, []uint64])(tables.OpenMap(j.Scope, "lists", tables.Uint64{}, tables.Uint64{}, tables.Uint64s{}))
	j.timers = unless(c, backends.TimerKind, orNoTimers[uint64, uint64])(tables.OpenTimers(j.Scope, "timers", tables.Uint64{}))
	j.log = unless(c, backends.ListKind, orNoList[void, string])(tables.OpenList(j.Scope, "log", tables.None{}, tables.String{}))
	j.logs = unless(c, backends.ListKind, orNoList[uint64, []uint64])(tables.OpenList(j.Scope, "logs", tables.Uint64{}, tables.Uint64s{}))
	return j
}

// batch runs f for each of the keys, between Begin and End.
func (j *job) batch(keys []uint64, f func(i int)) {
	j.must("End", j.Batch(keys, f))
}

// on runs f for one key in a batch of its own.
func (j *job) on(key uint64, f func()) { j.batch([]uint64{key}, func(int) { f() }) }

// upTo is the keys below n.
func upTo(n int) []uint64 {
	keys := make([]uint64, n)
	for i := range keys {
		keys[i] = uint64(i)
	}
	return keys
}

func (j *job) wantCount(key, want uint64, ok bool) {
	if v, has := j.count.Get(void{}); v != want || has != ok {
		j.errorf("Get(%d) = %d, %v, want %d, %v", key, v, has, want, ok)
	}
}

func (j *job) snapshot() backends.Snapshot {
	s, err := j.Store.Snapshot()
	j.must("Snapshot", err)
	return s
}

// now is what a snapshot of this moment holds.
func (j *job) now() []backends.Entry {
	s := j.snapshot()
	defer s.Close()
	return j.entries(s)
}

// entries reads a snapshot.
func (c *check) entries(s backends.Snapshot) (all []backends.Entry) {
	return c.entriesOf(s, s.Groups().First, s.Groups().Last+1)
}

// entriesOf reads the key groups from lo up to, not including, hi.
func (c *check) entriesOf(s backends.Snapshot, lo, hi int) (all []backends.Entry) {
	for group := lo; group < hi; group++ {
		c.must("Each", s.Each(group, func(e *backends.Entry) error {
			if e.Group != group {
				c.errorf("Each(%d) gave an entry of key group %d", group, e.Group)
			}
			all = append(all, backends.Entry{State: e.State, Group: e.Group, Key: bytes.Clone(e.Key), Value: bytes.Clone(e.Value)})
			return nil
		}))
	}
	return all
}

func line(e *backends.Entry) string {
	return fmt.Sprintf("group %d %s %x=%x", e.Group, e.State, e.Key, e.Value)
}

// lines are entries to compare, in an order of their own.
func lines(es []backends.Entry) []string {
	all := make([]string, len(es))
	for i := range es {
		all[i] = line(&es[i])
	}
	slices.Sort(all)
	return all
}

// restore makes a job of the same kind from entries.
func (j *job) restore(es []backends.Entry) {
	for i := range es {
		e := backends.Entry{State: es[i].State, Group: es[i].Group, Key: bytes.Clone(es[i].Key), Value: bytes.Clone(es[i].Value)}
		j.must("Restore", j.Store.Restore(&e))
		for _, b := range [][]byte{e.Key, e.Value} { // they are ours again
			for i := range b {
				b[i] = 0xee
			}
		}
	}
}
