package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/state"
	"github.com/weirbench/weir/workloads"
)

// Clicks is the job that counts, for every user, the pages that he visits. A user's clicks are all in one partition.
func Clicks() workloads.Workload {
	params := []workloads.Param{
		workloads.Amount("keys", "10k", "how many users there are", 1, 1_000_000),
		workloads.Amount("pages", "50", "how many pages the site has", 1, 1000),
		workloads.Amount("records", "1M", "how many clicks there are", 1, 100_000_000),
	}
	return workloads.Workload{Name: "clicks", Doc: "pages that users visit: a count for each, in a map", Params: params, Open: func(o workloads.Options) (*workloads.Job, error) {
		v, err := workloads.Resolve(params, o)
		if err != nil {
			return nil, err
		}
		return newSite(o, int(v.Amount("keys")), int(v.Amount("pages")), v.Amount("records")).job(o), nil
	}}
}

// A site is all clicks, drawn before the run.
type site struct {
	input *workloads.Input
	users tables.KeyType[uint64]
	pages []string
	page  [][]int16 // by partition and offset
}

func newSite(o workloads.Options, users, pages int, clicks int64) *site {
	s := &site{users: tables.Longs(o.Groups), page: make([][]int16, o.Parts)}
	keys, names := make([]uint64, users), make([]string, users)
	for u := range keys {
		keys[u], names[u] = uint64(u), fmt.Sprint("user-", u)
	}
	for p := range pages {
		s.pages = append(s.pages, fmt.Sprintf("/page/%d", p))
	}
	r, by := rand.New(rand.NewPCG(o.Seed, 1)), make([][]int32, o.Parts)
	for range clicks {
		u := r.IntN(users)
		p := u % o.Parts
		by[p], s.page[p] = append(by[p], int32(u)), append(s.page[p], int16(r.IntN(1+r.IntN(pages)))) // the first pages more often
	}
	s.input = workloads.NewInput(s.users, keys, names, by)
	return s
}

func (s *site) job(o workloads.Options) *workloads.Job {
	return &workloads.Job{
		Input: s.input,
		Build: workloads.Builds(o, engine.Parts[uint64, string, workloads.Row]{
			Key:     s.users,
			Log:     func(part int) engine.Log[uint64, string] { return log{s, part} },
			Op:      func() engine.Operator[uint64, string, workloads.Row] { return &visits{parts: o.Parts} },
			Txn:     workloads.WriteRows(s.users),
			ReadKey: func(reader int, nth int64) uint64 { return uint64(s.input.Asked(o.Seed, reader, nth)) },
			Cursors: func(dst []engine.Cursor, e *backends.Entry) []engine.Cursor {
				seen, err := workloads.ChainCodec().Decode(e.Value)
				if e.State != "seen" || err != nil {
					return dst
				}
				return cursor(dst, binary.BigEndian.Uint64(e.Key), seen, o.Parts)
			},
		}),
		Fold:    func() workloads.Fold { return newFold(s) },
		Rows:    workloads.ReadRows(userName),
		Aside:   []string{"seen"},
		KeyName: userName,
	}
}

func userName(encoded []byte) string {
	if len(encoded) < 8 {
		return fmt.Sprintf("%x", encoded)
	}
	return fmt.Sprint("user-", binary.BigEndian.Uint64(encoded))
}

// cursor says where the chain of a user is.
func cursor(dst []engine.Cursor, user uint64, seen workloads.Chain, parts int) []engine.Cursor {
	return append(dst, engine.Cursor{Part: int(user % uint64(parts)), N: int64(seen.N), H: seen.H})
}

// log is one partition.
type log struct {
	*site
	part int
}

func (l log) Read(off int64, max int, users []uint64, pages []string, times []int64) ([]uint64, []string, []int64) {
	all := l.input.Parts[l.part].Key
	for ; max > 0 && off < int64(len(all)); max-- {
		users, pages = append(users, uint64(all[off])), append(pages, l.pages[l.page[l.part][off]])
		off++
	}
	return users, pages, times
}

// visits counts pages.
type visits struct {
	engine.Untimed[uint64, workloads.Row]
	parts int
	users *backends.Keys[uint64]
	seen  state.Value[workloads.Chain]
	pages state.Map[string, uint64]
}

func (v *visits) Open(s *tables.Scope[uint64]) (err error) {
	v.users = s.Keys
	if v.seen, err = state.OpenValue(s, "seen", workloads.ChainCodec()); err == nil {
		v.pages, err = state.OpenMap(s, "pages", tables.String{}, tables.Uint64{})
	}
	return err
}

func (v *visits) Process(page string, id engine.ID, _ int64, out *engine.Out[uint64, workloads.Row]) {
	n, _ := v.pages.Get(page)
	v.pages.Set(page, n+1)
	seen, _ := v.seen.Get()
	seen = seen.After(id)
	v.seen.Set(seen)
	out.Emit(workloads.Row{ID: id, Chain: seen})
}

func (v *visits) Cursors(dst []engine.Cursor) []engine.Cursor {
	if seen, ok := v.seen.Get(); ok {
		dst = cursor(dst, v.users.Cur().K, seen, v.parts)
	}
	return dst
}
