package probes_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/probes"
	"github.com/weirbench/weir/backends/rocksdb"
)

// What is equal is one key on the heap, and two where keys are bytes; what is used again changes there what is stored, and not where values are bytes.
func TestWhatDiffers(t *testing.T) {
	for name, c := range map[string]struct {
		backend backends.Backend
		keys    int
		reuse   bool
	}{
		"heap":    {heap.Backend{}, 1, false},
		"pebble":  {pebble.Backend{}, 2, true},
		"rocksdb": {rocksdb.Backend{}, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "rocksdb" && !rocksdb.Found().Compiled {
				t.Skip("missing: RocksDB is not in this build")
			}
			dir, begun := t.TempDir(), time.Now()
			got, err := probes.Run(func(name string, g backends.Groups) (backends.Store, error) {
				o := backends.Options{Groups: g, Dir: filepath.Join(dir, name)}
				if err := os.Mkdir(o.Dir, 0o755); err != nil {
					return nil, err
				}
				return c.backend.Open(o)
			}, func() int64 { return int64(time.Since(begun)) })
			if err != nil {
				t.Fatal(err)
			}
			if got.EqualKeys != c.keys || got.Reuse != c.reuse || got.Coding <= 0 {
				t.Errorf("Run() = %+v, want %d keys, reuse safe: %v, and some cost", got, c.keys, c.reuse)
			}
			t.Logf("%+v", got)
		})
	}
}

// A store that cannot be opened is an error that says in which probe.
func TestNothingToAsk(t *testing.T) {
	_, err := probes.Run(func(string, backends.Groups) (backends.Store, error) { return nil, backends.ErrClosed }, func() int64 { return 0 })
	if err == nil || err.Error() != "probe keys: "+backends.ErrClosed.Error() {
		t.Errorf("Run() = %v, want probe keys: %v", err, backends.ErrClosed)
	}
}
