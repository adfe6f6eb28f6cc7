import Cypher
import GraphStore
import Values

/// Walks that repeat a pattern. A chunk of walks at a time goes through the pattern's plan, each
/// with its number, and comes back once for each way on.
///
/// Depth first, so that what is held is bounded by the walks' length and not by their number. No
/// relationship is met twice in a walk.
final class QuantifiedExpandOperator: Operator {
    /// A walk that may go on.
    private struct Trail {
        let row: Int32
        let end: NodeID
        var repetitions = 0
        /// In the order in which they were walked, each repetition's in the pattern's order.
        var relationships: ContiguousArray<RelationshipID> = []
        /// What the pattern's variables were, repetition after repetition.
        var bindings: ContiguousArray<Value> = []

        var byteCount: Int { 96 + relationships.count * 8 + bindings.count * 32 }
    }

    private let child: any Operator
    private let pattern: any Operator
    private let expand: QuantifiedExpand
    private let carried: [Slot]
    private let uniqueness: RelationshipUniqueness
    private let context: QueryContext

    private var input: Batch?
    private var starts: ContiguousArray<NodeID> = []
    private var targets: ContiguousArray<NodeID> = []
    private var taken: [[RelationshipID]] = []
    /// Chunks of walks of the input that are still to be taken on.
    private var open: [[Trail]] = []
    /// Walks that match, not given out yet.
    private var found: [Trail] = []
    private var reserved = 0

    init(
        child: any Operator, pattern: any Operator, expand: QuantifiedExpand, output: [Slot],
        context: QueryContext
    ) {
        self.child = child
        self.pattern = pattern
        self.expand = expand
        self.context = context
        var made = expand.lists.map(\.list)
        if let relationships = expand.relationships { made.append(relationships) }
        if !expand.into { made.append(expand.to) }
        carried = output.filter { !made.contains($0) }
        uniqueness = RelationshipUniqueness(slots: expand.distinctFrom)
    }

    func next() throws -> Batch? {
        while true {
            guard let input = try input ?? pull() else { return nil }
            while found.isEmpty, let chunk = takeChunk() { try goOn(chunk, input) }
            if found.isEmpty {
                self.input = nil
                continue
            }
            return giveOut(of: input)
        }
    }

    private func pull() throws -> Batch? {
        guard let batch = try child.next() else { return nil }
        input = batch
        starts = try batch[expand.from].nodeIDs()
        targets = expand.into ? try batch[expand.to].nodeIDs() : []
        taken = (0..<batch.count).map { uniqueness.taken(in: batch, row: $0) }
        open = []
        var trails: [Trail] = []
        for row in 0..<batch.count where starts[row] != Column.absent {
            let trail = Trail(row: Int32(row), end: starts[row])
            if expand.length.minimum == 0, matches(trail) { found.append(trail) }
            trails.append(trail)
        }
        try push(trails)
        return batch
    }

    // MARK: Walking

    private func takeChunk() -> [Trail]? {
        guard let chunk = open.popLast() else { return nil }
        let bytes = chunk.reduce(0) { $0 + $1.byteCount }
        reserved -= bytes
        context.release(bytes: bytes)
        return chunk
    }

    private func push(_ trails: [Trail]) throws {
        if let maximum = expand.length.maximum, let first = trails.first,
            first.repetitions >= maximum
        {
            return
        }
        let capacity = context.batchCapacity
        for start in stride(from: 0, to: trails.count, by: capacity) {
            let chunk = Array(trails[start..<min(trails.count, start + capacity)])
            let bytes = chunk.reduce(0) { $0 + $1.byteCount }
            reserved += bytes
            try context.reserve(bytes: bytes)
            open.append(chunk)
        }
    }

    /// One more repetition for each walk of a chunk. All of a chunk have as many behind them.
    private func goOn(_ chunk: [Trail], _ input: Batch) throws {
        try context.checkpoint()
        var batch = input.gathered(ContiguousArray(chunk.map(\.row)))
        batch[expand.innerFrom] = .nodes(ContiguousArray(chunk.map(\.end)))
        context.pass(batch, to: expand.argument, rowSlot: expand.rowSlot)
        pattern.rewind()
        var longer: [Trail] = []
        while let rows = try pattern.next() {
            try context.checkpoint()
            let numbers = rows.rowNumbers(in: expand.rowSlot)
            let ends = try rows[expand.innerTo].nodeIDs()
            let steps = try expand.innerRelationships.map { try rows[$0].relationshipIDs() }
            let variables = expand.lists.map { rows[$0.inner] }
            for row in 0..<rows.count {
                let trail = chunk[Int(numbers[row])]
                guard let next = try self.trail(trail, row, ends[row], steps, variables) else {
                    continue
                }
                if next.repetitions >= expand.length.minimum, matches(next) { found.append(next) }
                longer.append(next)
            }
        }
        try push(longer)
    }

    /// The walk with one more repetition; nil where that meets a relationship again.
    private func trail(
        _ trail: Trail, _ row: Int, _ end: NodeID, _ steps: [ContiguousArray<RelationshipID>],
        _ variables: [Column]
    ) throws -> Trail? {
        let taken = taken[Int(trail.row)]
        for column in steps
        where trail.relationships.contains(column[row]) || taken.contains(column[row]) {
            return nil
        }
        var next = Trail(
            row: trail.row, end: end, repetitions: trail.repetitions + 1,
            relationships: trail.relationships, bindings: trail.bindings)
        for column in steps { next.relationships.append(column[row]) }
        for column in variables { next.bindings.append(column.value(row)) }
        if next.relationships.count > context.limits.maximumPathLength {
            throw QueryError.pathTooLong(limit: context.limits.maximumPathLength)
        }
        return next
    }

    private func matches(_ trail: Trail) -> Bool {
        !expand.into || targets[Int(trail.row)] == trail.end
    }

    // MARK: Rows

    private func giveOut(of input: Batch) -> Batch {
        let count = min(found.count, context.batchCapacity)
        let trails = found[..<count]
        var batch = input.gathered(ContiguousArray(trails.map(\.row)), slots: carried)
        if !expand.into { batch[expand.to] = .nodes(ContiguousArray(trails.map(\.end))) }
        if let slot = expand.relationships {
            let width = expand.innerRelationships.count
            batch[slot] = .values(
                ContiguousArray(
                    trails.map { trail in
                        .list(
                            places(trail).flatMap { place in
                                trail.relationships[place * width..<(place + 1) * width].map {
                                    .relationshipReference($0)
                                }
                            })
                    }))
        }
        let width = expand.lists.count
        for (variable, pair) in expand.lists.enumerated() {
            batch[pair.list] = .values(
                ContiguousArray(
                    trails.map { trail in
                        .list(places(trail).map { trail.bindings[$0 * width + variable] })
                    }))
        }
        found.removeFirst(count)
        return batch
    }

    /// The repetitions in the pattern's order.
    private func places(_ trail: Trail) -> [Int] {
        let places = Array(0..<trail.repetitions)
        return expand.reversed ? places.reversed() : places
    }

    func rewind() {
        child.rewind()
        context.release(bytes: reserved)
        reserved = 0
        input = nil
        open = []
        found = []
    }
}

extension QueryError {
    static func pathTooLong(limit: Int) -> QueryError {
        QueryError(
            .memoryLimit,
            "A quantified path pattern found a path of more than \(limit) relationships, which is "
                + "the limit: give the pattern an upper bound.")
    }
}
