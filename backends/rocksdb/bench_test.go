//go:build rocksdb && cgo

package rocksdb

import (
	"encoding/binary"
	"testing"

	"github.com/linxGnu/grocksdb"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
)

// On a library with asserts the figures are not RocksDB's, and are called so.
func BenchmarkBounds(b *testing.B) {
	name := "rocksdb"
	if Found().Debug {
		name = "rocksdb (debug build)"
	}
	ro, wo := grocksdb.NewDefaultReadOptions(), grocksdb.NewDefaultWriteOptions()
	wo.DisableWAL(true)
	defer ro.Destroy()
	defer wo.Destroy()
	backendtest.BenchOrdered(b, name, func(dir string) (backendtest.Bare, error) {
		d, err := OpenDB(backends.Options{Dir: dir, MemoryBytes: 1 << 30}, false)
		if err != nil {
			return backendtest.Bare{}, err
		}
		return backendtest.Bare{
			DB: d,
			Get: func(k []byte) uint64 {
				v, err := d.grocks.Get(ro, k)
				if err != nil {
					b.Fatal(err)
				}
				n := binary.BigEndian.Uint64(v.Data())
				v.Free()
				return n
			},
			Set: func(k, v []byte) {
				if err := d.grocks.Put(wo, k, v); err != nil {
					b.Fatal(err)
				}
			},
			Compact: d.Compact,
		}, nil
	})
}
