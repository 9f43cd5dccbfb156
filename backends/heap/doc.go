// Package heap keeps state as live Go objects. Nothing is encoded on access; a snapshot costs a pointer for every thousand entries, and
// shares the objects until they change.
//
// The tables themselves are in package tables (Desc.Live), because they need the types; this room hosts them. It writes no files.
//
// Another backend of live objects (other snapshots, another memory) is a Store like this one over Desc.Live, in a room of its own.
package heap
