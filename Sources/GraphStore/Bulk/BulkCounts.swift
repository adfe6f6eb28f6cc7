/// The label set of every node of a bulk load, and what the counts of the store are made of.
///
/// Few sets of labels occur, so a node is the number of its set, and relationships are counted by
/// the sets of their ends.
struct BulkCounts {
    private var setOfNode: ContiguousArray<UInt32> = []
    private var setCount = 0
    /// Where nodes begin that have another set than those before; past ``maximumRuns`` no more.
    private var runs: [Int] = []
    /// By type and direction: relationships by their end's set.
    private var relationships: [[ContiguousArray<Int64>]] = []
    private var relationshipsOfType: [Int64] = []

    /// Files of one kind of node make long runs; past so many they are short and of no use.
    private static let maximumRuns = 1_000

    mutating func add(_ batch: NodeBatch) {
        for set in batch.labelSets {
            if set != setOfNode.last, runs.count < Self.maximumRuns { runs.append(setOfNode.count) }
            setOfNode.append(set)
            setCount = max(setCount, Int(set) + 1)
        }
    }

    /// The ends of all relationships must have been added. Cost: nothing for a row where a batch
    /// is of one type and its ends are of one kind each, else two accesses to memory.
    mutating func add(_ batch: RelationshipBatch) {
        if batch.types.least == batch.types.greatest,
            let startSet = commonSet(batch.starts), let endSet = commonSet(batch.ends)
        {
            let type = Int(batch.types.least)
            makeRoom(type)
            relationshipsOfType[type] += Int64(batch.count)
            relationships[type][Int(Direction.outgoing.rawValue)][startSet] += Int64(batch.count)
            relationships[type][Int(Direction.incoming.rawValue)][endSet] += Int64(batch.count)
            return
        }
        batch.forEach { (type, start, end) in
            let type = Int(type)
            makeRoom(type)
            relationshipsOfType[type] += 1
            let (startSet, endSet) = (Int(setOfNode[Int(start)]), Int(setOfNode[Int(end)]))
            relationships[type][Int(Direction.outgoing.rawValue)][startSet] += 1
            relationships[type][Int(Direction.incoming.rawValue)][endSet] += 1
        }
    }

    /// The set of all nodes between these, where it is known to be one.
    private func commonSet(_ nodes: RelationshipBatch.Bounds) -> Int? {
        if runs.count == Self.maximumRuns { return nil }
        guard nodes.least <= nodes.greatest, nodes.greatest < setOfNode.count else { return nil }
        let run = runs.firstIndex { $0 > nodes.least } ?? runs.endIndex
        guard run == runs.endIndex || nodes.greatest < runs[run] else { return nil }
        return Int(setOfNode[Int(nodes.least)])
    }

    @inline(__always)
    private mutating func makeRoom(_ type: Int) {
        while relationships.count <= type {
            let none = ContiguousArray<Int64>(repeating: 0, count: setCount)
            relationships.append([none, none])
            relationshipsOfType.append(0)
        }
        if relationships[type][0].count < setCount { widen(type) }
    }

    /// Nodes of other sets have come since.
    private mutating func widen(_ type: Int) {
        for side in relationships[type].indices {
            let missing = setCount - relationships[type][side].count
            relationships[type][side].append(contentsOf: repeatElement(0, count: missing))
        }
    }

    /// The label index in key order, in blocks of one label's nodes. Cost: one pass over the nodes
    /// for each label that occurs, four bytes a node.
    func forEachLabel(
        _ sets: [[LabelID]], _ body: (LabelID, [NodeID]) throws(StoreError) -> Void
    ) throws(StoreError) {
        var block: [NodeID] = []
        for label in Set(sets.joined()).sorted() {
            let holds = sets.map { $0.contains(label) }
            for (node, set) in setOfNode.enumerated() where holds[Int(set)] {
                block.append(NodeID(node))
                guard block.count == Self.labelBlock else { continue }
                try body(label, block)
                block.removeAll(keepingCapacity: true)
            }
            if !block.isEmpty { try body(label, block) }
            block.removeAll(keepingCapacity: true)
        }
    }

    private static let labelBlock = 4_096

    func counts(_ sets: [[LabelID]]) -> [CountKey: Int64] {
        var counts: [CountKey: Int64] = [:]
        var nodesOfSet = [Int64](repeating: 0, count: sets.count)
        for set in setOfNode { nodesOfSet[Int(set)] += 1 }
        for (set, labels) in sets.enumerated() {
            for label in labels {
                counts[.label(label), default: 0] += nodesOfSet[set]
                for type in relationships.indices {
                    for direction in Direction.allCases {
                        let bySet = relationships[type][Int(direction.rawValue)]
                        guard set < bySet.count else { continue }
                        let key = CountKey.relationships(label, TypeID(type), direction)
                        counts[key, default: 0] += bySet[set]
                    }
                }
            }
        }
        for (type, count) in relationshipsOfType.enumerated() {
            counts[.type(TypeID(type))] = count
        }
        return counts
    }
}
