package pebble

import (
	"io"
	"sync"

	"github.com/cockroachdb/pebble/v2"
)

// newMerger makes what joins the pieces that were added to a list, in their order. Pebble's own, of the same name, does so too, and copies all that it has for
// each older piece, which is the order of flushes, compactions and looks: a list of thousands of pieces held a flush up for seconds, and with it the writes.
func newMerger() *pebble.Merger {
	idle := new(sync.Pool)
	idle.New = func() any { return &joined{home: idle} }
	return &pebble.Merger{Name: pebble.DefaultMerger.Name, Merge: func(_, piece []byte) (pebble.ValueMerger, error) {
		j := idle.Get().(*joined)
		j.buf = j.buf[:cap(j.buf)]
		j.from = len(j.buf)
		return j, j.MergeOlder(piece)
	}}
}

// joined are pieces that lie together at the end of buf.
type joined struct {
	buf  []byte
	from int
	home *sync.Pool
}

// idleBytes is how much memory one that is idle keeps.
const idleBytes = 64 << 10

func (j *joined) MergeOlder(piece []byte) error {
	if len(piece) > j.from {
		all := j.buf[j.from:]
		room := make([]byte, 2*(len(all)+len(piece)))
		j.from = len(room) - copy(room[len(room)-len(all):], all)
		j.buf = room
	}
	j.from -= len(piece)
	copy(j.buf[j.from:], piece)
	return nil
}

func (j *joined) MergeNewer(piece []byte) error {
	j.buf = append(j.buf, piece...)
	return nil
}

// Finish gives the bytes until Close.
func (j *joined) Finish(bool) ([]byte, io.Closer, error) { return j.buf[j.from:], j, nil }

func (j *joined) Close() error {
	if cap(j.buf) > idleBytes {
		j.buf = nil
	}
	j.home.Put(j)
	return nil
}
