package engine

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// hushed is a log of six records a millisecond apart, before the third of which nothing comes for 100 microseconds.
type hushed struct{ after int64 }

func (hushed) Read(off int64, max int, keys []uint64, vals []backends.Void, times []int64) ([]uint64, []backends.Void, []int64) {
	for ; off < 6 && max > 0; off, max = off+1, max-1 {
		keys, vals, times = append(keys, 1), append(vals, backends.Void{}), append(times, 10+off)
	}
	return keys, vals, times
}

func (hushed) Silence(off int64) (at, long int64) {
	if off > 2 {
		return math.MaxInt64, 0
	}
	return 2, 100
}

func (h hushed) IdleAfter() int64 { return h.after }

// A source reads up to a silence, says in it that it is idle when that is due, and says so in its part; then it reads on. What an earlier
// attempt waited for is waited for again.
func TestSilence(t *testing.T) {
	for _, c := range []struct {
		after, from int64
		want        []string
	}{
		{0, 0, []string{"7: 2 rows, mark 10", "8: wake at 108", "108: 4 rows, mark 14", "109: the end"}},
		{30, 0, []string{"7: 2 rows, mark 10", "8: wake at 38", "38: idle", "38: wake at 108", "38: part offset 2 watermark 10 idle", "108: 4 rows, mark 14", "109: the end"}},
		{500, 0, []string{"7: 2 rows, mark 10", "8: wake at 108", "108: 4 rows, mark 14", "109: the end"}},
		{30, 2, []string{"7: wake at 37", "37: idle", "37: wake at 107", "37: part offset 2 watermark 10 idle", "107: 4 rows, mark 14", "108: the end"}},
		{30, 3, []string{"7: 3 rows, mark 14", "8: the end"}},
	} {
		if got := hush(t, c.after, c.from); !slices.Equal(got, c.want) {
			t.Errorf("idle after %d, from offset %d: %q, want %q", c.after, c.from, got, c.want)
		}
	}
}

func hush(t *testing.T, after, from int64) (all []string) {
	s := &Source[uint64, backends.Void]{Common: Common{Spec: &Spec{Sources: 1, Batch: 10}}, Log: hushed{after}, Key: tables.Longs(4)}
	s.silent = hushed{after}
	s.out.init(1, 4)
	now, fx := int64(5), Effects{}
	step := func(ev Event) {
		ev.Now = now
		fx.Reset()
		if s.Step(&ev, &fx); fx.Err != nil {
			t.Fatal(fx.Err)
		}
		for _, x := range fx.Sends {
			switch n := x.Batch.Cols.Len(); {
			case x.Batch.Idle:
				all = append(all, fmt.Sprintf("%d: idle", now))
			case x.Batch.Mark == EndOfTime:
				all = append(all, fmt.Sprintf("%d: the end", now))
			case n > 0:
				all = append(all, fmt.Sprintf("%d: %d rows, mark %d", now, n, x.Batch.Mark))
			}
			x.Batch.Free()
		}
		if fx.Wake != 0 {
			all = append(all, fmt.Sprintf("%d: wake at %d", now, fx.Wake))
		}
	}
	if from > 0 {
		step(Event{Kind: Tell, Msg: Msg{Kind: Restore, Ckpt: 1, State: SourcePart(from, 10+from-2)}})
	}
	step(Event{Kind: Tell, Msg: Msg{Kind: Run}})
	for now = 7; s.mark != EndOfTime; {
		switch {
		case fx.Takes&MayPoll != 0:
			step(Event{Kind: Poll})
			now++
		case fx.Wake == 0:
			t.Fatal("it neither reads nor wants to be woken")
		default:
			now = fx.Wake
			step(Event{Kind: Wake})
			if wake := fx.Wake; s.quiet.idle {
				step(Event{Kind: Tell, Msg: Msg{Kind: Trigger, Ckpt: 2}})
				all = append(all, fmt.Sprintf("%d: part %s", now, fx.Tells[0].State))
				fx.Wake = wake
			} else {
				now++
			}
		}
	}
	return all
}

// The watermark of a task is that of its inputs that count, never goes back, and, when all are idle, is the greatest whatever their order. An input that was
// idle counts again once it is not behind.
func TestIdleInputs(t *testing.T) {
	const rests, comes = NoMark, NoMark + 1 // it is idle; a record comes
	type say struct {
		ch   int
		mark int64
	}
	for name, c := range map[string]struct {
		says []say
		want []int64
	}{
		"an idle input holds nothing back":    {[]say{{0, 5}, {1, rests}, {0, 7}}, []int64{NoMark, 5, 7}},
		"back, it counts when it comes up":    {[]say{{0, 5}, {1, rests}, {1, comes}, {0, 9}, {1, 6}, {0, 12}, {1, 10}, {0, 20}, {1, 12}}, []int64{NoMark, 5, 5, 9, 9, 12, 12, 20, 20}},
		"it has come up, and holds back":      {[]say{{0, 5}, {1, rests}, {1, comes}, {1, 5}, {0, 9}, {1, 8}}, []int64{NoMark, 5, 5, 5, 5, 8}},
		"back in front, it counts at once":    {[]say{{0, 5}, {1, 7}, {1, rests}, {1, comes}, {0, 9}}, []int64{NoMark, 5, 5, 5, 7}},
		"it does not set it back":             {[]say{{0, 5}, {1, 3}, {1, rests}, {0, 9}, {1, 4}, {0, 10}, {1, 11}, {0, 12}}, []int64{NoMark, 3, 5, 9, 9, 10, 10, 11}},
		"a watermark takes it back as well":   {[]say{{0, 5}, {1, rests}, {1, 5}, {0, 9}}, []int64{NoMark, 5, 5, 5}},
		"long behind":                         {[]say{{0, 10}, {1, 10}, {0, rests}, {1, 100}, {0, comes}, {1, 200}, {0, 50}, {1, 300}}, []int64{NoMark, 10, 10, 100, 100, 200, 200, 300}},
		"all that are there are behind":       {[]say{{0, 10}, {1, 100}, {0, rests}, {0, comes}, {1, rests}, {0, 50}, {1, 99}, {0, 100}}, []int64{NoMark, 10, 100, 100, 100, 100, 100, 100}},
		"the only one that has come up":       {[]say{{0, 10}, {1, 100}, {0, rests}, {0, comes}, {1, rests}, {0, 150}}, []int64{NoMark, 10, 100, 100, 100, 150}},
		"all are, the greater last":           {[]say{{0, 5}, {1, 9}, {0, rests}, {1, rests}}, []int64{NoMark, 5, 9, 9}},
		"all are, the greater first":          {[]say{{0, 5}, {1, 9}, {1, rests}, {0, rests}}, []int64{NoMark, 5, 5, 9}},
		"all are, and one was behind":         {[]say{{0, 5}, {1, 9}, {0, rests}, {0, comes}, {0, 8}, {1, 11}, {1, rests}, {0, rests}}, []int64{NoMark, 5, 9, 9, 9, 11, 11, 11}},
		"one that ended is not idle":          {[]say{{0, EndOfTime}, {1, rests}}, []int64{NoMark, EndOfTime}},
		"time before zero passes":             {[]say{{0, -20}, {1, -15}, {0, -1}, {1, 0}, {0, 0}, {1, 1}}, []int64{NoMark, -20, -15, -1, 0, 0}},
		"an idle input without any watermark": {[]say{{0, rests}, {1, rests}, {0, comes}, {1, -3}, {0, -5}, {0, -3}}, []int64{NoMark, NoMark, NoMark, NoMark, -5, -3}},
	} {
		var a inputs
		a.init(2, false)
		var got []int64
		for _, s := range c.says {
			was, rose := a.low, false
			switch s.mark {
			case rests:
				rose = a.rest(s.ch)
			case comes:
				a.wake(s.ch)
			default:
				rose = a.mark(s.ch, s.mark)
			}
			if rose != (a.low > was) {
				t.Errorf("%s: it rose %v, and it was %d and is %d", name, rose, was, a.low)
			}
			got = append(got, a.low)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// Of three inputs one that was idle in front is back when the others are idle, or behind: the watermark is then its own.
func TestBackAlone(t *testing.T) {
	var a inputs
	a.init(3, false)
	a.mark(0, 10)
	a.mark(1, 100)
	a.mark(2, 200)
	a.rest(0)
	a.wake(0)
	a.rest(2)
	a.rest(1)
	a.wake(2)
	if a.low != 100 || !a.mark(2, 200) || a.low != 200 {
		t.Errorf("the watermark is %d, want 200", a.low)
	}
}
