package backendtest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
)

// RunLimited tests a backend that takes keys and values of at most so many bytes, as Flink's RocksDB backend does; most is small enough to be met,
// and 4096 at least.
func RunLimited(t *testing.T, most int, open func(t *testing.T, o backends.Options) backends.Store) {
	for _, c := range limitClauses(most) {
		t.Run(c.name, func(t *testing.T) {
			c.report(t, func(o backends.Options) (backends.Store, error) {
				o.Dir = t.TempDir()
				return open(t, o), nil
			})
		})
	}
}

func limitClauses(most int) []clause {
	on := func(try func(*check, int)) func(*check) { return func(c *check) { try(c, most) } }
	return []clause{
		{"limit-of-a-value", "To set what is over the limit panics with a *backends.UsageError, and what was there stays.", on(limitOfAValue)},
		{"limit-of-a-list", "What is added to a list passes, whatever it comes to, and a snapshot and its restore carry it; then reading the list panics with a *backends.UsageError, and Clear helps.", on(limitOfAList)},
		{"limit-of-a-key", "To use a key over the limit panics with a *backends.UsageError, at that access and at no other, and the store stays usable.", on(limitOfAKey)},
		{"limit-at-restore", "An entry over the limit is not restored, but for a list.", on(limitAtRestore)},
	}
}

func (c *check) wantUsage(what string, err any) {
	if !isUsage(err) {
		c.errorf("%s: %v, want a *backends.UsageError", what, err)
	}
}

// wantRefused wants an access refused, in an error that says which state and key it was.
func (c *check) wantRefused(what, state string, key int, p any) {
	err, _ := p.(error)
	var usage *backends.UsageError
	if !errors.As(err, &usage) {
		c.errorf("%s: %v, want a *backends.UsageError", what, p)
	} else if usage.State != state || usage.Key != fmt.Sprint(key) {
		c.errorf("%s: %v, want an error of the state %s and the key %d", what, p, state, key)
	}
}

func limitOfAValue(c *check, most int) {
	j := c.job()
	long, words := strings.Repeat("x", most+1), make([]uint64, most/8+1)
	for _, cleared := range []bool{false, true} {
		j.on(1, func() {
			if cleared {
				j.text.Clear(void{})
			}
			j.text.Set(void{}, long[1:])
			j.list.Set(void{}, words[1:])
			j.log.Set(void{}, []string{"stays"})
			j.lists.Set(1, 2, words[1:])
		})
		j.on(1, func() {
			for _, x := range []struct {
				what, state string
				set         func()
			}{
				{"a value", "text", func() { j.text.Set(void{}, long) }},
				{"a value that shares memory", "list", func() { j.list.Set(void{}, words) }},
				{"a list", "log", func() { j.log.Set(void{}, []string{long[1:], ""}) }},
				{"an entry that shares memory", "lists", func() { j.lists.Set(1, 2, words) }},
				{"a list that was looked into", "log", func() { listed(j.log, void{}); j.log.Set(void{}, []string{long}) }},
				{"a value that was looked into", "text", func() { j.text.Get(void{}); j.text.Set(void{}, long) }},
			} {
				c.wantRefused("to set "+x.what+" over the limit", x.state, 1, panicOf(x.set))
			}
		})
		j.on(1, func() {
			if v, ok := j.text.Get(void{}); v != long[1:] || !ok {
				c.errorf("the value has %d bytes, %v, want the %d that it had", len(v), ok, most)
			}
			if v, _ := j.list.Get(void{}); len(v) != len(words)-1 {
				c.errorf("the value that shares memory has %d words, want the %d that it had", len(v), len(words)-1)
			}
			if v, _ := j.lists.Get(1, 2); len(v) != len(words)-1 {
				c.errorf("the entry has %d words, want the %d that it had", len(v), len(words)-1)
			}
			c.same("the list", listed(j.log, void{}), []string{"stays"})
		})
	}
}

func limitOfAList(c *check, most int) {
	j := c.job()
	piece := strings.Repeat("y", most/4)
	for range 6 { // to one and a half times the limit
		j.batch(upTo(2), func(int) { j.log.Add(void{}, piece) })
	}
	j.on(1, func() {
		c.wantRefused("to look into the list", "log", 1, panicOf(func() { listed(j.log, void{}) }))
		j.log.Add(void{}, piece)
		c.wantRefused("to look into the list again", "log", 1, panicOf(func() { listed(j.log, void{}) }))
	})
	k := c.job()
	k.restore(j.now())
	for _, j := range []*job{j, k} {
		j.on(1, func() {
			c.wantRefused("to look into the list behind a snapshot", "log", 1, panicOf(func() { listed(j.log, void{}) }))
		})
		j.batch(upTo(2), func(int) { j.log.Clear(void{}); j.log.Add(void{}, "again") })
		j.batch(upTo(2), func(int) { c.same("the list", listed(j.log, void{}), []string{"again"}) })
	}
	j.on(1, func() { // within a batch, too
		listed(j.log, void{})
		for range 5 {
			j.log.Add(void{}, piece)
		}
		c.wantRefused("to look into the list", "log", 1, panicOf(func() { listed(j.log, void{}) }))
		j.log.Clear(void{})
	})
	if n := len(j.now()); n != 1 {
		c.errorf("a snapshot has %d entries, want 1", n)
	}
}

func limitOfAKey(c *check, most int) {
	long := strings.Repeat("k", most)
	for what, access := range map[string]func(j *job){
		"Set":    func(j *job) { j.sets.Set(void{}, long, 1) },
		"Get":    func(j *job) { j.sets.Get(void{}, long) },
		"Remove": func(j *job) { j.sets.Remove(void{}, long) },
	} {
		for _, records := range []int{1, 3} { // one alone is read in another way
			j := c.job()
			j.batch(upTo(records), func(i int) {
				j.sets.Set(void{}, "short", uint64(i))
				if i == records-1 {
					c.wantRefused(what+" of a key over the limit", "sets", records-1, panicOf(func() { access(j) }))
				}
			})
			j.batch(upTo(records), func(i int) {
				if v, ok := j.sets.Get(void{}, "short"); v != uint64(i) || !ok {
					c.errorf("behind %s of a key over the limit another entry is %d, %v, want %d", what, v, ok, i)
				}
			})
			if n := len(j.now()); n != records {
				c.errorf("behind %s of a key over the limit there are %d entries, want %d", what, n, records)
			}
		}
	}
}

func limitAtRestore(c *check, most int) {
	j := c.job()
	j.on(1, func() { j.text.Set(void{}, "short") })
	e := j.now()[0]
	k := c.job()
	for n, want := range []bool{true, false} {
		long := e
		long.Value = []byte(strings.Repeat("z", most+1-n))
		err := k.Store.Restore(&long)
		if isUsage(err) != want || !want && err != nil {
			c.errorf("Restore of %d bytes = %v, want it refused: %v", len(long.Value), err, want)
		}
	}
	if v := fmt.Sprint(len(k.now())); v != "1" {
		c.errorf("%s entries were restored, want 1", v)
	}
}
