package kv

import "github.com/weirbench/weir/backends"

// An Expirer is a DB that leaves out what has expired whenever it rewrites its files, as RocksDB does with a filter of compactions. It is a
// power that a DB may have. Over one that has not (Pebble: its compactions can be given no filter) the store that Open makes goes round the
// stored entries itself, some for each access, on the task's own time and in an order that depends on the calls alone.
//
// What expires leaves a View only if it was over when the View was made.
type Expirer interface {
	// Expire says, before anything is written there, that the values whose keys begin with prefix expire. False means that this DB will not
	// see to it after all, and the store does.
	Expire(prefix []byte, e backends.Expiry) bool
	// Tell says what time it is, in microseconds. Before it is told, nothing has expired.
	Tell(nowUs int64)
}

// expiring is a state with a TTL.
type expiring struct {
	backends.Expiring
	backends.Expiry
	id    int
	owed  int    // entries that are still to be looked at
	from  []byte // where to go on; empty: a new round
	began int64  // when this round did
	seen  bool   // the DB sees to it
}

// expires takes note of a table, if it is of a state with a TTL.
func (s *store) expires(id int, t backends.CodedTable) {
	mortal, ok := t.(backends.Expiring)
	if !ok {
		return
	}
	x := &expiring{Expiring: mortal, Expiry: mortal.Expiry(), id: id, began: backends.NeverUs}
	if db, ok := s.db.(Expirer); ok && x.AskAfter > 0 {
		x.seen = db.Expire([]byte{byte(id)}, x.Expiry)
	}
	s.expiring = append(s.expiring, x)
}

// tell tells the tables that a batch begins, and the DB its time.
func (s *store) tell() {
	for _, x := range s.expiring {
		x.Begin()
	}
	for _, x := range s.expiring {
		if x.seen {
			s.db.(Expirer).Tell(x.Now())
			return // it is one time for all
		}
	}
}

const scanRows = 256 // an iterator costs as much as some of them

// scan looks at what is owed, by whole blocks. A round that comes too soon would find little: then nothing is owed.
func (s *store) scan() {
	for _, x := range s.expiring {
		n := x.Touched()
		if x.seen {
			continue
		}
		for x.owed += n * x.Scan; x.owed >= scanRows && s.err == nil; x.owed -= scanRows {
			if !x.mayGoOn() {
				x.owed = 0
				break
			}
			s.scanBlock(x)
		}
	}
	s.write()
}

// mayGoOn tells whether there is a block to look at now. Rounds begin a quarter of a life apart at least, so that what is over is never more than
// what a life and a quarter, and a round, have written.
func (x *expiring) mayGoOn() bool {
	if len(x.from) > 0 {
		return true
	}
	apart := backends.Expiry{LifeUs: max(1, x.LifeUs/4)}
	if !apart.Expired(x.began, x.Now()) {
		return false
	}
	x.began = x.Now()
	return true
}

func (s *store) scanBlock(x *expiring) {
	prefix := []byte{byte(x.id)}
	if len(x.from) == 0 {
		x.from = append(x.from, prefix...)
	}
	s.rows.Reset()
	if err := s.Scan(prefix, x.from, scanRows, &s.rows); err != nil {
		s.Fail(err)
		return
	}
	n := s.rows.Len()
	for r := 0; r < n; r += 2 {
		key, value := s.rows.At(r), s.rows.At(r+1)
		switch alive, some := x.Alive(value, x.Now()); {
		case !some:
			s.batch.Delete(key)
		case len(alive) < len(value):
			s.batch.Set(key, alive)
		}
	}
	if x.from = x.from[:0]; n == 2*scanRows {
		x.from = append(append(x.from, s.rows.At(n-2)...), 0)
	}
}

// alive are the states of which a snapshot that is taken now leaves out what has expired, with the time that it is.
func (s *store) alive() (all []aliveOnly) {
	for _, x := range s.expiring {
		if x.Snapshots {
			all = append(all, aliveOnly{x.Expiry, x.id, x.Now()})
		}
	}
	return all
}

type aliveOnly struct {
	backends.Expiry
	id  int
	now int64
}

// aliveOf returns nil for a state of which everything is read.
func (f *snapshot) aliveOf(id int) *aliveOnly {
	for i := range f.alive {
		if f.alive[i].id == id {
			return &f.alive[i]
		}
	}
	return nil
}
