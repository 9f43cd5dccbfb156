package engine_test

import (
	"fmt"
	"slices"
	"testing"

	e "github.com/weirbench/weir/engine"
)

// reads drives source 0 of two alone, by its clock: polls and wakes it until its input ends, and says what it read when. part is the state that
// it goes on from, nil for the beginning; it is triggered at stop, and then answers its part.
func reads(t *testing.T, phases []e.Phase, part []byte, from, stop int64) (said []string, at []byte) {
	t.Helper()
	g, err := build(&e.Spec{Sources: 2, Parallelism: 1, Groups: 4, Batch: 16, Phases: phases}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	now, fx, m := from, e.Effects{}, g.Machines[0]
	step := func(ev e.Event) {
		fx.Reset()
		ev.Now = now
		if e.Take(m, &ev, &fx); fx.Err != nil {
			t.Fatal(fx.Err)
		}
		for _, n := range fx.Notes {
			if n.Point == e.AtInputPhase {
				said = append(said, fmt.Sprintf("%d: phase %d from %d", now, n.Ckpt, n.From))
			}
		}
		for _, s := range fx.Sends {
			if n := s.Batch.Cols.Len(); n > 0 {
				said = append(said, fmt.Sprintf("%d: %d records", now, n))
			}
			if s.Batch.Mark == e.EndOfTime {
				said = append(said, fmt.Sprintf("%d: end", now))
			}
			s.Batch.Free()
		}
	}
	step(e.Event{Kind: e.Start})
	step(e.Event{Kind: e.Tell, Msg: e.Msg{Kind: e.Restore, Ckpt: 1, State: part}})
	step(e.Event{Kind: e.Tell, Msg: e.Msg{Kind: e.Run}})
	for range 200 {
		switch {
		case stop > 0 && now >= stop:
			step(e.Event{Kind: e.Tell, Msg: e.Msg{Kind: e.Trigger, Ckpt: 2}})
			return said, fx.Tells[0].State
		case fx.Takes&e.MayPoll != 0:
			step(e.Event{Kind: e.Poll})
			now += 100 // a step takes its time
		case fx.Wake > 0:
			now = max(now, fx.Wake)
			step(e.Event{Kind: e.Wake})
		default:
			return said, nil
		}
	}
	t.Fatalf("the source goes on for ever: %v", said)
	return nil, nil
}

func TestPhases(t *testing.T) {
	phases := []e.Phase{
		{Name: "fill", Records: 40},
		{Name: "settle", Idle: true, Duration: 5000},
		{Name: "fault", Idle: true},
		{Name: "measure", Rate: 2000, Duration: 10_000}, // one record of this source in a millisecond
		{Name: "measure", Duration: 250},
	}
	want := []string{
		"0: phase 0 from 0", "0: 16 records", "100: 4 records", "200: phase 1 from 20", "5200: phase 2 from 20", "5200: phase 3 from 20",
		"6201: 1 records", "7201: 1 records", "8201: 1 records", "9201: 1 records", "10201: 1 records", "11201: 1 records", "12201: 1 records",
		"13201: 1 records", "14201: 1 records", "15201: 1 records",
		"15201: phase 4 from 30", "15201: 16 records", "15301: 16 records", "15401: 16 records", "15501: phase 5 from 78", "15501: end",
	}
	got, _ := reads(t, phases, nil, 0, 0)
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}

	// A recovery goes on in the phase of the checkpoint, and what should have come meanwhile has come.
	_, part := reads(t, phases, nil, 0, 8203)
	if want := "offset 23 watermark 22 phase 3 since 5200 from 20"; string(part) != want {
		t.Fatalf("part %q, want %q", part, want)
	}
	got, _ = reads(t, phases, part, 12_000, 0)
	if want := []string{"12000: phase 3 from 20", "12000: 3 records"}; !slices.Equal(got[:2], want) {
		t.Errorf("restored: got %q, want %q first", got, want)
	}
}

// A phase with records and a duration ends with the first that is over.
func TestPhaseOfBoth(t *testing.T) {
	got, _ := reads(t, []e.Phase{{Name: "measure", Records: 40, Duration: 5000}, {Name: "measure", Records: 400, Duration: 250}}, nil, 0, 0)
	want := []string{"0: phase 0 from 0", "0: 16 records", "100: 4 records", "200: phase 1 from 20", "200: 16 records", "300: 16 records", "400: 16 records", "500: phase 2 from 68", "500: end"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// A phase that waits for a checkpoint goes on when one is complete that began in it, and no earlier one will do.
func TestSettleWaitsForACheckpoint(t *testing.T) {
	g, err := build(&e.Spec{Sources: 1, Parallelism: 1, Groups: 4, Batch: 16, Phases: []e.Phase{{Name: "fill", Records: 5}, {Name: "settle", Idle: true, Duration: 50, Checkpoints: 1}, {Name: "drain", Drain: true}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	fx, m, read := e.Effects{}, g.Machines[0], 0
	for i, step := range []struct {
		ev   e.Event
		read int // after it, and after the poll that it may allow
	}{
		{e.Event{Kind: e.Start}, 0},
		{e.Event{Kind: e.Tell, Msg: e.Msg{Kind: e.Restore}}, 0},
		{e.Event{Kind: e.Tell, Msg: e.Msg{Kind: e.Trigger, Ckpt: 3}}, 0}, // of the phase before
		{e.Event{Kind: e.Tell, Msg: e.Msg{Kind: e.Run}}, 5},
		{e.Event{Kind: e.Poll, Now: 10}, 5},
		{e.Event{Kind: e.Tell, Now: 20, Msg: e.Msg{Kind: e.Complete, Ckpt: 3}}, 5},
		{e.Event{Kind: e.Wake, Now: 60}, 5},
		{e.Event{Kind: e.Tell, Now: 70, Msg: e.Msg{Kind: e.Trigger, Ckpt: 4}}, 5},
		{e.Event{Kind: e.Tell, Now: 80, Msg: e.Msg{Kind: e.Complete, Ckpt: 4}}, 21},
	} {
		for ev, again := step.ev, true; again; ev = (e.Event{Kind: e.Poll, Now: step.ev.Now}) {
			fx.Reset()
			if e.Take(m, &ev, &fx); fx.Err != nil {
				t.Fatal(fx.Err)
			}
			for _, s := range fx.Sends {
				read += s.Batch.Cols.Len()
				s.Batch.Free()
			}
			again = fx.Takes&e.MayPoll != 0 && ev.Kind != e.Poll
		}
		if read != step.read {
			t.Fatalf("after event %d it has read %d records, want %d", i, read, step.read)
		}
	}
}

func TestDrainReadsAll(t *testing.T) {
	got, _ := reads(t, []e.Phase{{Name: "fill", Records: 10}, {Name: "drain", Drain: true}}, nil, 0, 0)
	n := 0
	for _, s := range got {
		var at, k int
		if c, _ := fmt.Sscanf(s, "%d: %d records", &at, &k); c == 2 {
			n += k
		}
	}
	if n != records {
		t.Errorf("%d records were read, want all %d: %q", n, records, got)
	}
}
