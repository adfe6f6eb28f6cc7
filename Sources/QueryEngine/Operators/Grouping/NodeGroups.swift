import Values

/// Grouping by what depends on one node only, such as `RETURN p.id, p.age / 10, count(*)`: rows are
/// numbered by node first, which costs an array look-up, and the keys are evaluated once for each. Where
/// rows of one node stand side by side, as those of an expansion's source do, even the look-up is
/// done once for all of them. Different nodes with the same keys are still one group.
struct NodeGroups {
    private let node: Slot
    private var identifiers = IdentifierTable()
    /// By the node's number.
    private var groupOfNode: ContiguousArray<Int32> = []
    private var rowCount = 0
    /// Groups are remembered by node.
    private var remembers: Bool

    /// Rows after which it is decided whether nodes come often enough.
    private static let trialRows = 16_384
    /// Nodes come again at least so many times on average, or it is not worth the look-up.
    private static let fewestRepeats = 2

    /// Nil where the keys depend on more than one variable.
    ///
    /// - Parameter nodesRepeat: whether a slot's node may come in more than one row.
    init?(keys: [BoundExpression], nodesRepeat: (Slot) -> Bool) {
        guard let node = keys.onlyVariable else { return nil }
        self.node = node
        let areMore = keys.contains { if case .slot = $0 { false } else { true } }
        remembers = areMore && nodesRepeat(node)
    }

    var byteCount: Int { identifiers.byteCount + groupOfNode.capacity * 4 }

    /// The group of each row; `numberByKeys` numbers one row of each node or run that is new, or all
    /// where nodes seldom come again.
    mutating func number(
        _ batch: Batch, _ numberByKeys: (Batch) throws -> ContiguousArray<Int32>
    ) throws -> GroupRows {
        guard case .nodes(let ids) = batch[node] else {
            return GroupRows(try numberByKeys(batch))
        }
        rowCount += batch.count
        if remembers, rowCount > Self.trialRows,
            identifiers.count * Self.fewestRepeats > rowCount
        {
            remembers = false
            identifiers = IdentifierTable()
            groupOfNode = []
        }
        if let ends = RunEnds.find(in: ids) {
            let heads = ContiguousArray([0] + ends.dropLast())
            return GroupRows(
                runsOf: try numberNodes(
                    ids.elements(atAscending: heads), batch.gathered(heads, slots: [node]),
                    numberByKeys),
                endingAt: ends)
        }
        return GroupRows(try numberNodes(ids, batch, numberByKeys))
    }

    /// `rows` has the node of each id.
    private mutating func numberNodes(
        _ ids: ContiguousArray<UInt64>, _ rows: Batch,
        _ numberByKeys: (Batch) throws -> ContiguousArray<Int32>
    ) throws -> ContiguousArray<Int32> {
        guard remembers, !ids.contains(Column.absent) else { return try numberByKeys(rows) }
        let known = identifiers.count
        var numbers = ContiguousArray<Int32>(unsafeUninitializedCapacity: ids.count) {
            output, count in
            ids.withUnsafeBufferPointer { identifiers.insert($0, into: output) }
            count = ids.count
        }
        if identifiers.count > known {
            groupOfNode += try numberByKeys(
                rows.gathered(firstRows(of: numbers, from: known), slots: [node]))
        }
        groupOfNode.withUnsafeBufferPointer { groups in
            numbers.withUnsafeMutableBufferPointer { numbers in
                for row in 0..<numbers.count { numbers[row] = groups[Int(numbers[row])] }
            }
        }
        return numbers
    }

    /// New numbers ascend, so the first row of each is the first that reaches it.
    private func firstRows(of numbers: ContiguousArray<Int32>, from known: Int)
        -> ContiguousArray<Int32>
    {
        var rows = ContiguousArray<Int32>()
        var next = Int32(truncatingIfNeeded: known)
        for row in numbers.indices where numbers[row] == next {
            rows.append(Int32(truncatingIfNeeded: row))
            next += 1
        }
        return rows
    }
}
