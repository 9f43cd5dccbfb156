package engine

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// What follows the failures of attempts, told as a story: each line is what happens at a time, and what the supervisor says then.
func TestSupervisor(t *testing.T) {
	s := &Supervisor{Restart: Restart{Strategy: "fixed-delay", Attempts: 2, Delay: 10}}
	next := func(now int64, want Turn, epoch int64) {
		t.Helper()
		if got, err := s.Next(now); got != want || s.Epoch != epoch || (err != nil) != (want == End) {
			t.Fatalf("at %d: turn %d of attempt %d, %v; want %d of %d", now, got, s.Epoch, err, want, epoch)
		}
	}
	next(0, Begin, 1)
	next(0, Rest, 1)
	s.Struck(1, Strike{Do: Kill, Delay: 50}, 100)
	next(149, Rest, 1)
	if s.Failed(1, errors.New("task/0: broken"), 120); s.Alarm() != 120 { // a failure that shows is detected at once
		t.Fatalf("detected at %d, want 120", s.Alarm())
	}
	next(120, Detect, 1)
	if s.Spared() || s.Lives() || s.Over(1) {
		t.Fatal("a detected attempt is spared, lives, or may end the run")
	}
	next(120, Rest, 1)
	next(129, Rest, 1)
	next(130, Begin, 2)

	s.Struck(2, Strike{Do: Zombie, Delay: 5}, 200)
	if s.Over(2) || !s.Failed(2, &Fatal{errors.New("fenced")}, 201) {
		t.Fatal("a zombie ends the run, or its failure counts")
	}
	next(205, Detect, 2)
	if !s.Spared() {
		t.Fatal("a zombie is not spared")
	}
	next(205, Rest, 2)
	next(215, Begin, 3)
	if s.Spared() || s.Over(2) || !s.Over(3) || !s.Failed(1, ErrFenced, 220) {
		t.Fatal("the newest attempt is not the one that counts")
	}

	s.Struck(3, Strike{Do: KillAll, Delay: 1000}, 300)
	s.Failed(3, &Fatal{errors.New("nothing is left")}, 310)
	next(310, Detect, 3)
	if turn, err := s.Next(310); turn != End || fmt.Sprint(err) != "attempt 3: nothing is left" {
		t.Fatalf("turn %d, %v", turn, err)
	}
	if turn, _ := s.Next(1 << 40); turn != Rest || s.Alarm() != -1 {
		t.Fatalf("after the end: turn %d, alarm %d", turn, s.Alarm())
	}
}

// A run that has failed for good says what failed, and what the restart strategy has to say.
func TestSupervisorGivesUp(t *testing.T) {
	s := &Supervisor{Restart: Restart{Strategy: "none"}}
	s.Next(0)
	cause := errors.New("disk on fire")
	s.Failed(1, cause, 7)
	s.Next(7)
	if turn, err := s.Next(7); turn != End || !errors.Is(err, cause) || !strings.Contains(err.Error(), "restart strategy none") || errors.As(err, new(*Felled)) {
		t.Errorf("turn %d, %v", turn, err)
	}
	for _, do := range []Action{Kill, KillAll, Zombie} { // and whether it was a fault that ended it
		s := &Supervisor{Restart: Restart{Strategy: "none"}}
		s.Next(0)
		s.Struck(1, Strike{Do: do}, 7)
		s.Next(7)
		if turn, err := s.Next(7); turn != End || !errors.As(err, new(*Felled)) {
			t.Errorf("strike %d: turn %d, %v", do, turn, err)
		}
	}
}

// Where no restart strategy ends a run whose code panics again and again, its supervisor does, unless something else happens in between.
func TestPanicsEndARun(t *testing.T) {
	for _, felled := range []int64{0, 10} { // an attempt that a fault ends
		s := &Supervisor{Restart: Restart{Strategy: "fixed-delay", Attempts: 1 << 40}}
		var end error
		for now := int64(0); end == nil && now < 100; now++ {
			if turn, err := s.Next(now); turn == End {
				end = err
			} else if turn == Begin && s.Epoch == felled {
				s.Struck(s.Epoch, Strike{Do: Kill}, now)
			} else if turn == Begin {
				s.Failed(s.Epoch, fmt.Errorf("task/0: %w", &Panicked{Value: s.Epoch}), now)
			}
		}
		want := fmt.Sprintf("attempt %d: task/0: panic: %[1]d; no other follows: it is the 20th in a row that panicked", 20+felled)
		if fmt.Sprint(end) != want {
			t.Errorf("with attempt %d ended by a fault: %v, want %s", felled, end, want)
		}
	}
}

// Only who dies by a strike loses the effects of its step.
func TestStrikeDrops(t *testing.T) {
	m := &Moment{Role: Role{TaskRole, 1}}
	for _, c := range []struct {
		k    Strike
		want bool
	}{
		{Strike{Do: Kill, Lost: true}, true},
		{Strike{Do: Kill}, false},
		{Strike{Do: Kill, Lost: true, Aimed: true, Target: Role{TaskRole, 1}}, true},
		{Strike{Do: Kill, Lost: true, Aimed: true, Target: Role{TaskRole, 0}}, false},
		{Strike{Do: KillAll, Lost: true, Aimed: true}, true},
		{Strike{Do: Zombie, Lost: true}, false},
		{Strike{Lost: true}, false},
	} {
		if got := c.k.Drops(m); got != c.want {
			t.Errorf("%+v drops the effects: %v, want %v", c.k, got, c.want)
		}
	}
}
