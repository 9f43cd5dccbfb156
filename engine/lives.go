package engine

import (
	"maps"
	"slices"

	"github.com/weirbench/weir/backends"
)

// A Living is what of a state with a TTL was alive when a task had been restored: what should be, by the files of the checkpoint, and what is.
// What is over may have gone or not; what is not, nobody may have touched.
type Living struct {
	State       string
	Should, Has Alive
}

// Alive is how many entries hold something that is alive, and the digest of what is; of a list that is its elements that are.
type Alive struct {
	N      int64
	Digest Digest
}

// lives finds out the Livings of a task, all of one instant: that of the restore. A nil one finds nothing.
type lives struct {
	mortal map[string]backends.Expiry // by state
	now    int64
	own    backends.Groups
	parts  []StatePart
	files  [][]byte // of the parts; nil when they were looked through
	of     []Living // by state
	left   []byte
}

// lives is nil where no state has a TTL. It keeps the files that are to be restored, so that they are looked through outside of the timed phases.
func (t *Keyed[K, R]) lives() *lives {
	if len(t.Scope.Mortal) == 0 {
		return nil
	}
	x := &lives{mortal: t.Scope.Mortal, now: t.Scope.Keys.Now, own: t.own, parts: t.parts.parts, files: slices.Clone(t.parts.data)}
	for _, state := range slices.Sorted(maps.Keys(x.mortal)) {
		x.of = append(x.of, Living{State: state})
	}
	return x
}

// should looks through the files.
func (x *lives) should() error {
	if x == nil {
		return nil
	}
	for i, data := range x.files {
		err := EachEntry(x.parts[i], data, func(e *backends.Entry) error {
			if x.own.Has(e.Group) {
				if l := x.see(e); l != nil {
					l.Should.add(e, x.left)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		x.files[i] = nil
	}
	x.files = nil
	return nil
}

// has takes an entry of the store.
func (x *lives) has(e *backends.Entry) {
	if l := x.see(e); l != nil {
		l.Has.add(e, x.left)
	}
}

// see is where an entry counts, nil: nowhere, and leaves in left what of its value is alive.
func (x *lives) see(e *backends.Entry) *Living {
	if x == nil {
		return nil
	}
	life, ok := x.mortal[e.State]
	if !ok {
		return nil
	}
	x.left = append(x.left[:0], e.Value...) // which Alive shortens where it is
	if x.left, ok = life.Alive(x.left, x.now); !ok {
		return nil
	}
	return &x.of[slices.IndexFunc(x.of, func(l Living) bool { return l.State == e.State })]
}

func (a *Alive) add(e *backends.Entry, alive []byte) {
	one := *e
	one.Value = alive
	a.N++
	a.Digest.Add(&one)
}

// told are the Livings, nil: no state has a TTL.
func (x *lives) told() []Living {
	if x == nil {
		return nil
	}
	return x.of
}
