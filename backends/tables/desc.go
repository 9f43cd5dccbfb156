package tables

import "github.com/weirbench/weir/backends"

// ValueDesc describes a value state. Its type is exported for stores with a table of their own for some types: they assert a Desc to it.
type ValueDesc[K, N comparable, V any] struct {
	name  string
	scope *Scope[K]
	ns    Namespace[N]
	parts parts[K, N]
	v     backends.Codec[V]
}

// Name is the state's name.
func (d *ValueDesc[K, N, V]) Name() string { return d.name }

// Kind is ValueKind.
func (d *ValueDesc[K, N, V]) Kind() backends.Kind { return backends.ValueKind }

// Form names the codecs of keys, namespaces and values.
func (d *ValueDesc[K, N, V]) Form() string { return d.parts.form(d.Kind()) + " of=" + CodecForm(d.v) }

// Live makes a table of live objects.
func (d *ValueDesc[K, N, V]) Live(g backends.Groups) backends.LiveTable { return d.newLive(g) }

// Coded makes a table over bytes.
func (d *ValueDesc[K, N, V]) Coded(h backends.CodedHost, p []byte, _ backends.Groups) backends.CodedTable {
	return newCodedValue(d, h, p)
}

// Types are what the table is for: which keys are current, and how a namespace and a value become bytes.
func (d *ValueDesc[K, N, V]) Types() (*Scope[K], Namespace[N], backends.Codec[V]) {
	return d.scope, d.ns, d.v
}

// MapDesc describes a map state.
type MapDesc[K, N, U comparable, V any] struct {
	name  string
	scope *Scope[K]
	ns    Namespace[N]
	parts parts[K, N]
	u     backends.Codec[U]
	v     backends.Codec[V]
}

// Name is the state's name.
func (d *MapDesc[K, N, U, V]) Name() string { return d.name }

// Kind is MapKind.
func (d *MapDesc[K, N, U, V]) Kind() backends.Kind { return backends.MapKind }

// Form names the codecs of keys, namespaces, user keys and values.
func (d *MapDesc[K, N, U, V]) Form() string {
	return d.parts.form(d.Kind()) + " from=" + CodecForm(d.u) + " to=" + CodecForm(d.v)
}

// Live makes a table of live objects.
func (d *MapDesc[K, N, U, V]) Live(g backends.Groups) backends.LiveTable { return newLiveMap(d, g) }

// Coded makes a table over bytes.
func (d *MapDesc[K, N, U, V]) Coded(h backends.CodedHost, p []byte, _ backends.Groups) backends.CodedTable {
	return newCodedMap(d, h, p)
}

// Types are what the table is for: which keys are current, and how a namespace, a user key and a value become bytes.
func (d *MapDesc[K, N, U, V]) Types() (*Scope[K], Namespace[N], backends.Codec[U], backends.Codec[V]) {
	return d.scope, d.ns, d.u, d.v
}

// TimersDesc describes a set of timers.
type TimersDesc[K, N comparable] struct {
	name  string
	scope *Scope[K]
	ns    Namespace[N]
	parts parts[K, N]
}

// Name is the state's name.
func (d *TimersDesc[K, N]) Name() string { return d.name }

// Kind is TimerKind.
func (d *TimersDesc[K, N]) Kind() backends.Kind { return backends.TimerKind }

// Form names the codecs of keys and namespaces.
func (d *TimersDesc[K, N]) Form() string { return d.parts.form(d.Kind()) }

// Live makes a table of live objects.
func (d *TimersDesc[K, N]) Live(g backends.Groups) backends.LiveTable { return newLiveTimers(d, g) }

// Coded makes a table over bytes.
func (d *TimersDesc[K, N]) Coded(h backends.CodedHost, p []byte, g backends.Groups) backends.CodedTable {
	return newCodedTimers(d, h, p, g)
}

// Types are what the table is for: which keys are current, and how a namespace becomes bytes.
func (d *TimersDesc[K, N]) Types() (*Scope[K], Namespace[N]) { return d.scope, d.ns }
