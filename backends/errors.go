package backends

import "errors"

// Sentinels that errors of this room's interfaces wrap. An error of Blobs or of a store's writing that wraps none of the first three means
// that it did not happen.
var (
	ErrUnknown = errors.New("unknown outcome") // it may have happened, or happen yet
	ErrExists  = errors.New("exists already")  // certain: the name is taken
	ErrAbsent  = errors.New("absent")          // certain: there is no such blob
	ErrClosed  = errors.New("closed")          // a snapshot or store that was closed
)

// A UsageError is a mistake of one access: no current key, a key or a value over the limit. The table panics with it and the store stays usable; the
// engine turns it into a failed task, as it does with any panic of an operator. Where the mistake shows only when bytes are written,
// End returns it instead, and the store is dead.
type UsageError struct {
	State string // which state, where it is known
	Key   string // which key, as text, where it is known and matters; a long one is cut
	What  string // what is wrong, and what would be right
}

func (e *UsageError) Error() string {
	switch {
	case e.State == "":
		return "state access: " + e.What
	case e.Key == "":
		return "access to state " + e.State + ": " + e.What
	}
	return "access to state " + e.State + " of key " + e.Key + ": " + e.What
}
