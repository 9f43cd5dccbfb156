package backends

// Blobs is durable checkpoint storage. A blob never changes. Names are parts joined by '/', none of them empty, "." or "..". Any goroutine
// may call it.
//
// An error that wraps none of ErrUnknown, ErrExists and ErrAbsent means that it did not happen.
type Blobs interface {
	// Put stores data under a name of which there is only one content: putting it again is harmless, and repairs a blob that the storage
	// has damaged. It keeps no reference to data.
	Put(name string, data []byte) error
	// PutNew stores data if the name is free, else its error wraps ErrExists. Of all who try one name, one wins.
	PutNew(name string, data []byte) error
	// Get returns a blob, or an error that wraps ErrAbsent. The slice is the caller's.
	Get(name string) ([]byte, error)
	// GetPart returns n bytes from off, fewer only at the end of the blob.
	GetPart(name string, off, n int64) ([]byte, error)
	// Delete removes a blob; when it is absent that is no error.
	Delete(name string) error
	// List returns the names that begin with prefix, ascending by bytes.
	List(prefix string) ([]string, error)
}
