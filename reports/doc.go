// Package reports turns results into what people and tools read: a table in the terminal, a page, Markdown, Go benchmark lines, an index of
// runs, and figures with their numbers. What a page says beside the numbers, such as the titles of its figures, is made from them: a
// difference is told only when it rises above the noise. A cell whose verdict is no pass has no number anywhere.
//
// Not here: judging, measuring, and the drawing of charts, which is reports/figures, the door to gonum/plot. Nothing here asks a network,
// and a page needs no script.
//
// To add a format: a function from *weir.Results to a writer, a line in Write, and its golden in testdata (go test -rewrite). To add a
// figure: a function that makes a picture, listed in pictures, with a test that holds what is drawn against its numbers.
package reports
