package faults

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/weirbench/weir/engine"
)

func TestValidate(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"{at: checkpoint.uploaded, checkpoint: 3, do: kill, target: task/0}", ""},
		{"{after: 5000 records, do: kill}", ""},
		{"{every: 20 s, do: io-error, target: checkpoint-storage, ops: [put, get], probability: 0.01}", ""},
		{"{ops: [put], do: fail, probability: 0.01, outcome: torn}", ""},
		{"{at: recovery.restarting, do: kill, target: task/1}", ""},
		{"{at: checkpoint.triggered, do: delay, delay: 1 s, ops: [put]}", ""},
		{"{at: checkpoint.uploaded}", "do is missing; want one of kill, zombie, fail, io-error, delay"},
		{"{at: checkpoint.uploaded, do: kil}", `unknown fault "kil"; did you mean kill?`},
		{"{at: checkpoint.uploaded, do: explode}", `unknown fault "explode"; want one of kill, zombie, fail, io-error, delay`},
		{"{at: checkpoint.upoaded, do: kill}", `unknown point "checkpoint.upoaded"; did you mean checkpoint.uploaded?`},
		{"{at: uploaded, do: kill}", `unknown point "uploaded"; did you mean checkpoint.uploaded?`},
		{"{at: input.records, do: kill}", "input.records is passed where a fault asks for it; write after: 5000 records"},
		{"{do: kill}", "where it strikes is missing; add at, after or every, like at: checkpoint.uploaded"},
		{"{do: kill, ops: [put]}", "where it strikes is missing; add at, after or every, like at: checkpoint.uploaded"},
		{"{at: checkpoint.barrier, after: 5 records, do: kill}", "more than one of at, after and every; want one, and a fault of its own for each other"},
		{"{at: checkpoint.barrier, checkpoint: -1, do: kill}", "checkpoint -1; want 1 or more, or leave it out for any"},
		{"{at: checkpoint.barrier, occurrence: -1, do: kill}", "occurrence -1; want 1 for the first time, 2 for the second"},
		{"{after: -5 records, do: kill}", "after -5 records; want 1 or more"},
		{"{every: -1 s, do: kill, target: all}", "every -1 s; want a time above 0"},
		{"{at: checkpoint.barrier, do: kill, delay: -20 ms}", "a delay of -20 ms; want 0 or more"},
		{"{every: 1 s, do: kill, target: all, probability: 1.5}", "probability 1.5; want one above 0, up to 1"},
		{"{every: 1 s, do: kill, target: all, probability: NaN}", "probability NaN; want one above 0, up to 1"},
		{"{at: checkpoint.barrier, do: kill, probability: 0.5}", "kill at an address strikes for sure; leave probability out, or use every"},
		{"{after: 5 records, checkpoint: 3, do: kill}", "a checkpoint belongs to a point; add at, or leave checkpoint out"},
		{"{at: recovery.restarting, checkpoint: 3, do: kill}", "recovery.restarting belongs to no checkpoint; leave checkpoint out"},
		{"{after: 5 records, occurrence: 3, do: kill}", "an occurrence belongs to a point or to ops; leave it out"},
		{"{at: recovery.detected, do: kill}", "at recovery.detected the attempt is dead already; recovery.restarting strikes the next one"},
		{"{every: 1 s, do: kill}", "the clock does not say whom to kill; add target: all, or one like task/0"},
		{"{at: checkpoint.uploaded, do: kill, target: tsk/0}", `unknown target "tsk/0"; did you mean task/0?`},
		{"{at: checkpoint.uploaded, do: kill, target: supervisor}", `unknown target "supervisor"; want one of task/0, source/0, sink/0, reader/0, coordinator, collector, all`},
		{"{at: checkpoint.uploaded, do: kill, target: source/0}", "source/0 never passes checkpoint.uploaded; want task/0 or sink/0, or leave target out"},
		{"{at: checkpoint.uploaded, do: kill, target: checkpoint-storage}", "kill strikes machines; want all, or one like task/0"},
		{"{at: checkpoint.uploading, do: fail, target: all}", "a storage fault does not strike all machines; want checkpoint-storage, or who asks, like task/0"},
		{"{at: checkpoint.barrier, do: zombie, lost: true}", "a zombie's machines live on, so nothing of a step can be lost; leave it out, or do: kill"},
		{"{at: checkpoint.barrier, do: kill, ops: [put]}", "kill strikes machines, not operations; leave ops out, or do: fail"},
		{"{at: checkpoint.barrier, do: kill, outcome: torn}", "kill strikes machines, not operations; leave outcome out, or do: fail"},
		{"{at: checkpoint.barrier, do: fail}", "no operation begins at checkpoint.barrier; add ops, for the next one of those, like ops: [put]"},
		{"{at: checkpoint.manifest, do: fail, ops: [get]}", "what begins at checkpoint.manifest is a manifest; leave ops out"},
		{"{ops: [write], do: fail}", `unknown operation "write"; want one of put, manifest, get, delete`},
		{"{at: checkpoint.uploading, do: fail, lost: true}", "only a kill can lose the effects of a step; leave lost out"},
		{"{at: checkpoint.uploading, do: fail, outcome: lost}", `unknown outcome "lost"; want failed, applied, late or torn`},
		{"{at: recovery.downloading, do: fail, outcome: late}", "what is only read can but fail; leave outcome out, or say ops: [put]"},
		{"{at: checkpoint.deleting, do: fail, outcome: torn}", "a deletion cannot be torn; want failed, applied or late"},
		{"{at: checkpoint.uploading, do: delay}", "how long is missing; add one like delay: 500 ms"},
		{"{at: checkpoint.uploading, do: delay, delay: 1 s, outcome: late}", "a delayed operation ends well; leave outcome out, or do: fail"},
		{"{at: checkpoint.uploading, do: delay, delay: 5}", `delay "5" has no unit; want one like 20 s or 500 ms`},
		{"{at: checkpoint.uploading, do: delay, delay: 5 parsecs}", `delay "5 parsecs"; want one like 20 s, 500 ms or 20 us`},
		{"{after: many records, do: kill}", `after "many records"; want one like 5000 records`},
		{"{after: 99999999999G, do: kill}", `after "99999999999G"; want one like 5000 records`},
		{"{every: 1 s, do: kill, probability: 0}", `probability "0"; want one above 0, up to 1`},
		{"{at: checkpoint.barrier, do: kill, lost: yes}", `lost "yes"; want true or false`},
		{"{at: checkpoint.barrier, checkpoint: 1.5, do: kill}", `checkpoint "1.5"; want a whole number`},
		{"{at: checkpoint.barrier, doo: kill}", `unknown field "doo"; did you mean do?`},
		{"{at: [a, b], do: kill}", "at is a list; want one value"},
		{"do:0000,ops:", "an operation without a name; want one of put, manifest, get, delete"},
		{`{do: fail, ops: [put, ""]}`, "an operation without a name; want one of put, manifest, get, delete"},
	} {
		s, err := ParseSpec(c.line)
		if err == nil {
			err = Validate(s)
		}
		got := ""
		if err != nil {
			got = err.Error()
			if fe := (*FieldError)(nil); !errors.As(err, &fe) || fe.Field == "" || strings.Contains(got, "\n") {
				t.Errorf("%s: %q names no field, or is of several lines", c.line, got)
			}
		}
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.line, got, c.want)
		}
	}
}

func TestLinesThatDoNotParse(t *testing.T) {
	for _, line := range []string{"{kill}", `{note: "open, do: kill}`, "{ops: [put, do: fail}", `{note: "\q"}`} {
		if s, err := ParseSpec(line); err == nil {
			t.Errorf("%s parses as %s", line, s)
		}
	}
}

func TestNearest(t *testing.T) {
	among := []string{"kill", "zombie", "checkpoint.uploaded", "checkpoint.uploading", "recovery.restored"}
	for _, c := range []struct{ name, want string }{
		{"kil", "kill"}, {"klil", "kill"}, {"Kill", "kill"}, {"zombies", "zombie"}, {"uploaded", "checkpoint.uploaded"},
		{"checkpoint.uploded", "checkpoint.uploaded"}, {"recovery.restore", "recovery.restored"}, {"explosion", ""}, {"", ""},
	} {
		if got, ok := Nearest(c.name, among); got != c.want || ok != (c.want != "") {
			t.Errorf("Nearest(%q) = %q, %v; want %q", c.name, got, ok, c.want)
		}
	}
}

func at(x *Injector, p engine.Point, ckpt int64, r engine.Role) (engine.Strike, bool) {
	return x.Noted(&engine.Moment{Role: r}, engine.Note{Point: p, Ckpt: ckpt})
}

// Two faults at one address: the second waits until the address is passed again.
func TestTwoAtOneAddress(t *testing.T) {
	x, err := New([]Spec{{Do: "kill", At: engine.AtSynced, Checkpoint: 2}, {Do: "zombie", At: engine.AtSynced, Checkpoint: 2}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	task := engine.Role{Kind: engine.TaskRole}
	for i, want := range []engine.Action{engine.Kill, engine.Zombie, engine.Nothing} {
		if k, _ := at(x, engine.AtSynced, 2, task); k.Do != want || want != engine.Nothing && k.Fault != i {
			t.Errorf("pass %d: strike %d of fault %d, want %d of fault %d", i, k.Do, k.Fault, want, i)
		}
	}
}

// A source that has read its share once counts, though a recovery rewinds it.
func TestRecordsThatAreReadAgain(t *testing.T) {
	x, err := New([]Spec{{Do: "kill", After: 10}}, Options{PartRecords: []int64{100, 100}})
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct {
		part int
		want bool
	}{{0, false}, {0, false}, {1, true}, {1, false}} {
		if _, ok := at(x, engine.AtInputRecords, 5, engine.Role{Index: step.part}); ok != step.want {
			t.Errorf("step %d: struck %v, want %v", i, ok, step.want)
		}
	}
}

func TestNewSaysWhere(t *testing.T) {
	_, err := New([]Spec{{Do: "kill", At: engine.AtSynced}, {Do: "kill", Pos: "demo.yaml:12:5"}}, Options{})
	if err == nil || !strings.HasPrefix(err.Error(), "demo.yaml:12:5: where it strikes is missing") {
		t.Errorf("New: %v, want demo.yaml:12:5 in front", err)
	}
	if _, err = New([]Spec{{Do: "kill"}}, Options{}); err == nil || !strings.HasPrefix(err.Error(), "fault 1: ") {
		t.Errorf("New: %v, want fault 1 in front", err)
	}
}

// A late effect without a delay draws one, from the injector's chance alone.
func TestLate(t *testing.T) {
	x, err := New([]Spec{{Do: "fail", At: engine.AtManifest, Outcome: "late"}}, Options{Chance: func(n int) int { return n - 1 }})
	if err != nil {
		t.Fatal(err)
	}
	m := &engine.Moment{Role: engine.Role{Kind: engine.CoordinatorRole}}
	if f := x.Op(m, &engine.Op{Verb: engine.PutNew, Name: engine.EntryName(0), At: engine.AtManifest, Ckpt: 1}); f.Do != engine.OpLate || f.Late != 20_000 {
		t.Errorf("fate %+v, want late by 20000", f)
	}
}

func ExampleSpec_String() {
	fmt.Println(Spec{Do: "kill", At: engine.AtUploaded, Checkpoint: 3, Target: "task/0"})
	fmt.Println(Spec{Do: "kill", After: 5000, Target: "all", Note: "in the middle"})
	fmt.Println(Spec{Do: "fail", Every: 20_000_000, Target: "checkpoint-storage", Ops: []string{"put"}, Chance: 0.01})
	// Output:
	// {at: checkpoint.uploaded, checkpoint: 3, do: kill, target: task/0}
	// {after: 5000 records, do: kill, target: all, note: "in the middle"}
	// {every: 20 s, do: fail, target: checkpoint-storage, ops: [put], probability: 0.01}
}
