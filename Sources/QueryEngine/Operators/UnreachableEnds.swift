import Cypher
import GraphStore
import Values

/// What single rows of an ``ExpandGroups`` may not reach, although their group reaches it.
///
/// A row cannot be grouped where an excluded node's property is neither an integer nor a string:
/// of those alone it is certain that two nodes with a unique property compare unequal.
struct UnreachableEnds {
    private let step: ExpandGroups
    /// Of each exclusion, where it is by a property.
    private let properties: [PropertyReader?]
    private let neighbours: Adjacency

    init(_ step: ExpandGroups, context: QueryContext) {
        self.step = step
        properties = step.exclusions.map { exclusion in
            exclusion.property.map { PropertyReader(key: $0, context: context) }
        }
        neighbours = Adjacency(
            types: step.expand.types, direction: step.expand.direction,
            options: .withoutRelationships, context: context)
    }

    /// Whether rows have to be looked at before they are grouped.
    var areByProperty: Bool { properties.contains { $0 != nil } }

    /// nil where some row cannot be grouped. A node without the property is unequal to nothing, so
    /// its rows reach no other.
    func groupableRows(_ input: Batch) throws -> ContiguousArray<Int32>? {
        var isPresent = ContiguousArray<UInt8>(repeating: 1, count: input.count)
        for (exclusion, reader) in zip(step.exclusions, properties) {
            guard let reader else { continue }
            let values = try reader.read(.node, input[exclusion.node].nodeIDs())
            switch values {
            case .integers, .strings, .constant(.null, _): break
            default: return nil
            }
            guard let presence = values.presence else { continue }
            for row in 0..<input.count { isPresent[row] &= presence[row] }
        }
        return ContiguousArray.rows(input.count) { isPresent[$0] != 0 }
    }

    /// Each row with each end that it may not reach, once for each relationship that leads there.
    func forEach(_ batch: Batch, _ body: (Int, NodeID) -> Void) throws {
        if step.exclusions.isEmpty, step.taken.isEmpty { return }
        let sources = try batch[step.expand.from].nodeIDs()
        let excluded = try step.exclusions.map { try batch[$0.node].nodeIDs() }
        for (place, targets) in excluded.enumerated() {
            forEachReached(sources, targets, excluded[..<place], body)
        }
        let direction = step.expand.direction
        for taken in step.taken {
            let starts = try batch[taken.start].nodeIDs()
            let ends = try batch[taken.end].nodeIDs()
            for row in 0..<sources.count {
                var node: NodeID?
                if direction != .incoming, starts[row] == sources[row] { node = ends[row] }
                if direction != .outgoing, ends[row] == sources[row] { node = starts[row] }
                guard let node, !excluded.contains(where: { $0[row] == node }) else { continue }
                body(row, node)
            }
        }
    }

    /// Each relationship to an excluded node that is not also excluded `before`.
    private func forEachReached(
        _ sources: ContiguousArray<NodeID>, _ targets: ContiguousArray<NodeID>,
        _ before: ArraySlice<ContiguousArray<NodeID>>, _ body: (Int, NodeID) -> Void
    ) {
        neighbours.refresh()
        var position = Adjacency.Position()
        var reached = ExpandedRows()
        sources.withUnsafeBufferPointer { sources in
            targets.withUnsafeBufferPointer { targets in
                while position.source < sources.count {
                    reached.removeAll()
                    neighbours.expandInto(
                        sources, targets, from: &position, limit: Batch.defaultCapacity,
                        into: &reached)
                    for row in reached.sources
                    where !before.contains(where: { $0[Int(row)] == targets[Int(row)] }) {
                        body(Int(row), targets[Int(row)])
                    }
                }
            }
        }
    }
}

/// What is taken away from sums again: of which group of rows, at which end, how much.
struct Losses {
    /// Empty where no group was told.
    private(set) var groups: ContiguousArray<Int32> = []
    private(set) var nodes: ContiguousArray<NodeID> = []
    private(set) var weights: ContiguousArray<Int64> = []
    /// What comes for one end one after the other is one entry: rows mostly come so.
    private var last: (group: Int32, node: NodeID, weight: Int64) = (-1, .max, 0)

    var byteCount: Int { groups.capacity * 4 + (nodes.capacity + weights.capacity) * 8 }

    @inline(__always)
    mutating func add(_ weight: Int64, at node: NodeID, of group: Int32) {
        if node == last.node, group == last.group {
            last.weight &+= weight
        } else {
            close()
            last = (group, node, weight)
        }
    }

    /// To be called before they are read.
    mutating func close() {
        if last.weight == 0 { return }
        if last.group >= 0 { groups.append(last.group) }
        nodes.append(last.node)
        weights.append(last.weight)
        last.weight = 0
    }
}
