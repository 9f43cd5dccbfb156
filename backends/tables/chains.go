package tables

import (
	"bytes"

	"github.com/weirbench/weir/backends"
)

// fewEntries is up to how many kept entries are looked at one by one for those of a map.
const fewEntries = 256

// chains leads from entry to entry of the same map, among the many entries of all maps that are kept over batches. It is made by the first
// walk that needs it, and goes on where it ended: to keep an entry costs nothing more, and a walk does not look at those of other maps.
type chains struct {
	part []int32          // by entry: how much of its key is the map's
	prev []int32          // by entry, for those that a walk has seen: the one before, in the same map or in one of the same hash; -1: none
	last map[uint32]int32 // by the hash of the map's part
}

// add is called for each entry when it becomes one.
func (c *chains) add(part int) { c.part = append(c.part, int32(part)) }

// reset empties c and keeps its memory.
func (c *chains) reset() {
	c.part = c.part[:0]
	if len(c.prev) > 0 {
		c.prev = c.prev[:0]
		clear(c.last)
	}
}

// link takes up the entries that came since the last walk.
func (c *chains) link(keys *backends.Rows) {
	if c.last == nil {
		c.last = map[uint32]int32{}
	}
	for i := len(c.prev); i < len(c.part); i++ {
		h, before := hashBytes(keys.At(i)[:c.part[i]]), int32(-1)
		if j, ok := c.last[h]; ok {
			before = j
		}
		c.prev, c.last[h] = append(c.prev, before), int32(i)
	}
}

// entries returns the entries of the map with a prefix that were written, in ascending order. The slice is scratch.
func (t *codedMap[K, N, U, V]) entries(prefix []byte) []int32 {
	if len(t.state) <= fewEntries {
		return t.written(prefix)
	}
	t.chains.link(&t.overlay.keys)
	t.order = t.order[:0]
	i, ok := t.chains.last[hashBytes(prefix)]
	for ; ok && i >= 0; i = t.chains.prev[i] {
		if t.state[i]&dirty != 0 && bytes.HasPrefix(t.overlay.keys.At(int(i)), prefix) {
			t.order = append(t.order, i)
		}
	}
	t.sort(t.order)
	return t.order
}
