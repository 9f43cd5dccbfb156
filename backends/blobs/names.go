package blobs

import (
	"fmt"
	"strings"

	"github.com/weirbench/weir/backends"
)

const temporary = ".tmp" // the first part of no blob's name: Dir writes there

// check says what is wrong with a blob's name.
func check(name string) error {
	for i, part := range strings.Split(name, "/") {
		switch {
		case part == "" || part == "." || part == "..":
			return fmt.Errorf("blob %q: a name is parts joined by '/', none of them empty, \".\" or \"..\"", name)
		case strings.ContainsRune(part, 0):
			return fmt.Errorf("blob %q: a name has no zero byte", name)
		case i == 0 && part == temporary:
			return fmt.Errorf("blob %q: names in %s/ are the storage's own", name, temporary)
		}
	}
	return nil
}

// cut is n bytes of data from off, fewer at the end.
func cut(name string, data []byte, off, n int64) ([]byte, error) {
	if off < 0 || n < 0 {
		return nil, badPart(name, off, n)
	}
	off = min(off, int64(len(data)))
	return data[off : off+min(n, int64(len(data))-off)], nil
}

func badPart(name string, off, n int64) error {
	return fmt.Errorf("blob %s: there is no part of %d bytes at %d", name, n, off)
}

func absent(name string) error { return fmt.Errorf("blob %s: %w", name, backends.ErrAbsent) }
func exists(name string) error { return fmt.Errorf("blob %s: %w", name, backends.ErrExists) }
