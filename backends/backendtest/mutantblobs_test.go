package backendtest

import (
	"bytes"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/blobs"
)

// Every clause of checkpoint storage is failed by a storage that breaks it, and by none that does not.
func TestMutantsOfBlobs(t *testing.T) {
	mutants := map[string]func(backends.Blobs) backends.Blobs{
		"get-is-what-was-put": func(b backends.Blobs) backends.Blobs { return &keepsGiven{b, map[string][]byte{}} },
		"absent-blob":         func(b backends.Blobs) backends.Blobs { return emptyBlob{b} },
		"put-again":           func(b backends.Blobs) backends.Blobs { return firstStays{b} },
		"one-winner":          func(b backends.Blobs) backends.Blobs { return lastWins{b} },
		"parts":               func(b backends.Blobs) backends.Blobs { return shortPart{b} },
		"list":                func(b backends.Blobs) backends.Blobs { return wholeFolders{b} },
		"names":               func(b backends.Blobs) backends.Blobs { return cleansNames{b} },
		"any-goroutine":       func(b backends.Blobs) backends.Blobs { return &oneAtATime{Blobs: b, second: make(chan struct{})} },
	}
	for _, c := range blobClauses() {
		for _, e := range c.run(blobs.NewMemory()) {
			t.Errorf("no mutant: %s: %s", c.name, e)
		}
		if mutant, ok := mutants[c.name]; !ok {
			t.Errorf("there is no mutant for %s", c.name)
		} else if errs := c.run(mutant(blobs.NewMemory())); len(errs) == 0 {
			t.Errorf("the clause %s passes its mutant", c.name)
		}
	}
}

// keepsGiven answers with the caller's own slice.
type keepsGiven struct {
	backends.Blobs
	given map[string][]byte
}

func (b *keepsGiven) Put(name string, data []byte) error {
	b.given[name] = data
	return b.Blobs.Put(name, data)
}

func (b *keepsGiven) Get(name string) ([]byte, error) { return b.given[name], nil }

type emptyBlob struct{ backends.Blobs }

func (b emptyBlob) Get(name string) ([]byte, error) {
	data, _ := b.Blobs.Get(name)
	return data, nil
}

// firstStays takes whatever is there for what was put.
type firstStays struct{ backends.Blobs }

func (b firstStays) Put(name string, data []byte) error {
	if _, err := b.Blobs.Get(name); err == nil {
		return nil
	}
	return b.Blobs.Put(name, data)
}

type lastWins struct{ backends.Blobs }

func (b lastWins) PutNew(name string, data []byte) error { return b.Put(name, data) }

type shortPart struct{ backends.Blobs }

func (b shortPart) GetPart(name string, off, n int64) ([]byte, error) {
	return b.Blobs.GetPart(name, off, min(n, 4))
}

// wholeFolders lists by parts of names.
type wholeFolders struct{ backends.Blobs }

func (b wholeFolders) List(prefix string) ([]string, error) {
	all, err := b.Blobs.List(prefix)
	return slices.DeleteFunc(all, func(name string) bool {
		return prefix != "" && name != prefix && !strings.HasPrefix(name, strings.TrimSuffix(prefix, "/")+"/")
	}), err
}

type cleansNames struct{ backends.Blobs }

func (b cleansNames) Put(name string, data []byte) error {
	return b.Blobs.Put(strings.TrimPrefix(name, "/"), data)
}

// oneAtATime loses the first Put when another comes meanwhile, for which it waits.
type oneAtATime struct {
	backends.Blobs
	puts   atomic.Int32
	second chan struct{}
}

func (b *oneAtATime) Put(name string, data []byte) error {
	switch b.puts.Add(1) {
	case 1:
		<-b.second
		return b.Blobs.Put(name, bytes.ToUpper(data))
	case 2:
		close(b.second)
	}
	return b.Blobs.Put(name, data)
}
