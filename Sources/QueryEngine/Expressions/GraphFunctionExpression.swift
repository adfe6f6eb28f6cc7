import GraphStore
import Values

/// `id`, `labels`, `type` and the others that look at the graph: over columns of ids where one
/// answer needs no value a row, else value by value.
final class GraphFunctionExpression: ColumnExpression {
    private let function: GraphFunction
    private let argument: any ColumnExpression
    private let context: QueryContext
    private var view: GraphView { context.view }
    private var typeNames: [TypeID: String] = [:]
    /// Where the types of a variable's relationships are asked for.
    private let typeRead: TypeRead?

    /// Labels of fewer nodes come from their records, as they do where there are more labels.
    private static let fewestNodes = 256
    private static let mostLabels = 16

    init(_ function: GraphFunction, _ argument: any ColumnExpression, context: QueryContext) {
        self.function = function
        self.argument = argument
        self.context = context
        let variable = function == .type ? (argument as? SlotExpression)?.slot : nil
        typeRead = variable.map { context.typeRead(of: $0) }
    }

    func evaluate(_ batch: Batch) throws -> Column {
        if let typeRead {
            typeRead.rows += batch.count
            if context.writer == nil, let types = batch.listedTypes(of: typeRead.variable) {
                return types
            }
        }
        let column = try argument.evaluate(batch)
        if let result = try ofIdentifiers(column) { return result }
        if case .constant(let value, let count) = column {
            return .constant(try result(value), count: count)
        }
        var output = ColumnBuilder(capacity: batch.count)
        for row in 0..<batch.count { output.append(try result(column.value(row))) }
        return output.build()
    }

    // MARK: Columns of ids

    private func ofIdentifiers(_ column: Column) throws -> Column? {
        switch (function, column) {
        case (.id, .nodes(let ids)), (.id, .relationships(let ids)): return Self.numbers(ids)
        case (.startNode, .relationships(let ids)): return try ends(ids) { $0.start }
        case (.endNode, .relationships(let ids)): return try ends(ids) { $0.end }
        case (.labels, .nodes(let ids)): return try labels(ids)
        default: return nil
        }
    }

    private static func numbers(_ ids: ContiguousArray<UInt64>) -> Column {
        let values = ContiguousArray(ids.lazy.map { Int64(bitPattern: $0) })
        guard ids.contains(Column.absent) else { return .integers(values, .allValid) }
        return .integers(
            values, Validity(ContiguousArray(ids.lazy.map { $0 == Column.absent ? 0 : 1 })))
    }

    /// Of many nodes: label by label for all of them. Nil where each node is better looked up.
    private func labels(_ ids: ContiguousArray<UInt64>) throws -> Column? {
        guard ids.count >= Self.fewestNodes, context.writer == nil else { return nil }
        let labels = 0..<LabelID(view.labelNames.count)
        guard labels.count <= Self.mostLabels else { return nil }
        var sets = ContiguousArray<UInt16>(repeating: 0, count: ids.count)
        var flags = ContiguousArray<UInt8>()
        for label in labels {
            flags.removeAll(keepingCapacity: true)
            ids.withUnsafeBufferPointer { view.testLabel(label, of: $0, into: &flags) }
            for row in 0..<ids.count { sets[row] |= flags[row] == 1 ? 1 << label : 0 }
        }
        var lists: [UInt16: Value] = [:]
        var output = ContiguousArray<Value>()
        output.reserveCapacity(ids.count)
        for (row, set) in sets.enumerated() {
            if set == 0 {
                // No node, one without labels, or one that is gone.
                output.append(
                    ids[row] == Column.absent ? .null : try self.labels(.nodeReference(ids[row])))
            } else if let list = lists[set] {
                output.append(list)
            } else {
                let list = list(labels.filter { set & 1 << $0 != 0 })
                lists[set] = list
                output.append(list)
            }
        }
        return .values(output)
    }

    private func ends(
        _ ids: ContiguousArray<UInt64>, _ end: (RelationshipRecord) -> NodeID
    ) throws -> Column {
        var nodes = ContiguousArray<UInt64>()
        nodes.reserveCapacity(ids.count)
        for id in ids {
            nodes.append(id == Column.absent ? Column.absent : end(try record(id)))
        }
        return .nodes(nodes)
    }

    private func record(_ id: RelationshipID) throws(QueryError) -> RelationshipRecord {
        guard let record = context.relationshipRecord(id) else {
            throw .deletedEntity("the relationship \(id)")
        }
        return record
    }

    // MARK: Values

    private func result(_ value: Value) throws -> Value {
        if value.isNull { return .null }
        switch function {
        case .id: return .integer(Int64(bitPattern: try entityID(value)))
        case .elementId:
            if let id = value.nodeID { return .string(Value.elementID(node: id)) }
            return .string(Value.elementID(relationship: try entityID(value)))
        case .labels: return try labels(value)
        case .type: return try type(value)
        case .properties: return .map(try properties(value))
        case .keys: return .list(try properties(value).keys.map { .string($0) })
        case .startNode: return try end(value, { $0.start }, { $0.start })
        case .endNode: return try end(value, { $0.end }, { $0.end })
        case .nodes: return try nodes(value)
        case .relationships: return try relationships(value)
        case .length: return .integer(Int64(try pathLength(value)))
        case .startNodeOfPath:
            switch value {
            case .pathReference(let path):
                return path.nodes.first.map { .nodeReference($0) } ?? .null
            case .path(let path): return path.nodes.first.map { .node($0) } ?? .null
            default: throw wrongArgument("a path", value)
            }
        }
    }

    private func wrongArgument(_ expected: String, _ found: Value) -> QueryError {
        .wrongType("\(function.rawValue)()", expected: expected, found: found)
    }

    private func entityID(_ value: Value) throws(QueryError) -> UInt64 {
        guard let id = value.nodeID ?? value.relationshipID else {
            throw wrongArgument("a node or a relationship", value)
        }
        return id
    }

    private func labels(_ value: Value) throws -> Value {
        switch value {
        case .node(let node): return .list(node.labels.map { .string($0) })
        case .nodeReference(let id):
            let labels = view.labels(of: id)
            if labels.isEmpty { try context.checkExistence(.node, id) }
            return list(labels)
        default: throw wrongArgument("a node", value)
        }
    }

    private func list(_ labels: [LabelID]) -> Value {
        .list(labels.map { .string(view.name(label: $0)) })
    }

    private func type(_ value: Value) throws -> Value {
        switch value {
        case .relationship(let relationship): return .string(relationship.type)
        case .relationshipReference(let id):
            let type = try record(id).type
            if let name = typeNames[type] { return .string(name) }
            let name = view.name(type: type)
            typeNames[type] = name
            return .string(name)
        default: throw wrongArgument("a relationship", value)
        }
    }

    private func properties(_ value: Value) throws -> ValueMap {
        switch value {
        case .map(let map): return map
        case .node(let node): return node.properties
        case .relationship(let relationship): return relationship.properties
        case .nodeReference(let id):
            return try named(view.properties(ofNode: id), .node, id)
        case .relationshipReference(let id):
            return try named(view.properties(ofRelationship: id), .relationship, id)
        default: throw wrongArgument("a node, a relationship or a map", value)
        }
    }

    private func named(
        _ properties: [(key: KeyID, value: Value)], _ kind: EntityKind, _ id: UInt64
    ) throws -> ValueMap {
        if properties.isEmpty { try context.checkExistence(kind, id) }
        return ValueMap(properties.lazy.map { (self.view.name(key: $0.key), $0.value) })
    }

    private func end(
        _ value: Value, _ ofRecord: (RelationshipRecord) -> NodeID,
        _ ofValue: (RelationshipValue) -> UInt64
    ) throws -> Value {
        switch value {
        case .relationshipReference(let id): return .nodeReference(ofRecord(try record(id)))
        case .relationship(let relationship): return .nodeReference(ofValue(relationship))
        default: throw wrongArgument("a relationship", value)
        }
    }

    // MARK: Paths

    private func nodes(_ value: Value) throws -> Value {
        switch value {
        case .pathReference(let path): return .list(path.nodes.map { .nodeReference($0) })
        case .path(let path): return .list(path.nodes.map { .node($0) })
        default: throw wrongArgument("a path", value)
        }
    }

    private func relationships(_ value: Value) throws -> Value {
        switch value {
        case .pathReference(let path):
            return .list(path.relationships.map { .relationshipReference($0) })
        case .path(let path): return .list(path.relationships.map { .relationship($0) })
        default: throw wrongArgument("a path", value)
        }
    }

    private func pathLength(_ value: Value) throws -> Int {
        switch value {
        case .pathReference(let path): return path.relationships.count
        case .path(let path): return path.relationships.count
        default: throw wrongArgument("a path", value)
        }
    }
}

/// That expressions ask for the types of a variable's relationships, and for how many rows they have.
final class TypeRead {
    let variable: Slot
    var rows = 0

    init(_ variable: Slot) { self.variable = variable }
}
