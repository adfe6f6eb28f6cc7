internal import GraphStore
internal import QueryEngine
internal import Recommend

/// Names that a procedure was given, as the graph knows them. One that the graph has never had is
/// misspelt: to pass over it would answer something else than was asked.
extension GraphView {
    /// Errors: nothing ever had a property of that name.
    func relationshipKey(_ name: String, of procedure: String) throws -> KeyID {
        if let key = key(name) { return key }
        throw unknownProperty(name, of: "relationship", procedure)
    }

    /// Errors: nothing ever had a property of that name.
    func nodeKey(_ name: String, of procedure: String) throws -> KeyID {
        if let key = key(name) { return key }
        throw unknownProperty(name, of: "node", procedure)
    }

    private func unknownProperty(_ name: String, of kind: String, _ procedure: String) -> QueryError
    {
        QueryError(
            .argument,
            "\(procedure): no \(kind) has the property `\(name)`."
                + NearestName.hint(for: name, among: keyNames))
    }

    /// Errors: there never was a relationship of that type.
    func relationshipType(_ name: String, of procedure: String) throws -> TypeID {
        if let type = type(name) { return type }
        throw QueryError(
            .argument,
            "\(procedure): there is no relationship type `\(name)`."
                + NearestName.hint(for: name, among: typeNames))
    }

    /// Whether there is something to recommend from. Before the first purchase there is not, and a
    /// shop that asks gets no rows then, whatever else it names.
    func hasRelationships(of type: TypeID?) -> Bool {
        type.map { relationshipCount(type: $0) > 0 } ?? false
    }
}

extension ModelSource {
    /// Errors: the weight or the time is a property that nothing ever had.
    func requireProperties(in view: GraphView, of procedure: String) throws {
        guard view.hasRelationships(of: view.type(type)) else { return }
        for name in [weight, timestamp] {
            if let name { _ = try view.relationshipKey(name, of: procedure) }
        }
    }
}
