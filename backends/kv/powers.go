package kv

import (
	"errors"
	"fmt"
)

// A Compacter is a DB that can put what it holds in one sorted level, so that measurements begin alike. It is a power that a DB may have: the
// store that Open makes has the method in any case, and what is missing is errors.ErrUnsupported.
type Compacter interface {
	// Compact changes nothing that can be read.
	Compact() error
}

// Compact is called between batches.
func (s *store) Compact() error {
	c, ok := s.db.(Compacter)
	if !ok {
		return fmt.Errorf("compact: %w", errors.ErrUnsupported)
	}
	if err := s.flush(); err != nil {
		return err
	}
	err := c.Compact()
	s.Fail(err)
	return err
}
