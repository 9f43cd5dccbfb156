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
		return opened{DB: d, Compacter: d,
			get: func(k []byte) (uint64, error) {
				v, c, err := db.Get(k)
				if err != nil {
					return 0, err
				}
				n := binary.BigEndian.Uint64(v)
				return n, c.Close()
			},
			set: func(k, v []byte) error { return db.Set(k, v, cockroach.NoSync) },
		}, nil
	}}}, withRocksDB()...)
}
