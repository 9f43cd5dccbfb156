package backends

import (
	"encoding/binary"
	"math"
)

// Expiry says how the values of a state with a TTL expire, in terms of bytes, so that a store can see which have without knowing their types.
// A stored value begins with the processing time of its last write in eight bytes, the most significant first; of a list, every element does.
type Expiry struct {
	LifeUs int64 // how long a value lives from its time on, in microseconds; more than 0
	List   bool  // a value is elements, one behind the other, each with a time of its own
	Width  int   // of an element of a list, its time included; -1 when they differ, then its length is before it as a uvarint

	Snapshots bool // a snapshot leaves out what had expired when it was taken
	AskAfter  int  // a compaction asks for the time again after so many entries; 0: it leaves out nothing
	Scan      int  // a store without such compactions looks at so many entries for each access; 0: at none
}

// An Expiring table is a CodedTable of a state with a TTL. A host finds it by assertion, says when a batch begins, and sees to it that what has
// expired goes. Where a host does only the first, nothing that is read is wrong; what nobody reads stays for ever.
type Expiring interface {
	CodedTable
	Begin() // a batch begins: Keys has changed
	Expiry() Expiry
	// Now is the processing time of the last batch that began, in microseconds; before the first it is NeverUs.
	Now() int64
	// Touched is how many accesses there were since it was last asked.
	Touched() int
}

// NeverUs is a time at which nothing has expired.
const NeverUs = math.MinInt64

// Expired tells whether what was written at a time is over: its life ends at the very microsecond at+life, and a life that would end behind
// the last one ends with it.
func (e *Expiry) Expired(at, now int64) bool {
	end := at + e.LifeUs
	if end < at {
		end = math.MaxInt64
	}
	return end <= now
}

// Alive is what of a stored value has not expired, in the memory of v, and false when nothing is left. What is no value of this state is left
// as it is: whoever reads it will say so.
func (e *Expiry) Alive(v []byte, now int64) ([]byte, bool) {
	if !e.List || len(v) == 0 {
		return v, len(v) < stampBytes || !e.Expired(stamp(v), now)
	}
	for len(v) > 0 { // the oldest are in front: most often they are all that has expired, and nothing moves
		n, gone := e.first(v, now)
		if !gone {
			break
		}
		v = v[n:]
	}
	kept := 0
	for from := 0; from < len(v); {
		n, gone := e.first(v[from:], now)
		if !gone {
			if kept < from {
				copy(v[kept:], v[from:from+n])
			}
			kept += n
		}
		from += n
	}
	return v[:kept], kept > 0
}

// Times yields the eight bytes of every time in a stored value, where they are.
func (e *Expiry) Times(v []byte, yield func(at []byte)) {
	for len(v) >= stampBytes {
		n, head := len(v), 0
		if e.List {
			if n, _ = e.first(v, NeverUs); e.Width < 0 {
				_, head = binary.Uvarint(v)
			}
		}
		if head < 0 || n < head+stampBytes {
			return
		}
		yield(v[head : head+stampBytes])
		v = v[n:]
	}
}

// first is how long the first element of b is, and whether it has expired. What is no element goes to the end of b and has not.
func (e *Expiry) first(b []byte, now int64) (n int, gone bool) {
	head := 0
	if n = e.Width; n < 0 {
		size, w := binary.Uvarint(b)
		if w <= 0 || size > uint64(len(b)-w) {
			return len(b), false
		}
		head, n = w, w+int(size)
	}
	if n < head+stampBytes || n > len(b) {
		return len(b), false
	}
	return n, e.Expired(stamp(b[head:]), now)
}

const stampBytes = 8

func stamp(b []byte) int64 { return int64(binary.BigEndian.Uint64(b)) }
