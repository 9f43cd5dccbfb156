package faults

import (
	"slices"
	"strings"

	"github.com/weirbench/weir/engine"
)

// Passers are the roles that pass a point.
func Passers(p engine.Point) []engine.RoleKind {
	switch p {
	case engine.AtTriggered, engine.AtManifest, engine.AtCompleted, engine.AtRunning:
		return []engine.RoleKind{engine.CoordinatorRole}
	case engine.AtBarrier, engine.AtNotified:
		return []engine.RoleKind{engine.SourceRole, engine.TaskRole, engine.SinkRole}
	case engine.AtSynced, engine.AtUploading, engine.AtUploaded:
		return []engine.RoleKind{engine.TaskRole, engine.SinkRole}
	case engine.AtDeleting:
		return []engine.RoleKind{engine.CollectorRole}
	case engine.AtDetected, engine.AtRestarting:
		return []engine.RoleKind{engine.SupervisorRole}
	case engine.AtDownloading, engine.AtFetched, engine.AtRestored, engine.AtVerified:
		return []engine.RoleKind{engine.TaskRole}
	case engine.AtPublished, engine.AtInputEnd:
		return []engine.RoleKind{engine.SinkRole}
	case engine.AtInputRecords, engine.AtInputPhase:
		return []engine.RoleKind{engine.SourceRole}
	}
	return nil
}

// supervised tells whether a point is passed by the supervisor, or by the source that enters a phase first. There a target says whom to
// strike, elsewhere also who has to pass.
func supervised(p engine.Point) bool {
	return p == engine.AtDetected || p == engine.AtRestarting || p == engine.AtInputPhase
}

// OpAt is the kind of operation that begins at a point, "" when none does.
func OpAt(p engine.Point) string {
	switch p {
	case engine.AtUploading:
		return "put"
	case engine.AtManifest:
		return "manifest"
	case engine.AtDownloading:
		return "get"
	case engine.AtDeleting:
		return "delete"
	}
	return ""
}

// opKinds are what "ops" may list.
func opKinds() []string { return []string{"put", "manifest", "get", "delete"} }

// kindOf is an operation's kind, "" when it does not meet storage.
func kindOf(op *engine.Op) string {
	switch op.Verb {
	case engine.Put:
		return "put"
	case engine.PutNew:
		if strings.HasPrefix(op.Name, catalogDir) {
			return "manifest"
		}
		return "put"
	case engine.Get, engine.GetPart, engine.List:
		return "get"
	case engine.Delete:
		return "delete"
	}
	return ""
}

// catalogDir is what the names of catalog entries begin with.
const catalogDir = "catalog/"

// kinds are the operations that a storage fault may strike, all when it does not say.
func (s *Spec) kinds() []string {
	switch at := OpAt(s.At); {
	case len(s.Ops) > 0:
		return s.Ops
	case at != "":
		return []string{at}
	}
	return opKinds()
}

func (s *Spec) strikes(op *engine.Op) bool {
	kind := kindOf(op)
	return kind != "" && slices.Contains(s.kinds(), kind)
}

// role is the target when it is one.
func (s *Spec) role() (engine.Role, bool) { return engine.ParseRole(s.Target) }

// from tells whether a machine of this role is one that the spec means.
func (s *Spec) from(r engine.Role) bool {
	want, ok := s.role()
	return !ok || want == r
}

// address names how the spec is addressed, "" when it is not.
func (s *Spec) address() string {
	switch {
	case s.At != engine.NoPoint:
		return "point"
	case s.After != 0:
		return "records"
	case s.Every != 0:
		return "clock"
	case len(s.Ops) > 0:
		return "operation"
	}
	return ""
}
