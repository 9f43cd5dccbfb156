package blobs

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"github.com/weirbench/weir/backends"
)

// Memory is blobs in a map. It makes no promise beyond the process.
type Memory struct {
	mu    sync.RWMutex
	blobs map[string][]byte // a slice here never changes
}

var _ backends.Blobs = (*Memory)(nil)

// NewMemory makes an empty storage.
func NewMemory() *Memory { return &Memory{blobs: map[string][]byte{}} }

// Put stores a copy of data.
func (m *Memory) Put(name string, data []byte) error {
	if err := check(name); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, ok := m.blobs[name]; !ok || !bytes.Equal(old, data) {
		m.blobs[name] = bytes.Clone(data)
	}
	return nil
}

// PutNew stores a copy of data if the name is free.
func (m *Memory) PutNew(name string, data []byte) error {
	if err := check(name); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.blobs[name]; ok {
		return exists(name)
	}
	m.blobs[name] = bytes.Clone(data)
	return nil
}

func (m *Memory) get(name string) ([]byte, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	data, ok := m.blobs[name]
	if !ok {
		return nil, absent(name)
	}
	return data, nil
}

// Get returns a copy of a blob.
func (m *Memory) Get(name string) ([]byte, error) {
	data, err := m.get(name)
	return bytes.Clone(data), err
}

// GetPart returns a copy of a part of a blob.
func (m *Memory) GetPart(name string, off, n int64) ([]byte, error) {
	data, err := m.get(name)
	if err != nil {
		return nil, err
	}
	part, err := cut(name, data, off, n)
	return bytes.Clone(part), err
}

// Delete removes a blob.
func (m *Memory) Delete(name string) error {
	if err := check(name); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.blobs, name)
	return nil
}

// List returns the names with a prefix, ascending.
func (m *Memory) List(prefix string) ([]string, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var names []string
	for name := range m.blobs { // the order is made below
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}
