//go:build !rocksdb || !cgo

package rocksdb

import (
	"errors"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
)

// Backend opens nothing: this binary was built without RocksDB.
type Backend struct {
	KV       kv.Options
	InMemory bool
}

// Open returns an error that says what to do.
func (Backend) Open(backends.Options) (backends.Store, error) {
	return nil, errors.New("open rocksdb: " + why + "; remedy: " + remedyBuild)
}

const why = "this binary was built without cgo, or without the tag rocksdb"

// Compiled tells whether this binary can open RocksDB, and costs nothing to ask, unlike Found.
const Compiled = false

// Found says what is missing, and which library the machine has.
func Found() Info {
	i := Info{Why: why, Remedy: remedyBuild}
	i.Path, i.Version, i.Debug = onMachine()
	return i
}
