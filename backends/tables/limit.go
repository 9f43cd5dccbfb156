package tables

import (
	"fmt"

	"github.com/weirbench/weir/backends"
)

// bytesMax is how long a value may be: what our encoding can, or less where the host says so.
func bytesMax(h backends.CodedHost) int {
	if l, ok := h.(backends.LimitedHost); ok {
		return min(l.BytesMax(), backends.ValueBytesMax)
	}
	return backends.ValueBytesMax
}

func tooLarge(state string, n, most int) *backends.UsageError {
	return &backends.UsageError{State: state, What: fmt.Sprintf("a value of %d bytes, more than the limit of %d", n, most)}
}

// limit refuses a value that is over the limit of a host, and what was there stays. It costs an encoding: that is why the limit of our own
// encoding shows, for values that are kept as they are, only when bytes are written.
func (c *cells[V]) limit(v V) {
	c.buf = c.codec.Append(c.buf[:0], v)
	if len(c.buf) > c.max {
		panic(tooLarge(c.name, len(c.buf), c.max))
	}
}
