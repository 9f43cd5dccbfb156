package main

import (
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/workloads"
)

// fold is what the state must be, found without engine and backends: only the codecs are the same.
type fold struct {
	*site
	at     []int64
	seen   []workloads.Chain
	visits []map[string]uint64 // by user
}

func newFold(s *site) *fold {
	n := len(s.input.Keys)
	return &fold{s, make([]int64, len(s.input.Parts)), make([]workloads.Chain, n), make([]map[string]uint64, n)}
}

func (f *fold) To(offsets, _ []int64) {
	for p := range f.at {
		if offsets[p] < f.at[p] {
			*f = *newFold(f.site)
			break
		}
	}
	for p := range f.at {
		x := &f.input.Parts[p]
		for ; f.at[p] < offsets[p]; f.at[p]++ {
			off := f.at[p]
			u := x.Key[off]
			f.seen[u] = workloads.Chain{N: uint64(x.N[off]), H: x.H[off]}
			if f.visits[u] == nil {
				f.visits[u] = map[string]uint64{}
			}
			f.visits[u][f.pages[f.page[p][off]]]++
		}
	}
}

func (f *fold) Each(yield func(*backends.Entry)) {
	for u, seen := range f.seen {
		if seen.N == 0 {
			continue
		}
		group, key := int(f.input.Group[u]), tables.KeyPrefix(nil, f.users, uint64(u))
		yield(&backends.Entry{State: "seen", Group: group, Key: key, Value: workloads.ChainCodec().Append(nil, seen)})
		for page, n := range f.visits[u] {
			yield(&backends.Entry{State: "pages", Group: group, Key: append(key[:len(key):len(key)], page...), Value: tables.Uint64{}.Append(nil, n)})
		}
	}
}
