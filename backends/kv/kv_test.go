package kv_test

import (
	"errors"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/tables"
)

// Seventy lines over a Go map are a backend.
func TestPlainDB(t *testing.T) {
	backendtest.RunDB(t, func(*testing.T, string) kv.DB { return backendtest.NewPlain() })
}

func TestPlainBackend(t *testing.T) {
	backendtest.Run(t, func(t *testing.T, o backends.Options) backends.Store {
		return kv.Open(backendtest.NewPlain(), o.Groups, kv.Options{})
	})
}

// An error of the database comes out of End once, whichever operation met it, and from then on the store does nothing.
func TestErrorsComeOutOfEnd(t *testing.T) {
	for _, op := range []string{"get", "multiget", "apply", "iter", "next"} {
		db := backendtest.NewPlain()
		sc := &tables.Scope[uint64]{Store: kv.Open(db, backends.Groups{Last: 127}, kv.Options{}), Keys: new(backends.Keys[uint64]), Codec: tables.Longs(128)}
		count, err1 := tables.OpenValue(sc, "count", tables.None{}, tables.Uint64{})
		sets, err2 := tables.OpenMap(sc, "sets", tables.None{}, tables.String{}, tables.Uint64{})
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		none := backends.Void{}
		batch := func(keys ...uint64) error {
			sc.Fill(keys)
			sc.Store.Begin()
			for i := range keys {
				sc.Keys.At = i
				v, _ := count.Get(none)
				count.Set(none, v+1)
				sets.Set(none, "u", v)
				sets.Each(none, func(string, uint64) bool { return true })
			}
			return sc.Store.End()
		}
		if err := batch(1, 2, 3); err != nil {
			t.Fatal(err)
		}
		applied := 0
		broken := errors.Join(errors.New("disk on fire"), backends.ErrUnknown)
		db.Fail = func(now string) error {
			if now == "apply" {
				applied++
			}
			if now == op {
				return broken
			}
			return nil
		}
		keys := []uint64{4, 5}
		if op == "get" {
			keys = keys[:1]
		}
		if err := batch(keys...); !errors.Is(err, broken) || !errors.Is(err, backends.ErrUnknown) {
			t.Errorf("%s fails: End = %v, want %v", op, err, broken)
		}
		before := applied
		db.Fail = func(now string) error {
			if now == "apply" {
				applied++
			}
			return nil
		}
		if err := batch(6); !errors.Is(err, broken) {
			t.Errorf("%s failed: the next End = %v, want %v", op, err, broken)
		}
		if _, err := sc.Store.Snapshot(); !errors.Is(err, broken) {
			t.Errorf("%s failed: Snapshot = %v, want %v", op, err, broken)
		}
		if applied != before {
			t.Errorf("%s failed: a dead store wrote", op)
		}
		if err := sc.Store.Close(); err != nil {
			t.Errorf("%s failed: Close = %v", op, err)
		}
	}
}

// An error while a snapshot is read ends that walk, not the store.
func TestErrorOfASnapshotEndsTheCheckpoint(t *testing.T) {
	for _, op := range []string{"iter", "next"} {
		db := backendtest.NewPlain()
		broken, failing := errors.New("disk on fire"), false
		db.Fail = func(now string) error {
			if failing && now == op {
				return broken
			}
			return nil
		}
		sc := &tables.Scope[uint64]{Store: kv.Open(db, backends.Groups{Last: 127}, kv.Options{}), Keys: new(backends.Keys[uint64]), Codec: tables.Longs(128)}
		count, err := tables.OpenValue(sc, "count", tables.None{}, tables.Uint64{})
		if err != nil {
			t.Fatal(err)
		}
		set := func(v uint64) error {
			sc.Fill([]uint64{1})
			sc.Store.Begin()
			count.Set(backends.Void{}, v)
			return sc.Store.End()
		}
		if err := set(1); err != nil {
			t.Fatal(err)
		}
		f, err := sc.Store.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		entries := 0
		read := func() error {
			return f.Each(int(sc.Keys.Batch[0].Group), func(*backends.Entry) error { entries++; return nil })
		}
		failing = true
		if err := read(); !errors.Is(err, broken) {
			t.Errorf("%s fails: Each = %v, want %v", op, err, broken)
		}
		failing = false
		if err := set(2); err != nil {
			t.Errorf("%s failed in a snapshot: End = %v", op, err)
		}
		if err := read(); err != nil || entries != 1 {
			t.Errorf("%s failed once: Each = %v with %d entries, want nil with 1", op, err, entries)
		}
		f.Close()
	}
}
