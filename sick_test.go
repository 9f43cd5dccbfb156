package weir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
)

// A badDisk fails every put but the first few with an error of the machine.
type badDisk struct {
	backends.Blobs
	puts *atomic.Int64
	err  error
}

func (d badDisk) Put(name string, data []byte) error {
	if d.puts.Add(1) > 3 {
		return fmt.Errorf("blob %s: put %d bytes: %w", name, len(data), &fs.PathError{Op: "write", Path: "somewhere", Err: d.err})
	}
	return d.Blobs.Put(name, data)
}

// badRun runs a job over a disk that fails, with Flink's default restart strategy: for ever, a second later.
func badRun(t *testing.T, cause error) (puts int64, err error) {
	t.Helper()
	c := testCatalog()
	p := planOf(t, "workload: {type: count, keys: 100, records: 2M}\nconfig: {execution.checkpointing.interval: 5 ms}\n", nil, PlanOptions{})
	r := &runner{catalog: &c, plan: p}
	cell := &p.Cells[0]
	s, err := r.subject(cell)
	if err != nil {
		t.Fatal(err)
	}
	var n atomic.Int64
	l := &liveRun{catalog: &c, cell: cell, subject: s, rep: 1, dir: t.TempDir(), judging: func() {},
		disk: func(b backends.Blobs) backends.Blobs { return badDisk{b, &n, cause} }}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, _, err = l.run(ctx)
	return n.Load(), err
}

// What is wrong with this machine ends a run at once, and is said; it is no verdict on a backend, and trying again for ever would not mend it.
func TestFullDisk(t *testing.T) {
	for _, cause := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EMFILE} {
		puts, err := badRun(t, cause)
		if !errors.Is(err, errSick) || !errors.Is(err, cause) || puts < 4 {
			t.Errorf("%v: the run ended with %v after %d puts, want that this machine cannot go on", cause, err, puts)
		}
	}
}

// Any other error of storage is the job's affair: it fails, and is restarted.
func TestBrokenStorageIsNoSickness(t *testing.T) {
	if sick(syscall.EIO) || sick(nil) || sick(backends.ErrAbsent) {
		t.Error("an error of storage is taken for one of the machine")
	}
	for _, text := range []string{"IO error: No space left on device: While appending to file", "open x: permission denied", "open x: too many open files"} {
		if !sick(errors.New(text)) {
			t.Errorf("%q is not taken for an error of this machine", text)
		}
	}
}
