package faults

import "github.com/weirbench/weir/engine"

// A Fault is an entry of the catalog: what can go wrong, by the name that people type after "do".
type Fault struct {
	Name string
	Doc  string // one line
	// Where says which addresses it takes: "point", "records", "clock".
	Where []string
	// Strike makes the effect of a spec: on machines (Strike) or on storage operations (Fate); exactly one of the two is not nil.
	Strike func(*Spec) engine.Strike
	Fate   func(*Spec) engine.Fate
}

// A Spec is one fault of a plan, addressed by meaning.
type Spec struct {
	Do         string       // the name of a Fault
	At         engine.Point // NoPoint: not addressed by a point
	Checkpoint int64        // 0: any
	Occurrence int          // from 1: which time the point is passed (of that checkpoint and target); 0: the first
	After      int64        // records read by all sources together; 0: not addressed so
	Every      int64        // microseconds of the run's clock; 0: not addressed so
	Target     string       // "task/0", "all", "checkpoint-storage"; "": who passed the point
	Ops        []string     // of storage faults: put, manifest, get, delete; empty: the one that passed the point
	Outcome    string       // of storage faults: failed, applied, late, torn; "": failed
	Chance     float64      // of Every and of storage faults: 0 is 1
	Delay      int64        // microseconds: of the operation, or until the failure is detected
	Lost       bool         // of kills: the effects of the step at which it strikes never leave its machine
	Note       string       // for people
	Maybe      bool         // it need not strike for the run to be decided
	Pos        string       // file:line:column, for messages
}
