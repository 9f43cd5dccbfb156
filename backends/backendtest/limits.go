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
		{"limit-of-a-key", "A key over the limit is a *backends.UsageError out of End, or out of the Snapshot that writes what was kept back.", on(limitOfAKey)},
		{"limit-at-restore", "An entry over the limit is not restored, but for a list.", on(limitAtRestore)},
	}
}

func (c *check) wantUsage(what string, err any) {
	if !isUsage(err) {
		c.errorf("%s: %v, want a *backends.UsageError", what, err)
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
			for what, set := range map[string]func(){
				"a value":                      func() { j.text.Set(void{}, long) },
				"a value that shares memory":   func() { j.list.Set(void{}, words) },
				"a list":                       func() { j.log.Set(void{}, []string{long[1:], ""}) },
				"an entry that shares memory":  func() { j.lists.Set(1, 2, words) },
				"a list that was looked into":  func() { listed(j.log, void{}); j.log.Set(void{}, []string{long}) },
				"a value that was looked into": func() { j.text.Get(void{}); j.text.Set(void{}, long) },
			} {
				c.wantUsage("to set "+what+" over the limit", panicOf(set))
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
		c.wantUsage("to look into the list", panicOf(func() { listed(j.log, void{}) }))
		j.log.Add(void{}, piece)
		c.wantUsage("to look into the list again", panicOf(func() { listed(j.log, void{}) }))
	})
	k := c.job()
	k.restore(j.now())
	for _, j := range []*job{j, k} {
		j.on(1, func() {
			c.wantUsage("to look into the list behind a snapshot", panicOf(func() { listed(j.log, void{}) }))
		})
		j.batch(upTo(2), func(int) { j.log.Clear(void{}); j.log.Add(void{}, "again") })
		j.batch(upTo(2), func(int) { c.same("the list", listed(j.log, void{}), []string{"again"}) })
	}
	j.on(1, func() { // within a batch, too
		listed(j.log, void{})
		for range 5 {
			j.log.Add(void{}, piece)
		}
		c.wantUsage("to look into the list", panicOf(func() { listed(j.log, void{}) }))
		j.log.Clear(void{})
	})
	if n := len(j.now()); n != 1 {
		c.errorf("a snapshot has %d entries, want 1", n)
	}
}

func limitOfAKey(c *check, most int) {
	for what, access := range map[string]func(j *job, u string){
		"Set": func(j *job, u string) { j.sets.Set(void{}, u, 1) },
		"Get": func(j *job, u string) { j.sets.Get(void{}, u) },
	} {
		j := c.job()
		if err := j.Batch([]uint64{1}, func(int) { access(j, "short") }); err != nil {
			c.errorf("%s of a short key: End = %v", what, err)
		}
		err := j.Batch([]uint64{1}, func(int) { access(j, strings.Repeat("k", most)) })
		if err == nil {
			_, err = j.Store.Snapshot()
		}
		var usage *backends.UsageError
		if !errors.As(err, &usage) || usage.State != "sets" {
			c.errorf("%s of a key over the limit: End = %v, want a *backends.UsageError of the state sets", what, err)
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
