package kv

import "github.com/weirbench/weir/backends"

// Over is the Backend of a database: open makes an empty one in the folder that it is given. Any goroutine may call it.
func Over(open func(backends.Options) (DB, error), o Options) backends.Backend { return over{open, o} }

type over struct {
	open func(backends.Options) (DB, error)
	opts Options
}

func (b over) Open(o backends.Options) (backends.Store, error) {
	db, err := b.open(o)
	if err != nil {
		return nil, err
	}
	return Open(db, o.Groups, b.opts.For(o)), nil
}
