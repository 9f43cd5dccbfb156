package pebble_test

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
)

func TestBackendWithTimersOnTheHeap(t *testing.T) {
	for _, place := range []backends.TimerPlace{backends.TimersOnHeap, backends.TimersPinned} {
		t.Run(string(place), func(t *testing.T) { run(t, pebble.Backend{KV: kv.Options{Timers: place}, InMemory: true}) })
	}
}
