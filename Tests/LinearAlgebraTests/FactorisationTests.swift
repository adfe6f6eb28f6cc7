import LinearAlgebra
import Testing

@Suite struct FactorisationTests {
    private func sparse(_ rows: Int, _ columns: Int, seed: UInt64) -> SparseMatrix {
        var random = RandomSource(seed: seed)
        var entries: [(row: Int, column: Int, value: Float)] = []
        for row in 0..<rows {
            for column in 0..<columns where random.next(below: 3) == 0 {
                entries.append((row, column, Float(random.nextNormal())))
            }
        }
        return SparseMatrix(rows: rows, columns: columns, entries: entries)
    }

    private func dense(_ sparse: SparseMatrix) -> Matrix {
        let dense = Matrix(rows: sparse.rows, columns: sparse.columns)
        for row in 0..<sparse.rows { sparse.add(row: row, times: 1, to: dense.row(row)) }
        return dense
    }

    @Test(arguments: [(30, 20), (20, 30), (5, 40)])
    func singularValuesAreThoseOfTheGramMatrix(rows: Int, columns: Int) throws {
        let matrix = sparse(rows, columns, seed: 1)
        let exact = try #require(dense(matrix).gram().symmetricEigenvectors()).values.reversed()
        let found = matrix.singularVectors(rank: 5, oversampling: 10, iterations: 8) { _ in }
        #expect(found.values.count == min(5, rows))
        for (value, square) in zip(found.values, exact) {
            #expect(abs(value - square.squareRoot()) < 1e-3)
        }
        // A·v = σ·u, and the vectors are orthonormal.
        let images = matrix.times(found.right)
        for place in found.values.indices {
            for row in 0..<rows {
                let wanted = found.values[place] * found.left[row, place]
                #expect(abs(images[row, place] - wanted) < 2e-3)
            }
        }
        for side in [found.left, found.right] {
            let gram = side.gram()
            for i in 0..<gram.rows {
                for j in 0..<gram.rows { #expect(abs(gram[i, j] - (i == j ? 1 : 0)) < 1e-3) }
            }
        }
    }

    @Test func moreSingularValuesThanThereAreAreCut() {
        let matrix = sparse(4, 6, seed: 2)
        let found = matrix.singularVectors(rank: 100) { _ in }
        #expect(found.values.count == 4 && found.right.rows == 6 && found.right.columns == 4)
    }

    @Test(arguments: [1, 7, 8, 9, 40])
    func inversionByBlocksIsInversion(size: Int) {
        var random = RandomSource(seed: UInt64(size))
        let root = Matrix.normal(rows: size + 3, columns: size, deviation: 1, &random)
        let matrix = root.gram()
        for place in 0..<size { matrix[place, place] += 1 }
        let whole = matrix.copy()
        #expect(whole.invertPositiveDefinite())
        var shares: [Double] = []
        #expect(matrix.invertPositiveDefinite(blockSize: 8) { shares.append($0) })
        #expect(shares.count == (size + 7) / 8)
        for place in 0..<matrix.count {
            #expect(abs(matrix.elements[place] - whole.elements[place]) < 1e-4)
        }
    }

    @Test func whatIsNotPositiveDefiniteIsNotInvertedByBlocks() {
        let matrix = Matrix(rows: 2, columns: 2, [1, 2, 2, 1])
        #expect(!matrix.invertPositiveDefinite(blockSize: 1) { _ in })
    }

    @Test func oneColumnIsMultipliedLikeMany() {
        let matrix = sparse(9, 6, seed: 3)
        var random = RandomSource(seed: 4)
        let columns = Matrix.normal(rows: 6, columns: 2, deviation: 1, &random)
        let first = Matrix(rows: 6, columns: 1, (0..<6).map { columns[$0, 0] })
        let many = matrix.times(columns)
        let one = matrix.times(first)
        for row in 0..<9 { #expect(abs(one[row, 0] - many[row, 0]) < 1e-5) }
    }
}
