//go:build rocksdb && cgo

package backends_test

import (
	"encoding/binary"
	"fmt"

	"github.com/linxGnu/grocksdb"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/rocksdb"
)

// withRocksDB is RocksDB as grocksdb offers it. On a library with asserts the figures are not RocksDB's, and are called so.
func withRocksDB() []database {
	name := "rocksdb"
	if rocksdb.Found().Debug {
		name = "rocksdb-debug"
	}
	return []database{{name, func(dir string) (opened, error) {
		d, err := rocksdb.OpenDB(backends.Options{Dir: dir, MemoryBytes: 1 << 30}, false)
		if err != nil {
			return opened{}, err
		}
		// These live as long as the process; a benchmark opens ten databases.
		db, ro, wo := d.RocksDB(), grocksdb.NewDefaultReadOptions(), grocksdb.NewDefaultWriteOptions()
		wo.DisableWAL(true)
		batch := grocksdb.NewWriteBatch()
		return opened{DB: d, Compacter: d,
			get: func(k []byte) (uint64, error) {
				v, err := db.Get(ro, k)
				if err != nil {
					return 0, err
				}
				defer v.Free()
				if v.Size() != 8 {
					return 0, fmt.Errorf("a value of %d bytes, want 8", v.Size())
				}
				return binary.BigEndian.Uint64(v.Data()), nil
			},
			set:   func(k, v []byte) error { return db.Put(wo, k, v) },
			merge: func(k, v []byte) error { return db.Merge(wo, k, v) },
			drop:  func(k []byte) error { return db.Delete(wo, k) },
			look: func(k []byte, use func([]byte)) (bool, error) {
				v, err := db.Get(ro, k)
				if err != nil {
					return false, err
				}
				defer v.Free()
				if v.Exists() {
					use(v.Data())
				}
				return v.Exists(), nil
			},
			walk: func(prefix []byte, use func(key, value []byte) bool) error {
				it := db.NewIterator(ro)
				defer it.Close()
				for it.Seek(prefix); it.ValidForPrefix(prefix) && use(it.Key().Data(), it.Value().Data()); it.Next() {
				}
				return it.Err()
			},
			put:    func(k []byte) error { batch.Put(k, nil); return nil },
			remove: func(k []byte) error { batch.Delete(k); return nil },
			write: func() error {
				err := db.Write(wo, batch)
				batch.Clear()
				return err
			},
		}, nil
	}}}
}
