package window

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// setState is the state of which windows a key has, where windows merge.
const setState = "merging-window-set"

// A session is a window that merges, and the one in whose namespace its contents are: they stay where they began when the window grows.
type session struct{ is, place Window }

// sessions are a key's, by their start. No two touch.
type sessions struct {
	table tables.Value[backends.Void, []session]
	list  []session // of the current key
	dirty bool
}

func openSessions[K comparable](s *tables.Scope[K]) (x *sessions, err error) {
	x = &sessions{}
	x.table, err = tables.OpenValue(s, setState, tables.None{}, sessionCodec{})
	return x, err
}

// load makes the current key's windows list.
func (x *sessions) load() {
	x.list, _ = x.table.Get(backends.Void{})
	x.dirty = false
}

// store writes list down.
func (x *sessions) store() {
	switch {
	case !x.dirty:
	case len(x.list) == 0:
		x.table.Clear(backends.Void{})
	default:
		x.table.Set(backends.Void{}, x.list)
	}
}

// find is the place of a window in the list, -1 when it is not there.
func (x *sessions) find(w Window) int {
	return slices.IndexFunc(x.list, func(s session) bool { return s.is == w })
}

// touching is the part of the list that touches w.
func (x *sessions) touching(w Window) (from, to int) {
	for from < len(x.list) && x.list[from].is.End < w.Start {
		from++
	}
	for to = from; to < len(x.list) && x.list[to].is.touches(w); to++ {
	}
	return from, to
}

// replace puts one session in the place of some.
func (x *sessions) replace(from, to int, s session) {
	x.list = slices.Replace(x.list, from, to, s)
	x.dirty = true
}

func (x *sessions) retire(i int) {
	x.list = slices.Delete(x.list, i, i+1)
	x.dirty = true
}

// sessionCodec is the two windows of each session, 32 bytes.
type sessionCodec struct{}

const sessionWidth = 2 * windowWidth

func (sessionCodec) Append(b []byte, ss []session) []byte {
	for _, s := range ss {
		b = Namespace{}.Append(Namespace{}.Append(b, s.is), s.place)
	}
	return b
}

func (sessionCodec) Decode(b []byte) ([]session, error) {
	if len(b)%sessionWidth != 0 {
		return nil, fmt.Errorf("corrupt: %d bytes of sessions, want a multiple of %d", len(b), sessionWidth)
	}
	at := func(i int) int64 { return int64(binary.BigEndian.Uint64(b[i:])) }
	ss := make([]session, 0, len(b)/sessionWidth)
	for i := 0; i < len(b); i += sessionWidth {
		ss = append(ss, session{Window{at(i), at(i + 8)}, Window{at(i + 16), at(i + 24)}})
	}
	return ss, nil
}

func (sessionCodec) Width() int                  { return -1 }
func (sessionCodec) Shares() bool                { return true }
func (sessionCodec) Copy(ss []session) []session { return slices.Clone(ss) }
