//go:build linux || darwin || freebsd

package cli

import "syscall"

// freeBytes is what an ordinary user can still write below a folder.
func freeBytes(dir string) (int64, bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
