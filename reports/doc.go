// Package reports turns results into what people and tools read: a table in the terminal, a page, Markdown, Go benchmark lines, and figures
// with their numbers.
//
// Not here: judging, measuring, and the drawing of charts, which is reports/figures, the door to gonum/plot.
//
// To add a format: a function from *weir.Results to a writer, and a line in Write.
package reports
