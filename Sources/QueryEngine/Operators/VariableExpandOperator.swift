import GraphStore
import Values

/// For each row all paths of a variable-length pattern from a node, or with `into` those that end at
/// another bound node. Batches go out in the middle of a walk.
final class VariableExpandOperator: Operator {
    private let child: any Operator
    private let pattern: VariableExpand
    private let carried: [Slot]
    private let adjacency: Adjacency
    private let uniqueness: RelationshipUniqueness
    private let context: QueryContext

    private var input: Batch?
    private var walks: Walks

    init(
        child: any Operator, expand: VariableExpand, output: [Slot], compiler: ExpressionCompiler
    ) throws {
        self.child = child
        pattern = expand
        context = compiler.context
        let made = [expand.expand.relationship, expand.expand.into ? nil : expand.expand.to]
        carried = output.filter { !made.contains($0) }
        uniqueness = RelationshipUniqueness(slots: expand.expand.distinctFrom)
        adjacency = Adjacency(
            types: expand.expand.types, direction: expand.expand.direction, context: context)
        walks = Walks(
            pattern: expand, uniqueness: uniqueness,
            walk: PathWalk(
                adjacency: adjacency, step: try StepPredicate(expand, compiler: compiler),
                context: context))
    }

    func next() throws -> Batch? {
        while true {
            guard let input = try input ?? pull() else { return nil }
            try context.checkpoint()
            var paths = Paths()
            try walks.fill(&paths, limit: context.batchCapacity, of: input)
            if walks.row == input.count { self.input = nil }
            if paths.sources.isEmpty { continue }
            var batch = input.gathered(paths.sources, slots: carried)
            if !pattern.expand.into { batch[pattern.expand.to] = .nodes(paths.ends) }
            if let relationship = pattern.expand.relationship {
                batch[relationship] = .values(paths.lists)
            }
            return batch
        }
    }

    private func pull() throws -> Batch? {
        guard let batch = try child.next() else { return nil }
        adjacency.refresh()
        try walks.begin(batch)
        input = batch
        return batch
    }

    func rewind() {
        child.rewind()
        input = nil
    }
}

/// Paths that go out together.
private struct Paths {
    var sources: ContiguousArray<Int32> = []
    var ends: ContiguousArray<NodeID> = []
    var lists: ContiguousArray<Value> = []
}

/// The walks of a batch's rows, one after the other.
private struct Walks {
    private let pattern: VariableExpand
    private let uniqueness: RelationshipUniqueness
    private var walk: PathWalk
    private var starts: ContiguousArray<NodeID> = []
    private var targets: ContiguousArray<NodeID> = []
    private(set) var row = 0
    private var isWalking = false

    init(pattern: VariableExpand, uniqueness: RelationshipUniqueness, walk: PathWalk) {
        self.pattern = pattern
        self.uniqueness = uniqueness
        self.walk = walk
    }

    mutating func begin(_ batch: Batch) throws {
        starts = try batch[pattern.expand.from].nodeIDs()
        if pattern.expand.into { targets = try batch[pattern.expand.to].nodeIDs() }
        row = 0
        isWalking = false
    }

    mutating func fill(_ paths: inout Paths, limit: Int, of input: Batch) throws {
        let isListed = pattern.expand.relationship != nil
        while paths.sources.count < limit, try nextPath(of: input) {
            paths.sources.append(Int32(truncatingIfNeeded: row))
            paths.ends.append(walk.end)
            if isListed { paths.lists.append(list(of: walk.relationships)) }
        }
    }

    /// Moves on to the next path, of this row or a later one.
    private mutating func nextPath(of input: Batch) throws -> Bool {
        while row < starts.count {
            if !isWalking && starts[row] != Column.absent {
                isWalking = true
                walk.begin(
                    input, row: row, from: starts[row], minimum: pattern.minimum,
                    maximum: pattern.maximum, taken: uniqueness.taken(in: input, row: row))
            }
            while isWalking {
                guard try walk.next() else {
                    isWalking = false
                    break
                }
                if !pattern.expand.into || walk.end == targets[row] { return true }
            }
            row += 1
        }
        return false
    }

    private func list(of relationships: ContiguousArray<RelationshipID>) -> Value {
        var list: [Value] = []
        list.reserveCapacity(relationships.count)
        if pattern.reversed {
            for id in relationships.reversed() { list.append(.relationshipReference(id)) }
        } else {
            for id in relationships { list.append(.relationshipReference(id)) }
        }
        return .list(list)
    }
}
