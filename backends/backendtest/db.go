package backendtest

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
)

// RunDB tests an ordered store under package kv. open opens the store that is in a folder, which is empty or made by Checkpoint. What a store
// need not have is skipped, with the reason: kv.Compacter, kv.Expirer, and files, where Checkpoint is an error that wraps errors.ErrUnsupported.
func RunDB(t *testing.T, open func(t *testing.T, dir string) kv.DB) {
	for _, c := range dbClauses() {
		t.Run(c.name, func(t *testing.T) {
			errs, missing := c.run(t, open)
			for _, e := range errs {
				t.Error(e)
			}
			if missing != "" {
				t.Skip("missing: " + missing)
			}
		})
	}
}

// BrokenDB is Broken for a clause of RunDB.
func BrokenDB(t *testing.T, name string, open func(t *testing.T, dir string) kv.DB) []string {
	for _, c := range dbClauses() {
		if c.name == name {
			errs, _ := c.run(t, open)
			return errs
		}
	}
	panic("backendtest: there is no clause " + name)
}

type dbClause struct {
	name    string
	promise string
	check   func(c *check, db kv.DB)
}

func dbClauses() []dbClause {
	return []dbClause{
		{"apply-is-visible", "Apply makes all writes visible, in order and together; Merge appends to what is there.", applyIsVisible},
		{"apply-of-many", "A batch of thousands of writes is applied as a small one is.", applyOfMany},
		{"multi-get", "MultiGet appends the value of every key or its absence, in order, and Get says the same.", multiGet},
		{"iter", "Iter walks [lo, hi) ascending, in blocks of at most max, over what was applied before.", iterates},
		{"view", "A View holds what was applied before it, whatever follows, and does not keep a writer waiting.", viewIsPinned},
		{"keeps-nothing", "No slice that it is given is kept, and none that it gives is changed later.", keepsNothing},
		{"compact", "Compact changes nothing that can be read.", compacts},
		{"expire", "By the time that was told, compactions leave out what has expired and nothing else, but for what an older View would miss.", expires},
		{"checkpoint", "Checkpoint makes a folder with a store that opens to what was applied before, and refuses one that is there.", checkpoints},
		{"metrics", "Any goroutine may ask for Metrics, while the store is written to, and has a number of its own by every name.", metrics},
	}
}

// run returns what was wrong, and which power was missing.
func (c dbClause) run(t *testing.T, open func(t *testing.T, dir string) kv.DB) (errs []string, missing string) {
	k := &check{dir: t.TempDir, openDB: func(dir string) kv.DB { return open(t, dir) }}
	errs = clause{c.name, c.promise, func(k *check) {
		db := k.openDB(k.dir())
		defer k.closes(db)
		c.check(k, db)
	}}.on(k)
	return errs, k.missing
}

func (c *check) closes(db kv.DB) {
	if err := db.Close(); err != nil {
		c.errorf("Close = %v", err)
	}
}

func key(i int) []byte { return fmt.Appendf(nil, "key %05d", i) }

func (c *check) wantGet(db kv.DB, k []byte, want string, has bool) {
	v, ok, err := db.Get(k, []byte("before "))
	if err != nil || ok != has || ok && string(v) != "before "+want || !ok && string(v) != "before " {
		c.errorf("Get(%q) = %q, %v, %v, want %q, %v, nil", k, v, ok, err, "before "+want, has)
	}
}

func applyIsVisible(c *check, db kv.DB) { appliesAll(c, db, 0) }

// applyOfMany is the same within and before 5,000 small writes: a store may take another way where a batch is large beside its memory.
func applyOfMany(c *check, db kv.DB) { appliesAll(c, db, 5_000) }

func appliesAll(c *check, db kv.DB, beside int) {
	var b backends.Batch
	fill := func(v string) {
		for i := range beside {
			b.Set(fmt.Appendf(nil, "many %06d", i), []byte(v))
		}
	}
	fill("first")
	b.Set(key(1), []byte("one"))
	b.Set(key(2), nil)
	b.Set(key(3), []byte("gone"))
	b.Delete(key(3))
	b.Delete(key(4))
	b.Set(key(4), []byte("back"))
	b.Merge(key(5), []byte("a"))
	b.Merge(key(5), []byte("b"))
	b.Set(key(6), []byte("x"))
	b.Merge(key(6), []byte("y"))
	for i := 10; i < 20; i++ {
		b.Set(key(i), []byte("range"))
	}
	b.DeleteRange(key(12), key(18))
	c.must("Apply", db.Apply(&b))
	b.Reset()
	b.Merge(key(6), []byte("z"))
	b.DeleteRange(key(19), key(20))
	fill("second")
	c.must("Apply", db.Apply(&b))
	want := func() {
		c.wantGet(db, key(1), "one", true)
		c.wantGet(db, key(2), "", true)
		c.wantGet(db, key(3), "", false)
		c.wantGet(db, key(4), "back", true)
		c.wantGet(db, key(5), "ab", true)
		c.wantGet(db, key(6), "xyz", true)
		c.wantGet(db, key(11), "range", true)
		c.wantGet(db, key(12), "", false)
		c.wantGet(db, key(17), "", false)
		c.wantGet(db, key(18), "range", true)
		c.wantGet(db, key(19), "", false)
		for i := 0; i < beside; i += 997 {
			c.wantGet(db, fmt.Appendf(nil, "many %06d", i), "second", true)
		}
	}
	want()
	c.must("Flush", db.Flush())
	want()
	b.Reset()
	c.must("Apply of an empty batch", db.Apply(&b))
	want()
}

func multiGet(c *check, db kv.DB) {
	var b backends.Batch
	for i := range 1000 {
		if i%3 != 0 {
			b.Set(key(i), bytes.Repeat([]byte{byte(i)}, i%70))
		}
	}
	c.must("Apply", db.Apply(&b))
	for _, n := range []int{0, 1, 2, 1000} {
		var keys, vals backends.Rows
		for i := range n {
			keys.Add(key(i))
		}
		vals.Add([]byte("before"))
		c.must("MultiGet", db.MultiGet(&keys, &vals))
		if vals.Len() != n+1 || string(vals.At(0)) != "before" {
			c.fatalf("MultiGet of %d keys appends %d rows", n, vals.Len()-1)
		}
		for i := range n {
			v, ok, err := db.Get(key(i), nil)
			c.must("Get", err)
			if vals.Has(i+1) != (i%3 != 0) || ok != vals.Has(i+1) || !bytes.Equal(v, vals.At(i+1)) {
				c.errorf("MultiGet and Get of key %d give %q, %v and %q, %v", i, vals.At(i+1), vals.Has(i+1), v, ok)
			}
		}
	}
}

// walk reads an Iter to its end.
func (c *check) walk(it kv.Iter, err error, max int) (all []string) {
	c.must("Iter", err)
	for rows := (backends.Rows{}); ; {
		rows.Reset()
		c.must("Next", it.Next(&rows, max))
		if rows.Len() > 2*max {
			c.errorf("Next(%d) gave %d rows", max, rows.Len())
		}
		if rows.Len() == 0 {
			break
		}
		for r := 0; r < rows.Len(); r += 2 {
			all = append(all, string(rows.At(r))+"="+string(rows.At(r+1)))
		}
	}
	c.must("Close", it.Close())
	return all
}

func keysFrom(lo, hi int) (all []string) {
	for i := lo; i < hi; i++ {
		all = append(all, fmt.Sprintf("key %05d=%d", i, i))
	}
	return all
}

func fillDB(c *check, db kv.DB, n int) {
	var b backends.Batch
	for i := range n {
		b.Set(key(i), fmt.Appendf(nil, "%d", i))
	}
	c.must("Apply", db.Apply(&b))
}

func iterates(c *check, db kv.DB) {
	fillDB(c, db, 600)
	var b backends.Batch
	b.Set([]byte{0xff, 0xff}, []byte("the end"))
	c.must("Apply", db.Apply(&b))
	for _, max := range []int{1, 7, 256, 1000} {
		it, err := db.Iter(key(5), key(590))
		c.same("Iter(5, 590)", c.walk(it, err, max), keysFrom(5, 590))
	}
	it, err := db.Iter(key(598), nil)
	c.same("Iter(598, nil)", c.walk(it, err, 256), append(keysFrom(598, 600), "\xff\xff=the end"))
	it, err = db.Iter(key(5), key(5))
	c.same("Iter(5, 5)", c.walk(it, err, 256), nil)
	iteratesAnew(c, db)
}

// iteratesAnew has an iterator after another, and around what is applied meanwhile: a store may keep one for the next, and must not for long.
func iteratesAnew(c *check, db kv.DB) {
	older, err := db.Iter(key(1), key(4))
	c.must("Iter", err)
	beside, err := db.Iter(key(500), key(503))
	c.same("Iter(500, 503) beside another", c.walk(beside, err, 2), keysFrom(500, 503))
	var b backends.Batch
	b.Delete(key(2))
	b.Set(key(501), []byte("new"))
	c.must("Apply under an iterator", db.Apply(&b))
	it, err := db.Iter(key(500), key(503))
	c.same("Iter(500, 503) after it changed", c.walk(it, err, 256), []string{"key 00500=500", "key 00501=new", "key 00502=502"})
	c.same("Iter(1, 4) before it changed", c.walk(older, nil, 1), keysFrom(1, 4))
	it, err = db.Iter(key(1), key(4))
	c.same("Iter(1, 4) after it changed", c.walk(it, err, 1), []string{"key 00001=1", "key 00003=3"})
	alone, err := db.Iter(key(1), key(4))
	c.must("Iter", err)
	b.Reset()
	b.Set(key(2), []byte("back"))
	c.must("Apply under the only iterator", db.Apply(&b))
	c.must("Close", alone.Close()) // unread: it holds what was before
	it, err = db.Iter(key(1), key(4))
	c.same("Iter(1, 4) after one that was older", c.walk(it, err, 256), []string{"key 00001=1", "key 00002=back", "key 00003=3"})
}

func viewIsPinned(c *check, db kv.DB) {
	fillDB(c, db, 500)
	v, err := db.View()
	c.must("View", err)
	var b backends.Batch
	b.DeleteRange(key(100), key(200))
	for i := range 700 {
		b.Set(key(i+300), []byte("new"))
	}
	c.must("Apply under a view", db.Apply(&b))
	c.must("Flush under a view", db.Flush())
	w, err := db.View()
	c.must("View", err)
	read := make(chan []string)
	go func() { // elsewhere
		k := &check{}
		defer func() {
			if recover() != nil {
				read <- k.errs
			}
		}()
		it, err := v.Iter(key(0), key(100000))
		read <- k.walk(it, err, 64)
	}()
	c.same("the view", <-read, keysFrom(0, 500))
	it, err := w.Iter(key(0), key(300))
	c.same("the second view", c.walk(it, err, 64), append(keysFrom(0, 100), keysFrom(200, 300)...))
	c.must("Close", v.Close())
	c.must("Close", w.Close())
}

func keepsNothing(c *check, db kv.DB) {
	spoil := func(b []byte) {
		for i := range b {
			b[i] = 0xee
		}
	}
	k, v := key(1), bytes.Repeat([]byte("v"), 3000)
	for range 3 {
		var b backends.Batch
		b.Set(k, v)
		for i := range 500 { // large, which some stores keep
			b.Set(key(100+i), v)
		}
		c.must("Apply", db.Apply(&b))
		spoil(b.Repr())
		got, _, err := db.Get(k, nil)
		c.must("Get", err)
		if !bytes.Equal(got, v) {
			c.errorf("a value changed when its batch did")
		}
		spoil(got)
		lo, hi := slices.Clone(k), key(101)
		it, err := db.Iter(lo, hi)
		c.must("Iter", err)
		spoil(lo)
		spoil(hi)
		if all := c.walk(it, nil, 10); len(all) != 2 {
			c.errorf("Iter gave %d keys after its bounds were changed, want 2", len(all))
		}
	}
}

func compacts(c *check, db kv.DB) {
	p, ok := db.(kv.Compacter)
	if !ok {
		c.missing = "Compact of this store"
		return
	}
	fillDB(c, db, 600)
	var b backends.Batch
	b.DeleteRange(key(100), key(200))
	b.Merge(key(99), []byte(" and more"))
	c.must("Apply", db.Apply(&b))
	read := func(from interface {
		Iter(lo, hi []byte) (kv.Iter, error)
	}) []string {
		it, err := from.Iter(key(0), nil)
		return c.walk(it, err, 64)
	}
	v, err := db.View()
	c.must("View", err)
	old := read(db)
	b.Reset()
	b.Delete(key(99))
	b.Set(key(150), []byte("again"))
	c.must("Apply", db.Apply(&b))
	now := read(db)
	c.must("Compact", p.Compact())
	c.same("the store", read(db), now)
	c.same("the view", read(v), old)
	c.must("Close", v.Close())
}

func checkpoints(c *check, db kv.DB) {
	dir := filepath.Join(c.dir(), "checkpoint")
	fillDB(c, db, 300)
	err := db.Checkpoint(dir)
	if errors.Is(err, errors.ErrUnsupported) {
		c.missing = fmt.Sprintf("files of this store (%v)", err)
		return
	}
	c.must("Checkpoint", err)
	fillDB(c, db, 500)
	if err := db.Checkpoint(dir); err == nil {
		c.errorf("Checkpoint into a folder that is there = nil, want an error")
	}
	made := c.openDB(dir)
	defer c.closes(made)
	it, err := made.Iter(key(0), key(100000))
	c.same("the checkpoint", c.walk(it, err, 64), keysFrom(0, 300))
}

func metrics(c *check, db kv.DB) {
	asked := make(chan int)
	go func() {
		n := 0
		for range 50 {
			m := db.Metrics()
			n = len(m)
			for name := range m {
				m[name] = -1 // it is the caller's
			}
		}
		asked <- n
	}()
	for range 50 {
		fillDB(c, db, 100)
	}
	if n := <-asked; n == 0 {
		c.missing = "Metrics of this store"
		return
	}
	for name, v := range db.Metrics() {
		if v == -1 {
			c.errorf("%s is what another caller wrote into his map", name)
		}
	}
}
