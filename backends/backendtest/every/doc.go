// Package every lists the backends of this repository for tests, wherever they are, of what is the same on all of them. They keep their files in
// memory, and RocksDB is among them where it is compiled in.
//
// Not here: the suite, which takes any backend, a stranger's too, and so does not bring all of ours (backendtest); the backends that a command
// offers (cmd/weir).
//
// To add a backend, add its line to Ordered, or to Backend if it is over no ordered store.
package every
