package tables

import "github.com/weirbench/weir/backends"

// Descriptions of states with a TTL say so to wrappers of stores.

func (d mortalValueDesc[K, N, V]) Expiry() backends.Expiry  { return d.m.Expiry }
func (d mortalListDesc[K, N, V]) Expiry() backends.Expiry   { return d.m.Expiry }
func (d mortalMapDesc[K, N, U, V]) Expiry() backends.Expiry { return d.m.Expiry }

// RenewByReading is a planted bug: reading renews lives from now on, though it should not. hit is called each time that it does.
func (d mortalValueDesc[K, N, V]) RenewByReading(hit func()) { d.m.renewByReading(hit) }

// RenewByReading is the same planted bug of a list.
func (d mortalListDesc[K, N, V]) RenewByReading(hit func()) { d.m.renewByReading(hit) }

// RenewByReading is the same planted bug of a map.
func (d mortalMapDesc[K, N, U, V]) RenewByReading(hit func()) { d.m.renewByReading(hit) }

// LeaveByReading is a planted bug: reading does not renew lives from now on, though it should. hit is called each time that it does not.
func (d mortalValueDesc[K, N, V]) LeaveByReading(hit func()) { d.m.leaveByReading(hit) }

// LeaveByReading is the same planted bug of a list.
func (d mortalListDesc[K, N, V]) LeaveByReading(hit func()) { d.m.leaveByReading(hit) }

// LeaveByReading is the same planted bug of a map.
func (d mortalMapDesc[K, N, U, V]) LeaveByReading(hit func()) { d.m.leaveByReading(hit) }

// ShowExpired is a planted bug: what is over and not yet deleted is shown from now on, though it should not. hit is called each time that it is.
func (d mortalValueDesc[K, N, V]) ShowExpired(hit func()) { d.m.showExpired(hit) }

// ShowExpired is the same planted bug of a list.
func (d mortalListDesc[K, N, V]) ShowExpired(hit func()) { d.m.showExpired(hit) }

// ShowExpired is the same planted bug of a map.
func (d mortalMapDesc[K, N, U, V]) ShowExpired(hit func()) { d.m.showExpired(hit) }

func (m *mortality) renewByReading(hit func()) {
	if m.ttl.Update != OnReadAndWrite {
		m.ttl.Update, m.renewed = OnReadAndWrite, hit
	}
}

func (m *mortality) leaveByReading(hit func()) {
	if m.ttl.Update == OnReadAndWrite {
		m.left = hit
	}
}

func (m *mortality) showExpired(hit func()) {
	if m.ttl.Visible == NeverReturnExpired {
		m.ttl.Visible, m.shown = ReturnExpiredIfNotCleanedUp, hit
	}
}
