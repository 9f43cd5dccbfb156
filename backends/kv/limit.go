package kv

import (
	"fmt"

	"github.com/weirbench/weir/backends"
)

// BytesMax is the limit that tables keep, of keys and of values, and it makes this a backends.LimitedHost.
func (s *store) BytesMax() int {
	if s.opts.BytesMax > 0 {
		return s.opts.BytesMax
	}
	return BytesMax
}

// tooLarge is what is wrong with an entry whose stored key has so many bytes, or nil. The value of a list is not looked at.
func (s *store) tooLarge(e *backends.Entry, key int) error {
	what, n, most := "key", key, s.BytesMax()
	if v := len(e.Value); v > most && s.kinds[s.byName[e.State]] != backends.ListKind {
		what, n = "value", v
	}
	if n <= most {
		return nil
	}
	return &backends.UsageError{State: e.State, Key: fmt.Sprintf("0x%.*x", keyBytes, e.Key), What: fmt.Sprintf("a %s of %d bytes, more than the limit of %d", what, n, most)}
}

// keyBytes is how much of a key an error shows. What it means, tables know.
const keyBytes = 16
