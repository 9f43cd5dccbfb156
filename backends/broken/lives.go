package broken

import (
	"encoding/binary"
	"math"

	"github.com/weirbench/weir/backends"
)

// TimelessRestore is a backend on which the times of state with a TTL are lost at a restore: what was restored lives for ever. It is the bug of
// FLINK-23277, where what a restore read did not say that it expires. hit is called for each time that is lost, on the store's goroutine.
func TimelessRestore(b backends.Backend, hit func()) backends.Backend {
	return livesBackend{b, func(s *livesStore, d mortal) { s.timeless[d.Name()] = d.Expiry() }, hit}
}

// LostAtRestore is a backend on which a restore drops the entries of state with a TTL: what had not expired is lost. It is after dkv #70,
// where the column family of what expires was in no snapshot, and a restore brought nothing of it back. hit is called for each entry that is dropped, on the store's goroutine.
func LostAtRestore(b backends.Backend, hit func()) backends.Backend {
	return livesBackend{b, func(s *livesStore, d mortal) { s.lost[d.Name()] = true }, hit}
}

// GroupLostAtRestore is a backend on which a restore drops what has a TTL of one key group, the first that comes with any, as if it were another
// task's. It is after FLINK-28010, where the end of a range of key groups that is deleted was computed wrongly. hit is called for each entry that is dropped, on the store's goroutine.
func GroupLostAtRestore(b backends.Backend, hit func()) backends.Backend {
	return livesBackend{b, func(s *livesStore, d mortal) { s.lost[d.Name()], s.one = true, true }, hit}
}

// RenewedByReading is a backend on which reading renews the lives of state with a TTL, though only writing should: what is read often enough
// never expires. hit is called for each life that is renewed, on the store's goroutine.
func RenewedByReading(b backends.Backend, hit func()) backends.Backend {
	return livesBackend{b, func(_ *livesStore, d mortal) { d.RenewByReading(hit) }, hit}
}

// NotRenewedByReading is a backend on which reading does not renew the lives of state with a TTL, though it should: what is read all the time
// expires. hit is called for each life that is not renewed, on the store's goroutine.
func NotRenewedByReading(b backends.Backend, hit func()) backends.Backend {
	return livesBackend{b, func(_ *livesStore, d mortal) { d.LeaveByReading(hit) }, hit}
}

// ShownWhenOver is a backend that shows what has expired and was not deleted yet, though it should not. hit is called for each value that is shown, on
// the store's goroutine.
func ShownWhenOver(b backends.Backend, hit func()) backends.Backend {
	return livesBackend{b, func(_ *livesStore, d mortal) { d.ShowExpired(hit) }, hit}
}

// A mortal is a description of a state with a TTL.
type mortal interface {
	backends.Desc
	Expiry() backends.Expiry
	RenewByReading(hit func())
	LeaveByReading(hit func())
	ShowExpired(hit func())
}

type livesBackend struct {
	backends.Backend
	plant func(*livesStore, mortal)
	hit   func()
}

func (b livesBackend) Open(o backends.Options) (backends.Store, error) {
	s, err := b.Backend.Open(o)
	if err != nil {
		return nil, err
	}
	return &livesStore{s, b, map[string]backends.Expiry{}, map[string]bool{}, false, -1}, nil
}

type livesStore struct {
	backends.Store
	b        livesBackend
	timeless map[string]backends.Expiry // by state
	lost     map[string]bool            // by state
	one      bool                       // only of this key group; before the first it is -1
	group    int
}

func (s *livesStore) Open(d backends.Desc) (backends.Table, error) {
	if m, ok := d.(mortal); ok {
		s.b.plant(s, m)
	}
	return s.Store.Open(d)
}

func (s *livesStore) Restore(e *backends.Entry) error {
	if s.lost[e.State] && s.group < 0 {
		s.group = e.Group
	}
	if s.lost[e.State] && (!s.one || s.group == e.Group) {
		s.b.hit()
		return nil
	}
	x, ok := s.timeless[e.State]
	if !ok {
		return s.Store.Restore(e)
	}
	own := *e
	own.Value = append([]byte(nil), e.Value...)
	x.Times(own.Value, func(at []byte) {
		s.b.hit()
		binary.BigEndian.PutUint64(at, math.MaxInt64)
	})
	return s.Store.Restore(&own)
}
