package backends_test

import (
	"encoding/binary"

	cockroach "github.com/cockroachdb/pebble/v2"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/pebble"
)

// databases are the ordered stores whose bare loops can be measured. All have 1 GiB: what is measured is not the disk.
func databases() []database {
	return append([]database{{"pebble", func(dir string) (opened, error) {
		d, err := pebble.OpenDB(backends.Options{Dir: dir, MemoryBytes: 1 << 30}, false)
		if err != nil {
			return opened{}, err
		}
		db := d.Pebble()
		batch := db.NewBatch()
		return opened{DB: d, Compacter: d,
			get: func(k []byte) (uint64, error) {
				v, c, err := db.Get(k)
				if err != nil {
					return 0, err
				}
				n := binary.BigEndian.Uint64(v)
				return n, c.Close()
			},
			set:   func(k, v []byte) error { return db.Set(k, v, cockroach.NoSync) },
			merge: func(k, v []byte) error { return db.Merge(k, v, cockroach.NoSync) },
			drop:  func(k []byte) error { return db.Delete(k, cockroach.NoSync) },
			look: func(k []byte, use func([]byte)) (bool, error) {
				v, c, err := db.Get(k)
				if err == cockroach.ErrNotFound {
					return false, nil
				}
				if err != nil {
					return false, err
				}
				use(v)
				return true, c.Close()
			},
			walk:   walkPebble(db),
			put:    func(k []byte) error { return batch.Set(k, nil, nil) },
			remove: func(k []byte) error { return batch.Delete(k, nil) },
			write: func() error {
				err := db.Apply(batch, cockroach.NoSync)
				batch.Reset()
				return err
			},
		}, nil
	}}}, withRocksDB()...)
}

// walkPebble walks with an iterator that knows both ends of the range.
func walkPebble(db *cockroach.DB) func(prefix []byte, use func(key, value []byte) bool) error {
	var end []byte
	return func(prefix []byte, use func(key, value []byte) bool) error {
		end = append(end[:0], prefix...)
		for i := len(end) - 1; i >= 0; i-- {
			if end[i]++; end[i] != 0 {
				break
			}
		}
		it, err := db.NewIter(&cockroach.IterOptions{LowerBound: prefix, UpperBound: end})
		if err != nil {
			return err
		}
		for ok := it.First(); ok && use(it.Key(), it.Value()); ok = it.Next() {
		}
		return it.Close()
	}
}
