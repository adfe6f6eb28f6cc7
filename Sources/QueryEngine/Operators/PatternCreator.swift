import GraphStore
import Values

/// Creates the nodes and relationships of a pattern for each row: part of CREATE and MERGE.
///
/// Entity by entity over the whole batch, nodes first, so that a later entity's properties may read
/// an earlier one's.
final class PatternCreator {
    private struct Node {
        let slot: Slot
        let labels: LabelList
        let properties: PropertyColumns
    }

    private struct Relationship {
        let slot: Slot
        /// nil where it is computed.
        let type: String?
        let dynamicType: (any ColumnExpression)?
        let start: Slot
        let end: Slot
        let properties: PropertyColumns
    }

    private let nodes: [Node]
    private let relationships: [Relationship]
    private let writer: GraphWriter
    private let context: QueryContext
    private var tokens: TokenCache
    /// Those of the row being created: kept for its memory.
    private var numbered: PropertyColumns.Numbered = []

    init(_ pattern: CreatePattern, writer: GraphWriter, compiler: ExpressionCompiler) throws {
        self.writer = writer
        context = compiler.context
        tokens = TokenCache(writer: writer)
        nodes = try pattern.nodes.map {
            Node(
                slot: $0.slot, labels: try LabelList($0.labels, compiler: compiler),
                properties: try PropertyColumns($0.properties, compiler: compiler))
        }
        relationships = try pattern.relationships.map {
            let (type, dynamic) = try Self.type($0.type, compiler)
            return Relationship(
                slot: $0.slot, type: type, dynamicType: dynamic, start: $0.start, end: $0.end,
                properties: try PropertyColumns($0.properties, compiler: compiler))
        }
    }

    private static func type(_ type: BoundLabels, _ compiler: ExpressionCompiler) throws
        -> (String?, (any ColumnExpression)?)
    {
        switch type {
        case .name(let name): return (name, nil)
        case .dynamic(let expression): return (nil, try compiler.compile(expression))
        case .and, .or, .not, .wildcard, .dynamicAny:
            throw QueryError(
                .syntax,
                "NoSingleRelationshipType: a relationship is created with exactly one type.")
        }
    }

    /// Creates the pattern once for each row and sets its slots.
    func create(_ batch: inout Batch) throws {
        for node in nodes { try create(node, &batch) }
        for relationship in relationships { try create(relationship, &batch) }
    }

    private func create(_ node: Node, _ batch: inout Batch) throws {
        var properties = try node.properties.evaluate(batch)
        let names = try node.labels.evaluate(batch)
        var labels: [LabelID] = []
        var ids = ContiguousArray<NodeID>()
        ids.reserveCapacity(batch.count)
        for row in 0..<batch.count {
            if row == 0 || node.labels.staticNames == nil {
                labels.removeAll(keepingCapacity: true)
                for name in try names(row) { labels.append(try tokens.label(name)) }
            }
            try properties.number(row, &tokens, into: &numbered)
            ids.append(try writer.createNode(labels: labels, properties: numbered))
        }
        batch[node.slot] = .nodes(ids)
    }

    private func create(_ relationship: Relationship, _ batch: inout Batch) throws {
        var properties = try relationship.properties.evaluate(batch)
        let types = try relationship.dynamicType?.evaluate(batch)
        let starts = try batch[relationship.start].nodeIDs()
        let ends = try batch[relationship.end].nodeIDs()
        var ids = ContiguousArray<RelationshipID>()
        ids.reserveCapacity(batch.count)
        for row in 0..<batch.count {
            let type = try tokens.type(
                relationship.type ?? singleType(types?.value(row) ?? .null))
            try properties.number(row, &tokens, into: &numbered)
            ids.append(
                try writer.createRelationship(
                    type: type, between: starts[row], and: ends[row], properties: numbered))
        }
        batch[relationship.slot] = .relationships(ids)
    }

    private func singleType(_ value: Value) throws -> String {
        let names = try tokenNames(in: value, what: "relationship type")
        guard names.count == 1 else {
            throw QueryError(
                .argument, "A relationship has exactly one type, not \(names.count).")
        }
        return names[0]
    }

    /// Merging on null is an error: nothing is equal to it, so the pattern would be created again
    /// and again.
    func rejectNulls(_ batch: Batch) throws {
        for properties in nodes.map(\.properties) + relationships.map(\.properties) {
            try properties.evaluate(batch).rejectNulls(count: batch.count)
        }
    }
}

extension PropertyColumns.Evaluated {
    func rejectNulls(count: Int) throws(QueryError) {
        if let name = try keyOfNull(count: count) {
            throw QueryError(
                .semantic,
                "MergeReadOwnWrites: cannot merge with the null property '\(name)': "
                    + "nothing is equal to null")
        }
    }
}

extension GraphWriter {
    /// Creates a relationship between nodes of a row, which may be null.
    func createRelationship(
        type: TypeID, between start: NodeID, and end: NodeID,
        properties: [(key: KeyID, value: Value)]
    ) throws -> RelationshipID {
        if start == Column.absent || end == Column.absent {
            throw QueryError(
                .entityNotFound,
                "A relationship cannot be created: one of its nodes is null in this row.")
        }
        return try createRelationship(type: type, start: start, end: end, properties: properties)
    }
}
