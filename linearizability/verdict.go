package linearizability

// Result is what a check found.
type Result string

const (
	Pass          Result = "pass"
	Fail          Result = "fail"
	Undecided     Result = "undecided"      // the checker ran out of time, or what the plan demanded did not happen. Never a pass
	NotApplicable Result = "not applicable" // the plan did not demand what this check rests on
)

// A Verdict is what one check says of one history.
type Verdict struct {
	Check  string `json:"name"`
	Result Result `json:"verdict"`
	Reason string `json:"reason"` // one line in plain words
	// Ops are the operations it rests on, as places in History.Ops; at most 64.
	Ops []int `json:"ops,omitempty"`
	// Judged counts what was looked at: operations, checkpoints, rows.
	Judged int64 `json:"judged"`
	// Story is told of a failure.
	Story *Story `json:"story,omitempty"`
	// Page is porcupine's picture of the failed partition, HTML of at most 5 MB; nil when there is none.
	Page []byte `json:"-"`
}

// A Story tells a violation to a stranger.
type Story struct {
	Title    string `json:"title"` // "Key ATL went back in time"
	Say      string `json:"say"`   // two or three sentences: what was done, what struck, what was seen
	Want     string `json:"want"`  // "42 or 43"
	WantNote string `json:"want_note,omitempty"`
	Got      string `json:"got"` // "39"
	GotNote  string `json:"got_note,omitempty"`
	Hint     string `json:"hint,omitempty"` // a guess at the cause, labelled as one
	// Value is the count of the key over time: Fig A.
	Value []Step `json:"value,omitempty"`
	// Lanes are the operations of the partition around the violation: Fig B.
	Lanes []LaneOp `json:"lanes,omitempty"`
}

// A Step of a value over time.
type Step struct {
	Ticket int64  `json:"ticket"`
	At     int64  `json:"at"` // microseconds
	N      int64  `json:"n"`
	What   string `json:"what"` // apply, read, checkpoint, fault, restore
	Bad    bool   `json:"bad,omitempty"`
	Label  string `json:"label,omitempty"`
}

// A LaneOp is one box of Fig B.
type LaneOp struct {
	Lane    string `json:"lane"` // source, reader, coordinator
	Label   string `json:"label"`
	Attempt int64  `json:"attempt"`
	Call    int64  `json:"call"`
	Return  int64  `json:"return"`
	At      int64  `json:"at"`
	Order   int    `json:"order"` // place in the order that the checker found, from 1; 0: none
	Unknown bool   `json:"unknown,omitempty"`
	Bad     bool   `json:"bad,omitempty"`
}
