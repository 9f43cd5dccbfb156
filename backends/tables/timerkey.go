package tables

import "github.com/weirbench/weir/backends"

// A TimerKey writes what the entry of a timer holds behind its time: the key and the namespace, as every backend writes them.
type TimerKey[K, N comparable] struct{ parts parts[K, N] }

// NewTimerKey makes the TimerKey of a set of timers that is opened with the same scope and namespace.
func NewTimerKey[K, N comparable](s *Scope[K], ns Namespace[N]) TimerKey[K, N] {
	return TimerKey[K, N]{newParts(s, ns)}
}

// Append appends it to b.
func (t *TimerKey[K, N]) Append(b []byte, k K, ns N) []byte { return t.parts.append(b, k, ns) }

// CutTimer parts the key of a timer's entry in its time and what TimerKey writes, which shares its memory.
func CutTimer(e *backends.Entry) (at int64, rest []byte, err error) { return cutOrdered(e.Key) }
