package backends

// TimerPlace says where a store over bytes keeps timers. Snapshots have the same entries in every case, so that one of either can be restored into any
// other. The engine keeps Flink's rule all the same: a checkpoint whose timers are in the store is refused where they are beside it on the heap. The
// other way round is allowed, and so it is between backends. Flink's other rule, that an operator which writes raw keyed state cannot have its timers on
// the heap, for that is where Flink puts them, cannot come up: there is no such state here.
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

// A Placed store says where it keeps timers beside its bytes. It is a power that a store may have; Go objects on the heap alone are in no place.
type Placed interface{ TimerPlace() TimerPlace }
