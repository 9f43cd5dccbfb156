package kv_test

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/kv"
)

// The limits of Flink's RocksDB backend, at a MiB.
func TestLimited(t *testing.T) {
	for _, keep := range []int{0, 500} {
		backendtest.RunLimited(t, 1<<20, func(t *testing.T, o backends.Options) backends.Store {
			return kv.Open(backendtest.NewPlain(), o.Groups, kv.Options{BytesMax: 1 << 20, Keep: keep})
		})
	}
}
