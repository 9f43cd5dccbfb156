package tables

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/weirbench/weir/backends"
)

// TTL says how the values of a state expire, as Flink's StateTtlConfig does: by processing time (Keys.Now), of which each value keeps the one
// of its last write before its own bytes. Of a list every element has a time of its own, of a map every entry. A value is over when its time
// and Life have passed, at that very microsecond. Who reads a value that is over deletes it, also where it is shown to him.
//
// The zero TTL is none, which Flink also writes as the update type Disabled: the state is opened as if it had never been heard of.
type TTL struct {
	Life    time.Duration // in whole microseconds; 0: for ever
	Update  Update
	Visible Visible
	Cleanup Cleanup
}

// Update is what begins a life anew.
type Update uint8

// What begins a life anew.
const (
	OnCreateAndWrite Update = iota
	OnReadAndWrite          // a look at a list, at all of its elements; at a map, at the entries that are yielded
)

// Visible is whether a value that is over may be seen.
type Visible uint8

// Whether a value that is over may be seen.
const (
	NeverReturnExpired Visible = iota
	ReturnExpiredIfNotCleanedUp
)

// Cleanup says how what nobody reads any more goes, too. The zero value is the default: in the background, in the way that the backend has.
type Cleanup struct {
	// FullSnapshot leaves out of a snapshot what had expired when it was taken. The store itself keeps it.
	FullSnapshot bool
	// NoBackground keeps everything until it is read, whatever the next three say.
	NoBackground bool
	Incremental  Incremental
	Compaction   Compaction
	Scan         Scan
}

// Incremental is the way of live objects: a cursor goes round the table. The work of a batch is done at its end, where nothing has been found
// yet that would have to be found again.
type Incremental struct {
	Size        int  // entries that are looked at for each access; of a list, its oldest elements. 0 is 5
	EveryRecord bool // and for each record, whether it accesses the state or not
}

// Compaction is the way of a store that can leave out entries when it rewrites its files, as RocksDB can.
type Compaction struct {
	QueryTimeAfter int // a compaction asks for the time again after so many entries; 0 is 1000
}

// Scan is the way of an ordered store that cannot do that, as Pebble, and of any in a simulation, where the moment of a compaction would be
// chance: a cursor goes round the stored entries in blocks, and begins a round a quarter of a life after the last one at the earliest. Flink has
// nothing of the kind.
type Scan struct {
	Size int // entries that are looked at for each access; 0 is 1, which suffices where an access writes one
}

func (t TTL) check() error {
	switch {
	case t.Life < 0 || t.Life%time.Microsecond != 0:
		return fmt.Errorf("a TTL of %v; want whole microseconds", t.Life)
	case t.Update > OnReadAndWrite:
		return fmt.Errorf("a TTL with the update %d; want %d or %d", t.Update, OnCreateAndWrite, OnReadAndWrite)
	case t.Visible > ReturnExpiredIfNotCleanedUp:
		return fmt.Errorf("a TTL with the visibility %d; want %d or %d", t.Visible, NeverReturnExpired, ReturnExpiredIfNotCleanedUp)
	case t.Cleanup.Incremental.Size < 0 || t.Cleanup.Compaction.QueryTimeAfter < 0 || t.Cleanup.Scan.Size < 0:
		return fmt.Errorf("a TTL whose cleanup is negative; NoBackground is how to have none")
	}
	return nil
}

// mortality is what the table of a state with a TTL, the face that wraps it and whoever cleans up share. The task's goroutine alone has it.
type mortality struct {
	backends.Expiry
	ttl   TTL
	now   *int64 // processing time of the batch
	began int64  // and as it was when the last batch began
	seen  int    // accesses since somebody asked
	// Told when planted bugs renew, do not renew, and show; nil without one.
	renewed, left, shown func()
}

func newMortality(t TTL, now *int64) *mortality {
	m := &mortality{ttl: t, now: now, began: backends.NeverUs}
	m.LifeUs, m.Snapshots = t.Life.Microseconds(), t.Cleanup.FullSnapshot
	if !t.Cleanup.NoBackground {
		m.AskAfter = orElse(t.Cleanup.Compaction.QueryTimeAfter, 1000)
		m.Scan = orElse(t.Cleanup.Scan.Size, 1)
	}
	return m
}

func orElse(n, standard int) int {
	if n == 0 {
		return standard
	}
	return n
}

func (m *mortality) begin() { m.began = *m.now }

// over tells whether what was written at a time has expired.
func (m *mortality) over(at int64) bool { return m.Expired(at, *m.now) }

// shows tells whether what is over may be seen.
func (m *mortality) shows() bool {
	if m.shown != nil {
		m.shown()
	}
	return m.ttl.Visible == ReturnExpiredIfNotCleanedUp
}

// renews tells whether reading what was written at a time begins its life anew, and is not for nothing.
func (m *mortality) renews(at int64) bool {
	if m.ttl.Update == OnCreateAndWrite || at == *m.now {
		return false
	}
	if m.left != nil {
		m.left()
		return false
	}
	if m.renewed != nil {
		m.renewed()
	}
	return true
}

// touched takes the number of accesses.
func (m *mortality) touched() int {
	n := m.seen
	m.seen = 0
	return n
}

// due is how many entries of a live table are to be looked at after a batch of so many records.
func (m *mortality) due(records int) int {
	n := m.touched()
	if m.ttl.Cleanup.NoBackground {
		return 0
	}
	if m.ttl.Cleanup.Incremental.EveryRecord {
		n += records
	}
	return n * orElse(m.ttl.Cleanup.Incremental.Size, 5)
}

// A Stamped is a value and the processing time of its last write.
type Stamped[V any] struct {
	At int64
	V  V
}

// stamps writes the time before the value.
type stamps[V any] struct{ of backends.Codec[V] }

func (c stamps[V]) Append(b []byte, s Stamped[V]) []byte {
	return c.of.Append(binary.BigEndian.AppendUint64(b, uint64(s.At)), s.V)
}

func (c stamps[V]) Decode(b []byte) (s Stamped[V], err error) {
	if len(b) < 8 {
		return s, errShort
	}
	s.At = int64(binary.BigEndian.Uint64(b))
	s.V, err = c.of.Decode(b[8:])
	return s, err
}

func (c stamps[V]) Width() int {
	if w := c.of.Width(); w >= 0 {
		return w + 8
	}
	return -1
}

func (c stamps[V]) Shares() bool                 { return c.of.Shares() }
func (c stamps[V]) Copy(s Stamped[V]) Stamped[V] { return Stamped[V]{s.At, c.of.Copy(s.V)} }
