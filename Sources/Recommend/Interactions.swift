public import GraphStore

/// The relationships of one type as sparse vectors: a node's vector has an entry for each
/// neighbour, its weight. Parallel relationships add up.
///
/// The nodes that are asked about are called users here and those that they point at items,
/// whatever they are; a node may be both. Vectors are read from the view when they are first
/// needed and kept for the life of this object, which is one call: an item's users are met again
/// and again. One thread.
public final class Interactions {
    public let view: GraphView
    /// From the nodes that are asked about: users to items, when a user is asked about.
    public let direction: Direction
    let users: Side
    let items: Side
    private var weights: RelationshipWeights?
    private var weighting: EntryWeighting?
    private let type: TypeID
    private let weightKey: KeyID?
    let checkpoint: () throws -> Void

    /// Entries that are read before they are used: bounds what one list more can cost.
    private static let groupEntries = 1 << 20

    /// `direction` nil: the one in which `node` has relationships of the type, outgoing first.
    /// `weight` names a property of the relationships; without it, and where a relationship has no
    /// such finite number, an entry is 1. `checkpoint` is called before each vector and may throw
    /// to stop.
    public init(
        view: GraphView, type: TypeID, of node: NodeID?, direction: Direction?, weight: KeyID?,
        checkpoint: @escaping () throws -> Void
    ) {
        self.view = view
        self.checkpoint = checkpoint
        self.type = type
        weightKey = weight
        weights = weight.map { RelationshipWeights(view, $0) }
        let outgoing = view.adjacency(type, .outgoing)
        let incoming = view.adjacency(type, .incoming)
        if let direction {
            self.direction = direction
        } else if let node, outgoing.degree(node) == 0, incoming.degree(node) > 0 {
            self.direction = .incoming
        } else {
            self.direction = .outgoing
        }
        let isOutgoing = self.direction == .outgoing
        let bound = view.nodeIDBound
        users = Side(isOutgoing ? outgoing : incoming, nodesBelow: bound)
        items = Side(isOutgoing ? incoming : outgoing, nodesBelow: bound)
    }

    public var isWeighted: Bool { weights != nil }

    func other(than side: Side) -> Side { side === users ? items : users }

    /// Weighs the entries of vectors as the measure wants them, for comparisons among the nodes of
    /// `side`. Vectors that were weighed otherwise are read again. To be called when none is lent.
    func compare(_ side: Side, by measure: SimilarityMeasure) throws {
        let comparesUsers = side === users
        let kind = measure.weighting
        if weighting?.kind == kind, kind == nil || weighting?.comparesUsers == comparesUsers {
            return
        }
        users.forget()
        items.forget()
        weighting = try kind.map { kind in
            let same = Interactions(
                view: view, type: type, of: nil, direction: direction, weight: weightKey,
                checkpoint: checkpoint)
            return try EntryWeighting(kind, same, comparesUsers: comparesUsers)
        }
    }

    /// These interactions with their entries as they are.
    var unweighted: Interactions { weighting?.raw ?? self }

    private func entryWeights(_ lists: ListBlock, _ side: Side) throws -> ContiguousArray<Double>? {
        let own = weights?.values(of: lists.relationships)
        guard let weighting else { return own }
        return try weighting.transformed(lists, own, side, isUsers: side === users)
    }

    /// A copy of one node's vector.
    func vector(of node: NodeID, _ side: Side) throws -> SparseVector {
        var vector = SparseVector()
        try withVectors(of: [Int32(side.number(of: node))], side) { _, entries, weights in
            vector = SparseVector(entries: Array(entries), weights: Array(weights))
        }
        return vector
    }

    /// Lends the vectors of the numbered nodes one after another, reading those that are not there
    /// yet in groups. `body` gets the place in `numbers` and a vector that is valid inside it only;
    /// it may ask for vectors of the other side.
    func withVectors(
        of numbers: [Int32], _ side: Side,
        _ body: (Int, UnsafeBufferPointer<Int32>, UnsafeBufferPointer<Double>) throws -> Void
    ) throws {
        var begin = 0
        while begin < numbers.count {
            let end = try readGroup(numbers, from: begin, side)
            for place in begin..<end {
                try checkpoint()
                try side.withVector(Int(numbers[place])) { try body(place, $0, $1) }
            }
            side.forgetWhereTooMany()
            begin = end
        }
    }

    /// Reads the vectors of as many nodes as make a group. Returns where the next group begins.
    private func readGroup(_ numbers: [Int32], from begin: Int, _ side: Side) throws -> Int {
        var lists = ListBlock()
        var end = begin
        while end < numbers.count, lists.neighbours.count < Self.groupEntries {
            let number = Int(numbers[end])
            if !side.isRead(number), lists.lastNumber != number { try read(number, side, &lists) }
            end += 1
        }
        let weights = try entryWeights(lists, side)
        lists.forEachList { number, range in
            side.keep(number, lists.neighbours[range], weights?[range], other(than: side))
        }
        return end
    }

    /// The sums over the vectors of the numbered nodes, without keeping the vectors.
    func readMoments(of numbers: some Sequence<Int32>, _ side: Side) throws {
        var lists = ListBlock()
        let known = side.moments
        let unknown = numbers.filter { Int($0) >= known.count || known[Int($0)].count < 0 }
        for number in unknown {
            if side.isRead(Int(number)) {
                side.setMoments(Int(number))
                continue
            }
            try read(Int(number), side, &lists)
            if lists.neighbours.count >= Self.groupEntries {
                try setMoments(lists, side)
                lists = ListBlock()
            }
        }
        try setMoments(lists, side)
    }

    /// Lends the lists of the numbered nodes as the store has them, without keeping them: neighbours
    /// ascending, parallel relationships side by side, and weights where there are any.
    func forEachList(
        of numbers: some Sequence<Int32>, _ side: Side,
        _ body: (Int32, UnsafeBufferPointer<NodeID>, UnsafeBufferPointer<Double>?) -> Void
    ) throws {
        var lists = ListBlock()
        for number in numbers {
            try read(Int(number), side, &lists)
            if lists.neighbours.count >= Self.groupEntries {
                try lend(lists, side, body)
                lists = ListBlock()
            }
        }
        try lend(lists, side, body)
    }

    private func lend(
        _ lists: ListBlock, _ side: Side,
        _ body: (Int32, UnsafeBufferPointer<NodeID>, UnsafeBufferPointer<Double>?) -> Void
    ) throws {
        let weights = try entryWeights(lists, side)
        lists.neighbours.withUnsafeBufferPointer { neighbours in
            lists.forEachList { number, range in
                let list = UnsafeBufferPointer(rebasing: neighbours[range])
                if let weights {
                    weights.withUnsafeBufferPointer {
                        body(Int32(number), list, UnsafeBufferPointer(rebasing: $0[range]))
                    }
                } else {
                    body(Int32(number), list, nil)
                }
            }
        }
    }

    private func setMoments(_ lists: ListBlock, _ side: Side) throws {
        let weights = try entryWeights(lists, side)
        lists.forEachList { number, range in
            side.setMoments(number, lists.neighbours[range], weights?[range])
        }
    }

    private func read(_ number: Int, _ side: Side, _ lists: inout ListBlock) throws {
        try checkpoint()
        let isWeighted = isWeighted
        side.lists.forEachRun(
            of: side.index.nodes[number], options: isWeighted ? [] : .withoutRelationships
        ) { neighbours, relationships in
            lists.neighbours.append(contentsOf: neighbours)
            if isWeighted { lists.relationships.append(contentsOf: relationships) }
        }
        lists.end(number)
    }
}

/// Lists as the store has them, one behind the other.
struct ListBlock {
    var neighbours: ContiguousArray<UInt64> = []
    /// Empty where nobody asks for weights.
    var relationships: ContiguousArray<UInt64> = []
    private var lists: [(number: Int, end: Int)] = []

    var lastNumber: Int? { lists.last?.number }

    mutating func end(_ number: Int) { lists.append((number, neighbours.count)) }

    func forEachList(_ body: (Int, Range<Int>) -> Void) {
        var begin = 0
        for list in lists {
            body(list.number, begin..<list.end)
            begin = list.end
        }
    }
}
