package backends

// Keys holds the keys of one batch and which of them is current. The engine writes it, tables read it: making another key current is one
// store. A table may keep what it computed for record i of a batch until End.
type Keys[K comparable] struct {
	Batch []Key[K]
	At    int
	Now   int64 // processing time of the batch, in microseconds of the engine's clock
}

// Cur is the current key. Without one it panics with a *UsageError.
func (k *Keys[K]) Cur() *Key[K] {
	if uint(k.At) >= uint(len(k.Batch)) {
		noKey()
	}
	return &k.Batch[k.At]
}

//go:noinline
func noKey() {
	panic(&UsageError{What: "no key is current; state can be used only while a record or a timer is processed"})
}

// A Key is a record's key with what is computed from it once.
type Key[K comparable] struct {
	K     K
	Hash  uint32 // well mixed, alike on every machine; not the hash that Group comes from
	Group uint16
}

// A Codec turns values into bytes and back. Equal values have equal bytes and the reverse. A codec has no state: any goroutine may call it.
type Codec[T any] interface {
	// Append appends the bytes of v to b.
	Append(b []byte, v T) []byte
	// Decode makes a value of all of b, and keeps no reference to it.
	Decode(b []byte) (T, error)
	// Width is the number of bytes of every value; -1 when they differ.
	Width() int
	// Shares tells whether copies of a T share memory, so that a snapshot of live objects needs Copy.
	Shares() bool
	// Copy makes a T that shares no memory with v.
	Copy(v T) T
}

// A Timer is a time for a key and a namespace.
type Timer[K, N comparable] struct {
	At  int64
	Key Key[K]
	NS  N
}

// Void is the namespace of state that has none.
type Void = struct{}
