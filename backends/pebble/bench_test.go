package pebble

import (
	"encoding/binary"
	"testing"

	"github.com/cockroachdb/pebble/v2"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
)

func BenchmarkBounds(b *testing.B) {
	backendtest.BenchOrdered(b, "pebble", func(dir string) (backendtest.Bare, error) {
		d, err := OpenDB(backends.Options{Dir: dir, MemoryBytes: 1 << 30}, false)
		if err != nil {
			return backendtest.Bare{}, err
		}
		return backendtest.Bare{
			DB: d,
			Get: func(k []byte) uint64 {
				v, c, err := d.db.Get(k)
				if err != nil {
					b.Fatal(err)
				}
				n := binary.BigEndian.Uint64(v)
				c.Close()
				return n
			},
			Set: func(k, v []byte) {
				if err := d.db.Set(k, v, pebble.NoSync); err != nil {
					b.Fatal(err)
				}
			},
			Compact: d.Compact,
		}, nil
	})
}
