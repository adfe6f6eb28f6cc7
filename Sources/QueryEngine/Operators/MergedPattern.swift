import Cypher
import GraphStore
import Values

/// A simple merged pattern, which is found or created for one row after another without a plan: a
/// few reads each, and its properties evaluated for a whole batch at once.
protocol MergedPattern: AnyObject {
    var slot: Slot { get }
    /// The properties that it is searched by.
    var names: [String] { get }
    /// What their expressions look at.
    var reads: ExpressionReads { get }

    /// Evaluates the properties of the rows that come next.
    func prepare(_ rows: Batch) throws
    /// Appends what there is for one of these rows, which are asked for in their order.
    func find(_ row: Int, into ids: inout ContiguousArray<UInt64>) throws
    func create(_ row: Int) throws -> UInt64
    func column(_ ids: ContiguousArray<UInt64>) -> Column
}

/// Which patterns need no plan.
enum MergedPatterns {
    static func pattern(
        for merge: Merge, plan: PlanNode, writer: GraphWriter, compiler: ExpressionCompiler
    ) throws -> (any MergedPattern)? {
        let pattern = merge.pattern
        switch (pattern.nodes.count, pattern.relationships.count) {
        case (1, 0): return try MergedNode(pattern.nodes[0], writer: writer, compiler: compiler)
        case (0, 1):
            return try MergedRelationship(
                pattern.relationships[0], isUndirected: plan.hasUndirectedExpand, writer: writer,
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

/// The properties of a merged entity: none of them may be null, as nothing is equal to it, so that the
/// pattern would be created again and again.
private struct MergedProperties {
    private let properties: PropertyColumns
    let names: [String]
    private(set) var reads = ExpressionReads()
    private var values: PropertyColumns.Evaluated?
    /// Those of the row being created: kept for its memory.
    private var numbered: PropertyColumns.Numbered = []

    /// nil where the keys are not known from the text.
    init?(_ expression: BoundExpression?, compiler: ExpressionCompiler) throws {
        properties = try PropertyColumns(expression, compiler: compiler)
        guard let names = properties.names else { return nil }
        self.names = names
        if let expression { reads.add(expression) }
    }

    mutating func evaluate(_ rows: Batch) throws {
        let evaluated = try properties.evaluate(rows)
        try evaluated.rejectNulls(count: rows.count)
        values = evaluated
    }

    func value(_ place: Int, _ row: Int) -> Value {
        values?.columns[place].column.value(row) ?? .null
    }

    mutating func all(_ row: Int, _ tokens: inout TokenCache) throws -> PropertyColumns.Numbered {
        try values?.number(row, &tokens, into: &numbered)
        return numbered
    }

    /// Whether an entity has those of `places` as the row wants them.
    func areEqual(
        _ places: some Sequence<Int>, _ row: Int, _ view: GraphView,
        _ read: (KeyID) -> Value
    ) -> Bool {
        places.allSatisfy { place in
            guard let key = view.key(names[place]) else { return false }
            return Value.equals(read(key), value(place, row)) == true
        }
    }
}

/// `MERGE (n:Label {key: …})` with an index over some of the keys.
private final class MergedNode: MergedPattern {
    let slot: Slot
    private let labels: [String]
    private let index: IndexDefinition
    /// Where the index is one of a uniqueness constraint.
    private let lookup: UniqueLookup?
    /// The places of the index's properties among all, and of the others.
    private let indexed: [Int]
    private let unindexed: [Int]
    private var properties: MergedProperties
    private let writer: GraphWriter
    private var tokens: TokenCache
    private let context: QueryContext

    var names: [String] { properties.names }
    var reads: ExpressionReads { properties.reads }

    init?(
        _ node: CreatePattern.Node, writer: GraphWriter, compiler: ExpressionCompiler
    ) throws {
        let list = try LabelList(node.labels, compiler: compiler)
        guard let labels = list.staticNames,
            let properties = try MergedProperties(node.properties, compiler: compiler),
            let index = Self.bestIndex(labels, properties.names, compiler.context.view)
        else { return nil }
        slot = node.slot
        self.labels = labels
        self.properties = properties
        self.index = index
        lookup = try UniqueLookup(
            compiler.context.view, index: index.name, properties: index.properties.count)
        let indexed = index.properties.compactMap { property in
            properties.names.firstIndex { $0.hasSameBytes(as: property) }
        }
        self.indexed = indexed
        unindexed = properties.names.indices.filter { !indexed.contains($0) }
        self.writer = writer
        tokens = TokenCache(writer: writer)
        context = compiler.context
    }

    private static func bestIndex(_ labels: [String], _ keys: [String], _ view: GraphView)
        -> IndexDefinition?
    {
        let usable = view.indexes.filter { index in
            index.kind == .range && index.entity == .node && index.state == .online
                && labels.contains { $0.hasSameBytes(as: index.labelsOrTypes[0]) }
                && index.properties.allSatisfy { property in
                    keys.contains { $0.hasSameBytes(as: property) }
                }
        }
        // The more it fixes the fewer are left to test; a unique one leaves one at most.
        return usable.max {
            ($0.isUnique ? 1 : 0, $0.properties.count) < ($1.isUnique ? 1 : 0, $1.properties.count)
        }
    }

    func prepare(_ rows: Batch) throws { try properties.evaluate(rows) }

    func find(_ row: Int, into ids: inout ContiguousArray<UInt64>) throws {
        context.databaseHits += 1
        var found = ContiguousArray<NodeID>()
        // What an index says exactly need not be read again.
        var open = unindexed
        if let lookup {
            try lookup.find(into: &found) { properties.value(indexed[$0], row) }
        } else {
            let condition = IndexCondition(equal: indexed.map { properties.value($0, row) })
            let matches = try context.view.seek(index, condition)
            while try matches.ids.next(context.batchCapacity, into: &found) > 0 {}
            if !matches.exact { open = Array(properties.names.indices) }
        }
        for id in found where meets(id, row, open) { ids.append(id) }
    }

    /// Whether a node of the index has the other labels, and those properties that are `open`.
    private func meets(_ id: NodeID, _ row: Int, _ open: [Int]) -> Bool {
        let view = context.view
        context.databaseHits += 1
        let hasLabels = labels.allSatisfy { name in
            name.hasSameBytes(as: index.labelsOrTypes[0])
                || (view.label(name).map { view.hasLabel(id, $0) } ?? false)
        }
        return hasLabels
            && properties.areEqual(open, row, view) { view.property($0, ofNode: id) }
    }

    func create(_ row: Int) throws -> UInt64 {
        try writer.createNode(
            labels: try labels.map { try tokens.label($0) },
            properties: try properties.all(row, &tokens))
    }

    func column(_ ids: ContiguousArray<UInt64>) -> Column { .nodes(ids) }
}

/// `MERGE (a)-[r:TYPE {…}]->(b)` where both nodes are bound.
private final class MergedRelationship: MergedPattern {
    let slot: Slot
    private let type: String
    private let start: Slot
    private let end: Slot
    private var properties: MergedProperties
    private let adjacency: Adjacency
    private let writer: GraphWriter
    private var tokens: TokenCache
    private let context: QueryContext
    private let isUndirected: Bool
    private var starts: ContiguousArray<NodeID> = []
    private var ends: ContiguousArray<NodeID> = []
    /// The rows that were looked up together, and what there was for them, in their order: a list
    /// that has just been changed is dear to read, so that rows are not looked up one by one.
    private var looked = 0..<0
    private var known = ExpandedRows()
    private var nextKnown = 0
    /// What has been created since then.
    private var created: [Ends: [RelationshipID]] = [:]

    private struct Ends: Hashable {
        let start: NodeID
        let end: NodeID
    }

    var names: [String] { properties.names }
    var reads: ExpressionReads { properties.reads }

    init?(
        _ pattern: CreatePattern.Relationship, isUndirected: Bool, writer: GraphWriter,
        compiler: ExpressionCompiler
    ) throws {
        guard case .name(let type) = pattern.type,
            let properties = try MergedProperties(pattern.properties, compiler: compiler)
        else { return nil }
        slot = pattern.slot
        self.type = type
        start = pattern.start
        end = pattern.end
        self.properties = properties
        self.writer = writer
        tokens = TokenCache(writer: writer)
        context = compiler.context
        self.isUndirected = isUndirected
        adjacency = Adjacency(
            types: [type], direction: isUndirected ? .either : .outgoing, context: context)
    }

    func prepare(_ rows: Batch) throws {
        try properties.evaluate(rows)
        starts = try rows[start].nodeIDs()
        ends = try rows[end].nodeIDs()
        looked = 0..<0
    }

    func find(_ row: Int, into ids: inout ContiguousArray<UInt64>) throws {
        if starts[row] == Column.absent || ends[row] == Column.absent { return }
        if !looked.contains(row) { look(from: row) }
        let source = Int32(row - looked.lowerBound)
        while nextKnown < known.sources.count, known.sources[nextKnown] <= source {
            if known.sources[nextKnown] == source {
                add(known.relationships[nextKnown], row, to: &ids)
            }
            nextKnown += 1
        }
        for id in created[ends(of: row)] ?? [] { add(id, row, to: &ids) }
    }

    /// Looks up what there is for as many rows as fill a batch, and for the first in any case.
    private func look(from row: Int) {
        known.removeAll()
        nextKnown = 0
        created.removeAll(keepingCapacity: true)
        adjacency.refresh()
        var position = Adjacency.Position()
        starts.withUnsafeBufferPointer { starts in
            ends.withUnsafeBufferPointer { ends in
                repeat {
                    adjacency.expandInto(
                        UnsafeBufferPointer(rebasing: starts[row...]),
                        UnsafeBufferPointer(rebasing: ends[row...]), from: &position,
                        limit: context.batchCapacity, into: &known)
                } while position.source == 0
            }
        }
        looked = row..<row + position.source
    }

    private func add(
        _ id: RelationshipID, _ row: Int, to ids: inout ContiguousArray<UInt64>
    ) {
        let view = context.view
        let isEqual = properties.areEqual(properties.names.indices, row, view) {
            view.property($0, ofRelationship: id)
        }
        if isEqual { ids.append(id) }
    }

    private func ends(of row: Int) -> Ends {
        let (start, end) = (starts[row], ends[row])
        return isUndirected
            ? Ends(start: min(start, end), end: max(start, end)) : Ends(start: start, end: end)
    }

    func create(_ row: Int) throws -> UInt64 {
        let id = try writer.createRelationship(
            type: try tokens.type(type), between: starts[row], and: ends[row],
            properties: try properties.all(row, &tokens))
        created[ends(of: row), default: []].append(id)
        return id
    }

    func column(_ ids: ContiguousArray<UInt64>) -> Column { .relationships(ids) }
}
