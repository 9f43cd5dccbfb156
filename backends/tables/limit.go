package tables

import (
	"fmt"
	"unicode/utf8"

	"github.com/weirbench/weir/backends"
)

// keyMax is how long a stored key may be, with its namespace and all: what the host says.
func keyMax(h backends.CodedHost) int {
	if l, ok := h.(backends.LimitedHost); ok {
		return l.BytesMax()
	}
	return backends.RowsBytesMax
}

// bytesMax is how long a value may be: what our encoding can, or less where the host says so.
func bytesMax(h backends.CodedHost) int { return min(keyMax(h), backends.ValueBytesMax) }

func tooLarge(state, key string, n, most int) *backends.UsageError {
	return &backends.UsageError{State: state, Key: key, What: fmt.Sprintf("a value of %d bytes, more than the limit of %d", n, most)}
}

func keyTooLarge(state, key string, n, most int) *backends.UsageError {
	return &backends.UsageError{State: state, Key: key, What: fmt.Sprintf("a key of %d bytes as it is stored, more than the limit of %d", n, most)}
}

// keyChars is how much of a key an error shows.
const keyChars = 32

// keyText is a key in an error. The key itself may be what is too long.
func keyText[K comparable](k K) string {
	s, form := "", "%.*q"
	switch k := any(k).(type) {
	case string:
		s = k
	default:
		s, form = fmt.Sprint(k), "%.*s"
	}
	text := fmt.Sprintf(form, keyChars, s)
	if utf8.RuneCountInString(s) > keyChars {
		text += "…"
	}
	return text
}

// storedKey is the key of place i in an error.
func storedKey[K comparable](s *Scope[K], o *overlay, i int) string {
	k, _, err := cutPart(o.keys.At(i)[len(o.prefix)+groupBytes:], s.Codec)
	if err != nil { // it was encoded here
		return ""
	}
	return keyText(k)
}

// limit refuses a value that is over the limit of a host, and what was there stays. It costs an encoding: that is why the limit of our own
// encoding shows, for values that are kept as they are, only when bytes are written.
func (c *cells[V]) limit(i int, v V) {
	c.buf = c.codec.Append(c.buf[:0], v)
	if len(c.buf) > c.max {
		panic(tooLarge(c.name, c.key(i), len(c.buf), c.max))
	}
}
