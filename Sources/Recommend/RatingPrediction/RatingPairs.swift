import GraphStore
import LinearAlgebra
import Values

/// Sums over the columns in which two rows of a matrix both have an entry: `left` is the row that
/// was asked about.
struct PairSums {
    var count: Float = 0
    var product: Float = 0
    var left: Float = 0
    var leftSquares: Float = 0
    var right: Float = 0
    var rightSquares: Float = 0
}

/// A matrix and its transpose, to compare rows with.
struct RatingPairs: Sendable {
    let rows: SparseMatrix
    let columns: SparseMatrix

    init(_ rows: SparseMatrix) {
        self.rows = rows
        columns = rows.transposed()
    }

    /// One thread's room for the sums of one row with all others.
    final class Scratch {
        private let sums: UnsafeMutableBufferPointer<PairSums>
        /// Rows that share a column with the last row asked about, in ascending order.
        fileprivate(set) var touched: [Int32] = []

        init(rows: Int) {
            sums = .allocate(capacity: rows)
            sums.initialize(repeating: PairSums())
        }

        deinit { sums.deallocate() }

        subscript(row: Int32) -> PairSums { sums[Int(row)] }

        fileprivate func clear() {
            for row in touched { sums[Int(row)] = PairSums() }
            touched.removeAll(keepingCapacity: true)
        }

        @inline(__always)
        fileprivate func add(
            _ value: Float, _ rows: UnsafeBufferPointer<Int32>, _ values: UnsafeBufferPointer<Float>
        ) {
            guard let sums = sums.baseAddress else { return }
            let square = value * value
            for place in 0..<rows.count {
                let sum = sums + Int(rows[place])
                let other = values[place]
                if sum.pointee.count == 0 { touched.append(rows[place]) }
                sum.pointee.count += 1
                sum.pointee.product += value * other
                sum.pointee.left += value
                sum.pointee.leftSquares += square
                sum.pointee.right += other
                sum.pointee.rightSquares += other * other
            }
        }
    }

    /// Sums up a row, which may be one that is not in the matrix, with each row of the matrix, itself
    /// too where it is in there.
    ///
    /// Cost: the entries of all columns that the row has.
    func compare(
        _ ownColumns: UnsafeBufferPointer<Int32>, _ ownValues: UnsafeBufferPointer<Float>,
        _ scratch: Scratch
    ) {
        scratch.clear()
        for place in 0..<ownColumns.count {
            columns.withRow(Int(ownColumns[place])) {
                scratch.add(ownValues[place], $0, $1)
            }
        }
        scratch.touched.sort()
    }
}

/// For each row of a matrix, other rows, with a weight and how many columns it comes from.
struct NeighbourLists: Sendable {
    struct Neighbour {
        let row: Int32
        let weight: Float
        let support: Float
    }

    let offsets: ContiguousArray<Int>
    let rows: ContiguousArray<Int32>
    let weights: ContiguousArray<Float>
    let supports: ContiguousArray<Float>

    func range(_ row: Int) -> Range<Int> { offsets[row]..<offsets[row + 1] }

    /// Asks for each row's list, on all processors.
    static func build(
        _ pairs: RatingPairs, _ training: Training,
        _ list: (_ row: Int, RatingPairs.Scratch) -> [Neighbour]
    ) throws -> NeighbourLists {
        let count = pairs.rows.rows
        var lists = [[Neighbour]](repeating: [], count: count)
        let failure = FirstError()
        lists.withUnsafeMutableBufferPointer { lists in
            let places = lists
            Parallel.forEachRange(count, atLeast: 16) { range in
                let scratch = RatingPairs.Scratch(rows: count)
                for row in range {
                    do { try training.monitor.checkpoint() } catch { return failure.note(error) }
                    pairs.rows.withRow(row) { pairs.compare($0, $1, scratch) }
                    places[row] = list(row, scratch)
                }
            }
        }
        try failure.rethrow()
        var offsets: ContiguousArray<Int> = [0]
        for list in lists { offsets.append(offsets[offsets.count - 1] + list.count) }
        guard offsets[count] <= InteractionMatrix.entryLimit else {
            throw MethodError("more than \(InteractionMatrix.entryLimit) pairs of neighbours")
        }
        return NeighbourLists(
            offsets: offsets, rows: ContiguousArray(lists.joined().lazy.map(\.row)),
            weights: ContiguousArray(lists.joined().lazy.map(\.weight)),
            supports: ContiguousArray(lists.joined().lazy.map(\.support)))
    }

    // MARK: Storage

    init(
        offsets: ContiguousArray<Int>, rows: ContiguousArray<Int32>,
        weights: ContiguousArray<Float>, supports: ContiguousArray<Float>
    ) {
        self.offsets = offsets
        self.rows = rows
        self.weights = weights
        self.supports = supports
    }

    var tensors: [TensorData] {
        [
            TensorData("neighbours.offsets", offsets.map { UInt64($0) }),
            TensorData("neighbours.rows", Array(rows)),
            TensorData("neighbours.weights", Array(weights)),
            TensorData("neighbours.supports", Array(supports)),
        ]
    }

    init(_ stored: TensorReader) throws {
        self.init(
            offsets: ContiguousArray(try stored.int64s("neighbours.offsets").map { Int($0) }),
            rows: ContiguousArray(try stored.int32s("neighbours.rows")),
            weights: ContiguousArray(try stored.floats("neighbours.weights")),
            supports: ContiguousArray(try stored.floats("neighbours.supports")))
        guard rows.count == weights.count, rows.count == supports.count,
            offsets.last == rows.count
        else {
            throw MethodError("the neighbours of the model are damaged")
        }
    }
}
