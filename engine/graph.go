package engine

// A Graph is the machines of one attempt and the channels between them: all that a driver knows of a job.
type Graph struct {
	Machines []Machine // the coordinator is the last
	Roles    []Role    // by machine
	Chans    []Chan    // those of one writer follow one another
	// Close releases what the machines hold (stores). The driver calls it once, when no machine of the attempt is stepped any more and
	// none of its operations runs. nil: nothing to release.
	Close func() error
}

// A Chan goes from output Out of one machine to input In of another.
type Chan struct{ From, Out, To, In int }

// A Job makes the graph of an attempt. Epochs ascend from 1. An error ends the run: nothing was started.
type Job func(epoch int64) (*Graph, error)

// Find returns the machine of a role, -1 when there is none.
func (g *Graph) Find(r Role) int {
	for i := range g.Roles {
		if g.Roles[i] == r {
			return i
		}
	}
	return -1
}
