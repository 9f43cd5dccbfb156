package backends_test

import (
	"encoding/binary"
	"slices"

	"github.com/weirbench/weir/backends"
)

func operationsOn(kind backends.Kind) []operation {
	switch kind {
	case backends.ValueKind:
		return operationsOnValues()
	case backends.ListKind:
		return operationsOnLists()
	}
	return slices.Concat(looksAtMaps(), changesOfMaps())
}

func operationsOnValues() []operation {
	set := operation{"valueUpdate", backends.ValueKind, false, false,
		func(s *states, n uint64) { s.value.Set(backends.Void{}, n) },
		func(p *plain, k, n uint64) { p.value[k] = n },
		func(r *raw, k, n uint64) error { return r.set(r.at(k), r.bytes(n)) }}
	add := set
	add.name, add.fresh = "valueAdd", true
	return []operation{
		{"valueGet", backends.ValueKind, false, false,
			func(s *states, n uint64) { v, _ := s.value.Get(backends.Void{}); s.read += v },
			func(p *plain, k, n uint64) { p.read += p.value[k] },
			func(r *raw, k, n uint64) error { _, err := r.look(r.at(k), r.sum); return err }},
		set, add,
	}
}

func operationsOnLists() []operation {
	appended := operation{"listAppend", backends.ListKind, false, false,
		func(s *states, n uint64) { s.list.Add(backends.Void{}, n) },
		func(p *plain, k, n uint64) { p.list[k] = append(p.list[k], n) },
		func(r *raw, k, n uint64) error { return r.merge(r.at(k), r.bytes(n)) }}
	added := appended
	added.name, added.fresh = "listAdd", true
	return []operation{
		{"listGet", backends.ListKind, false, false,
			func(s *states, n uint64) { s.list.Each(backends.Void{}, s.sum) },
			func(p *plain, k, n uint64) { p.read += p.list[k][0] },
			func(r *raw, k, n uint64) error { _, err := r.look(r.at(k), r.sum); return err }},
		{"listGetAndIterate", backends.ListKind, false, false,
			func(s *states, n uint64) { s.list.Each(backends.Void{}, s.sumAll) },
			func(p *plain, k, n uint64) {
				for _, v := range p.list[k] {
					p.read += v
				}
			},
			func(r *raw, k, n uint64) error { _, err := r.look(r.at(k), r.sumAll); return err }},
		{"listUpdate", backends.ListKind, false, false,
			func(s *states, n uint64) { s.some[0] = n; s.list.Set(backends.Void{}, s.some[:1]) },
			func(p *plain, k, n uint64) { p.some[0] = n; p.list[k] = append(p.list[k][:0], p.some[:1]...) },
			func(r *raw, k, n uint64) error { return r.set(r.at(k), r.bytes(n)) }},
		appended,
		{"listAddAll", backends.ListKind, false, true,
			func(s *states, n uint64) { s.list.AddAll(backends.Void{}, s.some) },
			func(p *plain, k, n uint64) { p.list[k] = append(p.list[k], p.some...) },
			func(r *raw, k, n uint64) error {
				r.val = r.val[:0]
				for _, v := range r.some {
					r.val = binary.BigEndian.AppendUint64(r.val, v)
				}
				return r.merge(r.at(k), r.val)
			}},
		added,
	}
}

func looksAtMaps() []operation {
	get := func(name string, of func(n uint64) uint64) operation { // of: the key within the map
		return operation{name, backends.MapKind, false, false,
			func(s *states, n uint64) {
				if s.announces() { // as an operator that knows what its records will ask for
					for i := range s.Keys.Batch {
						s.entries.Want(i, backends.Void{}, of(n+uint64(i)))
					}
				}
				if v, ok := s.entries.Get(backends.Void{}, of(n)); ok {
					s.read += v + 1
				}
			},
			func(p *plain, k, n uint64) {
				if v, ok := p.entries[k][of(n)]; ok {
					p.read += v + 1
				}
			},
			func(r *raw, k, n uint64) error {
				ok, err := r.look(r.in(k, of(n)), r.sum)
				if ok {
					r.read++
				}
				return err
			}}
	}
	walk := func(name string, sum func(u, v uint64) uint64, all bool) operation {
		return operation{name, backends.MapKind, false, false,
			func(s *states, n uint64) {
				s.entries.Each(backends.Void{}, func(u, v uint64) bool { s.read += sum(u, v); return all })
			},
			func(p *plain, k, n uint64) {
				for u, v := range p.entries[k] {
					if p.read += sum(u, v); !all {
						break
					}
				}
			},
			func(r *raw, k, n uint64) error {
				return r.walk(r.at(k), func(key, v []byte) bool {
					r.read += sum(binary.BigEndian.Uint64(key[len(r.key):]), binary.BigEndian.Uint64(v))
					return all
				})
			}}
	}
	return []operation{
		get("mapGet", func(n uint64) uint64 { return n % opMap }),
		get("mapContains", func(n uint64) uint64 { return n % opMap * 2 }), // every second one is there
		walk("mapIsEmpty", func(u, v uint64) uint64 { return 1 }, false),
		walk("mapKeys", func(u, v uint64) uint64 { return u }, true),
		walk("mapValues", func(u, v uint64) uint64 { return v }, true),
		walk("mapEntries", func(u, v uint64) uint64 { return u + v }, true),
		walk("mapIterator", func(u, v uint64) uint64 { return u ^ v }, true),
	}
}

func changesOfMaps() []operation {
	put := operation{"mapUpdate", backends.MapKind, false, false,
		func(s *states, n uint64) { s.entries.Set(backends.Void{}, n%opMap, n) },
		func(p *plain, k, n uint64) { p.put(k, n%opMap, n) },
		func(r *raw, k, n uint64) error { return r.set(r.in(k, n%opMap), r.bytes(n)) }}
	add := put
	add.name, add.fresh = "mapAdd", true
	return []operation{
		put,
		{"mapPutAll", backends.MapKind, false, true,
			func(s *states, n uint64) {
				for u := range uint64(opMap) {
					s.entries.Set(backends.Void{}, u, n)
				}
			},
			func(p *plain, k, n uint64) {
				for u := range uint64(opMap) {
					p.put(k, u, n)
				}
			},
			func(r *raw, k, n uint64) error {
				for u := range uint64(opMap) {
					if err := r.set(r.in(k, u), r.bytes(n)); err != nil {
						return err
					}
				}
				return nil
			}},
		add,
		{"mapRemove", backends.MapKind, false, false,
			func(s *states, n uint64) { s.entries.Remove(backends.Void{}, n%opMap) },
			func(p *plain, k, n uint64) { p.remove(k, n%opMap) },
			func(r *raw, k, n uint64) error { return r.drop(r.in(k, n%opMap)) }},
	}
}

// raw is a database as a program without weir would use it, and the keys that weir would write.
type raw struct {
	opened
	key, val []byte
	some     []uint64
	read     uint64

	sum, sumAll func(v []byte)
}

func newRaw(o opened) *raw {
	r := &raw{opened: o, some: make([]uint64, opElements)}
	r.sum = func(v []byte) { r.read += binary.BigEndian.Uint64(v) }
	r.sumAll = func(v []byte) {
		for ; len(v) >= 8; v = v[8:] {
			r.read += binary.BigEndian.Uint64(v)
		}
	}
	return r
}

// at is the key of the first state: a byte for the state, two for the key group, then the key of the record.
func (r *raw) at(k uint64) []byte {
	group := backends.KeyGroup(backends.JavaHashLong(int64(k)), allGroups)
	r.key = binary.BigEndian.AppendUint16(append(r.key[:0], 0), uint16(group))
	r.key = binary.BigEndian.AppendUint64(r.key, k)
	return r.key
}

// in is the key of an entry of a map.
func (r *raw) in(k, u uint64) []byte {
	r.key = binary.BigEndian.AppendUint64(r.at(k), u)
	return r.key
}

func (r *raw) bytes(n uint64) []byte {
	r.val = binary.BigEndian.AppendUint64(r.val[:0], n)
	return r.val
}
