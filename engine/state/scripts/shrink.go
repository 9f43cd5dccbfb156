package scripts

import "slices"

// Shrink makes a script smaller as long as it fails: lines go, then numbers become smaller and options the plain ones, until nothing of that can be
// done any more. fails is asked at most so many times.
func Shrink(s Script, asks int, fails func(Script) *Difference) Script {
	k := &shrinking{s, asks, fails}
	if d := fails(s); d != nil && d.At < len(s.Lines) { // what follows is not needed
		k.try(Script{s.Options, s.Lines[:d.At+1]})
	}
	for before := ""; before != k.best.String() && k.asks > 0; {
		before = k.best.String()
		k.fewerLines()
		k.plainerOptions()
		k.smallerLines()
	}
	return k.best
}

type shrinking struct {
	best  Script
	asks  int
	fails func(Script) *Difference
}

// try takes a script for the best if it fails.
func (k *shrinking) try(s Script) bool {
	if k.asks == 0 {
		return false
	}
	k.asks--
	if k.fails(s) == nil {
		return false
	}
	k.best = s
	return true
}

// fewerLines takes away pieces: halves first, single lines last, from the end.
func (k *shrinking) fewerLines() {
	for size := max(1, len(k.best.Lines)/2); ; size /= 2 {
		for to := len(k.best.Lines); to > 0 && k.asks > 0; to -= size {
			from := max(0, to-size)
			if to <= len(k.best.Lines) {
				k.try(Script{k.best.Options, slices.Concat(k.best.Lines[:from], k.best.Lines[to:])})
			}
		}
		if size == 1 {
			return
		}
	}
}

func (k *shrinking) plainerOptions() {
	for i := range k.best.Options.settings() {
		s := k.best
		if on := s.Options.settings()[i].on; *on {
			*on = false
			k.try(s)
		}
	}
	for _, n := range []int{0, 1, k.best.Options.Groups / 2} {
		if s := k.best; n < s.Options.Groups {
			s.Options.Groups = n
			k.try(s)
		}
	}
}

// smallerLines tries smaller numbers, in every line that has the same at once and in each alone.
func (k *shrinking) smallerLines() {
	for i := range k.best.Lines {
		for n := range len(numbers(&k.best.Lines[i])) {
			k.smaller(i, n)
		}
		if l := k.best.Lines[i]; l.More {
			l.More = false
			k.try(k.with(i, l))
		}
	}
}

// smaller makes one number of a line as small as it can be.
func (k *shrinking) smaller(i, n int) {
	for _, less := range []func(uint64) uint64{func(uint64) uint64 { return 0 }, func(uint64) uint64 { return 1 }, func(x uint64) uint64 { return x / 2 }, func(x uint64) uint64 { return x - 1 }} {
		for k.asks > 0 {
			old := *numbers(&k.best.Lines[i])[n]
			if old == 0 || less(old) >= old {
				break
			}
			if !k.everywhere(i, n, old, less(old)) && !k.alone(i, n, less(old)) {
				break
			}
		}
	}
}

func (k *shrinking) with(i int, l Line) Script {
	lines := slices.Clone(k.best.Lines)
	lines[i] = l
	return Script{k.best.Options, lines}
}

func (k *shrinking) alone(i, n int, to uint64) bool {
	l := k.best.Lines[i].clone()
	*numbers(&l)[n] = to
	return k.try(k.with(i, l))
}

// everywhere replaces a number in that place of all lines: keys and namespaces must stay together.
func (k *shrinking) everywhere(i, n int, old, to uint64) bool {
	lines := slices.Clone(k.best.Lines)
	for j := range lines {
		lines[j] = lines[j].clone()
		if at := numbers(&lines[j]); n < len(at) && *at[n] == old && (lines[j].State == "") == (lines[i].State == "") {
			*at[n] = to
		}
	}
	return k.try(Script{k.best.Options, lines})
}

func (l Line) clone() Line {
	l.Args = slices.Clone(l.Args)
	return l
}

// numbers are what can be smaller in a line.
func numbers(l *Line) (all []*uint64) {
	if l.State != "" {
		all = append(all, &l.Key, &l.NS)
	}
	for i := range l.Args {
		all = append(all, &l.Args[i])
	}
	return all
}
