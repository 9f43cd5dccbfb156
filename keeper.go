package weir

import (
	"slices"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/blobs"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/linearizability"
)

// A keeper is storage of a simulated run that remembers what was deleted, so that a verdict can say in what a checkpoint was wrong whose
// files are gone. One goroutine uses it.
type keeper struct {
	*blobs.Memory
	gone map[string][]byte
	over bool // the run has ended: what was deleted can be read
	// rot changes the bytes of a blob that is read, as broken storage does; nil: it is sound.
	rot func(name string, b []byte) []byte
}

func newKeeper() *keeper { return &keeper{Memory: blobs.NewMemory(), gone: map[string][]byte{}} }

func (k *keeper) Delete(name string) error {
	if b, err := k.Memory.Get(name); err == nil {
		k.gone[name] = b
	}
	return k.Memory.Delete(name)
}

func (k *keeper) Get(name string) ([]byte, error) {
	if b, ok := k.gone[name]; ok && k.over {
		return slices.Clone(b), nil
	}
	b, err := k.Memory.Get(name)
	if err == nil && k.rot != nil && !k.over {
		b = k.rot(name, b)
	}
	return b, err
}

func (k *keeper) GetPart(name string, off, n int64) ([]byte, error) {
	if k.rot == nil {
		return k.Memory.GetPart(name, off, n)
	}
	b, err := k.Get(name)
	if err != nil {
		return nil, err
	}
	off = min(off, int64(len(b)))
	return b[off:min(int64(len(b)), off+n)], nil
}

var _ backends.Blobs = (*keeper)(nil)

func micros(n int) time.Duration { return time.Duration(n) * time.Microsecond }

// traceOf folds what judging saw into the trace of the engine's steps: offsets, digests, output and verdicts.
func traceOf(trace uint64, h *linearizability.History, vs []linearizability.Verdict) uint64 {
	mix := func(x uint64) {
		trace = (trace ^ x) * 0x9E3779B97F4A7C15
		trace ^= trace >> 29
	}
	text := func(s string) {
		for i := range len(s) {
			mix(uint64(s[i]))
		}
	}
	for i := range h.Cuts {
		c := &h.Cuts[i]
		mix(uint64(c.Ckpt))
		for _, off := range c.Offsets {
			mix(uint64(off))
		}
		mix(c.Got[0])
		mix(c.Got[1])
	}
	for i := range h.Output {
		text(h.Output[i].Name)
		for _, id := range h.Output[i].IDs {
			mix(uint64(id))
		}
	}
	for i := range vs {
		text(vs[i].Check)
		text(string(vs[i].Result))
		text(vs[i].Reason)
	}
	return trace
}

var _ engine.Observer = (*recorder)(nil)
