package window

import (
	"fmt"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// A Function makes rows of a window that fires. In is what its contents come to: what was reduced or aggregated, or all records as an
// iter.Seq, which is valid during the call. One that is engine.Checkpointed has operator state too: that of its task, whatever the key and the window.
type Function[K comparable, In, R any] interface {
	// Open opens states of its own, if it has any: per window, in the namespace Pane.Place, or per key.
	Open(s *tables.Scope[K]) error
	Process(p *Pane[K, R], in In)
	// Clear forgets what is kept for a window that is over. Of windows that merge it is called for what they became, and not for those that are gone.
	Clear(p *Pane[K, R])
}

// Func is a Function that keeps nothing.
type Func[K comparable, In, R any] func(p *Pane[K, R], in In)

// Open opens nothing.
func (Func[K, In, R]) Open(*tables.Scope[K]) error { return nil }

// Process calls f.
func (f Func[K, In, R]) Process(p *Pane[K, R], in In) { f(p, in) }

// Clear does nothing.
func (Func[K, In, R]) Clear(*Pane[K, R]) {}

// A Pane is a window that fires, as its function sees it. It is valid during the call.
type Pane[K comparable, R any] struct {
	Key    K
	Window Window

	out    *engine.Out[K, R]
	merges bool
}

// Time is the time of all that the window emits: its last.
func (p *Pane[K, R]) Time() int64 { return p.Window.Max() }

// Emit emits a row. A row has no time but what the function writes into it.
func (p *Pane[K, R]) Emit(r R) { p.out.Emit(r) }

// Watermark is event time.
func (p *Pane[K, R]) Watermark() int64 { return p.out.Watermark() }

// Now is processing time.
func (p *Pane[K, R]) Now() int64 { return p.out.Now() }

// Place is the namespace of what the function keeps per window. Windows that merge have none, as on Flink.
func (p *Pane[K, R]) Place() Window {
	if p.merges {
		panic(usage("state per window was asked for; there is none where windows merge"))
	}
	return p.Window
}

func usage(format string, args ...any) *backends.UsageError {
	return &backends.UsageError{State: contentsState, What: fmt.Sprintf(format, args...)}
}
