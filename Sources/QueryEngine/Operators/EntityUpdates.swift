import GraphStore
import Values

/// Changes to one entity at a time, with Cypher's rules: a null entity is left alone, a null value
/// removes, anything but an entity is a type error.
final class EntityUpdates {
    private let writer: GraphWriter
    private let context: QueryContext
    private var tokens: TokenCache

    init(writer: GraphWriter, context: QueryContext) {
        self.writer = writer
        self.context = context
        tokens = TokenCache(writer: writer)
    }

    func set(_ name: String, of target: Value, to value: Value) throws {
        switch target {
        case .null: return
        case .nodeReference(let id):
            try requireNode(id)
            // Removing a key that nobody has used does not make it.
            if value.isNull && context.view.key(name) == nil { return }
            try writer.setProperty(try tokens.key(name), ofNode: id, to: value)
        case .relationshipReference(let id):
            try requireRelationship(id)
            if value.isNull && context.view.key(name) == nil { return }
            try writer.setProperty(try tokens.key(name), ofRelationship: id, to: value)
        default: throw wrongTarget(target)
        }
    }

    /// `SET n = map`: what the map does not have goes.
    func replace(_ target: Value, with source: Value) throws {
        if target.isNull { return }
        let map = try properties(source)
        let existing: [(key: KeyID, value: Value)]
        switch target {
        case .nodeReference(let id):
            try requireNode(id)
            existing = context.view.properties(ofNode: id)
        case .relationshipReference(let id):
            try requireRelationship(id)
            existing = context.view.properties(ofRelationship: id)
        default: throw wrongTarget(target)
        }
        for (key, _) in existing {
            let name = context.view.name(key: key)
            if map[name] == nil { try set(name, of: target, to: .null) }
        }
        for (name, value) in map { try set(name, of: target, to: value) }
    }

    /// `SET n += map`: what the map does not have stays.
    func merge(_ target: Value, with source: Value) throws {
        if target.isNull { return }
        for (name, value) in try properties(source) { try set(name, of: target, to: value) }
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
