package tables

import "github.com/weirbench/weir/backends"

// Descriptions of states with a TTL say so to wrappers of stores.

func (d mortalValueDesc[K, N, V]) Expiry() backends.Expiry  { return d.m.Expiry }
func (d mortalListDesc[K, N, V]) Expiry() backends.Expiry   { return d.m.Expiry }
func (d mortalMapDesc[K, N, U, V]) Expiry() backends.Expiry { return d.m.Expiry }

// RenewByReading is a planted bug: reading renews lives from now on, though it should not. hit is called each time that it does.
func (d mortalValueDesc[K, N, V]) RenewByReading(hit func()) { d.m.plant(hit) }

// RenewByReading is the same planted bug of a list.
func (d mortalListDesc[K, N, V]) RenewByReading(hit func()) { d.m.plant(hit) }

// RenewByReading is the same planted bug of a map.
func (d mortalMapDesc[K, N, U, V]) RenewByReading(hit func()) { d.m.plant(hit) }

func (m *mortality) plant(hit func()) {
	if m.ttl.Update != OnReadAndWrite {
		m.ttl.Update, m.hit = OnReadAndWrite, hit
	}
}
