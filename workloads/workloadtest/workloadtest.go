package workloadtest

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/weirbench/weir/workloads"
)

// Run tests a workload. small are the parameters, besides the defaults, that make it some hundred records long.
func Run(t *testing.T, w workloads.Workload, small map[string]string) {
	run(t, subject{w, small, []int{1, 2, 5}})
}

// RunAlone is Run for parameters with which a workload takes one source partition and no more.
func RunAlone(t *testing.T, w workloads.Workload, small map[string]string) {
	run(t, subject{w, small, []int{1}})
}

func run(t *testing.T, s subject) {
	for _, c := range clauses() {
		t.Run(c.name, func(t *testing.T) {
			if err := c.check(s); err != nil {
				t.Errorf("%v\nthe broken promise: %s", err, c.promise)
			}
		})
	}
}

// A clause is one promise of a workload.
type clause struct {
	name, promise string
	check         func(subject) error
}

func clauses() []clause {
	return []clause{
		{"parameters", "A workload opens with its defaults, and says in one line what is wrong with a parameter and what would be right.", parameters},
		{"shape", "A workload refuses numbers of partitions and key groups that no job can have, and graphs of others than it was opened for.", shape},
		{"replays", "A partition reads the same whatever the size of the pieces, at every replay, and ends.", replays},
		{"opens-alike", "The same parameters and seed make the same input, to the byte, however often a workload is opened.", opensAlike},
		{"input", "Input says of every record its key, key group, place and chain, and of every offset its watermark.", input},
		{"fold", "The fold of a cut is what a store holds that processed the cut, entry by entry; going back is as good as going on.", folds},
		{"rows", "A transaction says of every record, once, its key and the key's count and chain.", transactions},
		{"corrupt-rows", "Bytes that are no transaction are an error, never a panic.", corrupt},
		{"windows", "What windows must have told is what they tell, once, and the records that are late come out as such, once.", windows},
		{"looks", "What records saw of state that expires is what was written last and had not expired, of each record once.", looks},
		{"cursors", "A reader is told of every partition where the chain of its key is.", cursors},
	}
}

// A subject is a workload with parameters that make it small.
type subject struct {
	workloads.Workload
	small  map[string]string
	shapes []int // the numbers of partitions that the clauses try
}

// groups is the number of key groups in all clauses.
const groups = 16

func (s subject) open(parts int) (*workloads.Job, error) {
	return s.openWith(s.small, workloads.Options{Seed: 7, Parts: parts, Groups: groups})
}

func (s subject) openWith(given map[string]string, o workloads.Options) (*workloads.Job, error) {
	o.Params = map[string]string{}
	for _, p := range s.Params {
		o.Params[p.Name] = p.Default
	}
	maps.Copy(o.Params, given)
	return s.Open(o)
}

func parameters(s subject) error {
	if s.Name == "" || s.Doc == "" || strings.Contains(s.Doc, "\n") {
		return fmt.Errorf("name %q, doc %q; want both, on one line", s.Name, s.Doc)
	}
	if _, err := s.openWith(nil, workloads.Options{Parts: 1, Groups: groups}); err != nil {
		return fmt.Errorf("with the defaults: %v", err)
	}
	for _, p := range s.Params {
		if p.Name == "" || p.Doc == "" {
			return fmt.Errorf("parameter %q, doc %q; want both", p.Name, p.Doc)
		}
		if p.Check == nil {
			continue
		}
		if err := p.Check(p.Default); err != nil {
			return fmt.Errorf("the default of %s: %v", p.Name, err)
		}
		refused := 0
		for _, v := range []string{"", "-1", "0", "1.5", "NaN", "1e999", "99999999999999999999", "9000000000000G", "yes\nno", strings.Repeat("x", 10_000)} {
			err := p.Check(v)
			if err == nil {
				continue
			}
			refused++
			if err := oneLine(err, p.Name); err != nil {
				return err
			}
			given := maps.Clone(s.small)
			if given == nil {
				given = map[string]string{}
			}
			given[p.Name] = v
			_, err = s.openWith(given, workloads.Options{Parts: 1, Groups: groups})
			if err == nil {
				return fmt.Errorf("Check refuses %s %.40q, Open does not", p.Name, v)
			}
			if err := oneLine(err, p.Name); err != nil {
				return err
			}
		}
		if refused == 0 {
			return fmt.Errorf("parameter %s takes anything", p.Name)
		}
	}
	return nil
}

// oneLine wants a message that names the parameter and says what would be right.
func oneLine(err error, name string) error {
	if msg := err.Error(); strings.Contains(msg, "\n") || len(msg) > 200 || !strings.Contains(msg, name) || !strings.Contains(msg, "want ") {
		return fmt.Errorf("message %q; want one short line with %s and what would be right", msg, name)
	}
	return nil
}

func shape(s subject) error {
	for _, o := range []workloads.Options{{Parts: 0, Groups: 16}, {Parts: 64, Groups: 16}, {Parts: 1, Groups: 0}, {Parts: 1, Groups: 1<<15 + 1}} {
		if _, err := s.openWith(s.small, o); err == nil {
			return fmt.Errorf("it opens for %d partitions and %d key groups", o.Parts, o.Groups)
		}
	}
	job, err := s.open(s.shapes[0])
	if err != nil {
		return err
	}
	spec, _ := newSpec(s.shapes[0]+1, 1)
	if g, err := job.Build(spec, 1); err == nil {
		g.Close()
		return fmt.Errorf("a job opened for %d partitions builds a graph of %d", s.shapes[0], s.shapes[0]+1)
	}
	return nil
}
