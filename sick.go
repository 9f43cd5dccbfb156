package weir

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/weirbench/weir/backends"
)

// errSick begins what is said when a job failed for a reason of this machine, of which no verdict can be made.
var errSick = errors.New("this machine cannot go on")

// sick tells whether an error is of this machine: a full disk, a folder that may not be written. Between machines of the engine errors
// travel as text, and a backend in C writes it in its own case.
func sick(err error) bool {
	if err == nil {
		return false
	}
	text := strings.ToLower(err.Error())
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EACCES, syscall.EROFS, syscall.EMFILE} {
		if strings.Contains(text, e.Error()) {
			return true
		}
	}
	return false
}

// A ward is the storage of a live run whose errors are watched: the first that is of this machine ends the run. The job itself would only
// be restarted, by Flink's default strategy for ever.
type ward struct {
	backends.Blobs
	end context.CancelCauseFunc
}

func (w ward) seen(err error) error {
	if sick(err) {
		w.end(fmt.Errorf("%w: %w", errSick, err))
	}
	return err
}

func (w ward) Put(name string, data []byte) error    { return w.seen(w.Blobs.Put(name, data)) }
func (w ward) PutNew(name string, data []byte) error { return w.seen(w.Blobs.PutNew(name, data)) }

func (w ward) Get(name string) ([]byte, error) {
	b, err := w.Blobs.Get(name)
	return b, w.seen(err)
}

func (w ward) GetPart(name string, off, n int64) ([]byte, error) {
	b, err := w.Blobs.GetPart(name, off, n)
	return b, w.seen(err)
}

// spaceMin is left free on the disk of a run. LSM trees take it badly when a disk is full to the last byte: Pebble panics, a RocksDB with
// assertions aborts the process, and nobody would be told why.
const spaceMin = 16 << 20

// room is an error when a folder's disk is all but full.
func room(dir string) error {
	if free, ok := freeBytes(dir); ok && free < spaceMin {
		return fmt.Errorf("%w: the disk of %s has %.1f MiB left; want %d MiB at least, or another folder with --out", errSick, dir, float64(free)/(1<<20), spaceMin>>20)
	}
	return nil
}

// watchDisk ends a run while there is still room for saying so. It looks until stop is called.
func watchDisk(dir string, end context.CancelCauseFunc) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			if err := room(dir); err != nil {
				end(err)
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}
