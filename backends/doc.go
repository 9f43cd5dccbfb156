// Package backends is the contract of a state backend: what the engine may rely on and what whoever brings a backend has to write. It
// imports only the standard library. The types of a state (its key, namespace and value) meet the backend only in package tables; a backend
// is not generic. It hosts tables of live objects or tables over its bytes, and asks the description of the state to build them.
//
// No backend lives here: heap, kv (any ordered store), pebble and rocksdb have rooms of their own, as have blobs (durable checkpoint
// storage), backendtest (the suite that every backend passes) and broken (backends with a planted bug). How operators touch state is
// engine/state's business.
//
// To add a backend, implement kv.DB over an ordered store, or Store over Desc.Live or Desc.Coded; then call backendtest.Run from a test with a
// function that opens it. What goes around all backends (a change log, a trace, a fault) wraps Store and uses Desc.Tap.
package backends
