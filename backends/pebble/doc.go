// Package pebble is the door to cockroachdb/pebble: nothing else of ours imports it.
//
// Here is a kv.DB over a Pebble database that is set up for one stream task (no write-ahead log, since durability is the checkpoints'), and
// the Backend that opens it. Keys, batches and snapshots are package kv's.
//
// Another ordered store gets a room beside this one: a DB, a Backend, and a test that calls backendtest.Run and backendtest.RunDB.
package pebble
