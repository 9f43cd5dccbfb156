// Package rocksdb lives here.
//
// Not here: the rest.
//
// To add one: write it.
package rocksdb
