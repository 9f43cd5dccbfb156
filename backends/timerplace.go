package backends

// TimerPlace says where a store over bytes keeps timers. Snapshots have the same entries in every case, so that one of either restores into any
// other. Flink refuses two mixtures that cannot come up here: timers that a checkpoint has from the store do not restore onto the heap there, a
// savepoint's do; and an operator that writes raw keyed state cannot have its timers on the heap, for that is where Flink puts them.
type TimerPlace string

const (
	// TimersInStore keeps them as ordered keys beside all other state.
	TimersInStore TimerPlace = ""
	// TimersOnHeap keeps them as Go objects. A snapshot writes all of them, to memory, in its synchronous half, as Flink's does for checkpoints:
	// so that half grows with their number.
	TimersOnHeap TimerPlace = "heap"
	// TimersPinned is ours and not Flink's: Go objects, of which the synchronous half of a snapshot only pins what there is.
	TimersPinned TimerPlace = "pinned"
)
