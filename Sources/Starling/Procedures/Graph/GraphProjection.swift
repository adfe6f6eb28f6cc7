internal import GraphAlgorithms
internal import GraphStore
internal import QueryEngine
internal import Values

/// Reads the arguments of `gds.graph.project` in all the shapes that they have in Neo4j's library.
struct GraphProjection {
    private let view: GraphView
    private let procedure: String

    init(_ view: GraphView, of procedure: String) {
        self.view = view
        self.procedure = procedure
    }

    private static let relationshipOptions = [
        "type", "orientation", "aggregation", "indexInverse", "properties",
    ]
    private static let propertyOptions = ["property", "defaultValue", "aggregation"]

    /// `'*'` or null is everything.
    func definition(nodes: Value, relationships: Value, properties: Value) throws
        -> GraphDefinition
    {
        var definition = GraphDefinition(labels: try labels(nodes), relationships: [])
        try addRelationships(relationships, to: &definition)
        try addWeights(properties, to: &definition)
        return definition
    }

    // MARK: Nodes

    /// `'Label'`, `['A', 'B']`, `{Alias: 'Label'}` or `{Alias: {label: 'Label', …}}`.
    private func labels(_ value: Value) throws -> [String]? {
        switch value {
        case .null, .string("*"): return nil
        case .string(let name): return [try checked(label: name)]
        case .list(let values):
            if values.isEmpty { throw wrong("name at least one label") }
            var labels: [String] = []
            for value in values {
                guard let more = try self.labels(value) else { return nil }
                labels += more
            }
            return labels
        case .map(let map):
            var labels: [String] = []
            for (key, value) in zip(map.keys, map.values) {
                switch value {
                case .map(let inner):
                    guard let more = try self.labels(inner["label"] ?? .string(key)) else {
                        return nil
                    }
                    labels += more
                default:
                    guard let more = try self.labels(value) else { return nil }
                    labels += more
                }
            }
            return labels
        default: throw wrong("nodes are given as '*', a label, a list or a map of them")
        }
    }

    private func checked(label name: String) throws -> String {
        if view.label(name) != nil { return name }
        throw wrong(
            "there is no label `\(name)`." + NearestName.hint(for: name, among: view.labelNames))
    }

    // MARK: Relationships

    /// `'TYPE'`, `['A', 'B']`, `{ALIAS: 'TYPE'}` or `{ALIAS: {type, orientation, properties}}`.
    private func addRelationships(_ value: Value, to definition: inout GraphDefinition) throws {
        switch value {
        case .null: definition.relationships.append(.init(type: nil))
        case .string(let name):
            definition.relationships.append(.init(type: try checked(type: name)))
        case .list(let values):
            for value in values { try addRelationships(value, to: &definition) }
        case .map(let map):
            for (key, value) in zip(map.keys, map.values) {
                try addRelationships(named: key, value, to: &definition)
            }
        default: throw wrong("relationships are given as '*', a type, a list or a map of them")
        }
    }

    private func addRelationships(
        named name: String, _ value: Value, to definition: inout GraphDefinition
    ) throws {
        guard case .map = value else {
            guard case .string(let type) = value else {
                throw wrong("`\(name)` must be a relationship type or a map")
            }
            definition.relationships.append(
                .init(type: try checked(type: type), name: name))
            return
        }
        let options = try Configuration(value, of: procedure, known: Self.relationshipOptions)
        let orientation =
            try options.choice("orientation", among: GraphDefinition.Orientation.allCases)
            ?? .natural
        let type = try checked(type: try options.string("type") ?? name)
        definition.relationships.append(
            .init(type: type, orientation: orientation, name: name))
        if let properties = options.value("properties") {
            try addWeights(properties, to: &definition)
        }
    }

    private func checked(type name: String) throws -> String? {
        if name == "*" { return nil }
        if view.type(name) != nil { return name }
        throw wrong(
            "there is no relationship type `\(name)`."
                + NearestName.hint(for: name, among: view.typeNames))
    }

    // MARK: Properties of relationships

    /// `'weight'`, a list, `{alias: 'weight'}` or `{alias: {property, defaultValue}}`.
    private func addWeights(_ value: Value, to definition: inout GraphDefinition) throws {
        switch value {
        case .null: break
        case .string(let name): definition.add(.init(name: name, property: name))
        case .list(let values): for value in values { try addWeights(value, to: &definition) }
        case .map(let map):
            for (name, value) in zip(map.keys, map.values) {
                if case .string(let property) = value {
                    definition.add(.init(name: name, property: property))
                    continue
                }
                let options = try Configuration(
                    value, of: procedure, known: Self.propertyOptions)
                definition.add(
                    .init(
                        name: name, property: try options.string("property") ?? name,
                        fallback: try options.number("defaultValue") ?? 1))
            }
        default: throw wrong("relationship properties are given as a name, a list or a map")
        }
    }

    private func wrong(_ reason: String) -> QueryError {
        QueryError(.argument, "\(procedure): \(reason)")
    }
}

extension GraphDefinition {
    /// Of two with one name the later is meant.
    fileprivate mutating func add(_ weight: Weight) {
        weights.removeAll { $0.name.hasSameBytes(as: weight.name) }
        weights.append(weight)
    }

    var nodeProjection: Value {
        labels.map { .list($0.map { .string($0) }) } ?? .string("*")
    }

    var relationshipProjection: Value {
        .map(
            ValueMap(
                relationships.map { part -> (String, Value) in
                    let properties = weights.map { weight -> (String, Value) in
                        let entry = ValueMap([
                            ("property", .string(weight.property)),
                            ("defaultValue", .float(weight.fallback)),
                        ])
                        return (weight.name, Value.map(entry))
                    }
                    let entry = ValueMap([
                        ("type", .string(part.type ?? "*")),
                        ("orientation", .string(part.orientation.rawValue)),
                        ("properties", .map(ValueMap(properties))),
                    ])
                    return (part.name, .map(entry))
                }))
    }

    /// From the counts that are kept: exact where one label or type is named, and otherwise, as
    /// with several labels on one node, an upper bound.
    func counts(_ view: GraphView) -> (nodes: Int, relationships: Int) {
        let nodes =
            labels.map { labels in
                labels.compactMap { view.label($0) }.reduce(0) { $0 + view.nodeCount(label: $1) }
            } ?? view.nodeCount
        let entries = lists(in: view).reduce(0) { $0 + view.relationshipCount(type: $1.type) }
        return (min(nodes, view.nodeCount), entries)
    }
}
