package sim

import (
	"encoding/binary"
	"errors"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
)

// mix makes one word part of the trace. What is mixed is the same in every run of the same choices: numbers, names and contents, never a
// pointer, a path, the text of an error, or a stack.
func (w *world) mix(x uint64) {
	t := (w.res.Trace ^ x) * 0x9E3779B97F4A7C15
	w.res.Trace = t ^ t>>29
}

func (w *world) mixBytes(b []byte) {
	w.mix(uint64(len(b)))
	for ; len(b) >= 8; b = b[8:] {
		w.mix(binary.LittleEndian.Uint64(b))
	}
	var last uint64
	for i, c := range b {
		last |= uint64(c) << (8 * i)
	}
	w.mix(last)
}

func (w *world) mixText(s string) {
	x := uint64(len(s))
	for i := range len(s) {
		x = (x ^ uint64(s[i])) * 1099511628211
	}
	w.mix(x)
}

// mixResult takes in what became of an operation. The name of a Put tells its content; what is put new is taken in itself.
func (w *world) mixResult(f *flight) {
	w.mixText(f.res.Name)
	w.mix(uint64(f.res.Verb)<<16 | uint64(f.fate)<<8 | class(f.res.Err))
	w.mixBytes(f.res.Data)
	if f.op.Verb == engine.PutNew {
		w.mixBytes(f.payload)
	}
}

// class is what kind of error it is.
func class(err error) uint64 {
	if err == nil {
		return 0
	}
	for i, kind := range [...]error{backends.ErrExists, backends.ErrAbsent, backends.ErrUnknown, engine.ErrCorrupt, engine.ErrFenced} {
		if errors.Is(err, kind) {
			return uint64(i + 1)
		}
	}
	return 255
}

func (w *world) mixFact(f *engine.Fact) {
	w.mix(uint64(f.Kind)<<56 ^ uint64(f.Ckpt)<<28 ^ uint64(f.Pos))
	for _, id := range f.IDs {
		w.mix(uint64(id))
	}
	w.mixText(f.Text)
	for i := range f.Cursors {
		c := &f.Cursors[i]
		w.mix(uint64(c.Part)<<48 ^ uint64(c.N))
		w.mix(c.H)
	}
	w.mix(f.Digest[0])
	w.mix(f.Digest[1])
	for i := range f.Lives {
		l := &f.Lives[i]
		w.mixText(l.State)
		for _, a := range [...]engine.Alive{l.Should, l.Has} {
			w.mix(uint64(a.N))
			w.mix(a.Digest[0])
			w.mix(a.Digest[1])
		}
	}
	if f.Entry != nil {
		w.mix(uint64(f.Entry.Epoch)<<32 ^ uint64(f.Entry.Ckpt))
	}
	w.mixBytes(f.Key)
	w.mix(uint64(f.Groups[0])<<32 | uint64(f.Groups[1]))
	for _, c := range f.Kept {
		w.mix(uint64(c))
	}
}
