package weir

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/weirbench/weir/backends"
)

// A spoiler looks where stores are opened, and spoils all files that a closed one leaves behind.
type spoiler struct {
	mu      sync.Mutex
	dirs    map[string]bool
	shared  []string // folders that were another store's, or not empty
	spoiled int      // files
}

// spoils is a catalog whose backends are watched.
func (s *spoiler) spoils(c Catalog) Catalog {
	for i := range c.Backends {
		open := c.Backends[i].Open
		c.Backends[i].Open = func(o BackendOptions) (backends.Backend, error) {
			b, err := open(o)
			return spoiling{b, s}, err
		}
	}
	return c
}

type spoiling struct {
	backends.Backend
	s *spoiler
}

func (b spoiling) Open(o backends.Options) (backends.Store, error) {
	if !strings.HasPrefix(filepath.Base(o.Dir), "attempt-") {
		return b.Backend.Open(o) // a probe's
	}
	files, err := os.ReadDir(o.Dir)
	if err != nil {
		return nil, err
	}
	b.s.mu.Lock()
	if b.s.dirs[o.Dir] || len(files) > 0 {
		b.s.shared = append(b.s.shared, o.Dir)
	}
	b.s.dirs[o.Dir] = true
	b.s.mu.Unlock()
	store, err := b.Backend.Open(o)
	return spoiled{store, b.s, o.Dir}, err
}

type spoiled struct {
	backends.Store
	s   *spoiler
	dir string
}

func (x spoiled) Close() error {
	err := x.Store.Close()
	files, _ := filepath.Glob(filepath.Join(x.dir, "*")) // the pattern is well formed
	for _, f := range files {
		if os.WriteFile(f, []byte("not what it was"), 0o644) == nil {
			x.s.mu.Lock()
			x.s.spoiled++
			x.s.mu.Unlock()
		}
	}
	return err
}

// A recovery takes nothing from the folder that a store worked in: each of an attempt's tasks gets an empty one of its own, and what those before left
// there may be anything.
func TestLeftoverFoldersAreIgnored(t *testing.T) {
	src := `
name: leftovers
config:
  execution.checkpointing.interval: 5 ms
  restart-strategy.type: fixed-delay
  restart-strategy.fixed-delay.attempts: 10
  restart-strategy.fixed-delay.delay: 50 ms
  parallelism.default: 2
workload: {type: count, keys: 1000, records: 100k}
faults: [{after: 20000 records, do: kill, target: all}, {after: 60000 records, do: kill, target: all}]
run: {repetitions: 1}
`
	for _, name := range testBackends() {
		if name == "heap" {
			continue // has no folder
		}
		watch := &spoiler{dirs: map[string]bool{}}
		r := ran(t, watch.spoils(testCatalog()), strings.Replace(src, "config:", "config:\n  state.backend.type: "+name, 1), RunOptions{}, asIs)
		if cell := r.Cells[0]; cell.Verdict != "pass" || cell.Crashes != 2 {
			t.Errorf("%s: verdict %s with %d crashes, want a pass with two", name, cell.Verdict, cell.Crashes)
		}
		if len(watch.shared) > 0 || len(watch.dirs) != 6 || watch.spoiled == 0 {
			t.Errorf("%s: three attempts of two tasks had %d folders, of which %q were used, and %d files were spoiled; want six, none and some", name, len(watch.dirs), watch.shared, watch.spoiled)
		}
	}
}
