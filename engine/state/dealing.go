package state

import (
	"encoding/binary"
	"errors"

	"github.com/weirbench/weir/backends"
)

// A Mode is how an operator state is dealt out when it is restored.
type Mode uint8

const (
	Split     Mode = iota // each element to one task
	Union                 // all elements to every task
	Broadcast             // one whole copy to every task
	modes
)

func (m Mode) String() string {
	return [modes + 1]string{"split list", "union list", "broadcast map", "state of no known mode"}[min(m, modes)]
}

// Group stands in the place of a key group in the entries of such a state.
func (m Mode) Group() int { return -1 - int(m) }

// A Share is what one task holds of one operator state.
type Share struct {
	Mode     Mode
	Name     string
	Form     string // which codecs its elements are of, as people can read it
	Elements []Element
}

// what is the share's kind, of which codecs.
func (s *Share) what() string { return s.Mode.String() + " " + s.Form }

// An Element is an encoded element of a list, which has no Value, or an entry of a map.
type Element struct{ Key, Value []byte }

// Each yields the elements as entries, with the mode's Group. An entry is valid until yield returns.
func (s *Share) Each(yield func(*backends.Entry)) {
	e := backends.Entry{State: s.Name, Group: s.Mode.Group()}
	for _, x := range s.Elements {
		e.Key, e.Value = x.Key, x.Value
		yield(&e)
	}
}

// AppendShares appends the bytes of what a task holds to b: for every state its mode, its name, its form and its elements, each with its
// length before it.
func AppendShares(b []byte, all []Share) []byte {
	text := func(s []byte) { b = append(binary.AppendUvarint(b, uint64(len(s))), s...) }
	for i := range all {
		b = append(b, byte(all[i].Mode))
		text([]byte(all[i].Name))
		text([]byte(all[i].Form))
		b = binary.AppendUvarint(b, uint64(len(all[i].Elements)))
		for _, x := range all[i].Elements {
			text(x.Key)
			text(x.Value)
		}
	}
	return b
}

var errShares = errors.New("corrupt: these bytes are no operator state")

// ParseShares reads what AppendShares wrote. The shares keep b.
func ParseShares(b []byte) (all []Share, err error) {
	ok := true
	number := func() uint64 {
		n, w := binary.Uvarint(b)
		if w <= 0 {
			ok, b = false, nil
			return 0
		}
		b = b[w:]
		return n
	}
	text := func() []byte {
		n := number()
		if n > uint64(len(b)) {
			ok, b = false, nil
			return nil
		}
		s := b[:n:n]
		b = b[n:]
		return s
	}
	for len(b) > 0 {
		s := Share{Mode: Mode(b[0])}
		b = b[1:]
		s.Name, s.Form = string(text()), string(text())
		for n := number(); n > 0 && ok; n-- {
			s.Elements = append(s.Elements, Element{text(), text()})
		}
		if !ok || s.Mode >= modes {
			return nil, errShares
		}
		all = append(all, s)
	}
	return all, nil
}

// Deal deals what the tasks of a checkpoint held out to so many tasks, as Flink does. A split list stays where it was when there are as many
// tasks, and else its elements go out in their order, in stretches that differ by one at most, the longer ones first. Of a union list
// every task has all elements, in the order of the tasks. Of a broadcast map task i has the copy of task i modulo those that there were.
func Deal(held [][]Share, tasks int) [][]Share {
	dealt := make([][]Share, tasks)
	for _, s := range named(held) {
		copies := make([]*Share, len(held))
		var all []Element
		for i := range held {
			if copies[i] = find(held[i], s.Name); copies[i] != nil {
				all = append(all, copies[i].Elements...)
			}
		}
		for i := range dealt {
			given := Share{s.Mode, s.Name, s.Form, all}
			switch {
			case s.Mode == Broadcast || s.Mode == Split && tasks == len(held):
				if given.Elements = nil; copies[i%len(held)] != nil {
					given.Elements = copies[i%len(held)].Elements
				}
			case s.Mode == Split:
				given.Elements = all[stretch(len(all), i, tasks):stretch(len(all), i+1, tasks)]
			}
			dealt[i] = append(dealt[i], given)
		}
	}
	return dealt
}

// stretch is where the i-th of so many stretches begins: those before it have one more each, as long as there is a remainder.
func stretch(elements, i, tasks int) int { return elements/tasks*i + min(i, elements%tasks) }

// named is every state that some task holds, once, without its elements.
func named(held [][]Share) (all []Share) {
	for _, shares := range held {
		for _, s := range shares {
			if find(all, s.Name) == nil {
				all = append(all, Share{Mode: s.Mode, Name: s.Name, Form: s.Form})
			}
		}
	}
	return all
}

func find(all []Share, name string) *Share {
	for i := range all {
		if all[i].Name == name {
			return &all[i]
		}
	}
	return nil
}
