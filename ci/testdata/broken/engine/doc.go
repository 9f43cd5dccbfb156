// Package engine lives here.
//
// Not here: the rest.
//
// To add one: write it.
package engine

import (
	_ "crypto/rand" // want passive
	"hash/maphash"  // want passive
	"math/rand/v2"
	. "time"

	clock "time"

	"net/http" // want passive
	"os"       // want passive
)

func step(r *rand.Rand, c chan int) {
	_ = clock.Now() // want passive
	Sleep(1)        // want passive
	_ = clock.Second
	after := clock.After // want passive
	_ = after
	_ = rand.IntN(3) // want passive
	_ = r.IntN(3)
	_ = rand.New(rand.NewPCG(1, 2))
	go step(r, c) // want passive
	select {      // want passive
	case <-c:
	default:
	}
}

var _ int = "a" // want types

func init() { // want init
	_ = os.Args
	_ = http.StatusOK
	_ = maphash.String
}
