package main

import (
	"errors"
	"maps"
	"slices"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/iterator"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/storage"
	"github.com/syndtr/goleveldb/leveldb/util"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
)

// DB is a kv.DB over goleveldb. LevelDB knows neither merges nor deleted ranges: a merge reads and appends, a range is walked.
type DB struct {
	db   *leveldb.DB
	load leveldb.Batch
}

// OpenDB opens the database in a folder, or an empty one in memory.
func OpenDB(o backends.Options, inMemory bool) (*DB, error) {
	opts := &opt.Options{NoSync: true, WriteBuffer: int(o.MemoryBytes / 4), BlockCacheCapacity: int(o.MemoryBytes / 2)} // 0: goleveldb's own
	if inMemory {
		opts.WriteBuffer = 64 << 10 // such stores are opened by the thousand
		db, err := leveldb.Open(storage.NewMemStorage(), opts)
		return &DB{db: db}, err
	}
	db, err := leveldb.OpenFile(o.Dir, opts)
	return &DB{db: db}, err
}

func (d *DB) Get(key, buf []byte) ([]byte, bool, error) {
	v, err := d.db.Get(key, nil)
	if errors.Is(err, leveldb.ErrNotFound) {
		return buf, false, nil
	}
	return append(buf, v...), err == nil, err
}

func (d *DB) MultiGet(keys, vals *backends.Rows) error {
	for i := range keys.Len() {
		data, ok, err := d.Get(keys.At(i), vals.Data)
		if err != nil {
			return err
		}
		if vals.Data = data; ok {
			vals.Close()
		} else {
			vals.AddAbsent()
		}
	}
	return nil
}

// Apply gives LevelDB the bytes of a batch as they are, unless there is something in it that LevelDB does not know.
func (d *DB) Apply(b *backends.Batch) error {
	plain := true
	b.Each(func(op backends.Op, _, _ []byte) { plain = plain && (op == backends.OpSet || op == backends.OpDelete) })
	if !plain {
		return d.merge(b)
	}
	if err := d.load.Load(b.Repr()[backends.BatchHeaderBytes:]); err != nil {
		return err
	}
	return d.db.Write(&d.load, nil)
}

// merge finds out what every write of a batch leaves, and applies that.
func (d *DB) merge(b *backends.Batch) (err error) {
	var w leveldb.Batch
	left := map[string][]byte{} // by key; nil: nothing
	set := func(k, v []byte) { w.Put(k, v); left[string(k)] = append([]byte{}, v...) }
	remove := func(k []byte) { w.Delete(k); left[string(k)] = nil }
	b.Each(func(op backends.Op, k, v []byte) {
		switch op {
		case backends.OpSet:
			set(k, v)
		case backends.OpDelete:
			remove(k)
		case backends.OpMerge:
			old, known := left[string(k)]
			if !known {
				var e error
				old, _, e = d.Get(k, nil)
				err = errors.Join(err, e)
			}
			set(k, slices.Concat(old, v))
		case backends.OpDeleteRange:
			for key := range maps.Clone(left) {
				if key >= string(k) && key < string(v) {
					remove([]byte(key))
				}
			}
			it := d.db.NewIterator(&util.Range{Start: k, Limit: v}, nil)
			for it.Next() {
				remove(it.Key())
			}
			it.Release()
			err = errors.Join(err, it.Error())
		}
	})
	if err != nil {
		return err
	}
	return d.db.Write(&w, nil)
}

func (d *DB) Iter(lo, hi []byte) (kv.Iter, error) {
	return iter{d.db.NewIterator(&util.Range{Start: lo, Limit: hi}, nil)}, nil
}

func (d *DB) View() (kv.View, error) {
	s, err := d.db.GetSnapshot()
	return view{s}, err
}

// Flush has nothing to do: every write is in the journal when Apply returns.
func (d *DB) Flush() error { return nil }

// Compact is a power that a kv.DB may have.
func (d *DB) Compact() error { return d.db.CompactRange(util.Range{}) }

// Checkpoint copies, for LevelDB cannot share its files with another folder.
func (d *DB) Checkpoint(dir string) error {
	into, err := leveldb.OpenFile(dir, &opt.Options{ErrorIfExist: true, NoSync: true})
	if err != nil {
		return err
	}
	it := d.db.NewIterator(nil, nil)
	var w leveldb.Batch
	for it.Next() && err == nil {
		if w.Put(it.Key(), it.Value()); w.Len() == 1000 {
			err = into.Write(&w, nil)
			w.Reset()
		}
	}
	it.Release()
	return errors.Join(err, it.Error(), into.Write(&w, nil), into.Close())
}

func (d *DB) Metrics() map[string]float64 {
	var s leveldb.DBStats
	if err := d.db.Stats(&s); err != nil {
		return nil // it is closed
	}
	var files int64
	for _, size := range s.LevelSizes {
		files += size
	}
	return map[string]float64{"disk_bytes": float64(files), "cache_bytes": float64(s.BlockCacheSize), "snapshots": float64(s.AliveSnapshots), "write_delay_seconds": s.WriteDelayDuration.Seconds()}
}

func (d *DB) Close() error { return d.db.Close() }

type view struct{ *leveldb.Snapshot }

func (v view) Iter(lo, hi []byte) (kv.Iter, error) {
	return iter{v.NewIterator(&util.Range{Start: lo, Limit: hi}, nil)}, nil
}

func (v view) Close() error { v.Release(); return nil }

type iter struct{ iterator.Iterator }

func (it iter) Next(rows *backends.Rows, max int) error {
	for ; max > 0 && it.Iterator.Next(); max-- {
		rows.Add(it.Key())
		rows.Add(it.Value())
	}
	return it.Error()
}

func (it iter) Close() error { it.Release(); return nil }
