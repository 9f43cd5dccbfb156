//go:build !rocksdb || !cgo

package backends_test

func withRocksDB() []database { return nil }
