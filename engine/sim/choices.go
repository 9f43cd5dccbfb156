package sim

import "math/rand/v2"

// A Lane is a kind of question. Lanes do not move each other: without a fault the schedule stays.
type Lane uint8

const (
	Plan  Lane = iota // the scenario's size and its faults, each in its own fixed places
	Sched             // who steps next, and with what
	Store             // what storage does with an operation
	lanes
)

// A Choice is an answer other than 0, with the number of its question in its lane.
type Choice struct {
	Lane Lane   `json:"l"`
	At   uint32 `json:"a"`
	Pick uint32 `json:"p"`
}

// Choices answer the questions of a run, each from 0 to n-1, where 0 is the simplest: no fault, no delay, the machine that ran last goes
// on. Only other answers are recorded. So the empty list is a run, the simplest; any part of a list is a run, and a simpler one.
type Choices struct {
	Log   []Choice // what was answered, in the order of the questions
	by    [lanes]chance
	given [lanes][]Choice
	at    [lanes]uint32
}

// chance answers a lane: other than 0 in rate of 256 questions.
type chance struct {
	rand *rand.PCG // nil: answers are given
	rate uint32
}

// Random answers by chance. How often each lane answers other than 0 is drawn too: some runs are wild, some nearly calm.
func Random(seed uint64) *Choices {
	c := &Choices{Log: make([]Choice, 0, 256)}
	swarm := rand.New(rand.NewPCG(seed, 0x77656972))
	for l := range c.by {
		c.by[l] = chance{rand.NewPCG(seed, 0x77656972+1+uint64(l)), []uint32{16, 64, 160, 256}[swarm.IntN(4)]}
	}
	c.by[Plan].rate = 240
	c.by[Store].rate /= 4
	return c
}

// Replay answers from a list, and 0 where the list says nothing. An answer too large for its question is taken modulo n.
func Replay(list []Choice) *Choices {
	c := &Choices{}
	for _, x := range list {
		if x.Lane < lanes {
			c.given[x.Lane] = append(c.given[x.Lane], x)
		}
	}
	return c
}

// Pick answers the next question of a lane.
func (c *Choices) Pick(l Lane, n int) (pick int) {
	at := c.at[l]
	c.at[l]++
	if n < 2 {
		return 0
	}
	if by := &c.by[l]; by.rand != nil {
		if u := by.rand.Uint64(); uint32(u&255) < by.rate {
			pick = int(u >> 32 * uint64(n) >> 32)
		}
	} else {
		pick = c.next(l, at) % n
	}
	if pick != 0 {
		c.Log = append(c.Log, Choice{l, at, uint32(pick)})
	}
	return pick
}

// next is the given answer to question at of a lane.
func (c *Choices) next(l Lane, at uint32) int {
	g := c.given[l]
	for len(g) > 0 && g[0].At < at {
		g = g[1:]
	}
	c.given[l] = g
	if len(g) > 0 && g[0].At == at {
		return int(g[0].Pick)
	}
	return 0
}

// Shrink looks for a shorter list of which fails is still true, in at most budget runs: it leaves out parts of the list, the half first,
// single answers last. fails should ask for the same failure, not for any.
func Shrink(list []Choice, fails func([]Choice) bool, budget int) []Choice {
	if budget--; budget >= 0 && fails(nil) {
		return nil
	}
	for n := (len(list) + 1) / 2; n >= 1 && budget > 0; {
		cut := false
		for from := 0; from < len(list) && budget > 0; budget-- {
			try := append(append([]Choice(nil), list[:from]...), list[min(len(list), from+n):]...)
			if fails(try) {
				list, cut = try, true
			} else {
				from += n
			}
		}
		if !cut || n > len(list) {
			n /= 2
		}
		n = min(n, (len(list)+1)/2)
	}
	return list
}
