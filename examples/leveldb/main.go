// Command leveldb is weir with a backend more: goleveldb, which weir knows nothing of. What lives here is an ordered store (db.go), the test
// that it is one, and a main with all of weir's commands.
//
//	go run . run demo -s 'state.backend.type=[heap,leveldb]'
package main

import (
	"os"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/catalog"
	"github.com/weirbench/weir/cli"
)

func main() { os.Exit(cli.Main(everything(), os.Args[1:]...)) }

func everything() weir.Catalog {
	c := catalog.Standard()
	c.Backends = append(c.Backends, weir.Backend{Name: "leveldb", Doc: "LevelDB in Go (syndtr/goleveldb)", Open: open})
	return c
}

func open(o weir.BackendOptions) (backends.Backend, error) {
	return kv.Over(func(b backends.Options) (kv.DB, error) { return OpenDB(b, o.InMemory) }, kv.Options{Keep: o.Keep}), nil
}
