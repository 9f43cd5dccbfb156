//go:build rocksdb && cgo

package rocksdb

import (
	"os/exec" // want passive

	"github.com/linxGnu/grocksdb"
)

var open = map[string]*grocksdb.DB{} // want globals

var ran = 0 // want globals

func run() {
	ran++
	_ = exec.Command
	for k := range open { // want maps
		_ = k
	}
}
