package weir // want doc

// The room of this package has no doc.go.
