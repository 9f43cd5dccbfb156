package backendtest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/weirbench/weir/backends"
)

// RunBlobs tests checkpoint storage. open makes one that is empty; it is called for each clause.
func RunBlobs(t *testing.T, open func(t *testing.T) backends.Blobs) {
	for _, c := range blobClauses() {
		t.Run(c.name, func(t *testing.T) {
			for _, e := range c.run(open(t)) {
				t.Error(e)
			}
		})
	}
}

type blobClause struct {
	name    string
	promise string
	check   func(c *check, b backends.Blobs)
}

func (c blobClause) run(b backends.Blobs) []string {
	return clause{c.name, c.promise, func(k *check) { c.check(k, b) }}.run(nil)
}

func blobClauses() []blobClause {
	return []blobClause{
		{"get-is-what-was-put", "Get returns what was put, in a slice of the caller's.", getIsWhatWasPut},
		{"absent-blob", "What is not there is ErrAbsent; to delete it is no error.", absentBlob},
		{"put-again", "Putting a blob again is harmless, and repairs one that the storage has damaged.", putAgain},
		{"one-winner", "Of all who PutNew one name one wins, and every other gets ErrExists.", oneWinner},
		{"parts", "GetPart returns fewer bytes only at the end of the blob.", parts},
		{"list", "List returns the names that begin with a prefix, ascending by bytes, and nothing else.", list},
		{"names", "Names are parts joined by '/', none of them empty, \".\" or \"..\"; others are refused, and it did not happen.", names},
		{"any-goroutine", "Any goroutine may call it.", anyGoroutine},
	}
}

func getIsWhatWasPut(c *check, b backends.Blobs) {
	for i, data := range [][]byte{{}, []byte("a"), bytes.Repeat([]byte("0123456789abcdef"), 1<<16)} {
		name := fmt.Sprintf("a/b%d/c.x", i)
		given := bytes.Clone(data)
		c.must("Put", b.Put(name, given))
		for i := range given {
			given[i] = 0xee // it was ours
		}
		for range 2 {
			got, err := b.Get(name)
			if err != nil || !bytes.Equal(got, data) {
				c.fatalf("Get(%q) = %d bytes, %v, want the %d that were put", name, len(got), err, len(data))
			}
			for i := range got {
				got[i] = 0xdd
			}
		}
	}
}

func absentBlob(c *check, b backends.Blobs) {
	c.must("Put", b.Put("dir/there", []byte("x")))
	for _, name := range []string{"gone", "dir", "dir/gone", "other/gone", "dir/there/gone"} {
		if _, err := b.Get(name); !errors.Is(err, backends.ErrAbsent) {
			c.errorf("Get(%q) = %v, want ErrAbsent", name, err)
		}
		if _, err := b.GetPart(name, 0, 1); !errors.Is(err, backends.ErrAbsent) {
			c.errorf("GetPart(%q) = %v, want ErrAbsent", name, err)
		}
		if err := b.Delete(name); err != nil {
			c.errorf("Delete(%q) = %v, want nil", name, err)
		}
	}
	c.must("Delete", b.Delete("dir/there"))
	if _, err := b.Get("dir/there"); !errors.Is(err, backends.ErrAbsent) {
		c.errorf("Get after Delete = %v, want ErrAbsent", err)
	}
	c.must("PutNew after Delete", b.PutNew("dir/there", []byte("y")))
}

func putAgain(c *check, b backends.Blobs) {
	for _, first := range []string{"whole", "who", "", "wholly else"} {
		name := "x/" + fmt.Sprint(len(first))
		c.must("Put", b.Put(name, []byte(first)))
		c.must("Put again", b.Put(name, []byte("whole")))
		if got, err := b.Get(name); string(got) != "whole" || err != nil {
			c.errorf("Get = %q, %v, want %q", got, err, "whole")
		}
	}
}

func oneWinner(c *check, b backends.Blobs) {
	for round := range 20 {
		name := fmt.Sprint("log/", round)
		const n = 8
		errs := make([]error, n)
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() { errs[i] = b.PutNew(name, []byte(fmt.Sprint(i))) })
		}
		wg.Wait()
		winner := -1
		for i, err := range errs {
			switch {
			case err == nil && winner >= 0:
				c.errorf("%d and %d both won %s", winner, i, name)
			case err == nil:
				winner = i
			case !errors.Is(err, backends.ErrExists):
				c.errorf("PutNew of a name that is taken = %v, want ErrExists", err)
			}
		}
		if got, err := b.Get(name); string(got) != fmt.Sprint(winner) || err != nil {
			c.errorf("Get = %q, %v, want the winner's %q", got, err, fmt.Sprint(winner))
		}
	}
	c.must("Put", b.Put("put", []byte("x")))
	if err := b.PutNew("put", []byte("x")); !errors.Is(err, backends.ErrExists) {
		c.errorf("PutNew of a name that was put = %v, want ErrExists", err)
	}
}

func parts(c *check, b backends.Blobs) {
	data := []byte("0123456789")
	c.must("Put", b.Put("p", data))
	for off := range int64(12) {
		for n := range int64(12) {
			from := min(off, 10)
			want := data[from:min(from+n, 10)]
			if got, err := b.GetPart("p", off, n); err != nil || !bytes.Equal(got, want) {
				c.errorf("GetPart(%d, %d) = %q, %v, want %q", off, n, got, err, want)
			}
		}
	}
	if got, err := b.GetPart("p", 4, 1<<62); err != nil || string(got) != "456789" {
		c.errorf("GetPart(4, 1<<62) = %q, %v, want %q", got, err, "456789")
	}
	for _, p := range [][2]int64{{-1, 1}, {0, -1}} {
		if _, err := b.GetPart("p", p[0], p[1]); err == nil {
			c.errorf("GetPart(%d, %d) = nil, want an error", p[0], p[1])
		}
	}
}

func list(c *check, b backends.Blobs) {
	all := []string{"a", "a.b", "a0", "ab/c", "ab/c.d", "ab/cd/e", "ab/c-", "b/x", "é/ü"}
	for _, name := range all {
		c.must("Put", b.Put(name, []byte(name)))
	}
	c.must("Put", b.Put("ab/gone", nil))
	c.must("Delete", b.Delete("ab/gone"))
	all = sorted(all)
	for _, prefix := range []string{"", "a", "ab", "ab/", "ab/c", "ab/cd", "ab/cd/", "ab/cd/e", "b/x/", "é", "none", "../", "/", "ab//", "."} {
		var want []string
		for _, name := range all {
			if strings.HasPrefix(name, prefix) {
				want = append(want, name)
			}
		}
		if got, err := b.List(prefix); err != nil || !slices.Equal(got, want) {
			c.errorf("List(%q) = %q, %v, want %q", prefix, got, err, want)
		}
	}
}

func names(c *check, b backends.Blobs) {
	for _, name := range []string{"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/..", "./a", "a/./b", "a\x00b"} {
		if err := b.Put(name, []byte("x")); !certain(err) {
			c.errorf("Put(%q) = %v, want an error that means that it did not happen", name, err)
		}
		if err := b.PutNew(name, []byte("x")); !certain(err) {
			c.errorf("PutNew(%q) = %v, want an error that means that it did not happen", name, err)
		}
		if _, err := b.Get(name); err == nil {
			c.errorf("Get(%q) = nil, want an error", name)
		}
		if err := b.Delete(name); err == nil {
			c.errorf("Delete(%q) = nil, want an error", name)
		}
	}
	if got, err := b.List(""); len(got) != 0 || err != nil {
		c.errorf("List = %q, %v, want nothing", got, err)
	}
}

func certain(err error) bool {
	return err != nil && !errors.Is(err, backends.ErrUnknown) && !errors.Is(err, backends.ErrExists) && !errors.Is(err, backends.ErrAbsent)
}

func anyGoroutine(c *check, b backends.Blobs) {
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			for n := range 10 {
				name := fmt.Sprintf("dir%d/%d", n, i)
				err := b.Put(name, []byte(name))
				if err == nil {
					var got []byte
					if got, err = b.Get(name); err == nil && string(got) != name {
						err = fmt.Errorf("Get(%q) = %q", name, got)
					}
				}
				if err == nil {
					_, err = b.List("dir")
				}
				if err == nil && n%2 == 0 {
					err = b.Delete(name)
				}
				if err != nil {
					errs[i] = err
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		c.must("one of many goroutines", err)
	}
	if got, err := b.List("dir"); len(got) != 8*5 || err != nil {
		c.errorf("List has %d names, %v, want 40", len(got), err)
	}
}
