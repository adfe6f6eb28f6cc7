import GraphStore
import Values

/// Reads one property of whole columns of entities, and of single values of every kind.
final class PropertyReader {
    let key: String
    private let context: QueryContext
    private var knownToken: KeyID?

    init(key: String, context: QueryContext) {
        self.key = key
        self.context = context
    }

    /// Whether what was read earlier may not hold any more.
    var isOfWriter: Bool { context.writer != nil }

    /// Looked up again until it is known: the statement itself may make the key.
    private var token: KeyID? {
        if knownToken == nil { knownToken = context.view.key(key) }
        return knownToken
    }

    /// One call of the store for the whole column.
    func read(_ kind: EntityKind, _ ids: ContiguousArray<UInt64>) throws -> Column {
        var column = Column.nulls(ids.count)
        if let token {
            var builder = ColumnBuilder(capacity: ids.count)
            ids.withUnsafeBufferPointer { ids in
                context.view.appendProperty(token, of: kind, ids, to: &builder)
            }
            column = builder.build()
        }
        if !context.deletions.isEmpty { try checkExistence(kind, ids, where: column) }
        return column
    }

    /// Codes in place of strings, where the store has them for all of these entities.
    func stringCodes(_ entities: Column) -> (codes: ContiguousArray<Int32>, of: CodedStrings)? {
        switch entities {
        case .nodes(let ids): stringCodes(.node, ids)
        case .relationships(let ids): stringCodes(.relationship, ids)
        default: nil
        }
    }

    private func stringCodes(_ kind: EntityKind, _ ids: ContiguousArray<UInt64>)
        -> (codes: ContiguousArray<Int32>, of: CodedStrings)?
    {
        guard context.writer == nil, let token else { return nil }
        return ids.withUnsafeBufferPointer { context.view.stringCodes(token, of: kind, $0) }
    }

    /// Only a statement that has deleted something can hold an entity that is gone, and all that it
    /// reads of one is null.
    private func checkExistence(
        _ kind: EntityKind, _ ids: ContiguousArray<UInt64>, where column: Column
    ) throws(QueryError) {
        for row in 0..<ids.count where ids[row] != Column.absent && column.isNull(row) {
            try context.checkExistence(kind, ids[row])
        }
    }

    func read(_ subject: Value) throws -> Value {
        switch subject {
        case .null: return .null
        case .nodeReference(let id): return try read(.node, [id]).value(0)
        case .relationshipReference(let id): return try read(.relationship, [id]).value(0)
        case .node(let node): return node.properties[key] ?? .null
        case .relationship(let relationship): return relationship.properties[key] ?? .null
        case .map(let map): return map[key] ?? .null
        default:
            let component = try translatingErrors { () throws(ValueError) in
                try subject.component(key)
            }
            if let component { return component }
            throw noSuchComponent(of: subject)
        }
    }

    private func noSuchComponent(of subject: Value) -> QueryError {
        switch subject {
        case .date, .localTime, .time, .localDateTime, .dateTime, .duration, .point:
            QueryError(
                .argument,
                "InvalidArgumentValue: a value of type \(subject.typeWord) has no '\(key)'")
        default:
            .wrongType(
                ".\(key)", expected: "a node, a relationship, a map, a temporal value or a point",
                found: subject)
        }
    }
}

extension QueryContext {
    /// Data of an entity that this statement has deleted cannot be read.
    func checkExistence(_ kind: EntityKind, _ id: UInt64) throws(QueryError) {
        switch kind {
        case .node:
            if isDeleted(node: id) { throw .deletedEntity("the node \(id)") }
        case .relationship:
            if isDeleted(relationship: id) { throw .deletedEntity("the relationship \(id)") }
        }
    }
}

/// That expressions read a property of a variable, and for how many rows they have.
final class PropertyRead {
    let variable: Slot
    let key: String
    var rows = 0

    init(_ variable: Slot, _ key: String) {
        self.variable = variable
        self.key = key
    }
}

/// `subject.key`
final class PropertyExpression: ColumnExpression {
    private let subject: any ColumnExpression
    let reader: PropertyReader
    /// Where the subject is a variable.
    private let read: PropertyRead?
    var variable: Slot? { read?.variable }

    init(_ subject: any ColumnExpression, _ reader: PropertyReader, read: PropertyRead?) {
        self.subject = subject
        self.reader = reader
        self.read = read
    }

    func evaluate(_ batch: Batch) throws -> Column {
        if let read {
            read.rows += batch.count
            if !reader.isOfWriter, let column = batch.listedProperty(read.key, of: read.variable) {
                return column
            }
        }
        let column = try subject.evaluate(batch)
        switch column {
        case .nodes(let ids): return try reader.read(.node, ids)
        case .relationships(let ids): return try reader.read(.relationship, ids)
        case .constant(let value, let count):
            return .constant(try reader.read(value), count: count)
        default:
            var output = ColumnBuilder(capacity: batch.count)
            for row in 0..<batch.count { output.append(try reader.read(column.value(row))) }
            return output.build()
        }
    }
}
