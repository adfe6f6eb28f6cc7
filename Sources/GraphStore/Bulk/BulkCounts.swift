/// The label set of every node of a bulk load, and what the counts of the store are made of.
///
/// Few sets of labels occur, so a node is the number of its set, and relationships are counted by
/// the sets of their ends.
struct BulkCounts {
    private var setOfNode: ContiguousArray<UInt32> = []
    private var setCount = 0
    /// By type and direction: relationships by their end's set.
    private var relationships: [[ContiguousArray<Int64>]] = []
    private var relationshipsOfType: [Int64] = []

    mutating func add(_ batch: NodeBatch) {
        setOfNode.append(contentsOf: batch.labelSets)
        setCount = max(setCount, Int(batch.labelSets.max() ?? 0) + 1)
    }

    /// The ends of all relationships must have been added.
    mutating func add(_ batch: RelationshipBatch) {
        var rows = batch.types[...]
        while let type = rows.first {
            let end = rows.firstIndex { $0 != type } ?? rows.endIndex
            while relationships.count <= Int(type) {
                relationships.append([[], []])
                relationshipsOfType.append(0)
            }
            relationshipsOfType[Int(type)] += Int64(end - rows.startIndex)
            count(type, .outgoing, batch.starts[rows.startIndex..<end])
            count(type, .incoming, batch.ends[rows.startIndex..<end])
            rows = rows[end...]
        }
    }

    private mutating func count(
        _ type: TypeID, _ direction: Direction, _ ends: ContiguousArray<NodeID>.SubSequence
    ) {
        let side = Int(direction.rawValue)
        // Taken out, so that the loop adds to a local array.
        var counts: ContiguousArray<Int64> = []
        swap(&counts, &relationships[Int(type)][side])
        let missing = setCount - counts.count
        if missing > 0 { counts.append(contentsOf: repeatElement(0, count: missing)) }
        for node in ends { counts[Int(setOfNode[Int(node)])] += 1 }
        swap(&counts, &relationships[Int(type)][side])
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
