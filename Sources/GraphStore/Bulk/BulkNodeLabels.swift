/// The labels of every node of a bulk load, and what they make countable.
///
/// Few sets of labels occur, so a node is the number of its set, and relationships are counted by
/// the sets of their ends.
struct BulkNodeLabels {
    private var sets: [[LabelID]] = []
    private var numbers: [[LabelID]: UInt32] = [:]
    private var setOfNode: ContiguousArray<UInt32> = []
    private var lastLabels: [LabelID] = []
    private var lastNumber: UInt32?
    /// By type and direction: relationships by their end's set.
    private var relationships: [[ContiguousArray<Int64>]] = []
    private var relationshipsOfType: [Int64] = []

    /// Takes the next node's labels; returns them ascending, without repetition.
    mutating func append(_ labels: [LabelID]) -> [LabelID] {
        if let lastNumber, labels == lastLabels {
            setOfNode.append(lastNumber)
            return sets[Int(lastNumber)]
        }
        let sorted = labels.count < 2 ? labels : Set(labels).sorted()
        let number = numbers[sorted] ?? UInt32(sets.count)
        if Int(number) == sets.count {
            sets.append(sorted)
            numbers[sorted] = number
        }
        lastLabels = labels
        lastNumber = number
        setOfNode.append(number)
        return sorted
    }

    mutating func count(_ type: TypeID, start: NodeID, end: NodeID) {
        while relationships.count <= Int(type) {
            relationships.append([[], []])
            relationshipsOfType.append(0)
        }
        relationshipsOfType[Int(type)] += 1
        count(type, .outgoing, setOfNode[Int(start)])
        count(type, .incoming, setOfNode[Int(end)])
    }

    private mutating func count(_ type: TypeID, _ direction: Direction, _ set: UInt32) {
        let side = Int(direction.rawValue)
        let missing = Int(set) + 1 - relationships[Int(type)][side].count
        if missing > 0 {
            relationships[Int(type)][side].append(contentsOf: repeatElement(0, count: missing))
        }
        relationships[Int(type)][side][Int(set)] += 1
    }

    /// The label index in key order. Cost: one pass over the nodes for each label that occurs,
    /// four bytes a node.
    func forEachEntry(_ body: (LabelID, NodeID) throws(StoreError) -> Void) throws(StoreError) {
        let labels = Set(sets.joined()).sorted()
        for label in labels {
            let holds = sets.map { $0.contains(label) }
            for (node, set) in setOfNode.enumerated() where holds[Int(set)] {
                try body(label, NodeID(node))
            }
        }
    }

    func counts() -> [CountKey: Int64] {
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
