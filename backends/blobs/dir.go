package blobs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/weirbench/weir/backends"
)

// Dir is blobs in a folder, a file each. Several processes may use one folder.
//
// A blob is written to a temporary file, made durable, and only then linked to its name, so that under a name stands all of a blob or
// nothing, whatever dies meanwhile; link refuses a name that is taken, which makes PutNew one step. Then the folder is made durable, too.
// Deleting is not: what a machine's crash brings back is deleted again by whoever collects.
type Dir struct {
	path string
	disk disk

	mu    sync.Mutex
	known map[string]bool // folders that exist durably
}

var _ backends.Blobs = (*Dir)(nil)

// NewDir opens a folder, which is made if need be, and removes the temporary files that nobody is writing.
func NewDir(path string) (*Dir, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	d := &Dir{path: path, disk: realDisk(), known: map[string]bool{}}
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	d.known[path] = true
	if err := d.ready(filepath.Join(path, temporary)); err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	if err := d.sweep(); err != nil {
		return nil, fmt.Errorf("open blobs: %w", err)
	}
	return d, nil
}

// Put stores data.
func (d *Dir) Put(name string, data []byte) error {
	return d.store(name, data, func(temp, file string) error {
		old, err := os.ReadFile(file)
		if err == nil && bytes.Equal(old, data) {
			return nil
		}
		return d.disk.rename(temp, file) // what is there was damaged
	})
}

// PutNew stores data if the name is free.
func (d *Dir) PutNew(name string, data []byte) error {
	return d.store(name, data, func(string, string) error { return backends.ErrExists })
}

// store writes a blob. When its name is taken, taken decides.
func (d *Dir) store(name string, data []byte, taken func(temp, file string) error) error {
	if err := check(name); err != nil {
		return err
	}
	file := d.file(name)
	for try := 0; ; try++ {
		temp, err := d.write(data)
		if err == nil {
			if err = d.ready(filepath.Dir(file)); err == nil {
				if err = d.disk.link(temp.Name(), file); errors.Is(err, fs.ErrExist) {
					err = taken(temp.Name(), file)
				}
				err = outcome(err)
			}
			os.Remove(temp.Name()) // if this fails, the next NewDir removes it
			temp.Close()           // and with it the lock
		}
		if errors.Is(err, fs.ErrNotExist) && try == 0 {
			d.forget() // somebody removed the folder or swept the file before it was locked
			continue
		}
		if err != nil {
			return fmt.Errorf("blob %s: put %d bytes: %w", name, len(data), err)
		}
		break
	}
	if err := d.disk.syncDir(filepath.Dir(file)); err != nil {
		return fmt.Errorf("blob %s: put %d bytes: %w: %w", name, len(data), backends.ErrUnknown, err)
	}
	return nil
}

// outcome says of an error of link or rename whether it is certain that nothing happened.
func outcome(err error) error {
	if err == nil || errors.Is(err, backends.ErrExists) {
		return err
	}
	for _, certain := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EACCES, syscall.EPERM, syscall.EROFS, syscall.ENOENT,
		syscall.ENOTDIR, syscall.EISDIR, syscall.ENAMETOOLONG, syscall.EMLINK, syscall.EXDEV} {
		if errors.Is(err, certain) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", backends.ErrUnknown, err)
}

// write makes a durable temporary file, locked as long as it is open. On an error nothing is left.
func (d *Dir) write(data []byte) (*os.File, error) {
	f, err := os.CreateTemp(filepath.Join(d.path, temporary), "*")
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
	if err == nil {
		err = d.disk.write(f, data)
	}
	if err == nil {
		err = d.disk.sync(f)
	}
	if err != nil {
		os.Remove(f.Name())
		f.Close()
		return nil, err
	}
	return f, nil
}

// Get reads a file.
func (d *Dir) Get(name string) ([]byte, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(d.file(name))
	if err != nil {
		return nil, d.reading(name, err)
	}
	return data, nil
}

// GetPart reads a part of a file.
func (d *Dir) GetPart(name string, off, n int64) ([]byte, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	if off < 0 || n < 0 {
		return nil, badPart(name, off, n)
	}
	f, err := os.Open(d.file(name))
	if err != nil {
		return nil, d.reading(name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, d.reading(name, err)
	}
	part := make([]byte, min(n, max(0, info.Size()-off)))
	got, err := f.ReadAt(part, off)
	if err == io.EOF {
		err = nil
	}
	return part[:got], d.reading(name, err)
}

func (d *Dir) reading(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR):
		return absent(name)
	}
	return fmt.Errorf("blob %s: get: %w", name, err)
}

// Delete removes a file.
func (d *Dir) Delete(name string) error {
	if err := check(name); err != nil {
		return err
	}
	file := d.file(name)
	if info, err := os.Lstat(file); err == nil && info.IsDir() {
		return nil // blobs lie beneath; there is none of this name
	}
	err := os.Remove(file)
	if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil
	}
	return fmt.Errorf("blob %s: delete: %w", name, err)
}

// List walks the folders that the prefix leaves open.
func (d *Dir) List(prefix string) ([]string, error) {
	var names []string
	from := d.path
	if i := strings.LastIndexByte(prefix, '/'); i >= 0 {
		if err := check(prefix[:i]); err != nil {
			return nil, nil // no name begins like this
		}
		from = d.file(prefix[:i])
	}
	err := filepath.WalkDir(from, func(file string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			return nil // deleted meanwhile
		}
		if err != nil {
			return err
		}
		if e.IsDir() {
			if file == filepath.Join(d.path, temporary) {
				return fs.SkipDir
			}
			return nil
		}
		if name := filepath.ToSlash(strings.TrimPrefix(file[len(d.path):], string(filepath.Separator))); strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list blobs %s: %w", prefix, err)
	}
	slices.Sort(names)
	return names, nil
}

func (d *Dir) file(name string) string { return filepath.Join(d.path, filepath.FromSlash(name)) }
