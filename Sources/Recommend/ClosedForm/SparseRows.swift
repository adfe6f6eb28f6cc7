import LinearAlgebra
import Values

/// A sum of sparse rows that remembers which of its entries were touched, so that reading and
/// clearing it costs what was added. One thread.
final class RowSum {
    let width: Int
    private let sums: UnsafeMutablePointer<Float>
    private let isTouched: UnsafeMutablePointer<UInt8>
    private let touched: UnsafeMutablePointer<Int32>
    private(set) var count = 0

    init(width: Int) {
        self.width = width
        sums = .allocate(capacity: width)
        sums.initialize(repeating: 0, count: width)
        isTouched = .allocate(capacity: width)
        isTouched.initialize(repeating: 0, count: width)
        // The place after the last touched entry is written before it is known to be new.
        touched = .allocate(capacity: width + 1)
        touched.initialize(repeating: 0, count: width + 1)
    }

    deinit {
        sums.deallocate()
        isTouched.deallocate()
        touched.deallocate()
    }

    func add(_ matrix: SparseMatrix, row: Int, times factor: Float) {
        matrix.withRow(row) { add($0, $1, times: factor) }
    }

    func add(_ row: ItemRow, times factor: Float) {
        row.items.withUnsafeBufferPointer { items in
            row.similarities.withUnsafeBufferPointer { add(items, $0, times: factor) }
        }
    }

    @inline(__always)
    private func add(
        _ indices: UnsafeBufferPointer<Int32>, _ values: UnsafeBufferPointer<Float>,
        times factor: Float
    ) {
        var count = count
        for place in 0..<indices.count {
            let entry = Int(indices[place])
            sums[entry] += factor * values[place]
            touched[count] = indices[place]
            count &+= 1 &- Int(isTouched[entry])
            isTouched[entry] = 1
        }
        self.count = count
    }

    @inline(__always)
    func add(_ value: Float, to entry: Int32) {
        sums[Int(entry)] += value
        touched[count] = entry
        count &+= 1 &- Int(isTouched[Int(entry)])
        isTouched[Int(entry)] = 1
    }

    /// In the order in which they were touched first.
    var entries: UnsafeBufferPointer<Int32> { UnsafeBufferPointer(start: touched, count: count) }

    /// `target += Σ self[r] · row r` of a matrix that has as many rows as this has entries.
    func addRows(of matrix: SparseMatrix, to target: UnsafeMutablePointer<Float>) {
        precondition(matrix.rows == width)
        matrix.add(entries, times: sums, to: target)
    }

    subscript(entry: Int32) -> Float {
        get { sums[Int(entry)] }
        set { sums[Int(entry)] = newValue }
    }

    func clear() {
        for place in 0..<count {
            let entry = Int(touched[place])
            sums[entry] = 0
            isTouched[entry] = 0
        }
        count = 0
    }
}

/// The greatest of many numbered values; ties go to the smaller number. One thread.
struct GreatestEntries {
    /// The value's order in the upper half, the number's complement in the lower.
    private var keys: ContiguousArray<UInt64> = []

    mutating func removeAll() { keys.removeAll(keepingCapacity: true) }

    @inline(__always)
    mutating func append(_ number: Int32, _ value: Float) {
        let bits = value.bitPattern
        // Floats order like integers once negative ones are turned around.
        let order = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
        keys.append(UInt64(order) << 32 | UInt64(~UInt32(bitPattern: number)))
    }

    /// The numbers of the `count` greatest, ascending. Cost: linear on average.
    mutating func greatest(_ count: Int) -> [Int32] {
        keys.withUnsafeMutableBufferPointer { $0.select(count, by: >) }
        var numbers = keys.prefix(count).map {
            Int32(bitPattern: ~UInt32(truncatingIfNeeded: $0))
        }
        numbers.sort()
        return numbers
    }
}

/// What a thread needs to add up rows and keep the best of the sum.
struct RowWorker {
    let sum: RowSum
    private var greatest = GreatestEntries()

    init(width: Int) { sum = RowSum(width: width) }

    /// Appends the `count` greatest positive values of the sum, ascending by entry, and clears it.
    /// `value` makes a value of an entry and its sum.
    @inline(__always)
    mutating func take(
        _ count: Int, except number: Int, into row: inout RowBuilder,
        value: (Int32, Float) -> Float
    ) {
        greatest.removeAll()
        for entry in sum.entries where Int(entry) != number {
            let value = value(entry, sum[entry])
            sum[entry] = value
            if value > 0 { greatest.append(entry, value) }
        }
        for entry in greatest.greatest(count) { row.append(entry, sum[entry]) }
        sum.clear()
    }
}

/// Rows of a sparse matrix, made a block at a time on all processors.
enum SparseRows {
    /// `makeWorker` is called once for each thread; `make` appends the entries of a range of rows,
    /// ascending by column, and ends each row. Blocks of `blockSize` rows are dealt out in turns, as
    /// neighbouring ones are alike in cost.
    static func build<Worker>(
        rows: Int, columns: Int, blockSize: Int = 8, _ monitor: WorkMonitor, phase: String,
        makeWorker: () -> Worker,
        make: (_ worker: inout Worker, _ block: Range<Int>, _ row: inout RowBuilder) -> Void
    ) throws -> SparseMatrix {
        let parts = Parallel.threads
        let builders = SharedBuilders(count: parts)
        let failure = FirstError()
        Parallel.forEachRange(parts) { range in
            for part in range {
                var worker = makeWorker()
                var builder = RowBuilder()
                do {
                    for first in stride(
                        from: part * blockSize, to: rows, by: parts * blockSize)
                    {
                        try monitor.checkpoint()
                        if part == 0 { monitor.report(phase, Double(first) / Double(rows)) }
                        make(&worker, first..<min(first + blockSize, rows), &builder)
                    }
                } catch { failure.note(error) }
                builders[part] = builder
            }
        }
        try failure.rethrow()
        return assemble(rows, columns, blockSize, builders)
    }

    private static func assemble(
        _ rows: Int, _ columns: Int, _ blockSize: Int, _ builders: SharedBuilders
    ) -> SparseMatrix {
        let parts = (0..<builders.count).map { builders[$0] }
        var offsets = ContiguousArray<Int>(repeating: 0, count: rows + 1)
        var indices = ContiguousArray<Int32>()
        var values = ContiguousArray<Float>()
        indices.reserveCapacity(parts.reduce(0) { $0 + $1.indices.count })
        values.reserveCapacity(indices.capacity)
        // How far each part is taken: rows, and entries.
        var taken = [(rows: Int, entries: Int)](repeating: (0, 0), count: parts.count)
        for (block, first) in stride(from: 0, to: rows, by: blockSize).enumerated() {
            let part = block % parts.count
            let begin = taken[part]
            for row in first..<min(first + blockSize, rows) {
                let end = parts[part].ends[taken[part].rows]
                offsets[row + 1] = offsets[row] + end - taken[part].entries
                taken[part] = (taken[part].rows + 1, end)
            }
            indices.append(contentsOf: parts[part].indices[begin.entries..<taken[part].entries])
            values.append(contentsOf: parts[part].values[begin.entries..<taken[part].entries])
        }
        return SparseMatrix(
            rows: rows, columns: columns, offsets: offsets, indices: indices, values: values)
    }
}

/// Rows, one behind the other.
struct RowBuilder {
    /// By row: how many entries there are up to its end.
    private(set) var ends: ContiguousArray<Int> = []
    private(set) var indices: ContiguousArray<Int32> = []
    private(set) var values: ContiguousArray<Float> = []

    mutating func append(_ column: Int32, _ value: Float) {
        indices.append(column)
        values.append(value)
    }

    mutating func endRow() { ends.append(indices.count) }
}

/// A builder for each thread, which no other thread reads before all are done.
private final class SharedBuilders: @unchecked Sendable {
    let count: Int
    private let builders: UnsafeMutablePointer<RowBuilder>

    init(count: Int) {
        self.count = count
        builders = .allocate(capacity: count)
        builders.initialize(repeating: RowBuilder(), count: count)
    }

    deinit {
        builders.deinitialize(count: count)
        builders.deallocate()
    }

    subscript(part: Int) -> RowBuilder {
        get { builders[part] }
        set { builders[part] = newValue }
    }
}
