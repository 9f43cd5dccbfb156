package blobs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/weirbench/weir/backends"
)

// Root may write anywhere, so root becomes somebody else first, on a thread that ends with the test.
func TestFolderWithoutPermission(t *testing.T) {
	d := openDir(t)
	if err := d.Put("a/b", []byte("x")); err != nil {
		t.Fatal(err)
	}
	for folder := range strings.SplitSeq("., .., ../..", ", ") { // the test's own folders let nobody through
		if err := os.Chmod(filepath.Join(d.path, folder), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{"a", temporary} {
		if err := os.Chmod(filepath.Join(d.path, dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := asNobody(func() error { return d.Put("a/control", []byte("x")) }); err != nil {
		t.Fatalf("a put with all permissions = %v", err)
	}
	for _, dir := range []string{"a", temporary} {
		for mode, put := range map[fs.FileMode]func() error{
			0o555: func() error { return d.Put("a/c", []byte("x")) },
			0o000: func() error { return d.PutNew("a/c", []byte("x")) },
		} {
			folder := filepath.Join(d.path, dir)
			if err := os.Chmod(folder, mode); err != nil {
				t.Fatal(err)
			}
			err := asNobody(put)
			if err := os.Chmod(folder, 0o777); err != nil {
				t.Fatal(err)
			}
			if !errors.Is(err, syscall.EACCES) || errors.Is(err, backends.ErrUnknown) || !strings.Contains(err.Error(), "a/c") {
				t.Errorf("a put with mode %o on %s = %v, want EACCES that names the blob", mode, dir, err)
			}
			if left := leftovers(t, d); len(left) != 0 {
				t.Errorf("mode %o on %s left %q", mode, dir, left)
			}
		}
	}
}

// asNobody runs f as a user without rights, if this one has all.
func asNobody(f func() error) error {
	if os.Geteuid() != 0 {
		return f()
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		const keep, nobody = ^uintptr(0), 65534
		if _, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, keep, nobody, keep); errno != 0 {
			done <- errno
			return
		}
		done <- f()
	}()
	return <-done
}
