package faults

import "github.com/weirbench/weir/engine"

// A Fault is an entry of the catalog: what can go wrong, by the name that people type after "do".
type Fault struct {
	Name    string
	Aliases []string // other names for it
	Doc     string   // one line
	// Where says which addresses it takes: "point", "records", "clock", "operation".
	Where []string
	// Strike makes the effect of a spec: on machines (Strike) or on storage operations (Fate); exactly one of the two is not nil.
	Strike func(*Spec) engine.Strike
	Fate   func(*Spec) engine.Fate
	// Check refuses a spec whose fields do not fit, beyond what Validate sees of all faults; nil: there is nothing more to see.
	Check func(*Spec) error
}

// A Spec is one fault of a plan, addressed by meaning.
type Spec struct {
	Do         string       // the name of a Fault
	At         engine.Point // NoPoint: not addressed by a point
	Checkpoint int64        // 0: any
	Occurrence int          // from 1: which time the point is passed (of that checkpoint and target); 0: the first
	After      int64        // records read by all sources together; 0: not addressed so
	Every      int64        // microseconds of the run's clock; 0: not addressed so
	Target     string       // "task/0", "all", "checkpoint-storage"; "": who passed the point
	Ops        []string     // of storage faults: put, manifest, get, delete; empty: the one that passed the point
	Outcome    string       // of storage faults: failed, applied, late, torn; "": failed
	Chance     float64      // of Every and of storage faults: 0 is 1
	Delay      int64        // microseconds: of the operation, or until the failure is detected
	Lost       bool         // of kills: the effects of the step at which it strikes never leave its machine
	Note       string       // for people
	Maybe      bool         // it need not strike for the run to be decided
	Pos        string       // file:line:column, for messages
}

// All are the faults that weir brings.
func All() []Fault {
	everywhere := []string{"point", "records", "clock"}
	storage := append(everywhere[:3:3], "operation")
	return []Fault{
		{Name: "kill", Doc: "a machine dies at once, or all of them do (target: all)", Where: everywhere, Strike: kill, Check: checkKill},
		{Name: "zombie", Doc: "the attempt is declared dead and replaced, and its machines live on", Where: everywhere, Strike: zombie, Check: checkZombie},
		{Name: "fail", Aliases: []string{"io-error"}, Doc: "a storage operation ends with an error; outcome says what became of it: failed, applied, late or torn", Where: storage, Fate: fail, Check: checkFail},
		{Name: "delay", Doc: "a storage operation takes effect later", Where: storage, Fate: delay, Check: checkDelay},
	}
}

// Find looks a fault up by its name or by an alias.
func Find(name string, among []Fault) (*Fault, bool) {
	for i := range among {
		f := &among[i]
		if f.Name == name {
			return f, true
		}
		for _, a := range f.Aliases {
			if a == name {
				return f, true
			}
		}
	}
	return nil, false
}

func kill(s *Spec) engine.Strike {
	if s.Target == "all" {
		return engine.Strike{Do: engine.KillAll, Lost: s.Lost, Delay: s.Delay}
	}
	role, aimed := engine.ParseRole(s.Target)
	return engine.Strike{Do: engine.Kill, Target: role, Aimed: aimed, Lost: s.Lost, Delay: s.Delay}
}

func checkKill(s *Spec) error {
	switch {
	case s.At == engine.AtDetected:
		return wrong("at", "at recovery.detected the attempt is dead already; recovery.restarting strikes the next one")
	case s.Every != 0 && s.Target == "":
		return wrong("target", "the clock does not say whom to kill; add target: all, or one like task/0")
	}
	return nil
}

func zombie(s *Spec) engine.Strike { return engine.Strike{Do: engine.Zombie, Delay: s.Delay} }

func checkZombie(s *Spec) error {
	if s.Lost {
		return wrong("lost", "a zombie's machines live on, so nothing of a step can be lost; leave it out, or do: kill")
	}
	return nil
}

func fail(s *Spec) engine.Fate {
	switch s.Outcome {
	case "applied":
		return engine.Fate{Do: engine.OpApplied, Delay: s.Delay}
	case "late":
		return engine.Fate{Do: engine.OpLate, Late: s.Delay}
	case "torn":
		return engine.Fate{Do: engine.OpTorn, Delay: s.Delay}
	}
	return engine.Fate{Do: engine.OpFailed, Delay: s.Delay}
}

func checkFail(s *Spec) error {
	kinds := s.kinds()
	only := func(kind string) bool { return len(kinds) == 1 && kinds[0] == kind }
	switch {
	case s.Outcome == "" || s.Outcome == "failed":
	case s.Outcome != "applied" && s.Outcome != "late" && s.Outcome != "torn":
		return wrong("outcome", "unknown outcome %q; want failed, applied, late or torn", s.Outcome)
	case only("get"):
		return wrong("outcome", "what is only read can but fail; leave outcome out, or say ops: [put]")
	case s.Outcome == "torn" && only("delete"):
		return wrong("outcome", "a deletion cannot be torn; want failed, applied or late")
	}
	return nil
}

func delay(s *Spec) engine.Fate { return engine.Fate{Delay: s.Delay} }

func checkDelay(s *Spec) error {
	switch {
	case s.Delay == 0:
		return wrong("delay", "how long is missing; add one like delay: 500 ms")
	case s.Outcome != "":
		return wrong("outcome", "a delayed operation ends well; leave outcome out, or do: fail")
	}
	return nil
}
