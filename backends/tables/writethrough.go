package tables

// WriteThrough is a planted bug, of a hash table without copy-on-write: what is frozen by now is shared still, and writes go into it. Only
// package broken asks for it. A reader of a frozen table then races with the table's goroutine.
func (t *cow[K, N, V]) WriteThrough() { t.open, t.pinned = t.open[:0], 0 }

// WriteThrough is the same planted bug of a set of timers.
func (t *liveTimers[K, N]) WriteThrough() { t.set.WriteThrough() }
