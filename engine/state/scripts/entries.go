package scripts

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// groupOf is the key group of a key.
func groupOf(o Options, key uint64) int {
	switch {
	case o.Text:
		return backends.KeyGroup(backends.JavaHashString(textOf(key)), o.groups())
	case o.Signed:
		return backends.KeyGroup(backends.JavaHashInt(signedOf(key)), o.groups())
	}
	return backends.KeyGroup(backends.JavaHashLong(int64(key)), o.groups())
}

// entries are what a snapshot of the model has, as the contract says that they are written, without using what writes them.
func (m *model) entries() (all []string) {
	add := func(state string, key uint64, k, v []byte) {
		all = append(all, entryLine(&backends.Entry{State: state, Group: groupOf(m.options, key), Key: k, Value: v}))
	}
	keyShape := long
	switch {
	case m.options.Text:
		keyShape = word
	case m.options.Signed:
		keyShape = signed
	}
	for a, cell := range m.cells { // in any order: what comes out is sorted
		s := m.specs[a.state]
		k := part(part(nil, keyShape, a.key), s.ns, a.ns)
		if v := m.valueBytes(s, cell.of); len(cell.of) > 0 && (v != nil || s.kind != aList) {
			if s.kind == aList || !m.isGone(s, cell.of[0]) {
				add(a.state, a.key, k, v)
			}
		}
		for _, u := range slices.Sorted(maps.Keys(cell.pairs)) {
			if x := cell.pairs[u]; !m.isGone(s, x) {
				add(a.state, a.key, appendShape(slices.Clone(k), s.u, u), m.stamped(s, x))
			}
		}
	}
	for state, set := range m.timers { // in any order: it is sorted, too
		for t := range set { // in any order: so are these
			at := binary.BigEndian.AppendUint64(nil, uint64(t.at)^1<<63)
			add(state, t.key, part(part(at, keyShape, t.key), m.specs[state].ns, t.ns), nil)
		}
	}
	slices.Sort(all)
	return all
}

// isGone tells whether something is over and may have been cleaned up: then it counts for nothing.
func (m *model) isGone(s spec, x aged) bool { return s.mortal && m.options.Background && m.over(x) }

func (m *model) valueBytes(s spec, of []aged) (b []byte) {
	for _, x := range of {
		switch v := m.stamped(s, x); {
		case s.kind != aList:
			return append([]byte{}, v...)
		case m.isGone(s, x):
		case s.of == long:
			b = append(b, v...)
		default:
			b = append(binary.AppendUvarint(b, uint64(len(v))), v...)
		}
	}
	return b
}

// stamped is a content, behind the time of its last write where it has a life.
func (m *model) stamped(s spec, x aged) (b []byte) {
	if s.mortal {
		b = binary.BigEndian.AppendUint64(b, uint64(x.at))
	}
	if s.of == words {
		for _, v := range x.v {
			b = binary.BigEndian.AppendUint64(b, v)
		}
		return b
	}
	return appendShape(b, s.of, x.v[0])
}

func appendShape(b []byte, of shape, n uint64) []byte {
	switch of {
	case long:
		return binary.BigEndian.AppendUint64(b, n)
	case word:
		return append(b, textOf(n)...)
	case signed:
		return binary.BigEndian.AppendUint32(b, uint32(signedOf(n)))
	}
	return b
}

// part is a shape that others follow: text has its length before it.
func part(b []byte, of shape, n uint64) []byte {
	if of == word {
		b = binary.AppendUvarint(b, uint64(len(textOf(n))))
	}
	return appendShape(b, of, n)
}

func entryLine(e *backends.Entry) string {
	return fmt.Sprintf("%s %x=%x of group %d", e.State, e.Key, e.Value, e.Group)
}

// linesOf are the entries of snapshots, without what may have been cleaned up when they were taken.
func (o Options) linesOf(snaps []backends.Snapshot, taken int64) (all []string, err error) {
	expiry := map[string]*backends.Expiry{}
	for _, s := range states() {
		if s.mortal && o.Background {
			x := &backends.Expiry{LifeUs: life, List: s.kind == aList, Width: -1}
			if s.of == long {
				x.Width = tables.Uint64{}.Width() + 8
			}
			expiry[s.name] = x
		}
	}
	err = eachEntry(snaps, backends.Groups{Last: o.groups() - 1}, func(e *backends.Entry) error {
		own := *e
		if x := expiry[e.State]; x != nil {
			v, some := x.Alive(slices.Clone(e.Value), taken)
			if own.Value = v; !some {
				return nil
			}
		}
		all = append(all, entryLine(&own))
		return nil
	})
	slices.Sort(all)
	return all, err
}

// eachEntry reads those key groups of some snapshots which are of a range.
func eachEntry(snaps []backends.Snapshot, of backends.Groups, yield func(*backends.Entry) error) error {
	for _, s := range snaps {
		for g := s.Groups().First; g <= s.Groups().Last; g++ {
			if !of.Has(g) {
				continue
			}
			if err := s.Each(g, yield); err != nil {
				return err
			}
		}
	}
	return nil
}
