package backendtest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
)

// The kinds of values that expire, each under a prefix of its own; what is under the first never does.
func expiries() []backends.Expiry {
	return []backends.Expiry{
		{},
		{LifeUs: life, AskAfter: 1},
		{LifeUs: life, List: true, Width: -1, AskAfter: 100},
		{LifeUs: life, List: true, Width: 11, AskAfter: 1000},
	}
}

// mixed makes a value of a kind, its times below three lives; now and then what is none.
func mixed(r *rand.Rand, e backends.Expiry, elements int) (v []byte) {
	if r.IntN(20) == 0 {
		return bytes.Repeat([]byte{0xfe}, r.IntN(8))
	}
	for range elements {
		element := binary.BigEndian.AppendUint64(nil, r.Uint64N(3*life))
		switch {
		case e.Width > 0:
			element = append(element, "abc"...)
		case e.List:
			element = append(element, make([]byte, r.IntN(300))...)
			v = binary.AppendUvarint(v, uint64(len(element)))
		default:
			return append(element, make([]byte, r.IntN(20))...)
		}
		v = append(v, element...)
	}
	return v
}

// expires holds what compactions leave against what backends.Expiry says of each value.
func expires(c *check, db kv.DB) {
	x, ok := db.(kv.Expirer)
	p, compacts := db.(kv.Compacter)
	if !ok || !compacts {
		c.missing = "an Expire, or a Compact, of this store"
		return
	}
	for i, e := range expiries()[1:] {
		if !x.Expire([]byte{byte(i + 1)}, e) {
			c.missing = "an Expire that this store sees to"
			return
		}
	}
	held := map[string][]byte{}
	r := rand.New(rand.NewPCG(1, 3))
	for round := range 3 {
		var b backends.Batch
		for i := range 1500 {
			kind := i % len(expiries())
			e := expiries()[kind]
			k := fmt.Appendf(nil, "%c%04d", kind, r.IntN(600))
			if whole, n := held[string(k)], 1+r.IntN(5); e.List && (len(whole) == 0 || whole[0] != 0xfe) && round > 0 {
				if v := mixed(r, e, n); len(v) > 8 { // else it would cut what follows short
					b.Merge(k, v)
					held[string(k)] = append(whole, v...)
				}
				continue
			}
			v := mixed(r, e, 1+r.IntN(5))
			b.Set(k, v)
			held[string(k)] = v
		}
		c.must("Apply", db.Apply(&b))
		c.must("Flush", db.Flush())
	}
	// What one compaction merges, the next one looks at.
	compact := func() { c.must("Compact", p.Compact()); c.must("Compact", p.Compact()) }
	compact()
	c.same("before the time was told", stored(c, db), expected(held, backends.NeverUs))
	x.Tell(1200)
	view, err := db.View()
	c.must("View", err)
	x.Tell(1900)
	compact()
	c.same("at 1900, with a View of 1200", stored(c, db), expected(held, 1200))
	c.same("the View of 1200", stored(c, view), expected(held, 1200))
	c.must("Close", view.Close())
	compact()
	c.same("at 1900", stored(c, db), expected(held, 1900))
	x.Tell(4 * life)
	compact()
	c.same("at the end", stored(c, db), expected(held, 4*life))
}

func stored(c *check, from interface {
	Iter(lo, hi []byte) (kv.Iter, error)
}) []string {
	it, err := from.Iter([]byte{0}, nil)
	return c.walk(it, err, 100)
}

// expected is what is left at a time.
func expected(held map[string][]byte, now int64) (all []string) {
	for k, v := range held {
		if e := expiries()[k[0]]; e.LifeUs > 0 {
			left, some := e.Alive(slices.Clone(v), now)
			if v = left; !some {
				continue
			}
		}
		all = append(all, fmt.Sprintf("%s=%s", k, v))
	}
	return sorted(all)
}
