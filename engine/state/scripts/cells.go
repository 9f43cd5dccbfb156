package scripts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine/state"
)

// A cell does an access for the current key and returns what it shows, as the model does. The verb want is a hint for a record.
type cell func(verb string, ns uint64, args []uint64) string

// A view is a type of values and how scripts write them.
type view[T any] struct {
	codec   backends.Codec[T]
	make    func(uint64) T
	content func(T) string
	change  func(old T, v uint64) T // in place, where that can be
}

// A space is a type of namespaces.
type space[N comparable] struct {
	codec tables.Namespace[N]
	make  func(uint64) N
	name  func(N) string
}

func longView() view[uint64] {
	return view[uint64]{
		codec: tables.Uint64{}, make: func(v uint64) uint64 { return v }, content: func(v uint64) string { return fmt.Sprintf("[%d]", v) },
		change: func(old, v uint64) uint64 { return old + v },
	}
}

func wordView() view[string] {
	return view[string]{
		codec: tables.String{}, make: textOf, content: func(v string) string { return "[" + numberOf(v) + "]" },
		change: func(_ string, v uint64) string { return textOf(v) },
	}
}

func wordsView() view[[]uint64] {
	return view[[]uint64]{
		codec: tables.Uint64s{}, make: func(v uint64) []uint64 { return contentOf(words, v) }, content: func(v []uint64) string { return fmt.Sprint(v) },
		change: func(old []uint64, v uint64) []uint64 {
			for i := range old {
				old[i] += v
			}
			return old
		},
	}
}

func noSpace() space[backends.Void] {
	return space[backends.Void]{tables.None{}, func(uint64) backends.Void { return backends.Void{} }, func(backends.Void) string { return "0" }}
}

func longSpace() space[uint64] {
	return space[uint64]{tables.Uint64{}, func(v uint64) uint64 { return v }, func(v uint64) string { return fmt.Sprint(v) }}
}

func laneSpace() space[uint64] { s := longSpace(); s.codec = lane{}; return s }

// lane is numbers that follow each other, from below zero, but for every fifth, which is kept beside them.
type lane struct{ tables.Uint64 }

func (lane) CodecName() string { return tables.CodecName(tables.Uint64{}) }

const below = 3

func (lane) Places(dst []int64, nss []uint64) []int64 {
	for _, ns := range nss {
		if ns%5 == 4 {
			dst = append(dst, tables.NoPlace)
		} else {
			dst = append(dst, int64(ns)-below)
		}
	}
	return dst
}

func (lane) Of(nth int64) uint64 { return uint64(nth + below) }

func wordSpace() space[string] { return space[string]{tables.String{}, textOf, numberOf} }

func (v view[T]) shown(x T, ok bool) string {
	if !ok {
		return "nothing"
	}
	return v.content(x)
}

func valueCell[N comparable, V any](t tables.Value[N, V], all tables.Updates[N, V], in space[N], of view[V]) cell {
	return func(verb string, n uint64, args []uint64) string {
		switch ns := in.make(n); verb {
		case "want":
			t.Want(int(args[0]), ns)
		case "get":
			return of.shown(t.Get(ns))
		case "set":
			t.Set(ns, of.make(args[0]))
		case "clear":
			t.Clear(ns)
		case "push":
			push(any(t).(tables.Value[N, []uint64]), ns, args[0])
		case "update":
			return update(all, n, args, in, of)
		}
		return ""
	}
}

// update changes what a namespace holds, and so many more, and that one again, and shows what they held.
func update[N comparable, V any](t tables.Updates[N, V], n uint64, args []uint64, in space[N], of view[V]) string {
	var nss []N
	for i := range args[1] + 1 {
		nss = append(nss, in.make(n+i))
	}
	var shows []string
	t.Update(append(nss, nss[0]), func(i int, v V, ok bool) V {
		shows = append(shows, of.shown(v, ok))
		if !ok {
			return of.make(args[0] + uint64(i))
		}
		return of.change(v, args[0]+uint64(i))
	})
	return strings.Join(shows, " ")
}

// push changes a value in place.
func push[N comparable](t tables.Value[N, []uint64], ns N, v uint64) {
	old, _ := t.Get(ns)
	if anew := pushed(old, v); anew != nil {
		t.Set(ns, anew)
	} else {
		t.Clear(ns)
	}
}

// average keeps a sum and a count, in a slice that it changes in place.
func average() state.Aggregate[uint64, []uint64, string] {
	return state.Aggregate[uint64, []uint64, string]{
		Create: func() []uint64 { return make([]uint64, 2) },
		Add:    func(acc []uint64, v uint64) []uint64 { acc[0] += v; acc[1]++; return acc },
		Result: func(acc []uint64) string { return fmt.Sprint(acc) },
	}
}

// A folding is a state into which numbers are folded.
type folding[N, Out any] interface {
	Add(ns N, v uint64)
	Get(ns N) (Out, bool)
	Clear(ns N)
}

func foldCell[N comparable, Out any](s folding[N, Out], in space[N], shown func(Out, bool) string) cell {
	return func(verb string, n uint64, args []uint64) string {
		switch ns := in.make(n); verb {
		case "add":
			s.Add(ns, args[0])
		case "clear":
			s.Clear(ns)
		case "get":
			return shown(s.Get(ns))
		}
		return ""
	}
}

func listCell[N comparable, V any](t tables.List[N, V], in space[N], of view[V]) cell {
	from := func(args []uint64) (vs []V) {
		for i := range args[1] {
			vs = append(vs, of.make(args[0]+i))
		}
		return vs
	}
	return func(verb string, n uint64, args []uint64) string {
		switch ns := in.make(n); verb {
		case "want":
			t.Want(int(args[0]), ns)
		case "add":
			t.Add(ns, of.make(args[0]))
		case "addall":
			t.AddAll(ns, from(args))
		case "set":
			t.Set(ns, from(args))
		case "clear":
			t.Clear(ns)
		case "each":
			var shows []string
			t.Each(ns, func(v V) bool { shows = append(shows, of.content(v)); return len(shows) != int(args[0]) })
			return strings.Join(shows, " ")
		}
		return ""
	}
}

// A userKey is a type of user keys of maps, and the number that one stands for.
type userKey[U comparable] struct {
	codec backends.Codec[U]
	make  func(uint64) U
	name  func(U) string
}

func mapCell[N, U comparable, V any](t tables.Map[N, U, V], in space[N], u userKey[U], of view[V]) cell {
	return func(verb string, n uint64, args []uint64) string {
		ns := in.make(n)
		switch verb {
		case "want":
			t.Want(int(args[0]), ns, u.make(0))
		case "get":
			return of.shown(t.Get(ns, u.make(args[0])))
		case "set":
			t.Set(ns, u.make(args[0]), of.make(args[1]))
		case "fill":
			for i := range args[2] {
				t.Set(ns, u.make(args[0]+i), of.make(args[1]))
			}
		case "remove":
			t.Remove(ns, u.make(args[0]))
		case "drop":
			for i := range args[1] {
				t.Remove(ns, u.make(args[0]+i))
			}
		case "clear":
			t.Clear(ns)
		case "each":
			return eachOf(t, ns, u, of, args)
		}
		return ""
	}
}

// endless is more than a map of a script ever has.
const endless = 10_000

// disturb changes a map while it is gone through, the same whichever entry that has come to.
func disturb[N, U comparable, V any](t tables.Map[N, U, V], ns N, u userKey[U], of view[V], from uint64) {
	if from%2 == 1 {
		t.Clear(ns)
	}
	for i := range uint64(disturbed) {
		t.Remove(ns, u.make(from+i))
	}
	t.Set(ns, u.make(from), of.make(from))
}

// disturbed is how many entries that removes.
const disturbed = 4

func eachOf[N, U comparable, V any](t tables.Map[N, U, V], ns N, u userKey[U], of view[V], args []uint64) string {
	var shows []string
	t.Each(ns, func(k U, v V) bool {
		shows = append(shows, u.name(k)+"="+of.content(v))
		even := strings.ContainsAny(u.name(k)[len(u.name(k))-1:], "02468")
		switch {
		case args[0] == 1 && even:
			t.Remove(ns, k)
		case args[0] == 2 && even:
			t.Set(ns, k, of.make(args[1]))
		case args[0] == 4:
			disturb(t, ns, u, of, args[1])
		}
		return args[0] != 3 && len(shows) < endless
	})
	switch {
	case len(shows) >= endless:
		return "no end"
	case args[0] == 3:
		return fmt.Sprint(len(shows))
	case args[0] == 4:
		return ""
	}
	slices.Sort(shows)
	return strings.Join(shows, " ")
}
