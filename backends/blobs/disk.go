package blobs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// disk is the steps of writing that can fail by themselves: tests put in a full or a broken disk.
type disk struct {
	write   func(f *os.File, data []byte) error
	sync    func(f *os.File) error
	link    func(from, to string) error
	rename  func(from, to string) error
	syncDir func(path string) error
}

func realDisk() disk {
	return disk{
		write:   func(f *os.File, data []byte) error { _, err := f.Write(data); return err },
		sync:    (*os.File).Sync,
		link:    os.Link,
		rename:  os.Rename,
		syncDir: syncDir,
	}
}

func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// ready makes a folder, durably.
func (d *Dir) ready(folder string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.make(folder)
}

func (d *Dir) make(folder string) error {
	if d.known[folder] {
		return nil
	}
	parent := filepath.Dir(folder)
	if parent != folder && folder != d.path {
		if err := d.make(parent); err != nil {
			return err
		}
	}
	err := os.Mkdir(folder, 0o777)
	if errors.Is(err, fs.ErrExist) {
		if info, e := os.Stat(folder); e == nil && !info.IsDir() {
			return &fs.PathError{Op: "mkdir", Path: folder, Err: syscall.ENOTDIR}
		}
		err = nil
	}
	if err == nil {
		err = d.disk.syncDir(parent) // also when somebody else made it just now
	}
	if err == nil {
		d.known[folder] = true
	}
	return err
}

// forget makes all folders anew when they are needed.
func (d *Dir) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.known)
	if os.MkdirAll(filepath.Join(d.path, temporary), 0o777) == nil {
		d.known[d.path] = true
	}
}

// sweep removes the temporary files whose writers are gone: a living one holds a lock.
func (d *Dir) sweep() error {
	entries, err := os.ReadDir(filepath.Join(d.path, temporary))
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(d.path, temporary, e.Name())
		f, err := os.Open(path)
		if err != nil {
			continue // its writer has removed it
		}
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			os.Remove(path)
		}
		f.Close()
	}
	return nil
}
