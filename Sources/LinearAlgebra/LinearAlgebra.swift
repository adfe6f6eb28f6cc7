// # LinearAlgebra
//
// Matrices of Float32 for everything in Starling that learns: dense ones, whose products and
// factorisations are OpenBLAS's and LAPACK's, and sparse ones, whose products with dense rows are
// loops over rows, shared out to the processors. Knows no graphs and no users: a row is a number.
//
// ```
// Matrix        row-major, 64-byte aligned      C = αAB + βC, Cholesky, QR, eigenvectors
// SparseMatrix  offsets | columns | values      S·D, Sᵀ, row and column sums
// RandomSource  one seed, one sequence          the same on every machine
// Parallel      ranges of rows, a thread each   results do not depend on how many threads
// ```
//
// Invariants: an operation gives the same bits for the same input whatever the number of threads,
// unless OpenBLAS itself decides otherwise; dimensions that do not fit are a programmer's error
// and trap.
