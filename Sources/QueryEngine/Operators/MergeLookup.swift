import Cypher
import GraphStore
import Values

/// Finds a simple merged pattern for one row without running a plan: a few reads.
protocol MergeLookup {
    /// The row with the pattern's slots set, once for each match. `row` holds one row.
    func matches(_ row: Batch) throws -> [Batch]
}

/// Which patterns have a direct lookup.
enum MergeLookups {
    static func lookup(for merge: Merge, plan: PlanNode, compiler: ExpressionCompiler) throws
        -> (any MergeLookup)?
    {
        let pattern = merge.pattern
        switch (pattern.nodes.count, pattern.relationships.count) {
        case (1, 0): return try MergedNodeLookup(pattern.nodes[0], compiler: compiler)
        case (0, 1):
            return try MergedRelationshipLookup(
                pattern.relationships[0], isUndirected: plan.hasUndirectedExpand,
                compiler: compiler)
        default: return nil
        }
    }
}

extension PlanNode {
    fileprivate var hasUndirectedExpand: Bool {
        if case .expand(let expand) = operation, expand.direction == .either { return true }
        return children.contains { $0.hasUndirectedExpand }
    }
}

/// `MERGE (n:Label {key: …})` with an index over some of the keys.
private struct MergedNodeLookup: MergeLookup {
    private let slot: Slot
    private let labels: [String]
    private let index: IndexDefinition
    private let properties: PropertyColumns
    private let context: QueryContext

    init?(_ node: CreatePattern.Node, compiler: ExpressionCompiler) throws {
        slot = node.slot
        context = compiler.context
        properties = try PropertyColumns(node.properties, compiler: compiler)
        let list = try LabelList(node.labels, compiler: compiler)
        guard let labels = list.staticNames, let keys = properties.names else { return nil }
        self.labels = labels
        let usable = context.view.indexes.filter { index in
            index.kind == .range && index.entity == .node && index.state == .online
                && labels.contains { $0.hasSameBytes(as: index.labelsOrTypes[0]) }
                && index.properties.allSatisfy { property in
                    keys.contains { $0.hasSameBytes(as: property) }
                }
        }
        // The more it fixes the fewer are left to test; a unique one leaves one at most.
        guard
            let best = usable.max(by: {
                ($0.isUnique ? 1 : 0, $0.properties.count)
                    < ($1.isUnique ? 1 : 0, $1.properties.count)
            })
        else { return nil }
        index = best
    }

    func matches(_ row: Batch) throws -> [Batch] {
        let wanted = try properties.evaluate(row).properties(0)
        let values = ValueMap(wanted.map { ($0.name, $0.value) })
        let condition = IndexCondition(equal: index.properties.map { values[$0] ?? .null })
        let found = try context.view.seek(index, condition)
        var ids = ContiguousArray<NodeID>()
        while try found.ids.next(context.batchCapacity, into: &ids) > 0 {}
        context.databaseHits += 1 + ids.count
        let matching = ids.filter { id in
            labels.allSatisfy { name in
                context.view.label(name).map { context.view.hasLabel(id, $0) } ?? false
            }
                && wanted.allSatisfy { name, value in
                    guard let key = context.view.key(name) else { return false }
                    return Value.equals(context.view.property(key, ofNode: id), value) == true
                }
        }
        if matching.isEmpty { return [] }
        var result = row.gathered(ContiguousArray(repeating: 0, count: matching.count))
        result[slot] = .nodes(ContiguousArray(matching))
        return [result]
    }
}

/// `MERGE (a)-[r:TYPE {…}]->(b)` where both nodes are bound.
private struct MergedRelationshipLookup: MergeLookup {
    private let pattern: CreatePattern.Relationship
    private let properties: PropertyColumns
    private let adjacency: Adjacency
    private let context: QueryContext

    init?(
        _ pattern: CreatePattern.Relationship, isUndirected: Bool, compiler: ExpressionCompiler
    ) throws {
        guard case .name(let type) = pattern.type else { return nil }
        self.pattern = pattern
        context = compiler.context
        properties = try PropertyColumns(pattern.properties, compiler: compiler)
        if properties.names == nil { return nil }
        adjacency = Adjacency(
            types: [type], direction: isUndirected ? .either : .outgoing, context: context)
    }

    func matches(_ row: Batch) throws -> [Batch] {
        let starts = try row[pattern.start].nodeIDs()
        let ends = try row[pattern.end].nodeIDs()
        if starts[0] == Column.absent || ends[0] == Column.absent { return [] }
        adjacency.refresh()
        var found = ExpandedRows()
        var position = Adjacency.Position()
        while position.source == 0 {
            starts.withUnsafeBufferPointer { starts in
                ends.withUnsafeBufferPointer { ends in
                    adjacency.expandInto(
                        starts, ends, from: &position,
                        limit: context.batchCapacity, into: &found)
                }
            }
        }
        let wanted = try properties.evaluate(row).properties(0)
        let matching = found.relationships.filter { id in
            wanted.allSatisfy { name, value in
                guard let key = context.view.key(name) else { return false }
                return Value.equals(context.view.property(key, ofRelationship: id), value) == true
            }
        }
        if matching.isEmpty { return [] }
        var result = row.gathered(ContiguousArray(repeating: 0, count: matching.count))
        result[pattern.slot] = .relationships(ContiguousArray(matching))
        return [result]
    }
}
