import Values

/// The structures that only a server sends, as a client reads them.
extension Value {
    /// nil where the structure is no entity.
    init?(entity fields: StructureFields) throws {
        switch (StructureTag(rawValue: fields.tag), fields.count) {
        case (.node, 4):
            self = .node(
                NodeValue(
                    id: UInt64(bitPattern: try fields.integer(0)), labels: try fields.strings(1),
                    properties: try fields.map(2)))
        case (.relationship, 8):
            self = .relationship(
                RelationshipValue(
                    id: UInt64(bitPattern: try fields.integer(0)), type: try fields.string(3),
                    start: UInt64(bitPattern: try fields.integer(1)),
                    end: UInt64(bitPattern: try fields.integer(2)),
                    properties: try fields.map(4)))
        case (.unboundRelationship, 4):
            // Its ends are told by the path around it.
            self = .relationship(
                RelationshipValue(
                    id: UInt64(bitPattern: try fields.integer(0)), type: try fields.string(1),
                    start: 0, end: 0, properties: try fields.map(2)))
        case (.path, 3): self = .path(try PathValue(fields))
        default: return nil
        }
    }
}

extension PathValue {
    /// Nodes and relationships, each once, and the walk over them: relationships count from 1,
    /// negative where they are walked against their direction; nodes from 0.
    fileprivate convenience init(_ fields: StructureFields) throws {
        guard case .list(let nodeList) = fields.values[0],
            case .list(let relationshipList) = fields.values[1],
            case .list(let walk) = fields.values[2], walk.count % 2 == 0
        else { throw fields.unknown }
        let nodes = nodeList.compactMap { if case .node(let node) = $0 { node } else { nil } }
        let unbound = relationshipList.compactMap {
            if case .relationship(let relationship) = $0 { relationship } else { nil }
        }
        guard let first = nodes.first else { throw fields.unknown }
        var path = [first]
        var relationships: [RelationshipValue] = []
        for step in stride(from: 0, to: walk.count, by: 2) {
            guard case .integer(let relationship) = walk[step],
                case .integer(let node) = walk[step + 1], nodes.indices.contains(Int(node)),
                relationship != 0, relationship.magnitude <= unbound.count
            else { throw fields.unknown }
            let from = path[path.count - 1].id
            let to = nodes[Int(node)].id
            let found = unbound[Int(relationship.magnitude) - 1]
            relationships.append(
                RelationshipValue(
                    id: found.id, type: found.type, start: relationship > 0 ? from : to,
                    end: relationship > 0 ? to : from, properties: found.properties))
            path.append(nodes[Int(node)])
        }
        self.init(nodes: path, relationships: relationships)
    }
}

extension StructureFields {
    fileprivate func strings(_ place: Int) throws -> [String] {
        guard case .list(let list) = values[place] else { throw unknown }
        return try list.map {
            guard case .string(let text) = $0 else { throw unknown }
            return text
        }
    }
}
