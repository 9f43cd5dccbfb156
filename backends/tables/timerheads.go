package tables

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/weirbench/weir/backends"
)

const (
	headsMax   = 128       // timers of a group that are cached as they are registered
	blockMax   = 2048      // that are read at once, when all that were cached are popped: to find the place costs as much as to read a hundred
	blockBytes = 128 << 10 // or fewer, down to headsMax, when their keys are long

	groupBytes = 2
	timeBytes  = 8
)

// A groupHead is the first timers of a key group, as keys, and where the others begin.
type groupHead struct {
	list   []span // ascending from next; before that, what was popped
	data   []byte // the keys, in any order
	next   int
	n      int    // how many were popped and are not deleted yet
	room   int    // as many may be in list before it is shortened
	untidy int    // as long may data be before what nobody needs is left out
	all    bool   // list holds every timer of the group
	from   []byte // nothing is stored before this, but what list holds
	fromAt int64  // the time in from
}

// A span is a key in data, and the time in it.
type span struct {
	at       int64
	from, to uint32
}

func (h *groupHead) empty() bool { return h.next == len(h.list) }

func (h *groupHead) key(j int) []byte { return h.data[h.list[j].from:h.list[j].to] }

// compare compares a key of the list with another.
func (h *groupHead) compare(j int, at int64, key []byte) int {
	if c := cmp.Compare(h.list[j].at, at); c != 0 {
		return c
	}
	return bytes.Compare(h.key(j), key)
}

// ends tells whether a key comes behind all that is cached, and not all is.
func (h *groupHead) ends(at int64, key []byte) bool {
	return !h.all && (h.empty() || h.compare(len(h.list)-1, at, key) < 0)
}

// behind is for a key that is stored and not cached.
func (h *groupHead) behind(at int64, key []byte) {
	if at < h.fromAt || at == h.fromAt && bytes.Compare(key, h.from) < 0 {
		h.from, h.fromAt = append(h.from[:0], key...), at
	}
}

// find returns where a key is in the list, or would be.
func (h *groupHead) find(at int64, key []byte) (j int, found bool) {
	lo, hi := h.next, len(h.list)
	for lo < hi {
		m := int(uint(lo+hi) / 2)
		c := h.compare(m, at, key)
		if c == 0 {
			return m, true
		}
		if c < 0 {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo, false
}

func (h *groupHead) put(j int, at int64, key []byte) {
	h.list = append(h.list, span{})
	copy(h.list[j+1:], h.list[j:])
	h.list[j] = span{at, uint32(len(h.data)), uint32(len(h.data) + len(key))}
	h.data = append(h.data, key...)
}

// shorten leaves the last of the list to the store.
func (h *groupHead) shorten() {
	h.list, h.all, h.room = h.list[:h.next+headsMax], false, 2*headsMax
	h.leave()
}

// leave makes the end of the list what the others begin behind.
func (h *groupHead) leave() {
	last := len(h.list) - 1
	h.from, h.fromAt = append(append(h.from[:0], h.key(last)...), 0), h.list[last].at
}

// tidy drops what was popped, of which nothing is to be deleted any more, and leaves the keys in memory that it is given. It answers with what they
// were in.
func (h *groupHead) tidy(spare []byte) []byte {
	old := h.data
	h.list = slices.Delete(h.list, 0, h.next)
	h.next, h.data = 0, spare[:0]
	for j := range h.list {
		s := &h.list[j]
		h.data = append(h.data, old[s.from:s.to]...)
		s.from, s.to = uint32(len(h.data))-(s.to-s.from), uint32(len(h.data))
	}
	h.untidy = 2*len(h.data) + blockBytes
	return old
}

// take makes the keys of rows, which are keys and values in turn, the list. Both had nothing, and now rows has nothing.
func (h *groupHead) take(rows *backends.Rows, prefix int) error {
	h.data, rows.Data = rows.Data, h.data
	from := uint32(0)
	for r := 0; r < rows.Len(); r += 2 {
		to := rows.Ends[r]
		if int(to-from) < prefix {
			return errShort
		}
		at, _, err := cutOrdered(h.data[int(from)+prefix : to])
		if err != nil {
			return err
		}
		h.list = append(h.list, span{at, from, to})
		from = rows.Ends[r+1]
	}
	rows.Reset()
	h.untidy = 2*len(h.data) + blockBytes
	return nil
}

// blockLen is how many are read at once, judging by the last that was here.
func (h *groupHead) blockLen() int {
	if len(h.list) == 0 {
		return blockMax
	}
	s := h.list[len(h.list)-1]
	return max(headsMax, min(blockMax, blockBytes/int(s.to-s.from)))
}
