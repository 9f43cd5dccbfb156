package engine

import (
	"fmt"
	"strings"
)

// A txn is a transaction of a sink that may not be published yet.
type txn struct {
	ckpt, epoch int64  // where it came from
	sink        int    // and from which sink
	name        string // empty: not stored yet
	data        []byte
	out         string // the name under which it is published; empty: that was not asked for
	publishing  bool
	tries       int
}

// line is the transaction in the part of a sink: its checkpoint, its attempt, the sink that it came from unless that is the same, and where it is stored.
func (x *txn) line(sink int) string {
	if x.sink != sink {
		return fmt.Sprintf("%d:%d:%d:%s", x.ckpt, x.epoch, x.sink, x.name)
	}
	return fmt.Sprintf("%d:%d:%s", x.ckpt, x.epoch, x.name)
}

// parseTxn reads what line wrote.
func parseTxn(s string, sink int) (*txn, error) {
	x, field := &txn{sink: sink}, strings.Split(s, ":")
	numbers := []any{&x.ckpt, &x.epoch, &x.sink}
	n := len(field) - 1
	if n != 2 && n != 3 {
		return nil, fmt.Errorf("transaction %q: %w", s, ErrCorrupt)
	}
	if _, err := fmt.Sscan(strings.Join(field[:n], " "), numbers[:n]...); err != nil {
		return nil, fmt.Errorf("transaction %q: %w", s, ErrCorrupt)
	}
	x.name = field[n]
	return x, nil
}

// dealTxns deals the parts of sinks to so many: each transaction goes out as that of the sink that it came from, whichever publishes it. What cannot be
// read goes along as it is: the sink will say so.
func dealTxns(parts [][]byte, sinks int) [][]byte {
	dealt := make([][]byte, sinks)
	for i := range dealt {
		dealt[i] = []byte("txns")
	}
	for from, part := range parts {
		to := from % sinks
		for i, s := range strings.Fields(string(part)) {
			if x, err := parseTxn(s, from); i > 0 && err == nil {
				s = x.line(to)
			}
			if i > 0 {
				dealt[to] = append(append(dealt[to], ' '), s...)
			}
		}
	}
	return dealt
}
