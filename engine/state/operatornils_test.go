package state_test

import (
	"errors"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine/state"
)

// No operator state takes nil: it would be found out in the checkpoint, where nobody knows who gave it.
func TestNilIsNoOperatorState(t *testing.T) {
	o := &state.Operator{Tasks: 1}
	of := backends.Codec[*uint64](pointers{})
	split, err := state.OpenSplit(o, "split", of)
	if err != nil {
		t.Fatal(err)
	}
	m, err := state.OpenBroadcast(o, "map", tables.String{}, of)
	if err != nil {
		t.Fatal(err)
	}
	keyed, err := state.OpenBroadcast(o, "keyed", of, tables.String{})
	if err != nil {
		t.Fatal(err)
	}
	one := uint64(1)
	split.Add(&one)
	m.Set("a", &one)
	for what, give := range map[string]func(){
		"Add":              func() { split.Add(nil) },
		"Set of a list":    func() { split.Set([]*uint64{&one, nil}) },
		"Set of a map":     func() { m.Set("b", nil) },
		"Set of a nil key": func() { keyed.Set(nil, "b") },
	} {
		func() {
			defer func() {
				var usage *backends.UsageError
				if err, _ := recover().(error); !errors.As(err, &usage) || usage.State == "" {
					t.Errorf("%s panics with %v, want a *backends.UsageError that names the state", what, err)
				}
			}()
			give()
		}()
	}
	if all := o.Capture(); len(all) != 3 || len(all[0].Elements) != 1 || len(all[1].Elements) != 1 || len(all[2].Elements) != 0 {
		t.Errorf("captured %v, want what was there", all)
	}
}

// counted is a codec that tells how often it is asked to encode.
type counted struct {
	tables.Uint64
	n *int
}

func (c counted) Append(b []byte, v uint64) []byte { *c.n++; return c.Uint64.Append(b, v) }

// To open a state encodes none of those that are open.
func TestOpenEncodesNothing(t *testing.T) {
	o, n := &state.Operator{Tasks: 1}, 0
	l, err := state.OpenSplit(o, "a", backends.Codec[uint64](counted{n: &n}))
	if err != nil {
		t.Fatal(err)
	}
	l.Set([]uint64{1, 2, 3})
	if _, err := state.OpenSplit(o, "b", tables.String{}); err != nil || n != 0 {
		t.Errorf("%v; %d elements of another state were encoded, want none", err, n)
	}
}
