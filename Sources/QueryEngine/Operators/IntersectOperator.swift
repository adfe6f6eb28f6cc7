import Cypher
import GraphStore
import Values

/// For each row the nodes that lie in the lists of two bound nodes at once, by walking both sorted
/// lists together: what an expand followed by an expand-into would give, without a row for each
/// neighbour that does not fit.
///
/// Each side keeps its last list, so that rows which share a node read its list once.
final class IntersectOperator: Operator {
    private let child: any Operator
    private let intersect: Intersect
    private let output: [Slot]
    private let context: QueryContext
    private let first: IntersectionSide
    private let second: IntersectionSide

    private var input: Batch?
    private var row = 0
    private var found = ExpandedRows()
    /// The second side's relationship of each row found.
    private var secondRelationships: ContiguousArray<RelationshipID> = []
    /// Rows found already that wait for the next batch.
    private var given = 0

    init(child: any Operator, intersect: Intersect, output: [Slot], context: QueryContext) {
        self.child = child
        self.intersect = intersect
        self.context = context
        let made = [intersect.node, intersect.first.relationship, intersect.second.relationship]
        self.output = output.filter { !made.contains($0) }
        first = IntersectionSide(intersect.first, intersect.mayMeet, context)
        second = IntersectionSide(intersect.second, intersect.mayMeet, context)
    }

    func rewind() {
        child.rewind()
        input = nil
    }

    func next() throws -> Batch? {
        while true {
            guard let input = try input ?? pull() else { return nil }
            if given < found.sources.count { return give(input) }
            try context.checkpoint()
            found.removeAll()
            secondRelationships.removeAll(keepingCapacity: true)
            given = 0
            while row < input.count, found.sources.count < context.batchCapacity {
                intersectLists(of: row)
                row += 1
            }
            filter(input)
            context.databaseHits += found.sources.count
            if found.sources.isEmpty, row == input.count { self.input = nil }
        }
    }

    private func pull() throws -> Batch? {
        guard let batch = try child.next() else { return nil }
        try first.begin(batch)
        try second.begin(batch)
        found.removeAll()
        secondRelationships.removeAll(keepingCapacity: true)
        (row, given) = (0, 0)
        input = batch
        return batch
    }

    /// The next rows found, a batch of them at most.
    private func give(_ input: Batch) -> Batch {
        let end = min(given + context.batchCapacity, found.sources.count)
        let range = given..<end
        var batch = input.gathered(ContiguousArray(found.sources[range]), slots: output)
        batch[intersect.node] = .nodes(ContiguousArray(found.neighbours[range]))
        if let slot = intersect.first.relationship {
            batch[slot] = .relationships(ContiguousArray(found.relationships[range]))
        }
        if let slot = intersect.second.relationship {
            batch[slot] = .relationships(ContiguousArray(secondRelationships[range]))
        }
        given = end
        if given == found.sources.count, row == input.count { self.input = nil }
        return batch
    }

    private func intersectLists(of row: Int) {
        let source = Int32(truncatingIfNeeded: row)
        let (one, two) = (first.degree(row), second.degree(row))
        if one == 0 || two == 0 { return }
        if first.isTooLong(one, beside: two) {
            guard second.load(row) else { return }
            first.forEachMeeting(second.list.neighbours, row) { j, relationship in
                emit(source, j, relationship, second.relationship(j), second)
            }
            return
        }
        if second.isTooLong(two, beside: one) {
            guard first.load(row) else { return }
            second.forEachMeeting(first.list.neighbours, row) { i, relationship in
                emit(source, i, first.relationship(i), relationship, first)
            }
            return
        }
        guard first.load(row), second.load(row) else { return }
        first.list.neighbours.withUnsafeBufferPointer { left in
            second.list.neighbours.withUnsafeBufferPointer { right in
                if second.list.marks.isSet {
                    second.list.marks.forEachMarked(in: left) { i in
                        for j in second.list.places(of: left[i]) { emit(source, i, j) }
                    }
                    return
                }
                if first.list.marks.isSet {
                    first.list.marks.forEachMarked(in: right) { j in
                        for i in first.list.places(of: right[j]) { emit(source, i, j) }
                    }
                    return
                }
                SortedIntersection.forEach(left, right) { leftRun, rightRun in
                    for i in leftRun {
                        for j in rightRun { emit(source, i, j) }
                    }
                }
            }
        }
    }

    @inline(__always)
    private func emit(_ source: Int32, _ i: Int, _ j: Int) {
        emit(source, i, first.relationship(i), second.relationship(j), first)
    }

    /// `place`: of the node, in the list of one side.
    @inline(__always)
    private func emit(
        _ source: Int32, _ place: Int, _ one: RelationshipID, _ two: RelationshipID,
        _ side: IntersectionSide
    ) {
        if intersect.mayMeet, one == two { return }
        found.sources.append(source)
        found.neighbours.append(side.list.neighbours[place])
        if first.readsRelationships { found.relationships.append(one) }
        if second.readsRelationships { secondRelationships.append(two) }
    }

    /// Drops what meets a relationship of the row.
    private func filter(_ input: Batch) {
        if first.uniqueness.slots.isEmpty, second.uniqueness.slots.isEmpty { return }
        let kept = ContiguousArray.rows(found.sources.count) { place in
            let row = Int(found.sources[place])
            return
                (!first.readsRelationships
                || first.isFree(found.relationships[place], input, row))
                && (!second.readsRelationships
                    || second.isFree(secondRelationships[place], input, row))
        }
        if kept.count == found.sources.count { return }
        found.keep(rows: kept)
        if second.readsRelationships {
            secondRelationships = secondRelationships.elements(atAscending: kept)
        }
    }
}

/// One of the two lists that are intersected, and what its relationships must not be.
private final class IntersectionSide {
    let uniqueness: RelationshipUniqueness
    let readsRelationships: Bool
    private(set) var list = SortedList()
    private let side: Intersect.Side
    private let context: QueryContext
    private var sources: ContiguousArray<NodeID> = []
    private var reader: AdjacencyReader?
    private var met = ExpandedRows()

    init(_ side: Intersect.Side, _ mayMeet: Bool, _ context: QueryContext) {
        self.side = side
        self.context = context
        uniqueness = RelationshipUniqueness(slots: side.distinctFrom)
        readsRelationships = side.relationship != nil || mayMeet || !side.distinctFrom.isEmpty
    }

    /// A statement that writes may have changed the lists since the last batch, or made the type.
    func begin(_ batch: Batch) throws {
        sources = try batch[side.from].nodeIDs()
        if reader == nil || context.writer != nil {
            list.forget()
            reader = context.view.type(side.type).map {
                context.view.adjacency($0, side.direction == .outgoing ? .outgoing : .incoming)
            }
        }
    }

    /// The length of a row's list.
    @inline(__always)
    func degree(_ row: Int) -> Int {
        guard let reader, sources[row] != Column.absent else { return 0 }
        return list.node == sources[row] ? list.neighbours.count : reader.degree(sources[row])
    }

    /// Lists that are so much longer than the other are searched where they are, one entry after
    /// the other, instead of being read.
    private static let searchRatio = 64

    @inline(__always)
    func isTooLong(_ degree: Int, beside other: Int) -> Bool {
        degree > Self.searchRatio * (other + Self.searchRatio) && list.neighbours.count != degree
    }

    /// Looks each of some nodes up in a row's list: the place of the node, and the relationship.
    func forEachMeeting(
        _ nodes: ContiguousArray<NodeID>, _ row: Int,
        _ body: (_ place: Int, RelationshipID) -> Void
    ) {
        guard let reader else { return }
        let sources = ContiguousArray(repeating: sources[row], count: nodes.count)
        var position = ExpandPosition()
        sources.withUnsafeBufferPointer { sources in
            nodes.withUnsafeBufferPointer { nodes in
                while position.source < nodes.count {
                    // A node that is in `nodes` several times is looked up once each.
                    met.removeAll()
                    reader.expandInto(
                        sources, nodes, from: &position, limit: Batch.defaultCapacity, into: &met,
                        options: readsRelationships ? [] : .withoutRelationships)
                    for index in 0..<met.sources.count {
                        body(
                            Int(met.sources[index]),
                            readsRelationships ? met.relationships[index] : 0)
                    }
                }
            }
        }
    }

    /// Of an entry of the list; 0 where nobody looks at it.
    @inline(__always)
    func relationship(_ place: Int) -> RelationshipID {
        readsRelationships ? list.relationships[place] : 0
    }

    /// False where there is no list.
    @inline(__always)
    func load(_ row: Int) -> Bool {
        guard let reader, sources[row] != Column.absent else { return false }
        list.load(
            sources[row], from: reader,
            options: readsRelationships ? [] : .withoutRelationships)
        return !list.neighbours.isEmpty
    }

    /// Whether a relationship is none of those that the row has bound.
    @inline(__always)
    func isFree(_ relationship: RelationshipID, _ input: Batch, _ row: Int) -> Bool {
        uniqueness.allows(relationship, in: input, row)
    }
}
