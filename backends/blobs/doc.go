// Package blobs is durable checkpoint storage: Memory for simulations and tests, Dir for a folder of files.
//
// The contract is backends.Blobs; what blobs mean (state files, manifests, the numbered log) is the engine's business, and faults of storage
// are wrappers of the contract, not options here.
//
// To add a storage, implement backends.Blobs in a file of its own, and give it to backendtest.RunBlobs. Only what can create a name and
// refuse a taken one in one step can carry PutNew; a check before a rename cannot.
package blobs
