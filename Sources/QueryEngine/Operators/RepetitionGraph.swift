import GraphStore
import Values

/// The part of the graph that repetitions of a pattern reach: an edge for each repetition, found
/// by the pattern's plan, once for each node. Nodes and steps go by the order they were met in.
final class RepetitionGraph {
    /// One repetition.
    struct Step {
        let source: Int32
        let target: Int32
    }

    private let pattern: any Operator
    private let repetition: QuantifiedExpand
    private let context: QueryContext

    private(set) var nodes: ContiguousArray<NodeID> = []
    private var places: [NodeID: Int32] = [:]
    private(set) var steps: ContiguousArray<Step> = []
    /// By node: the steps that begin there, and those that end there.
    private(set) var outgoing: ContiguousArray<ContiguousArray<Int32>> = []
    private(set) var incoming: ContiguousArray<ContiguousArray<Int32>> = []
    private var isExpanded: ContiguousArray<Bool> = []
    /// Those of each step one after the other.
    private var relationships: ContiguousArray<RelationshipID> = []
    private var bindings: ContiguousArray<Value> = []
    private var reserved = 0

    init(pattern: any Operator, repetition: QuantifiedExpand, context: QueryContext) {
        self.pattern = pattern
        self.repetition = repetition
        self.context = context
    }

    func removeAll() {
        context.release(bytes: reserved)
        reserved = 0
        nodes = []
        places = [:]
        steps = []
        outgoing = []
        incoming = []
        isExpanded = []
        relationships = []
        bindings = []
    }

    /// A node's place, if it has been met.
    func place(_ node: NodeID) -> Int32? { places[node] }

    func insert(_ node: NodeID) -> Int32 {
        if let place = places[node] { return place }
        let place = Int32(nodes.count)
        places[node] = place
        nodes.append(node)
        outgoing.append([])
        incoming.append([])
        isExpanded.append(false)
        return place
    }

    func relationships(of step: Int32) -> ArraySlice<RelationshipID> {
        let width = repetition.innerRelationships.count
        return ArraySlice(relationships[Int(step) * width..<(Int(step) + 1) * width])
    }

    /// What the pattern's variable was in a step.
    func binding(_ variable: Int, of step: Int32) -> Value {
        bindings[Int(step) * repetition.lists.count + variable]
    }

    /// Finds the steps that begin at these nodes. `row` is what the pattern sees of the outside.
    func expand(_ places: ContiguousArray<Int32>, row: Batch) throws {
        let new = places.filter { !isExpanded[Int($0)] }
        for start in stride(from: 0, to: new.count, by: context.batchCapacity) {
            try expandChunk(new[start..<min(new.count, start + context.batchCapacity)], row: row)
        }
    }

    private func expandChunk(_ chunk: ArraySlice<Int32>, row: Batch) throws {
        try context.checkpoint()
        var batch = row.gathered(ContiguousArray(repeating: 0, count: chunk.count))
        batch[repetition.innerFrom] = .nodes(ContiguousArray(chunk.map { nodes[Int($0)] }))
        context.pass(batch, to: repetition.argument, rowSlot: repetition.rowSlot)
        pattern.rewind()
        for place in chunk { isExpanded[Int(place)] = true }
        while let rows = try pattern.next() {
            try context.checkpoint()
            try add(rows, from: chunk)
        }
    }

    private func add(_ rows: Batch, from chunk: ArraySlice<Int32>) throws {
        let numbers = rows.rowNumbers(in: repetition.rowSlot)
        let ends = try rows[repetition.innerTo].nodeIDs()
        let columns = try repetition.innerRelationships.map { try rows[$0].relationshipIDs() }
        let variables = repetition.lists.map { rows[$0.inner] }
        let bytes = rows.count * (48 + columns.count * 8 + variables.count * 32)
        reserved += bytes
        try context.reserve(bytes: bytes)
        for row in 0..<rows.count {
            let step = Int32(steps.count)
            let source = chunk[chunk.startIndex + Int(numbers[row])]
            let target = insert(ends[row])
            steps.append(Step(source: source, target: target))
            outgoing[Int(source)].append(step)
            incoming[Int(target)].append(step)
            for column in columns { relationships.append(column[row]) }
            for variable in variables { bindings.append(variable.value(row)) }
        }
    }
}
