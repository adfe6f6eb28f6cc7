import LinearAlgebra
import Testing

@Suite struct LinearAlgebraTests {
    private func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
        var source = RandomSource(seed: seed)
        return Matrix.normal(rows: rows, columns: columns, deviation: 1, &source)
    }

    private func product(_ a: Matrix, _ b: Matrix) -> [Float] {
        (0..<a.rows).flatMap { row in
            (0..<b.columns).map { column in
                (0..<a.columns).reduce(Float(0)) { $0 + a[row, $1] * b[$1, column] }
            }
        }
    }

    private func distance(_ a: [Float], _ b: [Float]) -> Float {
        #expect(a.count == b.count)
        return zip(a, b).map { abs($0 - $1) }.max() ?? 0
    }

    @Test func productsInAllFourTranspositions() {
        let a = random(7, 5, seed: 1)
        let b = random(5, 9, seed: 2)
        let expected = product(a, b)
        for (left, isLeft) in [(a, false), (a.transposed(), true)] {
            for (right, isRight) in [(b, false), (b.transposed(), true)] {
                let found = left.times(right, transposeSelf: isLeft, transposeOther: isRight)
                #expect(distance(found.array, expected) < 1e-5)
            }
        }
        #expect(distance(a.gram().array, product(a.transposed(), a)) < 1e-5)
    }

    @Test func vectorsTimesMatrices() {
        let a = random(7, 5, seed: 3)
        let x = random(5, 1, seed: 4)
        let y = random(7, 1, seed: 5)
        let down = Matrix(rows: 7, columns: 1)
        a.multiply(x.elements, into: down.elements)
        #expect(distance(down.array, product(a, x)) < 1e-5)
        let up = Matrix(rows: 5, columns: 1)
        a.multiply(y.elements, into: up.elements, transposed: true)
        #expect(distance(up.array, product(a.transposed(), y)) < 1e-5)
        #expect(
            abs(Vectors.dot(a.row(0), a.row(1), 5) - (0..<5).reduce(0) { $0 + a[0, $1] * a[1, $1] })
                < 1e-5)
    }

    @Test(arguments: [1, 2, 63, 64, 65, 150]) func inverses(size: Int) {
        let root = random(size + 3, size, seed: UInt64(size))
        let matrix = root.gram()
        for place in 0..<size { matrix[place, place] += 1 }
        let inverse = matrix.copy()
        #expect(inverse.invertPositiveDefinite())
        var identity = [Float](repeating: 0, count: size * size)
        for place in 0..<size { identity[place * size + place] = 1 }
        #expect(distance(matrix.times(inverse).array, identity) < 2e-3)
        matrix[0, 0] = -1
        #expect(!matrix.invertPositiveDefinite())
    }

    @Test func orthonormalColumnsKeepTheirSpan() {
        let matrix = random(40, 6, seed: 11)
        let q = matrix.copy()
        q.orthonormalizeColumns()
        var identity = [Float](repeating: 0, count: 36)
        for place in 0..<6 { identity[place * 7] = 1 }
        #expect(distance(q.gram().array, identity) < 1e-5)
        let again = q.times(q.times(matrix, transposeSelf: true))
        #expect(distance(again.array, matrix.array) < 1e-4)
    }

    @Test func eigenvectorsRebuildTheMatrix() throws {
        let matrix = random(9, 6, seed: 12).gram()
        let (values, vectors) = try #require(matrix.symmetricEigenvectors())
        #expect(values == values.sorted())
        let scaled = vectors.copy()
        for row in 0..<6 { for column in 0..<6 { scaled[row, column] *= values[row] } }
        #expect(distance(vectors.times(scaled, transposeSelf: true).array, matrix.array) < 1e-4)
    }

    @Test(arguments: [1, 7, 8, 31, 40, 64, 107])
    func rowsThatLieAnywhere(width: Int) {
        let rows = random(12, width, seed: 1)
        let vector = random(1, width, seed: 2)
        for count in 0...9 {
            let places = (0..<count).map { Int32(($0 * 5 + width) % 12) }
            let factors = (0..<max(count, 1)).map { Float($0) - 2.5 }
            let products = Matrix(rows: 1, columns: count)
            let sum = vector.copy()
            Vectors.products(
                places + [0], count, of: rows.elements, width: width, vector.elements,
                into: products.elements)
            Vectors.addRows(
                places + [0], factors, count, of: rows.elements, width: width, to: sum.elements)
            var expected = vector.array
            for (k, place) in places.enumerated() {
                var product: Float = 0
                for column in 0..<width {
                    product += rows[Int(place), column] * vector[0, column]
                    expected[column] += factors[k] * rows[Int(place), column]
                }
                #expect(abs(products[0, k] - product) < 1e-4)
            }
            #expect(distance(sum.array, expected) < 1e-4)
        }
    }

    @Test func sparseAgreesWithDense() {
        var source = RandomSource(seed: 13)
        var entries: [(row: Int, column: Int, value: Float)] = []
        let dense = Matrix(rows: 3000, columns: 40)
        for _ in 0..<9000 {
            let entry = (
                row: source.next(below: 3000), column: source.next(below: 40),
                value: Float(source.nextNormal())
            )
            entries.append(entry)
            dense[entry.row, entry.column] += entry.value
        }
        let sparse = SparseMatrix(rows: 3000, columns: 40, entries: entries)
        let right = random(40, 19, seed: 14)
        #expect(distance(sparse.times(right).array, dense.times(right).array) < 1e-4)
        let left = random(3000, 5, seed: 15)
        #expect(
            distance(
                sparse.transposed().times(left).array,
                dense.times(left, transposeSelf: true).array) < 1e-3)
        let weights = random(3000, 1, seed: 16)
        let sums = Matrix(rows: 1, columns: 40)
        (0..<3000).map { Int32($0) }.withUnsafeBufferPointer {
            sparse.add($0, times: weights.elements, to: sums.elements)
        }
        #expect(distance(sums.array, weights.times(dense, transposeSelf: true).array) < 1e-3)
        #expect(
            distance(
                sparse.rowSums(),
                (0..<3000).map { row in
                    (0..<40).reduce(0) { $0 + dense[row, $1] }
                }) < 1e-4)
        #expect(distance(sparse.columnSums(), sparse.transposed().rowSums()) < 1e-3)
    }

    @Test func randomNumbersAreUniformAndReproducible() {
        var source = RandomSource(seed: 7)
        var again = RandomSource(seed: 7)
        #expect((0..<100).allSatisfy { _ in source.next() == again.next() })
        var counts = [Int](repeating: 0, count: 6)
        for _ in 0..<60_000 { counts[source.next(below: 6)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
        let normals = (0..<40_000).map { _ in source.nextNormal() }
        let mean = normals.reduce(0, +) / 40_000
        let variance = normals.reduce(0) { $0 + $1 * $1 } / 40_000
        #expect(abs(mean) < 0.03 && abs(variance - 1) < 0.05)
        #expect(source.permutation(50).sorted() == Array(0..<50))
    }
}
