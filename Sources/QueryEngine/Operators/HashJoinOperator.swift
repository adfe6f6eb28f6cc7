import Values

/// Pairs of a left and a right row that are equivalent in the paired keys; null keys meet nothing.
///
/// The right side is read and kept as soon as the left one has a row: its rows are chained by
/// their hash. The left side streams; for a left row its right rows come in their order. Output
/// batches stay bounded however many pairs a left batch has.
///
/// Where the right side is the same each time, it is kept for all rows that an apply passes in.
///
/// A left side that writes is different: the right one has to see all that it writes, and it writes
/// even where the right side has no rows. So it is run to its end before the right side is read.
final class HashJoinOperator: Operator {
    private let left: any Operator
    private let right: any Operator
    private let leftKeys: [Slot]
    private let rightKeys: [Slot]
    private let output: [Slot]
    private let context: QueryContext
    private let keepsRight: Bool

    private var table: JoinTable?
    /// Taken from the left side before the right side was read.
    private var firstBatch: Batch?
    private var probe: Probe?

    /// A left batch on its way through the table.
    private struct Probe {
        let batch: Batch
        let hashes: ContiguousArray<UInt64>
        /// 0 where a key is null; nil where none is.
        let presence: ContiguousArray<UInt8>?
        var row = 0
        /// The next right row to look at for `row`; nil before the chain is entered.
        var position: Int32?
    }

    init(
        left: any Operator, leftWrites: Bool, right: any Operator, keepsRight: Bool,
        leftKeys: [Slot], rightKeys: [Slot], output: [Slot], context: QueryContext
    ) {
        self.left = leftWrites ? EagerOperator(child: left, context: context) : left
        self.keepsRight = keepsRight
        self.right = right
        self.leftKeys = leftKeys
        self.rightKeys = rightKeys
        self.output = output
        self.context = context
    }

    func rewind() {
        left.rewind()
        if !keepsRight {
            right.rewind()
            table?.removeAll()
            table = nil
        }
        probe = nil
        firstBatch = nil
    }

    func next() throws -> Batch? {
        if table == nil {
            firstBatch = try left.next()
            if firstBatch == nil { return nil }
        }
        let table = try builtTable()
        if table.isEmpty { return nil }
        while true {
            if probe == nil {
                guard let batch = try nextLeft() else { return nil }
                try context.checkpoint()
                probe = start(batch)
            }
            if let batch = pairs(table) { return batch }
            probe = nil
        }
    }

    private func nextLeft() throws -> Batch? {
        defer { firstBatch = nil }
        return try firstBatch ?? left.next()
    }

    private func builtTable() throws -> JoinTable {
        if let table { return table }
        let slots = Array(Set(output + rightKeys)).sorted()
        var table = JoinTable(keys: rightKeys, slots: slots, context: context)
        while let batch = try right.next() {
            try context.checkpoint()
            try table.append(batch)
        }
        try table.finish()
        self.table = table
        return table
    }

    private func start(_ batch: Batch) -> Probe {
        let columns = leftKeys.map { batch[$0] }
        return Probe(
            batch: batch, hashes: Column.hashes(of: columns, count: batch.count),
            presence: Column.presence(ofAll: columns))
    }

    /// The next pairs of the batch that is being probed; nil when it has no more.
    private func pairs(_ table: JoinTable) -> Batch? {
        guard var probe else { return nil }
        defer { self.probe = probe }
        var leftRows = ContiguousArray<Int32>()
        var rightRows = ContiguousArray<Int32>()
        repeat {
            leftRows.removeAll(keepingCapacity: true)
            rightRows.removeAll(keepingCapacity: true)
            collect(&probe, table, &leftRows, &rightRows)
            if leftRows.isEmpty { return nil }
            keepEquivalent(probe.batch, table, &leftRows, &rightRows)
        } while leftRows.isEmpty
        return joined(probe.batch, table.batch, leftRows, rightRows)
    }

    /// Pairs with equal hashes, up to a batch of them.
    private func collect(
        _ probe: inout Probe, _ table: JoinTable, _ leftRows: inout ContiguousArray<Int32>,
        _ rightRows: inout ContiguousArray<Int32>
    ) {
        while probe.row < probe.batch.count, leftRows.count < context.batchCapacity {
            let hash = probe.hashes[probe.row]
            var position: Int32
            if let resumed = probe.position {
                position = resumed
            } else {
                let isPresent = probe.presence.map { $0[probe.row] != 0 } ?? true
                position = isPresent ? table.first(hash) : -1
            }
            while position >= 0, leftRows.count < context.batchCapacity {
                if table.hash(position) == hash {
                    leftRows.append(Int32(truncatingIfNeeded: probe.row))
                    rightRows.append(position)
                }
                position = table.after(position)
            }
            if position >= 0 {
                probe.position = position
            } else {
                probe.position = nil
                probe.row += 1
            }
        }
    }

    /// Drops the pairs that only share a hash.
    private func keepEquivalent(
        _ batch: Batch, _ table: JoinTable, _ leftRows: inout ContiguousArray<Int32>,
        _ rightRows: inout ContiguousArray<Int32>
    ) {
        var matches = ContiguousArray<UInt8>(repeating: 1, count: leftRows.count)
        leftRows.withUnsafeBufferPointer { leftRows in
            rightRows.withUnsafeBufferPointer { rightRows in
                for (leftKey, rightKey) in zip(leftKeys, rightKeys) {
                    batch[leftKey].expanded().keepEquivalent(
                        leftRows, to: table.batch[rightKey], rightRows, in: &matches)
                }
            }
        }
        let kept = ContiguousArray.rows(matches.count) { matches[$0] != 0 }
        leftRows = leftRows.elements(atAscending: kept)
        rightRows = rightRows.elements(atAscending: kept)
    }

    private func joined(
        _ leftBatch: Batch, _ rightBatch: Batch, _ leftRows: ContiguousArray<Int32>,
        _ rightRows: ContiguousArray<Int32>
    ) -> Batch {
        var result = Batch(count: leftRows.count, slotCount: context.slotCount)
        for slot in output {
            if slot < leftBatch.columns.count, let column = leftBatch.columns[slot] {
                result.place(column.gathered(rows: leftRows), in: slot)
            } else if slot < rightBatch.columns.count, let column = rightBatch.columns[slot] {
                result.place(column.gathered(rows: rightRows), in: slot)
            }
        }
        return result
    }
}

/// The right side of a join: its rows, chained by the hash of their keys.
struct JoinTable {
    private let keys: [Slot]
    private let slots: [Slot]
    private var rows: StoredRows
    private var memory: ReservedMemory
    private var hashes: ContiguousArray<UInt64> = []
    /// The first row of each chain, and the row after each row; negative is the end.
    private var heads: ContiguousArray<Int32> = []
    private var links: ContiguousArray<Int32> = []

    init(keys: [Slot], slots: [Slot], context: QueryContext) {
        self.keys = keys
        self.slots = slots
        rows = StoredRows(context: context)
        memory = ReservedMemory(context: context)
    }

    var isEmpty: Bool { rows.batch.count == 0 }
    var batch: Batch { rows.batch }

    /// Rows with a null key are left out.
    mutating func append(_ batch: Batch) throws {
        let columns = keys.map { batch[$0] }
        var kept = batch
        if let presence = Column.presence(ofAll: columns) {
            let present = ContiguousArray.rows(batch.count) { presence[$0] != 0 }
            if present.isEmpty { return }
            kept = batch.gathered(present, slots: slots)
        }
        hashes.append(
            contentsOf: Column.hashes(of: keys.map { kept[$0] }, count: kept.count))
        try rows.append(kept, slots: slots.filter { $0 < kept.columns.count })
    }

    /// Chains the rows, the last first, so that each chain is in the order of the rows.
    mutating func finish() throws {
        let count = rows.batch.count
        let size = 1 << (Int.bitWidth - max(1, count * 2 - 1).leadingZeroBitCount)
        try memory.hold(count * 12 + size * 4)
        heads = ContiguousArray(repeating: -1, count: size)
        links = ContiguousArray(repeating: -1, count: count)
        for row in (0..<count).reversed() {
            let bucket = Int(truncatingIfNeeded: hashes[row]) & (size - 1)
            links[row] = heads[bucket]
            heads[bucket] = Int32(truncatingIfNeeded: row)
        }
    }

    mutating func removeAll() {
        rows.removeAll()
        memory.releaseAll()
    }

    @inline(__always) func first(_ hash: UInt64) -> Int32 {
        heads[Int(truncatingIfNeeded: hash) & (heads.count - 1)]
    }
    @inline(__always) func hash(_ row: Int32) -> UInt64 { hashes[Int(row)] }
    @inline(__always) func after(_ row: Int32) -> Int32 { links[Int(row)] }
}

extension Column {
    /// 1 for the rows that are null in no column; nil where all are.
    static func presence(ofAll columns: [Column]) -> ContiguousArray<UInt8>? {
        columns.reduce(Validity.allValid) { Validity.both($0, Validity($1.presence)) }.bytes
    }
}
