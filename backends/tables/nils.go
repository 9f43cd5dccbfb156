package tables

import (
	"errors"
	"reflect"

	"github.com/weirbench/weir/backends"
)

// Nil is what Flink's null is to states, on every backend alike: to set a value to nil, or to fold nil into it, is to clear it, no list takes it
// as an element, a map takes it as a value and not as a user key. A nil slice is an empty one, and no nil in this sense.

// nilable tells whether a V may be nil.
func nilable[V any]() bool {
	switch reflect.TypeFor[V]().Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Func, reflect.Chan:
		return true
	}
	return false
}

// isNil wants a V that may be nil.
func isNil[V any](v V) bool { return reflect.ValueOf(&v).Elem().IsNil() }

// NilTest tells whether a V is nil. It is nil itself where no V may be, so that who asks often asks for nothing there.
func NilTest[V any]() func(V) bool {
	if nilable[V]() {
		return isNil[V]
	}
	return nil
}

// clearing makes a Set of nil a Clear, where a value may be nil.
func clearing[N comparable, V any](t Value[N, V], err error) (Value[N, V], error) {
	if err != nil || !nilable[V]() {
		return t, err
	}
	return clearedByNil[N, V]{t}, nil
}

type clearedByNil[N comparable, V any] struct{ Value[N, V] }

func (t clearedByNil[N, V]) Set(ns N, v V) {
	if isNil(v) {
		t.Value.Clear(ns)
		return
	}
	t.Value.Set(ns, v)
}

// nilsOf is the codec of a map's values: one that takes nil, where they may be nil.
func nilsOf[V any](c backends.Codec[V]) backends.Codec[V] {
	if nilable[V]() {
		return orNil[V]{c}
	}
	return c
}

// orNil writes a byte before the value, which says that it is nil and nothing follows: 1, as Flink does.
type orNil[V any] struct{ of backends.Codec[V] }

// CodecName says that the byte is there.
func (c orNil[V]) CodecName() string { return "nil:" + CodecName(c.of) }

func (c orNil[V]) Append(b []byte, v V) []byte {
	if isNil(v) {
		return append(b, 1)
	}
	return c.of.Append(append(b, 0), v)
}

func (c orNil[V]) Decode(b []byte) (v V, err error) {
	switch {
	case len(b) == 1 && b[0] == 1:
		return v, nil
	case len(b) > 0 && b[0] == 0:
		return c.of.Decode(b[1:])
	}
	return v, errors.New("corrupt: neither a value of a map nor a nil")
}

func (c orNil[V]) Width() int   { return -1 }
func (c orNil[V]) Shares() bool { return c.of.Shares() }

func (c orNil[V]) Copy(v V) V {
	if isNil(v) {
		return v
	}
	return c.of.Copy(v)
}

// keyed refuses nil as a user key, where one may be nil.
func keyed[N, U comparable, V any](name string, t Map[N, U, V], err error) (Map[N, U, V], error) {
	if err != nil || !nilable[U]() {
		return t, err
	}
	return noNilKey[N, U, V]{t, name}, nil
}

type noNilKey[N, U comparable, V any] struct {
	Map[N, U, V]
	name string
}

func (t noNilKey[N, U, V]) refuse(u U) {
	if isNil(u) {
		panic(&backends.UsageError{State: t.name, What: "nil was given to a map as a user key; want a key"})
	}
}

func (t noNilKey[N, U, V]) Get(ns N, u U) (V, bool) {
	t.refuse(u)
	return t.Map.Get(ns, u)
}

func (t noNilKey[N, U, V]) Set(ns N, u U, v V) {
	t.refuse(u)
	t.Map.Set(ns, u, v)
}

func (t noNilKey[N, U, V]) Remove(ns N, u U) {
	t.refuse(u)
	t.Map.Remove(ns, u)
}
