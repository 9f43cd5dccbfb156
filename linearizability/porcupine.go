package linearizability

import (
	"bytes"
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anishathalye/porcupine"
)

// search is porcupine's view of a model over sets of states: a set of one is a *S, a greater one a []S. It belongs to one search.
type search[S comparable, O any] struct {
	ctx   context.Context
	model *model[S, O]
	next  [2]S
	arena []S
	init  any
}

func newSearch[S comparable, O any](ctx context.Context, p *partition[S, O]) *search[S, O] {
	s := &search[S, O]{ctx: ctx, model: p.model, arena: make([]S, 0, len(p.calls)+1)}
	s.init = any(slices.Clone(p.init))
	if len(p.init) == 1 {
		s.init = s.keep(&p.init[0])
	}
	return s
}

// keep copies a state to where it stays. States are many and live as long as the search, so they are made by the block.
func (s *search[S, O]) keep(state *S) *S {
	if len(s.arena) == cap(s.arena) {
		s.arena = make([]S, 0, 64)
	}
	s.arena = append(s.arena, *state)
	return &s.arena[len(s.arena)-1]
}

func (s *search[S, O]) step(state, input, _ any) (bool, any) {
	if s.ctx.Err() != nil {
		return false, nil
	}
	op := &input.(*call[O]).op
	if one, ok := state.(*S); ok {
		switch s.model.step(one, op, &s.next) {
		case 0:
			return false, nil
		case 1:
			return true, s.keep(&s.next[0])
		}
		return true, s.set(slices.Clone(s.next[:]))
	}
	var after []S
	for i := range state.([]S) {
		n := s.model.step(&state.([]S)[i], op, &s.next)
		for _, x := range s.next[:n] {
			if !slices.Contains(after, x) {
				after = append(after, x)
			}
		}
	}
	return len(after) > 0, s.set(after)
}

func (s *search[S, O]) set(states []S) any {
	if len(states) == 1 {
		return s.keep(&states[0])
	}
	return states
}

func (s *search[S, O]) equal(a, b any) bool {
	x, one := a.(*S)
	y, other := b.(*S)
	if one && other {
		return *x == *y
	}
	if one != other {
		return false
	}
	p, q := a.([]S), b.([]S)
	return len(p) == len(q) && !slices.ContainsFunc(p, func(s S) bool { return !slices.Contains(q, s) })
}

func (s *search[S, O]) hash(state any) (h uint64) {
	if one, ok := state.(*S); ok {
		return s.model.hash(one)
	}
	for i := range state.([]S) {
		h ^= s.model.hash(&state.([]S)[i])
	}
	return h
}

func (s *search[S, O]) say(state any) string {
	if one, ok := state.(*S); ok {
		return s.model.sayState(one)
	}
	var all []string
	for i := range state.([]S) {
		all = append(all, s.model.sayState(&state.([]S)[i]))
	}
	return strings.Join(all, " or ")
}

func (s *search[S, O]) porcupine() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return s.init }, Step: s.step, Equal: s.equal, Hash: s.hash,
		DescribeOperation: func(in, _ any) string { return s.model.sayOp(&in.(*call[O]).op) },
		DescribeState:     s.say,
	}
}

func operations[O any](calls []call[O]) []porcupine.Operation {
	ops := make([]porcupine.Operation, len(calls))
	for i := range calls {
		c := &calls[i]
		ops[i] = porcupine.Operation{ClientId: int(c.client), Input: c, Call: c.from, Return: c.to}
	}
	return ops
}

// number gives clients small numbers, by their first operation: the page has a row for each number up to the greatest.
func number(ops []porcupine.Operation) {
	rows := map[int]int{}
	for i := range ops {
		row, ok := rows[ops[i].ClientId]
		if !ok {
			row = len(rows)
			rows[ops[i].ClientId] = row
		}
		ops[i].ClientId = row
	}
}

// answer is what a search of one piece said.
type answer uint8

const (
	unsearched answer = iota
	legal
	illegal
)

func searchOne[S comparable, O any](ctx context.Context, p *partition[S, O], timeout time.Duration) answer {
	result := porcupine.CheckOperationsTimeout(newSearch(ctx, p).porcupine(), operations(p.calls), timeout)
	switch {
	case ctx.Err() != nil || result == porcupine.Unknown:
		return unsearched
	case result == porcupine.Illegal:
		return illegal
	}
	return legal
}

// searchAll searches partitions by a pool of workers until the time is over, and answers the first that has no order, -1 when all have
// one, and how many were not decided. Which one is first does not depend on the workers.
func searchAll[S comparable, O any](ctx context.Context, all []partition[S, O], o Options) (bad, unknown int) {
	deadline := time.Now().Add(o.Timeout)
	answers := make([]answer, len(all))
	var next, worst atomic.Int64
	worst.Store(int64(len(all)))
	work := func() {
		for i := next.Add(1) - 1; i < worst.Load(); i = next.Add(1) - 1 {
			left := time.Until(deadline)
			if left <= 0 {
				return
			}
			if answers[i] = searchOne(ctx, &all[i], left); answers[i] == illegal {
				for w := worst.Load(); i < w && !worst.CompareAndSwap(w, i); w = worst.Load() {
				}
			}
		}
	}
	workers := o.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if workers = min(workers, len(all)); workers == 1 {
		work()
	} else {
		var wg sync.WaitGroup
		for range workers {
			wg.Go(work)
		}
		wg.Wait()
	}
	if bad = slices.Index(answers, illegal); bad < 0 {
		for _, a := range answers {
			if a == unsearched {
				unknown++
			}
		}
	}
	return bad, unknown
}

// pageMax is the size of the largest page, in bytes.
const pageMax = 5 << 20

// picture searches an illegal piece again, keeping what it learns, and answers the longest order found (as places in p.calls) and
// porcupine's page, nil when that has more bytes than most.
func picture[S comparable, O any](ctx context.Context, p *partition[S, O], timeout time.Duration, most int) (order []int, page []byte) {
	s := newSearch(ctx, p).porcupine()
	ops := operations(p.calls)
	number(ops)
	result, info := porcupine.CheckOperationsVerbose(s, ops, timeout)
	if result != porcupine.Illegal || ctx.Err() != nil {
		return nil, nil
	}
	for _, partial := range info.PartialLinearizations()[0] {
		if len(partial) > len(order) || len(partial) == len(order) && slices.Compare(partial, order) < 0 {
			order = partial
		}
	}
	var b bytes.Buffer
	if err := porcupine.Visualize(s, info, &b); err != nil || b.Len() > most {
		return order, nil
	}
	return order, b.Bytes()
}
