import GraphStore
import Values

/// `list[i]`, `map[key]`, `node[key]`
final class ElementExpression: ColumnExpression {
    private let subject: any ColumnExpression
    private let index: any ColumnExpression
    private let context: QueryContext
    private var lastReader: PropertyReader?

    init(_ subject: any ColumnExpression, _ index: any ColumnExpression, context: QueryContext) {
        self.subject = subject
        self.index = index
        self.context = context
    }

    func evaluate(_ batch: Batch) throws -> Column {
        let subject = try subject.evaluate(batch)
        let index = try index.evaluate(batch)
        if case .constant(.string(let key), _) = index {
            switch subject {
            case .nodes(let ids): return try reader(key).read(.node, ids)
            case .relationships(let ids): return try reader(key).read(.relationship, ids)
            default: break
            }
        }
        if let subject = subject.constantValue, let index = index.constantValue {
            return .constant(try element(subject, index), count: batch.count)
        }
        var output = ColumnBuilder(capacity: batch.count)
        for row in 0..<batch.count {
            output.append(try element(subject.value(row), index.value(row)))
        }
        return output.build()
    }

    private func element(_ subject: Value, _ index: Value) throws -> Value {
        switch (subject, index) {
        case (.null, _), (_, .null): return .null
        case (.list(let list), .integer(let index)): return Self.element(of: list, at: index)
        case (.vector(let elements), .integer(let index)):
            let place = index < 0 ? index + Int64(elements.count) : index
            guard elements.indices.contains(Int(place)) else { return .null }
            return .float(Double(elements[Int(place)]))
        case (.list, _), (.vector, _):
            throw QueryError(
                .type,
                "ListElementAccessByNonInteger: a list is indexed by an integer, but got "
                    + index.excerpt)
        case (.map(let map), .string(let key)): return map[key] ?? .null
        case (.node, .string(let key)), (.nodeReference, .string(let key)),
            (.relationship, .string(let key)), (.relationshipReference, .string(let key)):
            return try reader(key).read(subject)
        case (.map, _), (.node, _), (.nodeReference, _), (.relationship, _),
            (.relationshipReference, _):
            throw QueryError(
                .type,
                "MapElementAccessByNonString: a map, node or relationship is indexed by a "
                    + "string, but got \(index.excerpt)")
        default:
            throw QueryError.wrongType(
                "[]", expected: "a list, map, node or relationship", found: subject)
        }
    }

    /// Negative places count from the end; outside is null.
    private static func element(of list: [Value], at index: Int64) -> Value {
        let place = index < 0 ? index + Int64(list.count) : index
        return place >= 0 && place < Int64(list.count) ? list[Int(place)] : .null
    }

    private func reader(_ key: String) -> PropertyReader {
        if let lastReader, lastReader.key.hasSameBytes(as: key) { return lastReader }
        let reader = PropertyReader(key: key, context: context)
        lastReader = reader
        return reader
    }
}

/// `list[from..to]`
final class SliceExpression: ColumnExpression {
    private let subject: any ColumnExpression
    private let from: (any ColumnExpression)?
    private let to: (any ColumnExpression)?

    init(
        _ subject: any ColumnExpression, from: (any ColumnExpression)?,
        to: (any ColumnExpression)?
    ) {
        self.subject = subject
        self.from = from
        self.to = to
    }

    func evaluate(_ batch: Batch) throws -> Column {
        let subject = try subject.evaluate(batch)
        let from = try from?.evaluate(batch)
        let to = try to?.evaluate(batch)
        var output = ColumnBuilder(capacity: batch.count)
        for row in 0..<batch.count {
            switch subject.value(row) {
            case .null: output.appendNull()
            case .list(let list):
                let size = list.count
                guard let start = try bound(from, row, absent: 0, size: size),
                    let end = try bound(to, row, absent: size, size: size)
                else {
                    output.appendNull()
                    continue
                }
                output.append(.list(start < end ? Array(list[start..<end]) : []))
            case let other: throw QueryError.wrongType("[..]", expected: "a list", found: other)
            }
        }
        return output.build()
    }

    /// Cut to the list; nil for null.
    private func bound(_ column: Column?, _ row: Int, absent: Int, size: Int) throws(QueryError)
        -> Int?
    {
        guard let column else { return absent }
        switch column.value(row) {
        case .null: return nil
        case .integer(let index):
            let place = index < 0 ? index + Int64(size) : index
            return Int(min(max(place, 0), Int64(size)))
        case let other: throw .wrongType("[..]", expected: "integers", found: other)
        }
    }
}

/// `[a, b, …]`
final class ListExpression: ColumnExpression {
    private let elements: [any ColumnExpression]

    init(_ elements: [any ColumnExpression]) { self.elements = elements }

    func evaluate(_ batch: Batch) throws -> Column {
        let columns = try elements.map { try $0.evaluate(batch) }
        var values = ContiguousArray<Value>()
        values.reserveCapacity(batch.count)
        for row in 0..<batch.count { values.append(.list(columns.map { $0.value(row) })) }
        return .values(values)
    }
}

/// `{key: value, …}`
final class MapExpression: ColumnExpression {
    private let keys: [String]
    private let values: [any ColumnExpression]
    /// The value of each key: the last that is written for it.
    private let places: [Int]

    init(keys: [String], _ values: [any ColumnExpression]) {
        let last = ValueMap(keys.enumerated().map { ($1, .integer(Int64($0))) })
        self.keys = last.keys
        places = last.values.map { place in
            guard case .integer(let place) = place else { preconditionFailure("a place") }
            return Int(place)
        }
        self.values = values
    }

    func evaluate(_ batch: Batch) throws -> Column {
        let columns = try values.map { try $0.evaluate(batch) }
        var maps = ContiguousArray<Value>()
        maps.reserveCapacity(batch.count)
        for row in 0..<batch.count {
            let values = places.map { columns[$0].value(row) }
            maps.append(.map(ValueMap(uniqueKeys: keys, values: values)))
        }
        return .values(maps)
    }
}
