package tables

import (
	"slices"

	"github.com/weirbench/weir/backends"
)

// ListDesc describes a list state. The bytes of a list are its elements, each as a part that tells where it ends, one behind the other: to
// append an element is to append its bytes.
type ListDesc[K, N comparable, V any] struct {
	name    string
	scope   *Scope[K]
	ns      Namespace[N]
	parts   parts[K, N]
	v       backends.Codec[V]
	nilable bool                          // an element may be nil, which no list takes
	all     func(b []byte, vs []V) []byte // nil unless the codec is an AllCodec and all elements have one width
}

// An AllCodec is a Codec that appends many values at once, which for small ones is several times quicker than to call Append for each.
type AllCodec[T any] interface {
	backends.Codec[T]
	// AppendAll appends what Append would for each.
	AppendAll(b []byte, vs []T) []byte
}

func newListDesc[K, N comparable, V any](s *Scope[K], name string, ns Namespace[N], v backends.Codec[V]) *ListDesc[K, N, V] {
	d := &ListDesc[K, N, V]{name: name, scope: s, ns: ns, parts: newParts(s, ns), v: v}
	d.nilable = nilable[V]()
	if c, ok := v.(AllCodec[V]); ok && c.Width() >= 0 {
		d.all = c.AppendAll
	}
	return d
}

// Name is the state's name.
func (d *ListDesc[K, N, V]) Name() string { return d.name }

// Kind is ListKind.
func (d *ListDesc[K, N, V]) Kind() backends.Kind { return backends.ListKind }

// Form names the codecs of keys, namespaces and elements.
func (d *ListDesc[K, N, V]) Form() string { return d.parts.form(d.Kind()) + " of=" + CodecForm(d.v) }

// Live makes a table of live objects.
func (d *ListDesc[K, N, V]) Live(g backends.Groups) backends.LiveTable { return newLiveList(d, g) }

// Coded makes a table over bytes.
func (d *ListDesc[K, N, V]) Coded(h backends.CodedHost, p []byte, _ backends.Groups) backends.CodedTable {
	return newCodedList(d, h, p)
}

// Types are what the table is for: which keys are current, and how a namespace and an element become bytes.
func (d *ListDesc[K, N, V]) Types() (*Scope[K], Namespace[N], backends.Codec[V]) {
	return d.scope, d.ns, d.v
}

func (d *ListDesc[K, N, V]) encode(b []byte, vs ...V) []byte {
	if d.all != nil && len(vs) > 1 {
		return d.all(b, vs)
	}
	for _, v := range vs {
		b = appendPart(b, d.v, v)
	}
	return b
}

func (d *ListDesc[K, N, V]) decode(vs []V, b []byte) ([]V, error) {
	for len(b) > 0 {
		v, rest, err := cutPart(b, d.v)
		if err != nil {
			return nil, err
		}
		vs, b = append(vs, v), rest
	}
	return vs, nil
}

// reading is which lists of the current key are being gone through, by their namespaces: a walk may be within another's.
type reading[N comparable] struct {
	name  string
	lists []N
}

func (r *reading[N]) begins(ns N) { r.lists = append(r.lists, ns) }
func (r *reading[N]) ends()       { r.lists = r.lists[:len(r.lists)-1] }

// refuse is called by whatever would change a list.
func (r *reading[N]) refuse(ns N) {
	if len(r.lists) > 0 && slices.Contains(r.lists, ns) {
		panic(&backends.UsageError{State: r.name, What: "the list is changed while it is read; want what changes it behind Each"})
	}
}

// refuseNil is refuseNils of one, for which nothing is allocated where no element can be nil.
func (d *ListDesc[K, N, V]) refuseNil(v V) {
	if d.nilable {
		d.refuseNils([]V{v})
	}
}

func (d *ListDesc[K, N, V]) refuseNils(vs []V) {
	if !d.nilable {
		return
	}
	for _, v := range vs {
		if isNil(v) {
			panic(&backends.UsageError{State: d.name, What: "nil was given to a list; want an element"})
		}
	}
}
