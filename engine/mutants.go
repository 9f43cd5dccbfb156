package engine

// A Mutant is a bug that the machines can carry on purpose, named after a real one. Spec.Planted switches it on.
type Mutant struct {
	Name   string
	Ticket string   // the real bug it re-creates
	What   string   // what it does, in one line
	Checks []string // the checks that are there for it; what any other says of it does not count
	Benign bool     // legal: nothing may see it
	Rare   bool     // it takes a crash between two particular steps
	Timers bool     // only a job with timers can show it
	Clock  bool     // these are of processing time
	Held   bool     // only a job with operator state can show it
	Idle   bool     // only a job with idle partitions can show it
	Two    bool     // only a job of two inputs can show it
	Jobs   bool     // only another job that restores the checkpoint can show it: tests of this room plant it, and no seed
	// Windows are the parameters of a job with windows that can show it; nil: other jobs do.
	Windows map[string]string
}

// Mutants are those that sit in the machines.
func Mutants() []Mutant {
	return []Mutant{
		{Name: "incomplete-checkpoint", Ticket: "RisingWave #10907", What: "a manifest is written before the last task acked", Checks: []string{"consistent-cut"}},
		{Name: "older-checkpoint", Ticket: "FLINK-7783", What: "recovery takes the newest checkpoint but one, for no reason", Checks: []string{"recovery-choice"}},
		{Name: "offset-too-far", Ticket: "KAFKA-16017", What: "a source writes an offset one too far into the checkpoint", Checks: []string{"consistent-cut"}},
		{Name: "unaligned-barrier", Ticket: "FLINK-20645", What: "channels that delivered their barrier are not blocked", Checks: []string{"consistent-cut"}},
		{Name: "zombie-manifest", Ticket: "Jepsen Bufstream 0.1.0", What: "a fenced coordinator appends its manifest behind the takeover", Checks: []string{"fencing"}, Rare: true},
		{Name: "lost-record", Ticket: "FLINK-38544", What: "an operator skips a record of a batch", Checks: []string{"exactly-once"}},
		{Name: "duplicated-record", Ticket: "FLINK-31041", What: "an operator processes a record twice", Checks: []string{"exactly-once"}},
		{Name: "torn-manifest", Ticket: "RocksDB #12489", What: "a half-written manifest is read as if it were whole", Checks: []string{"consistent-cut"}, Rare: true},
		{Name: "key-in-two-tasks", Ticket: "FLINK-28010", What: "a task's key groups begin one too early, and one source sends that group there", Checks: []string{"key-ranges"}},
		{Name: "sink-commits-twice", Ticket: "Iceberg #16008", What: "a sink publishes a transaction again under a name of the new attempt", Checks: []string{"sink-committed-once"}},
		{Name: "sink-forgets-aborted", Ticket: "Iceberg #11008", What: "a sink drops the transaction of an aborted checkpoint", Checks: []string{"sink-committed-once"}, Rare: true},
		{Name: "sink-keeps-batch", Ticket: "FLINK-6207", What: "a sink reads a batch in the step after its own", Checks: []string{"sink-committed-once"}},
		{Name: "write-after-cut", Ticket: "FLINK-17568", What: "state is captured one batch after the cut", Checks: []string{"consistent-cut"}},
		{Name: "watermark-forgotten", Ticket: "FLINK-36663", What: "the watermark is not in the source's state", Checks: []string{"consistent-cut", "watermarks"}},
		{Name: "notified-early", Ticket: "Pebble #5915", What: "tasks are notified before the manifest is durable", Checks: []string{"checkpoint-catalog"}},
		{Name: "ambiguous-put-as-failure", Ticket: "FLINK-22494", What: "a manifest's put of unknown outcome is taken for a failure, and the data deleted", Checks: []string{"checkpoint-catalog"}},
		{Name: "collector-deletes-retained", Ticket: "FLINK-25395", What: "the collector deletes the files of a checkpoint that is kept", Checks: []string{"checkpoint-catalog"}},
		{Name: "restore-skips-group", Ticket: "FLINK-26766", What: "a restored task leaves out its first key group", Checks: []string{"digest"}},
		{Name: "attempt-not-stopped", Ticket: "RisingWave #14931", What: "machines of a failed attempt are not stopped before the next one begins", Checks: []string{"fencing"}},
		{Name: "zombie-answers", Ticket: "KAFKA-9891", What: "a replaced attempt goes on answering reads as if it were the one that counts", Checks: []string{"linearizability"}, Rare: true},
		{Name: "aborted-keeps-its-slot", Ticket: "FLINK-40302", What: "a checkpoint that failed keeps its slot, and no other ever begins", Checks: []string{"liveness"}, Rare: true},
		{Name: "committed-read-ahead", Ticket: "KAFKA-7192", What: "a committed read answers with what is not committed", Checks: []string{"linearizability"}},
		{Name: "timer-fires-twice", Ticket: "restate #384", What: "a timer that fired is found again", Checks: []string{"sink-committed-once", "timers"}, Timers: true},
		{Name: "timer-fires-early", Ticket: "Beam #35090", What: "timers fire before the watermark has passed them", Checks: []string{"consistent-cut", "timers"}, Timers: true},
		{Name: "timer-of-an-instant-lost", Ticket: "SAMZA-2469", What: "of two timers of one instant the second is lost", Checks: []string{"sink-committed-once", "timers"}, Timers: true},
		{Name: "deleted-timer-fires", Ticket: "Beam #15123", What: "a timer fires though an earlier one of the same batch deleted it", Checks: []string{"sink-committed-once", "timers"}, Timers: true},
		{Name: "processing-timer-fires-twice", Ticket: "SAMZA-2463", What: "a timer of processing time that fired is found again", Checks: []string{"sink-committed-once", "timers"}, Timers: true, Clock: true},
		{Name: "processing-timer-fires-early", Ticket: "FLINK-9857", What: "timers of processing time fire before their time is over", Checks: []string{"sink-committed-once", "timers"}, Timers: true, Clock: true},
		{Name: "processing-timer-of-an-instant-lost", Ticket: "SAMZA-2469", What: "of two timers of processing time of one instant the second is lost", Checks: []string{"timers"}, Timers: true, Clock: true},
		{Name: "processing-deleted-timer-fires", Ticket: "Beam #15123", What: "a timer of processing time fires though an earlier one of the same batch deleted it", Checks: []string{"sink-committed-once", "timers"}, Timers: true, Clock: true},
		{Name: "processing-timers-reversed", Ticket: "Beam #39824", What: "of the timers of processing time that are due the latest fires first", Checks: []string{"timers"}, Timers: true, Clock: true},
		{Name: "processing-timer-lost-at-snapshot", Ticket: "BEAM-615", What: "a checkpoint leaves out one timer of processing time in three", Checks: []string{"timers"}, Timers: true, Clock: true},
		{Name: "processing-restored-timers-dropped", Ticket: "FLINK-28010", What: "a restored task drops the timers of processing time of one of its key groups", Checks: []string{"timers"}, Timers: true, Clock: true},
		{Name: "late-record-taken", Ticket: "numaflow #1472", What: "a window takes records for one instant after it was cleaned up", Checks: []string{"windows"}, Windows: map[string]string{}},
		{Name: "session-merge-forgets-state", Ticket: "euphoria #79", What: "what sessions hold is lost when they become one", Checks: []string{"windows"}, Windows: map[string]string{"window": "session"}},
		{Name: "touching-sessions-stay-two", Ticket: "Hazelcast Jet #1152", What: "a session that begins when another ends is not one with it", Checks: []string{"windows"}, Windows: map[string]string{"window": "session"}},
		{Name: "purge-forgotten", Ticket: "FLINK-31949", What: "a window that fires and purges keeps its contents", Checks: []string{"windows"}, Windows: map[string]string{"trigger": "fire-and-purge"}},
		{Name: "purge-clears-merging-set", Ticket: "FLINK-4994", What: "purging a session forgets the session itself, so that a late record begins another", Checks: []string{"windows"}, Windows: map[string]string{"window": "session", "trigger": "fire-and-purge"}},
		{Name: "processing-window-ends-early", Ticket: "FLINK-9857", What: "a timer of processing time fires in its microsecond, not behind it, so that a window ends before its last record", Checks: []string{"windows"}, Windows: map[string]string{"function": "list", "time": "processing"}},
		{Name: "reducing-forgets-one", Ticket: "BEAM-6929", What: "a record is folded, and what comes of it is not kept", Checks: []string{"windows"}, Windows: map[string]string{}},
		{Name: "timer-lost-at-snapshot", Ticket: "BEAM-615", What: "a checkpoint leaves out one timer in three", Checks: []string{"timers"}, Timers: true},
		{Name: "restored-timers-dropped", Ticket: "FLINK-28010", What: "a restored task drops the timers of one of its key groups, as if it were another's", Checks: []string{"timers", "digest"}, Timers: true},
		{Name: "watermark-of-one-input", Ticket: "RisingWave #6308", What: "a task takes the watermark of one input for that of all", Checks: []string{"watermarks"}, Timers: true},
		{Name: "watermark-not-said-again", Ticket: "FLINK-4616", What: "a restored source does not say its watermark before it reads on", Checks: []string{"watermarks"}, Timers: true},
		{Name: "split-element-lost", Ticket: "FLINK-10712", What: "a split list is dealt out without one of its elements", Checks: []string{"digest", "consistent-cut", "sink-committed-once"}, Held: true},
		{Name: "split-list-dealt-again", Ticket: "FLINK-11618", What: "a split list changes tasks though there are as many as before", Checks: []string{"digest"}, Held: true},
		{Name: "union-list-split", Ticket: "FLINK-4821", What: "of a union list each task is given a part, as if it were a split one", Checks: []string{"sink-committed-once"}, Held: true},
		{Name: "broadcast-on-first-task", Ticket: "FLINK-23475", What: "a broadcast map is restored on the first task only", Checks: []string{"consistent-cut", "sink-committed-once"}, Held: true},
		{Name: "operator-state-not-copied", Ticket: "FLINK-9263", What: "a checkpoint shares the operator state with the running task", Checks: []string{"consistent-cut"}, Held: true},
		{Name: "idle-holds-watermark", Ticket: "FLINK-18934", What: "an input that says that it is idle holds the watermark back", Checks: []string{"watermarks"}, Idle: true},
		{Name: "idle-never-returns", Ticket: "FLINK-40504", What: "an input that was idle does not count again when records come", Checks: []string{"watermarks"}, Idle: true},
		{Name: "idle-sets-watermark-back", Ticket: "Hazelcast Jet #546", What: "an input that was idle sets the watermark back when it returns", Checks: []string{"watermarks"}, Idle: true},
		{Name: "idle-return-holds-watermark", Ticket: "FLINK-40475", What: "an input that was idle holds the watermark back when it returns, until it has come up to it", Checks: []string{"watermarks"}, Idle: true},
		{Name: "watermark-of-first-input", Ticket: "APEXMALHAR-2240", What: "of two inputs, the watermark of the first is taken for that of both", Checks: []string{"watermarks"}, Two: true},
		{Name: "barrier-of-one-input", Ticket: "FLINK-20654", What: "of two inputs, the second's barriers are not waited for, so that what is before them is in no snapshot", Checks: []string{"consistent-cut"}, Two: true},
		{Name: "operator-not-checked", What: "a checkpoint of another operator is restored", Jobs: true},
		{Name: "states-not-checked", What: "what is restored of a state is taken for what the job has by its name, whatever it was", Jobs: true},
		{Name: "moved-not-checked", What: "timers of a checkpoint that were in the store are restored beside it on the heap", Jobs: true},
		{Name: "unopened-state-dropped", What: "what is restored of a state that the job does not have is in no later checkpoint", Jobs: true},
		{Name: "small-batches", What: "a source reads half as much at a time", Benign: true},
		{Name: "extra-files", What: "a task puts a file that nobody reads", Benign: true},
	}
}
