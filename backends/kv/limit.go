package kv

import (
	"fmt"

	"github.com/weirbench/weir/backends"
)

// BytesMax is the limit that tables keep, and it makes this a backends.LimitedHost.
func (s *store) BytesMax() int {
	if s.opts.BytesMax > 0 {
		return s.opts.BytesMax
	}
	return BytesMax
}

// tooLarge is what is wrong with a key or a value of n bytes, or nil. Options do not change, so any goroutine may ask.
func (s *store) tooLarge(state string, n int) error {
	if most := s.BytesMax(); n > most {
		return &backends.UsageError{State: state, What: fmt.Sprintf("a key or a value of %d bytes, more than the limit of %d", n, most)}
	}
	return nil
}

// longKey is what is wrong with the keys of a batch, or nil. Values were looked at by those who set them.
func (s *store) longKey(b *backends.Batch) (err error) {
	b.Each(func(_ backends.Op, k, _ []byte) {
		if err == nil && len(k) > 0 {
			err = s.tooLarge(s.nameOf(k), len(k))
		}
	})
	return err
}

// longKeyOf is the same for keys that are asked for.
func (s *store) longKeyOf(keys *backends.Rows) (err error) {
	for i := range keys.Len() {
		if k := keys.At(i); err == nil {
			err = s.tooLarge(s.nameOf(k), len(k))
		}
	}
	return err
}

func (s *store) nameOf(key []byte) string { return s.names[key[0]] }
