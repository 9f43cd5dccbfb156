package weir

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/probes"
)

// probe asks the backend of a cell what it does where backends differ, once in a run, in a folder that is gone afterwards. A backend that cannot
// be asked is warned of: that is no verdict.
func (r *runner) probe(c *Cell, dir string) *probes.Found {
	if f, known := r.probed[c.Backend]; known {
		return f
	}
	if r.probed == nil {
		r.probed = map[string]*probes.Found{}
	}
	f, err := r.catalog.ask(c, dir)
	if err != nil {
		r.warn(fmt.Sprintf("%s could not be asked what it does otherwise than other backends: %v", c.Backend, err))
	}
	r.probed[c.Backend] = f
	return f
}

// ask opens the backend of a cell for the probes. A panic of the backend is an error here: its run will end with it, and be judged.
func (c *Catalog) ask(cell *Cell, dir string) (found *probes.Found, err error) {
	defer func() {
		if x := recover(); x != nil {
			found, err = nil, fmt.Errorf("it panicked: %v", x)
		}
	}()
	entry, err := c.backend(cell.Backend)
	if err != nil {
		return nil, err
	}
	b, err := entry.Open(BackendOptions{Memory: cell.Memory, Keep: cell.Keep})
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	begun := time.Now()
	f, err := probes.Run(func(name string, o backends.Options) (backends.Store, error) {
		o.MemoryBytes, o.Dir = cell.Memory, filepath.Join(dir, name)
		if err := os.MkdirAll(o.Dir, 0o755); err != nil {
			return nil, err
		}
		return b.Open(o)
	}, func() int64 { return int64(time.Since(begun)) })
	if err != nil {
		return nil, err
	}
	return &f, nil
}
