package weir

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/state"
	"github.com/weirbench/weir/linearizability"
	"github.com/weirbench/weir/workloads"
)

// A difference is the first that was found between a checkpoint and the fold: where, and what should be there. Of one that could not be put
// into two values only where is set.
type difference struct{ where, want, got string }

func (d difference) tell(c *linearizability.Cut) { c.Diff, c.Should, c.Saw = d.where, d.want, d.got }

// explain says in what a checkpoint differs from the fold, entry by entry, as long as its files are there.
func explain(s *subject, fold workloads.Fold, e *engine.Entry, h *linearizability.History, blobs backends.Blobs) difference {
	l := &left{job: s.job, want: map[string][]backends.Entry{}}
	fold.Each(func(x *backends.Entry) {
		id := x.State + "\x00" + string(x.Key)
		l.want[id] = append(l.want[id], backends.Entry{State: x.State, Group: x.Group, Key: bytes.Clone(x.Key), Value: bytes.Clone(x.Value)})
	})
	for i := range h.Tasks {
		p, _ := engine.ParseStatePart(e.Parts[h.Parts+i])
		data, err := blobs.Get(p.Name)
		if err == nil {
			data, err = engine.Unseal(p.Name, data)
		}
		switch {
		case errors.Is(err, backends.ErrAbsent):
			return difference{where: "The digest differs; its files are deleted by now, so not in which key"}
		case err != nil:
			return difference{where: "The digest differs, and not in which key: " + err.Error()}
		}
		engine.EachEntry(p, data, l.see)
		held, _ := state.ParseShares([]byte(p.Held))
		for k := range held {
			if held[k].Mode != state.Broadcast || i == 0 {
				held[k].Each(func(x *backends.Entry) { l.see(x) })
			}
		}
	}
	return l.end()
}

// left is what was not seen yet of the entries that a state should have, by state and key. A list of a task may hold an element more than once.
type left struct {
	job   *workloads.Job
	want  map[string][]backends.Entry
	first difference
}

func (l *left) see(x *backends.Entry) error {
	if slices.Contains(l.job.Volatile, x.State) {
		return nil
	}
	id := x.State + "\x00" + string(x.Key)
	want := l.want[id]
	if len(want) <= 1 {
		delete(l.want, id)
	} else {
		l.want[id] = want[1:]
	}
	switch {
	case l.first != (difference{}):
	case len(want) == 0:
		l.first = differs(l.job, x, nil)
	case !bytes.Equal(want[0].Value, x.Value):
		l.first = differs(l.job, x, &want[0])
	}
	return nil
}

// end is the difference when all was seen.
func (l *left) end() difference {
	if l.first == (difference{}) && len(l.want) > 0 {
		least := slices.Min(slices.Collect(maps.Keys(l.want)))
		l.first = differs(l.job, nil, &l.want[least][0])
		l.first.where += fmt.Sprintf(", and %d other entries are missing, too", len(l.want)-1)
	}
	return l.first
}

// differs tells of an entry that is not as it should be: got is nil when it is missing, want when it should be.
func differs(job *workloads.Job, got, want *backends.Entry) difference {
	some := got
	if got == nil {
		some = want
	}
	where := fmt.Sprintf("State %s of key %s is not what the input makes of it", some.State, job.KeyName(some.Key))
	return difference{where, shown(job, want), shown(job, got)}
}

// shown is the value of an entry in the words of its job, or its first bytes.
func shown(job *workloads.Job, x *backends.Entry) string {
	if x == nil {
		return "nothing"
	}
	if job.Show != nil {
		if words := job.Show(x.State, x.Value); words != "" {
			return words
		}
	}
	const some = 16
	if len(x.Value) > some {
		return fmt.Sprintf("%x… (%d bytes)", x.Value[:some], len(x.Value))
	}
	return fmt.Sprintf("the bytes %x", x.Value)
}
