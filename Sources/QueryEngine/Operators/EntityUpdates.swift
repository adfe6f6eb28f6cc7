import GraphStore
import Values

/// Changes to one entity at a time, with Cypher's rules: a null entity is left alone, a null value
/// removes, anything but an entity is a type error.
final class EntityUpdates {
    private let writer: GraphWriter
    private let context: QueryContext
    // Nothing that is called in between comes back here.
    @exclusivity(unchecked) private var tokens: TokenCache
    /// Those of one entity; its memory is used again.
    @exclusivity(unchecked) private var changes: [(key: KeyID, value: Value)] = []

    init(writer: GraphWriter, context: QueryContext) {
        self.writer = writer
        self.context = context
        tokens = TokenCache(writer: writer)
    }

    /// Columns of values for properties, each of which comes once.
    struct Assignments {
        private let names: [String]
        private let columns: [Column]
        /// The keys' numbers, each from its first value on that is not null.
        private var keys: [KeyID?]

        init(_ columns: [(name: String, values: Column)]) {
            names = columns.map(\.name)
            self.columns = columns.map(\.values)
            keys = Array(repeating: nil, count: columns.count)
        }

        fileprivate mutating func append(
            _ row: Int, to changes: inout [(key: KeyID, value: Value)],
            key: (String, Value) throws -> KeyID?
        ) throws {
            for place in columns.indices {
                let value = columns[place].value(row)
                if let known = keys[place] {
                    changes.append((known, value))
                } else if let key = try key(names[place], value) {
                    keys[place] = key
                    changes.append((key, value))
                }
            }
        }
    }

    /// Sets properties to a row's values in one write.
    func set(_ assignments: inout Assignments, _ row: Int, of target: Value) throws {
        guard try begin(target) else { return }
        try assignments.append(row, to: &changes, key: key)
        try write(to: target)
    }

    /// `SET n = map`: what the map does not have goes.
    func replace(_ target: Value, with source: Value) throws {
        if target.isNull { return }
        let map = try properties(source)
        guard try begin(target) else { return }
        try add(map)
        let kept = Set(changes.lazy.map(\.key))
        for (key, _) in existing(target) where !kept.contains(key) { changes.append((key, .null)) }
        try write(to: target)
    }

    /// `SET n += map`: what the map does not have stays.
    func merge(_ target: Value, with source: Value) throws {
        if target.isNull { return }
        let map = try properties(source)
        guard try begin(target) else { return }
        try add(map)
        try write(to: target)
    }

    /// False where there is nothing to change.
    private func begin(_ target: Value) throws -> Bool {
        changes.removeAll(keepingCapacity: true)
        switch target {
        case .null: return false
        case .nodeReference(let id): try requireNode(id)
        case .relationshipReference(let id): try requireRelationship(id)
        default: throw wrongTarget(target)
        }
        return true
    }

    private func add(_ map: ValueMap) throws {
        for (name, value) in map {
            if let key = try key(name, value) { changes.append((key, value)) }
        }
    }

    /// Nil where nothing is to be done: removing a key that nobody has used does not make it.
    private func key(_ name: String, _ value: Value) throws -> KeyID? {
        value.isNull && context.view.key(name) == nil ? nil : try tokens.key(name)
    }

    private func existing(_ target: Value) -> [(key: KeyID, value: Value)] {
        switch target {
        case .nodeReference(let id): context.view.properties(ofNode: id)
        case .relationshipReference(let id): context.view.properties(ofRelationship: id)
        default: []
        }
    }

    private func write(to target: Value) throws {
        if changes.isEmpty { return }
        switch target {
        case .nodeReference(let id): try writer.setProperties(changes, ofNode: id)
        case .relationshipReference(let id): try writer.setProperties(changes, ofRelationship: id)
        default: break
        }
    }

    func add(_ names: [String], to target: Value) throws {
        guard let id = try node(target) else { return }
        for name in names { _ = try writer.addLabel(try tokens.label(name), to: id) }
    }

    func remove(_ names: [String], from target: Value) throws {
        guard let id = try node(target) else { return }
        for name in names {
            if let label = context.view.label(name) {
                _ = try writer.removeLabel(label, from: id)
            }
        }
    }

    /// A map, or an entity that stands for its properties. Null empties, like an empty map.
    private func properties(_ source: Value) throws -> ValueMap {
        func named(_ properties: [(key: KeyID, value: Value)]) -> ValueMap {
            ValueMap(properties.map { (context.view.name(key: $0.key), $0.value) })
        }
        switch source {
        case .map(let map): return map
        case .null: return ValueMap()
        case .nodeReference(let id): return named(context.view.properties(ofNode: id))
        case .relationshipReference(let id):
            return named(context.view.properties(ofRelationship: id))
        default:
            throw QueryError(
                .type,
                "InvalidArgumentType: properties are set from a map, a node or a relationship, "
                    + "not \(source.excerpt) of type \(source.typeText)")
        }
    }

    private func node(_ target: Value) throws -> NodeID? {
        switch target {
        case .null: return nil
        case .nodeReference(let id):
            try requireNode(id)
            return id
        default:
            throw QueryError(
                .type,
                "InvalidArgumentType: only nodes have labels, not \(target.excerpt) of type "
                    + target.typeText)
        }
    }

    private func requireNode(_ id: NodeID) throws {
        if context.isDeleted(node: id) { throw StoreError.notFound(.node, id: id) }
    }

    private func requireRelationship(_ id: RelationshipID) throws {
        if context.isDeleted(relationship: id) {
            throw StoreError.notFound(.relationship, id: id)
        }
    }

    private func wrongTarget(_ target: Value) -> QueryError {
        QueryError(
            .type,
            "InvalidArgumentType: only nodes and relationships have properties to set, not "
                + "\(target.excerpt) of type \(target.typeText)")
    }
}
