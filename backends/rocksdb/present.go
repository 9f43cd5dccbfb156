//go:build rocksdb && cgo

package rocksdb

// #include "bulk.h"
import "C"

import (
	"bufio"
	"os"
	"strings"
)

// Compiled tells whether this binary can open RocksDB, and costs nothing to ask, unlike Found.
const Compiled = true

// Found says which library is linked.
func Found() Info {
	path := mapped()
	return Info{
		Compiled: Compiled,
		Version:  C.GoString(C.weir_version()),
		Debug:    C.weir_sync_points() != 0 || path != "" && asserts(path),
		Path:     path,
	}
}

// mapped is the shared library in this process, where the system tells.
func mapped() string {
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		return ""
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if i := strings.IndexByte(s.Text(), '/'); i >= 0 && strings.Contains(s.Text()[i:], "/librocksdb.so") {
			return s.Text()[i:]
		}
	}
	return ""
}
