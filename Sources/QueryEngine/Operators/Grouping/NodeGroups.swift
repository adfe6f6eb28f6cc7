import Values

/// Grouping by properties of one node, such as `RETURN p.id, p.name, count(*)`: rows are numbered by
/// node first, which costs an array look-up, and the properties are read once for each node.
/// Different nodes with the same properties are still one group.
struct NodeGroups {
    private let node: Slot
    private var identifiers = IdentifierTable()
    /// By the node's number.
    private var groupOfNode: ContiguousArray<Int32> = []
    private var rowCount = 0

    /// Rows after which it is decided whether nodes come often enough.
    private static let trialRows = 16_384
    /// Nodes come again at least so many times on average, or it is not worth the look-up.
    private static let fewestRepeats = 2

    init(node: Slot) { self.node = node }

    var byteCount: Int { identifiers.byteCount + groupOfNode.capacity * 4 }

    /// The one slot that grouping keys are properties of; nil where there is none, or where they
    /// are nothing but the slot itself.
    static func node(of keys: [BoundExpression]) -> Slot? {
        var node: Slot?
        var hasProperty = false
        for key in keys {
            let slot: Slot
            switch key {
            case .slot(let own): slot = own
            case .property(.slot(let own), _):
                slot = own
                hasProperty = true
            default: return nil
            }
            if let node, node != slot { return nil }
            node = slot
        }
        return hasProperty ? node : nil
    }

    /// The group of each row; `numberByKeys` numbers one row of each node that is new. nil where the
    /// slot holds something else, or where nodes seldom come again: then the caller goes on alone.
    mutating func number(
        _ batch: Batch, _ numberByKeys: (Batch) throws -> ContiguousArray<Int32>
    ) throws -> ContiguousArray<Int32>? {
        guard case .nodes(let ids) = batch[node], !ids.contains(Column.absent) else { return nil }
        rowCount += batch.count
        if rowCount > Self.trialRows, identifiers.count * Self.fewestRepeats > rowCount {
            return nil
        }
        let known = identifiers.count
        var numbers = ContiguousArray<Int32>(unsafeUninitializedCapacity: ids.count) {
            output, count in
            ids.withUnsafeBufferPointer { identifiers.insert($0, into: output) }
            count = ids.count
        }
        if identifiers.count > known {
            groupOfNode += try numberByKeys(
                batch.gathered(firstRows(of: numbers, from: known), slots: [node]))
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
