package workloads

import (
	"encoding/binary"
	"fmt"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// What workloads are made with, for those of other modules: parameters, the input of a keyed topic, the chain that every key keeps, and
// transactions that say it of every record.

// Amount is a parameter that counts something, from least to most: "5000000", "5M", "128 B", "4 KiB".
func Amount(name, def, doc string, least, most int64) Param {
	return amount(name, def, doc, least, most)
}

// Measure is a parameter that counts in a unit, from least to most: Millis, Micros, Bytes or InRecords. A time or a size may also be given with a unit
// of its own: "10 s", "200 ms", "32 KiB".
func Measure(unit, name, def, doc string, least, most int64) Param {
	return measure(unit, name, def, doc, least, most)
}

// Choice is a parameter that is one of few words, the first by default.
func Choice(name, doc string, words ...string) Param { return choice(name, doc, words...) }

// Values are the parameters of a workload, checked.
type Values struct{ all values }

// Resolve checks what a job is opened with: every parameter, and that a graph can have so many partitions and key groups.
func Resolve(params []Param, o Options) (Values, error) {
	v, err := resolve(params, o.Params)
	if err == nil {
		err = checkShape(o)
	}
	return Values{v}, err
}

// Amount is the value of a parameter that Amount or Measure made, in its unit.
func (v Values) Amount(name string) int64 { return v.all.amount(name) }

// Text is any parameter as it was given, or its default.
func (v Values) Text(name string) string { return v.all.text(name) }

// NewInput is the log of a keyed topic: parts are the key numbers of every partition by offset, names those of the keys by number. Places
// and chains follow from that. It has no event time; Mark may be set.
func NewInput[K comparable](t tables.KeyType[K], keys []K, names []string, parts [][]int32) *Input {
	in := &Input{Keys: names, Group: groupsOf(t, keys)}
	for p, numbers := range parts {
		x := Part{Key: numbers, N: make([]int32, len(numbers)), H: make([]uint64, len(numbers))}
		heads := make([]Chain, len(keys))
		for off, k := range numbers {
			heads[k] = heads[k].see(engine.MakeID(p, int64(off)))
			x.N[off], x.H[off] = int32(heads[k].N), heads[k].H
		}
		in.Parts = append(in.Parts, x)
	}
	return in
}

// Asked is the key number that a reader asks for, drawn from a seed: that of some record, so that keys are read as often as they are written.
func (in *Input) Asked(seed uint64, reader int, nth int64) int32 { return in.asked(seed, reader, nth) }

// After is the chain with one record more.
func (c Chain) After(id engine.ID) Chain { return c.see(id) }

// ChainCodec is the codec of a Chain: 16 bytes.
func ChainCodec() backends.Codec[Chain] { return chains{} }

// WriteRows makes transactions of the rows that an operator emits, one for every record.
func WriteRows[K comparable](t tables.KeyType[K]) func() engine.Txn[K, Row] {
	return func() engine.Txn[K, Row] {
		var one []byte
		return &rows[K]{key: func(b []byte, k K) []byte {
			one = t.Append(one[:0], k)
			return append(binary.AppendUvarint(b, uint64(len(one))), one...)
		}}
	}
}

// ReadRows is the Rows of a Job whose transactions WriteRows made.
func ReadRows(keyName func(encoded []byte) string) func(txn []byte, yield func(id engine.ID, key string, n int64, h uint64)) error {
	cut := func(b []byte) (string, []byte) {
		encoded, rest := cutText(b)
		if rest == nil {
			return "", nil
		}
		return keyName([]byte(encoded)), rest
	}
	return func(txn []byte, yield func(engine.ID, string, int64, uint64)) error { return readRows(txn, cut, yield) }
}

// Builds is the Build of a Job: it refuses graphs of another shape than the job was opened for.
func Builds[K comparable, V, R any](o Options, parts engine.Parts[K, V, R]) func(s *engine.Spec, epoch int64) (*engine.Graph, error) {
	return shaped(o, func(s *engine.Spec, epoch int64) (*engine.Graph, error) { return engine.Build(s, epoch, parts) })
}

// BuildsTwo is Builds for a job of two inputs.
func BuildsTwo[K comparable, A, B, R any](o Options, parts engine.TwoParts[K, A, B, R]) func(s *engine.Spec, epoch int64) (*engine.Graph, error) {
	return shaped(o, func(s *engine.Spec, epoch int64) (*engine.Graph, error) { return engine.BuildTwo(s, epoch, parts) })
}

func shaped(o Options, build func(s *engine.Spec, epoch int64) (*engine.Graph, error)) func(s *engine.Spec, epoch int64) (*engine.Graph, error) {
	return func(s *engine.Spec, epoch int64) (*engine.Graph, error) {
		if s.Sources != o.Parts || s.Groups != o.Groups {
			return nil, fmt.Errorf("build graph: %d sources and %d key groups; the job was opened for %d and %d", s.Sources, s.Groups, o.Parts, o.Groups)
		}
		return build(s, epoch)
	}
}
