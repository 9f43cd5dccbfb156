package engine

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
)

var rewrite = flag.Bool("rewrite", false, "write what the scripts get as what they want")

// A desk is a coordinator with everything that it talks to played by a script: one source, one task, one sink, and storage that answers at once.
type desk struct {
	spec  Spec
	c     *Coordinator
	epoch int64
	now   int64
	alarm int64
	log   map[string][]byte // the catalog
	moods []string          // of storage, for the next puts
	rot   []int64           // checkpoints whose part the task cannot read
	out   []string
}

func (d *desk) say(format string, args ...any) { d.out = append(d.out, fmt.Sprintf(format, args...)) }

// start begins the next attempt and plays its recovery, up to where it runs.
func (d *desk) start() {
	d.epoch++
	d.alarm = 0
	d.c = &Coordinator{Common: Common{Index: 4, Role: Role{Kind: CoordinatorRole}, Coord: 4, Epoch: d.epoch, Spec: &d.spec}, tasks: 3, sources: 1, sinks: 1}
	d.step(Event{Kind: Start})
}

// step gives an event, answers what the coordinator asks of storage, and says what it did.
func (d *desk) step(ev Event) {
	var fx Effects
	ev.Now = d.now
	d.c.Step(&ev, &fx)
	if fx.Wake != 0 {
		d.alarm = fx.Wake
	}
	for _, f := range fx.Facts {
		switch f.Kind {
		case Committing:
			d.say("puts checkpoint %d at %d", f.Ckpt, f.Pos)
		case Committed:
			d.say("checkpoint %d is complete, kept are %v", f.Ckpt, f.Kept)
		case Aborted:
			d.say("aborts %d: %s", f.Ckpt, f.Text)
		case TookOver:
			d.say("attempt %d restores %d, keeps %v%s", d.epoch, f.Ckpt, f.Kept, because(f.Text))
		}
	}
	d.tells(fx.Tells)
	for _, op := range fx.Ops {
		d.step(Event{Kind: Done, Res: d.store(&op)})
	}
	d.replies(fx.Tells)
	switch {
	case fx.Err != nil:
		d.say("fails: %v", fx.Err)
	case fx.Over:
		d.say("the job is over")
	}
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return ", because " + why
}

// tells says what was told, of what goes to several machines once.
func (d *desk) tells(all []Msg) {
	for _, m := range all {
		switch {
		case m.Kind == Trigger:
			d.say("triggers %d at %d", m.Ckpt, d.now)
		case m.Kind == Complete && m.To == 0 && len(m.State) > 0:
			d.say("tells that %d is complete, and the last", m.Ckpt)
		case m.Kind == Complete && m.To == 0:
			d.say("tells that %d is complete", m.Ckpt)
		case m.Kind == Collect && m.Ckpt > 0:
			d.say("has the files of %d deleted", m.Ckpt)
		case m.Kind == Run && m.To == 0:
			d.say("runs")
		}
	}
}

// replies are those of the machines that restore.
func (d *desk) replies(all []Msg) {
	for _, m := range all {
		switch {
		case m.Kind == Restore && m.To == 1 && slices.Contains(d.rot, m.Ckpt):
			d.tell(Corrupt, 1, m.Ckpt, "its part is rotten")
			return
		case m.Kind == Restore:
			d.tell(Fetched, m.To, m.Ckpt, "")
		case m.Kind == Load:
			d.tell(Restored, m.To, m.Ckpt, "")
		}
	}
}

func (d *desk) tell(kind MsgKind, from int, ckpt int64, state string) {
	d.step(Event{Kind: Tell, Msg: Msg{Kind: kind, From: from, To: 4, Ckpt: ckpt, State: []byte(state)}})
}

// store does what an operation says, or what the script wants instead.
func (d *desk) store(op *Op) Result {
	r := Result{Tag: op.Tag, Verb: op.Verb, Name: op.Name}
	old, there := d.log[op.Name]
	if op.Verb != PutNew {
		if r.Data = old; !there {
			r.Err = backends.ErrAbsent
		}
		return r
	}
	mood := ""
	if len(d.moods) > 0 {
		mood, d.moods = d.moods[0], d.moods[1:]
	}
	switch payload, _ := Encode(op, nil); {
	case mood == "refuses":
		r.Err = errors.New("no space left")
	case mood == "loses":
		r.Err = backends.ErrUnknown
	case there:
		r.Err = backends.ErrExists
	case mood == "doubts": // it happens, and nobody is told
		d.log[op.Name] = payload
		r.Err = backends.ErrUnknown
	default:
		d.log[op.Name] = payload
	}
	return r
}

// do carries out a line of a script.
func (d *desk) do(line string) error {
	f := strings.Fields(line)
	num := func(i int) int64 {
		n, err := strconv.ParseInt(f[i], 10, 64)
		if err != nil {
			d.say("%q is no number", f[i])
		}
		return n
	}
	machine := func(name string) int { return slices.Index([]string{"source", "task", "sink"}, name) }
	switch f[0] {
	case "job":
		*d = desk{log: map[string][]byte{}, spec: Spec{Timeout: 1_000_000, Concurrent: 1, Retained: 1, Track: true}}
		for i := 1; i+1 < len(f); i += 2 {
			n := num(i + 1)
			switch f[i] {
			case "interval":
				d.spec.Interval = n
			case "timeout":
				d.spec.Timeout = n
			case "min-pause":
				d.spec.MinPause = n
			case "concurrent":
				d.spec.Concurrent = int(n)
			case "tolerable":
				d.spec.Tolerable = int(n)
			case "retained":
				d.spec.Retained = int(n)
			default:
				return fmt.Errorf("unknown setting %q", f[i])
			}
		}
		d.start()
	case "at":
		for to := num(1); d.now < to; d.now++ {
			if d.alarm != 0 && d.alarm <= d.now {
				d.alarm = 0
				d.step(Event{Kind: Wake})
			}
		}
	case "acks":
		for m := range 3 {
			d.tell(Ack, m, num(1), "offset 0 watermark 0")
		}
	case "ack":
		d.tell(Ack, machine(f[2]), num(1), "offset 0 watermark 0")
	case "decline":
		d.tell(Decline, machine(f[2]), num(1), "disk on fire")
	case "storage": // storage refuses refuses doubts: the next puts, in turn
		d.moods = append(d.moods, f[1:]...)
	case "rot":
		d.rot = append(d.rot, num(1))
	case "ended":
		d.tell(Ended, 0, 0, "")
	case "finished":
		d.tell(Finished, 2, 0, "")
	case "restart":
		d.start()
	default:
		return fmt.Errorf("unknown command %q", f[0])
	}
	return nil
}

// The coordinator's life as scripts: a line at the margin is done, the indented ones behind it are what the coordinator does then.
func TestCoordinatorScripts(t *testing.T) {
	const name = "testdata/coordinator.txt"
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	d := &desk{}
	for n, line := range strings.Split(strings.TrimSuffix(string(want), "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "\t"):
			continue
		case line != "" && line[0] != '#':
			if err := d.do(line); err != nil {
				t.Fatalf("%s:%d: %v", name, n+1, err)
			}
		}
		got.WriteString(line + "\n")
		for _, o := range d.out {
			got.WriteString("\t" + o + "\n")
		}
		d.out = d.out[:0]
	}
	if *rewrite {
		if err := os.WriteFile(name, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if got.String() != string(want) {
		t.Errorf("%s differs; with -rewrite, and the diff:\n%s", name, got.String())
	}
}
