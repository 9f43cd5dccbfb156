package engine

import "fmt"

// A Note marks a named point that a machine passed: the phases of the history, the addresses of faults, the timings of checkpoints and
// recoveries. The driver stamps it with tickets taken before and after the Step, so a machine needs no counter.
type Note struct {
	Point Point
	// Ckpt is the checkpoint it is about; of a recovery: the checkpoint that is restored, 0 when from the beginning. Of AtInputRecords: the
	// source's offset; of AtInputPhase: the number of the phase, from 0.
	Ckpt int64
	// From is, of AtInputPhase, the offset at which the phase began.
	From int64
}

// A Point is a place in the life of a checkpoint or of a recovery, alike for all backends.
type Point uint8

const (
	NoPoint        Point = iota
	AtTriggered          // coordinator: the checkpoint has an id, sources are told
	AtBarrier            // source, task, sink: the first barrier of the checkpoint came
	AtSynced             // task, sink: the synchronous half is over, the state is pinned
	AtUploading          // task, sink: the asynchronous half begins (the operation starts)
	AtUploaded           // task, sink: the part is durable
	AtManifest           // coordinator: the manifest's put starts
	AtCompleted          // coordinator: the manifest is durable
	AtNotified           // task, source, sink: was told
	AtDeleting           // collector: the deletion of one file of a subsumed checkpoint starts
	AtDetected           // supervisor: the attempt is known to have failed
	AtRestarting         // supervisor: the next attempt starts, the restart strategy's delay is over
	AtDownloading        // task: the fetch of its part starts
	AtFetched            // task: its part is here and whole
	AtRestored           // task: its part is loaded
	AtVerified           // task: the digest of what was restored is known; not a timed phase
	AtRunning            // coordinator: every task is restored, sources may read
	AtPublished          // sink: a transaction's output can be read
	AtInputRecords       // source: its offset reached a cut that a fault asked for
	AtInputEnd           // sink: the end of all inputs came
	AtInputPhase         // source: it entered a phase of the input
	Points
)

var pointNames = [Points]string{
	"", "checkpoint.triggered", "checkpoint.barrier", "checkpoint.synced", "checkpoint.uploading", "checkpoint.uploaded", "checkpoint.manifest",
	"checkpoint.completed", "checkpoint.notified", "checkpoint.deleting", "recovery.detected", "recovery.restarting", "recovery.downloading",
	"recovery.fetched", "recovery.restored", "recovery.verified", "recovery.running", "sink.published", "input.records", "input.end", "input.phase",
}

func (p Point) String() string {
	if p < Points {
		return pointNames[p]
	}
	return fmt.Sprintf("point(%d)", uint8(p))
}

// ParsePoint is the reverse of String.
func ParsePoint(name string) (Point, bool) {
	for p, n := range pointNames {
		if n == name && n != "" {
			return Point(p), true
		}
	}
	return NoPoint, false
}

// A Role is what a machine is in its job.
type Role struct {
	Kind  RoleKind
	Index int // among those of its kind
}

// RoleKind says what a machine does.
type RoleKind uint8

const (
	SourceRole RoleKind = iota
	TaskRole            // keyed: it has state
	SinkRole
	ReaderRole
	CollectorRole
	CoordinatorRole
	SupervisorRole // not a machine: what the driver itself does
	RoleKinds
)

var roleNames = [RoleKinds]string{"source", "task", "sink", "reader", "collector", "coordinator", "supervisor"}

func (r Role) String() string {
	if r.Kind >= CollectorRole {
		return roleNames[r.Kind]
	}
	return fmt.Sprintf("%s/%d", roleNames[r.Kind], r.Index)
}

// ParseRole reads "task/0", "source/1", "coordinator".
func ParseRole(s string) (Role, bool) {
	for k := range RoleKinds {
		if k >= CollectorRole && s == roleNames[k] {
			return Role{Kind: k}, true
		}
		var i int
		if n, err := fmt.Sscanf(s, roleNames[k]+"/%d", &i); err == nil && n == 1 && i >= 0 && s == (Role{k, i}).String() {
			return Role{k, i}, true
		}
	}
	return Role{}, false
}
