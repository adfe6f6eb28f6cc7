import Values

@testable import GraphStore

/// The graph as plain Swift would keep it: what a store is compared with.
struct GraphModel {
    struct Node {
        var labels: Set<LabelID>
        var properties: [KeyID: Value]
    }
    struct Relationship {
        let type: TypeID
        let start: NodeID
        let end: NodeID
        var properties: [KeyID: Value]
    }

    var nodes: [NodeID: Node] = [:]
    var relationships: [RelationshipID: Relationship] = [:]

    /// Every node's sorted list of (neighbour, relationship) along a type in a direction.
    func lists(_ type: TypeID, _ direction: Direction) -> [NodeID: [[UInt64]]] {
        var lists: [NodeID: [[UInt64]]] = [:]
        for (id, relationship) in relationships where relationship.type == type {
            let ends = [relationship.start, relationship.end]
            let (here, there) = direction == .outgoing ? (0, 1) : (1, 0)
            lists[ends[here], default: []].append([ends[there], id])
        }
        return lists.mapValues { $0.sorted { $0.lexicographicallyPrecedes($1) } }
    }
}

extension GraphView {
    /// What the view shows otherwise than the model.
    func differences(from model: GraphModel, labels: Int, types: Int, keys: Int) throws -> [String]
    {
        var found: [String] = []
        func expect(_ holds: Bool, _ text: @autoclosure () -> String) {
            if !holds { found.append(text()) }
        }
        expect(nodeCount == model.nodes.count, "node count")
        expect(relationshipCount == model.relationships.count, "relationship count")
        expect(try all(nodes()) == model.nodes.keys.sorted(), "nodes")
        expect(try all(relationships()) == model.relationships.keys.sorted(), "relationships")
        for (id, node) in model.nodes {
            expect(self.labels(of: id) == node.labels.sorted(), "labels of \(id)")
            expect(isSame(properties(ofNode: id), node.properties), "properties of \(id)")
        }
        for (id, relationship) in model.relationships {
            let record = self.relationship(id)
            expect(
                record?.type == relationship.type && record?.start == relationship.start
                    && record?.end == relationship.end, "relationship \(id)")
            expect(
                isSame(properties(ofRelationship: id), relationship.properties),
                "properties of relationship \(id)")
        }
        for label in 0..<LabelID(labels) {
            let members = model.nodes.filter { $0.value.labels.contains(label) }.keys.sorted()
            expect(try all(nodes(label: label)) == members, "members of \(label)")
            expect(nodeCount(label: label) == members.count, "count of \(label)")
        }
        for type in 0..<TypeID(types) {
            let ofType = model.relationships.values.filter { $0.type == type }
            expect(relationshipCount(type: type) == ofType.count, "count of type \(type)")
            for direction in Direction.allCases {
                let reader = adjacency(type, direction)
                let lists = model.lists(type, direction)
                for id in model.nodes.keys {
                    var list: [[UInt64]] = []
                    reader.forEachRun(of: id) { neighbours, ids in
                        list.append(contentsOf: zip(neighbours, ids).map { [$0, $1] })
                    }
                    expect(
                        list == lists[id, default: []],
                        "list of \(id), \(type), \(direction)")
                }
                for label in 0..<LabelID(labels) {
                    let count = ofType.filter {
                        let end = direction == .outgoing ? $0.start : $0.end
                        return model.nodes[end]?.labels.contains(label) ?? false
                    }.count
                    expect(
                        relationshipCount(label: label, type: type, direction: direction) == count,
                        "count of \(label), \(type), \(direction)")
                }
            }
        }
        if let damage { found.append(damage) }
        return found
    }

    func all(_ scan: any IDScan) throws -> [UInt64] {
        var ids: ContiguousArray<UInt64> = []
        while try scan.next(3, into: &ids) > 0 {}
        return Array(ids)
    }

    private func isSame(_ stored: [(key: KeyID, value: Value)], _ model: [KeyID: Value]) -> Bool {
        stored.map(\.key) == model.keys.sorted()
            && stored.allSatisfy { GraphStoreTests.isSame($0.value, model[$0.key] ?? .null) }
    }
}
