package faulttest

import (
	"fmt"
	"slices"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/faults"
)

// atPoints tries every pass of the script as an address.
func atPoints(f subject) error {
	if !takes(f, "point") {
		return nil
	}
	all, tried := script(), 0
	for i, p := range all {
		s := faults.Spec{At: p.point, Checkpoint: p.ckpt, Occurrence: p.nth, Target: p.role.String()}
		if p.role.Kind == engine.SupervisorRole {
			s = faults.Spec{At: p.point, Occurrence: int(p.ckpt-1)*3 + p.nth, Target: "task/1"}
		}
		if p.point == engine.AtInputEnd {
			s.Checkpoint, s.Occurrence = 0, int(p.ckpt-1)*3+p.nth
		}
		if p.point == engine.AtInputPhase { // whoever enters it: the target says whom to strike
			s.Target, s.Occurrence = "task/1", 2*(p.nth-1)+p.role.Index+1
		}
		if f.Fate != nil && faults.OpAt(p.point) == "" {
			continue
		}
		s, err := complete(f, s)
		if err != nil {
			continue
		}
		tried++
		if err := struckAt(f, s, all, i); err != nil {
			return err
		}
	}
	if tried == 0 {
		return fmt.Errorf("no point is accepted, though Where says so")
	}
	return nil
}

// struckAt plays the script and wants one strike, at a place of it.
func struckAt(f subject, s faults.Spec, all []pass, want int) error {
	x, err := f.fresh(f.Fault, s, nil, nil)
	if err != nil {
		return fmt.Errorf("%s: %v", s, err)
	}
	got := play(x, all)
	if len(got) != 1 || got[0] != want {
		var where []string
		for _, i := range got {
			where = append(where, all[i].String())
		}
		return fmt.Errorf("%s struck at %q; want %q", s, where, all[want])
	}
	k := x.Struck()[0]
	if k.Times != 1 || k.Ticket != int64(10*want) || k.At != int64(want) || k.Text != s.String() || k.By != all[want].role {
		return fmt.Errorf("%s: Struck says %d times, ticket %d, at %d, by %s; want 1 time, ticket %d, at %d, by %s", s, k.Times, k.Ticket, k.At, k.By, 10*want, want, all[want].role)
	}
	hits, passed := x.Hits(), map[engine.Point]int64{}
	for _, p := range all {
		passed[p.point]++
	}
	for p := range engine.Points {
		if hits[p] != passed[p] {
			return fmt.Errorf("%s: %d hits of %s; want %d", s, hits[p], p, passed[p])
		}
	}
	return nil
}

// nowhere tries addresses that the script never passes, one thing of each different.
func nowhere(f subject) error {
	for _, s := range []faults.Spec{
		{At: engine.AtUploading, Checkpoint: 4, Target: "task/0"},
		{At: engine.AtUploading, Checkpoint: 3, Target: "task/2"},
		{At: engine.AtUploading, Checkpoint: 3, Target: "task/0", Occurrence: 4},
		{At: engine.AtManifest, Checkpoint: 9},
		{After: 1_000_000},
		{Ops: []string{"put"}, Occurrence: 10_000},
	} {
		s, err := complete(f, s)
		if err != nil {
			continue
		}
		x, err := f.fresh(f.Fault, s, []int64{500, 400}, nil)
		if err != nil {
			return fmt.Errorf("%s: %v", s, err)
		}
		got := play(x, script())
		got = append(got, readAll(x, []int64{500, 400})...)
		if n := x.Struck()[0].Times; len(got) != 0 || n != 0 {
			return fmt.Errorf("%s struck %d times, as it says %d; want never", s, len(got), n)
		}
	}
	return nil
}

// readAll lets sources read, in turn and a record at a time, and note the cuts that the injector asked for. It returns how many records
// were read whenever it struck.
func readAll(x injector, parts []int64) (struck []int) {
	total := 0
	for off := int64(1); ; off++ {
		more := false
		for p, n := range parts {
			if off > n {
				continue
			}
			more = true
			total++
			if slices.Contains(x.Cuts(p), off) {
				m := &engine.Moment{Role: engine.Role{Kind: engine.SourceRole, Index: p}}
				_, ok := x.Noted(m, engine.Note{Point: engine.AtInputRecords, Ckpt: off})
				if ok || asks(x) {
					struck = append(struck, total)
				}
			}
		}
		if !more {
			return struck
		}
	}
}

// asks tells whether the next put is struck.
func asks(x injector) bool {
	f := x.Op(&engine.Moment{Role: engine.Role{Kind: engine.TaskRole}}, &engine.Op{Verb: engine.Put, Name: "state/1"})
	return f.Do != engine.OpFine || f.Delay != 0
}

func afterRecords(f subject) error {
	if !takes(f, "records") {
		return nil
	}
	for _, parts := range [][]int64{{100}, {50, 50}, {90, 10}, {1, 99, 0}, {34, 33, 33}} {
		for _, after := range []int64{1, 2, 3, 50, 99, 100} {
			s, err := complete(f, faults.Spec{After: after})
			if err != nil {
				return err
			}
			x, err := f.fresh(f.Fault, s, parts, nil)
			if err != nil {
				return fmt.Errorf("%s: %v", s, err)
			}
			var sum int64
			for p := range parts {
				for _, c := range x.Cuts(p) {
					sum += c
				}
			}
			if sum != after {
				return fmt.Errorf("%s over %v: the sources' shares are %d records together", s, parts, sum)
			}
			if got := readAll(x, parts); len(got) != 1 || int64(got[0]) < after || x.Struck()[0].Times != 1 {
				return fmt.Errorf("%s over %v struck after %v records; want once, when every share is read", s, parts, got)
			}
		}
	}
	return nil
}

func byClock(f subject) error {
	if !takes(f, "clock") {
		return nil
	}
	const period, until = 1000, 10_500
	for _, c := range []struct {
		chance float64
		want   int
	}{{0, 10}, {0.5, 5}} {
		s, err := complete(f, faults.Spec{Every: period, Chance: c.chance})
		if err != nil {
			return err
		}
		flip := 0
		x, err := f.fresh(f.Fault, s, nil, func(n int) int { flip++; return flip % 2 * (n - 1) })
		if err != nil {
			return fmt.Errorf("%s: %v", s, err)
		}
		struck := 0
		for now := int64(0); now <= until; now += 100 {
			due := x.Alarm() != 0 && x.Alarm() <= now
			if due != (now > 0 && now%period == 0) {
				return fmt.Errorf("%s: at %d the alarm is %d", s, now, x.Alarm())
			}
			if !due {
				continue
			}
			k, ok := x.Tick(now)
			if ok && k.Do == engine.Kill && !k.Aimed {
				return fmt.Errorf("%s: a strike of the clock has no target", s)
			}
			if ok || f.Fate != nil && asks(x) {
				struck++
			}
		}
		if k := x.Struck()[0]; struck != c.want || k.Times != struck {
			return fmt.Errorf("%s struck %d times within %d periods, as it says %d; want %d", s, struck, until/period, k.Times, c.want)
		}
	}
	return nil
}

func atOperations(f subject) error {
	if !takes(f, "operation") {
		return nil
	}
	for _, c := range []struct {
		spec faults.Spec
		want []int
	}{
		{faults.Spec{Ops: []string{"put"}}, []int{1}},
		{faults.Spec{Ops: []string{"put"}, Occurrence: 3}, []int{3}},
		{faults.Spec{Ops: []string{"manifest", "get"}}, nil},
		{faults.Spec{Ops: []string{"put"}, Chance: 0.5}, []int{2, 4, 6}},
		{faults.Spec{Ops: []string{"put"}, Target: "task/7"}, nil},
	} {
		s, err := complete(f, c.spec)
		if err != nil {
			return err
		}
		flip := 0
		x, err := f.fresh(f.Fault, s, nil, func(n int) int {
			if n <= 4 {
				return 0
			}
			flip++
			return flip % 2 * (n - 1)
		})
		if err != nil {
			return fmt.Errorf("%s: %v", s, err)
		}
		var got []int
		for i := 1; i <= 6; i++ {
			if asks(x) {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, c.want) {
			return fmt.Errorf("%s struck the puts %v of 6; want %v", s, got, c.want)
		}
	}
	return nil
}
