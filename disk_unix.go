//go:build linux || darwin || freebsd

package weir

import "syscall"

// freeBytes is what an ordinary user can still write below a folder that exists; false where that cannot be known.
func freeBytes(dir string) (int64, bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil || s.Blocks == 0 {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
