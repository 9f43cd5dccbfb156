package heap_test

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/heap"
)

func TestBackend(t *testing.T) {
	backendtest.Run(t, func(t *testing.T, o backends.Options) backends.Store {
		s, err := heap.Backend{}.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}
