// Package tables is the one room where the types of state meet their storage: the faces that operators' handles stand on (Value, List,
// Map, Timers), the descriptions that stores are opened with, and the two generic implementations of each, live objects and coded bytes.
//
// A store asks a description for a table, and Open asserts the table's type, once. Where bytes lie, when they are written and how a store is
// pinned are the stores' business; what operators see of all this is engine/state's.
//
// To add a kind of state, write its face, a description with Live, Coded and Tap, and an Open function; then a clause for every promise
// in backendtest. To add a type of key or value, implement Codec, and KeyType or Namespace, anywhere.
package tables
