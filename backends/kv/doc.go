// Package kv lifts an ordered key-value store into a backend: implement DB and there is one, with value, list and map state, timers,
// snapshots and restore.
//
// The tables over bytes are in package tables (Desc.Coded), and the doors to real stores are rooms of their own: pebble, rocksdb. Here is
// what lies between: the layout of keys, batches, and what a snapshot reads.
//
// To add a store, implement DB (nine methods and the two small interfaces that they return) in its own room, or in a module of your own, and
// give it to Open, or a function that opens it to Over. What it may have besides, Compacter and Expirer, is found by assertion. Two demands
// are easy to miss: a writer never waits for an open View, and no slice that it is given may be kept.
package kv
