package blobs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/weirbench/weir/backends"
)

func openDir(t *testing.T) *Dir {
	t.Helper()
	d, err := NewDir(filepath.Join(t.TempDir(), "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// leftovers are the temporary files.
func leftovers(t *testing.T, d *Dir) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(d.path, temporary))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// Every step of a put may fail. Until the link it did not happen; after it nobody knows until the folder is durable.
func TestEveryStepMayFail(t *testing.T) {
	full := &fs.PathError{Op: "write", Path: "somewhere", Err: syscall.ENOSPC}
	broken := &fs.PathError{Op: "sync", Path: "somewhere", Err: syscall.EIO}
	for _, c := range []struct {
		name    string
		plant   func(d *disk)
		want    error
		unknown bool
	}{
		{"write, disk full", func(d *disk) {
			d.write = func(f *os.File, data []byte) error { f.Write(data[:1]); return full }
		}, full, false},
		{"sync, disk broken", func(d *disk) { d.sync = func(*os.File) error { return broken } }, broken, false},
		{"link, disk full", func(d *disk) { d.link = func(string, string) error { return full } }, full, false},
		{"link, disk broken", func(d *disk) { d.link = func(string, string) error { return broken } }, broken, true},
		{"sync of the folder", func(d *disk) { d.syncDir = func(string) error { return broken } }, broken, true},
	} {
		for verb, put := range map[string]func(*Dir) error{
			"Put":    func(d *Dir) error { return d.Put("log/7", []byte("seven")) },
			"PutNew": func(d *Dir) error { return d.PutNew("log/7", []byte("seven")) },
		} {
			d := openDir(t)
			if err := d.Put("log/6", []byte("six")); err != nil { // the folder is there
				t.Fatal(err)
			}
			c.plant(&d.disk)
			err := put(d)
			if !errors.Is(err, c.want) || errors.Is(err, backends.ErrUnknown) != c.unknown || !strings.Contains(err.Error(), "log/7") {
				t.Errorf("%s: %s = %v, want one that names the blob, wraps %v, and is unknown: %v", c.name, verb, err, c.want, c.unknown)
			}
			if left := leftovers(t, d); len(left) != 0 {
				t.Errorf("%s: %s left %q", c.name, verb, left)
			}
			d.disk = realDisk()
			if _, err := d.Get("log/7"); !c.unknown && !errors.Is(err, backends.ErrAbsent) {
				t.Errorf("%s: after %s did not happen, Get = %v, want ErrAbsent", c.name, verb, err)
			}
			if err := d.Put("log/7", []byte("seven")); err != nil {
				t.Errorf("%s: Put on the mended disk = %v", c.name, err)
			}
		}
	}
}

func TestTornBlobIsRepaired(t *testing.T) {
	d := openDir(t)
	if err := d.Put("a/b", []byte("whole")); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(d.path, "a/b"), 2); err != nil {
		t.Fatal(err)
	}
	if err := d.Put("a/b", []byte("whole")); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Get("a/b"); string(got) != "whole" || err != nil {
		t.Errorf("Get = %q, %v, want %q", got, err, "whole")
	}
}

// A crash leaves temporary files; opening removes them, but not those that somebody is writing.
func TestOpeningSweeps(t *testing.T) {
	d := openDir(t)
	stale := filepath.Join(d.path, temporary, "stale")
	if err := os.WriteFile(stale, []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	writing, err := d.write([]byte("being written"))
	if err != nil {
		t.Fatal(err)
	}
	defer writing.Close()
	if _, err := NewDir(d.path); err != nil {
		t.Fatal(err)
	}
	if left := leftovers(t, d); len(left) != 1 || left[0] != filepath.Base(writing.Name()) {
		t.Errorf("after opening again there are %q, want %q", left, filepath.Base(writing.Name()))
	}
	if names, err := d.List(""); len(names) != 0 || err != nil {
		t.Errorf("List = %q, %v, want nothing", names, err)
	}
}

func TestFolderThatIsRemovedIsMadeAgain(t *testing.T) {
	d := openDir(t)
	for range 2 {
		if err := d.Put("a/b", []byte("x")); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(d.path); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFileWhereAFolderShouldBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := NewDir(file); err == nil {
		t.Error("NewDir of a file = nil, want an error")
	}
	d := openDir(t)
	if err := d.Put("a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := d.Put("a/b", []byte("x")); err == nil || errors.Is(err, backends.ErrUnknown) {
		t.Errorf("Put beneath a blob = %v, want an error that means that it did not happen", err)
	}
}
