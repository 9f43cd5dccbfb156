package tables

import (
	"fmt"

	"github.com/weirbench/weir/backends"
)

// cells are the values beside an overlay's keys, by the same index. They are kept as they are, or, where copies of V share memory, as bytes:
// encoded by Set and decoded by each Get, so that nobody can change them without Set.
type cells[V any] struct {
	codec  backends.Codec[V]
	name   string
	key    func(i int) string // of a place, in an error
	fail   func(error)
	shares bool
	max    int  // bytes of a value
	strict bool // values are looked at when they are set
	vals   []V
	coded  [][]byte
	buf    []byte
	put    func(i int, b []byte) // what was stored
}

func (c *cells[V]) init(name string, codec backends.Codec[V], h backends.CodedHost, key func(i int) string) {
	c.name, c.key, c.codec, c.fail, c.shares = name, key, codec, h.Fail, codec.Shares()
	c.max = bytesMax(h)
	c.strict = c.max < backends.ValueBytesMax
	c.put = func(i int, b []byte) {
		if c.shares {
			c.coded[i] = append(c.coded[i][:0], b...)
		} else {
			c.vals[i] = c.decode(b)
		}
	}
}

// add makes room for one more.
func (c *cells[V]) add() {
	if !c.shares {
		var zero V
		c.vals = append(c.vals, zero)
		return
	}
	if n := len(c.coded); n < cap(c.coded) {
		c.coded = c.coded[:n+1] // with the memory that was there
	} else {
		c.coded = append(c.coded, nil)
	}
}

func (c *cells[V]) get(i int) V {
	if c.shares {
		return c.decode(c.coded[i])
	}
	return c.vals[i]
}

func (c *cells[V]) decode(b []byte) V {
	v, err := c.codec.Decode(b)
	if err != nil {
		c.fail(fmt.Errorf("read state %s: %w", c.name, err))
	}
	return v
}

func (c *cells[V]) set(i int, v V) {
	if c.strict {
		c.limit(i, v)
	}
	if !c.shares {
		c.vals[i] = v
		return
	}
	b := c.codec.Append(c.coded[i][:0], v)
	if len(b) > c.max {
		panic(tooLarge(c.name, c.key(i), len(b), c.max))
	}
	c.coded[i] = b
}

func (c *cells[V]) drop(i int) {
	if !c.shares {
		var zero V
		c.vals[i] = zero
	}
}

// bytes are valid until the next call.
func (c *cells[V]) bytes(i int) []byte {
	if c.shares {
		return c.coded[i]
	}
	c.buf = c.codec.Append(c.buf[:0], c.vals[i])
	if len(c.buf) > c.max {
		c.fail(tooLarge(c.name, c.key(i), len(c.buf), c.max))
	}
	return c.buf
}

const keptBytes = 4 << 10 // of a cell's memory for the next batch

func (c *cells[V]) reset() {
	for i := range c.coded {
		if cap(c.coded[i]) > keptBytes {
			c.coded[i] = nil
		}
	}
	c.coded = c.coded[:0]
	clear(c.vals)
	c.vals = c.vals[:0]
}
