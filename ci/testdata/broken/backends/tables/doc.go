// Package tables lives here.
//
// Not here: the rest.
//
// To add one: write it.
package tables

import (
	"embed"
	"errors"
	"io"
	"regexp"
	"sync"
	"sync/atomic"
)

// ErrAllowed is a sentinel.
var ErrAllowed = errors.New("allowed")

var pattern = regexp.MustCompile("a")

//go:embed doc.go
var files embed.FS

var _ io.Reader = (*reader)(nil)

type reader struct{}

func (*reader) Read([]byte) (int, error) { return 0, nil }

type counter struct{ n int }

func (c *counter) add() { c.n++ }

type named interface{ name() string }

type constant struct{ s string }

func (c constant) name() string { return c.s }

var (
	fine   = [...]string{"a", "b"}
	table  = map[string]int{"a": 1}
	behind = named(constant{"a"})

	lock    sync.Mutex            // want globals
	count   atomic.Int64          // want globals
	later   []string              // want globals
	pointer = &counter{}          // want globals
	queue   = make(chan int)      // want globals
	inside  = struct{ p *int }{}  // want globals
	filled  = map[string]int{}    // want globals
	appends = []int{1}            // want globals
	indexed = [2]int{1, 2}        // want globals
	taken   = 3                   // want globals
	called  = counter{}           // want globals
	deleted = map[string]int{}    // want globals
	stepped = 0                   // want globals
	onces   = []sync.Once{{}, {}} // want globals
)

func use() (any, any) {
	lock.Lock()
	count.Add(1)
	filled["a"] = 1
	appends = append(appends, 1)
	indexed[1] = 4
	p := &taken
	called.add()
	delete(deleted, "a")
	stepped++
	table := map[string]int{} // another of this name
	table["b"] = 2
	_, _, _, _, _, _ = later, pointer, queue, inside, onces, files
	return []any{pattern, fine, behind}, p
}
