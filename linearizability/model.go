package linearizability

// A model is a sequential specification over states S and operations O. It is written once and run twice: by porcupine, which searches
// for an order, and by the frontier, which follows all orders at once to learn the states possible at a cut.
type model[S comparable, O any] struct {
	// step writes the states that may follow s when o takes effect into next, at most two, and answers how many: none when o cannot take
	// effect in s. It may not keep o or next.
	step     func(s *S, o *O, next *[2]S) int
	hash     func(s *S) uint64 // equal states have equal hashes
	sayOp    func(o *O) string
	sayState func(s *S) string
}

// A call is one operation for the search: it takes effect at one point of the closed interval between two tickets.
type call[O any] struct {
	from, to int64
	client   int32
	place    int32 // in History.Ops
	op       O
}

// A partition is an object's operations, ascending by from, and the states it may begin in.
type partition[S comparable, O any] struct {
	model *model[S, O]
	init  []S
	calls []call[O]
}
