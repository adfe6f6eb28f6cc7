import GraphStore
import Values

extension BuiltInProcedures {
    /// Search in vector indexes, under Neo4j's names.
    static var vectorProcedures: [any Procedure] {
        [
            vectorQuery("db.index.vector.queryNodes", .node),
            vectorQuery("db.index.vector.queryRelationships", .relationship),
            setVectorProperty("db.create.setNodeVectorProperty", .node),
            setVectorProperty("db.create.setRelationshipVectorProperty", .relationship),
        ]
    }

    private static func vectorQuery(_ name: String, _ entity: EntityKind) -> any Procedure {
        BuiltInProcedure(
            name,
            inputs: [
                .init("indexName", .string, "The vector index."),
                .init("numberOfNearestNeighbours", .integer, "How many to yield at most."),
                .init("query", .listOfFloats, "The vector to compare with."),
                .init(
                    "options", .map, fallback: .map(ValueMap()),
                    "ef: how many candidates the search keeps, or what the index says."),
            ],
            yields: [
                entity == .node
                    ? .init("node", .node, "A node, the most similar first.")
                    : .init("relationship", .relationship, "One, the most similar first."),
                .init("score", .float, "From 0 to 1."),
            ],
            """
            Finds the entities whose vectors are the most similar: through a hierarchical \
            navigable small world (HNSW; Malkov and Yashunin 2018), or exactly where rows are \
            few. Scores: (1 + cosine) / 2, 1 / (1 + squared Euclidean distance), or the dot \
            product.
            """
        ) { arguments, context, output in
            guard case .integer(let number) = arguments[1], number > 0,
                let count = Int(exactly: number)
            else {
                throw QueryError(
                    .argument,
                    "The number of neighbours is positive, not \(arguments[1].excerpt).")
            }
            let vector = try vector(arguments[2])
            let index = try context.index(arguments[0], .vector, entity)
            let found = try context.view.nearest(
                index, to: vector, count, candidates: try candidates(arguments[3]),
                where: context.accepts,
                checkpoint: { try context.cancellation.check() })
            output.append(found, of: entity)
        }
    }

    /// The option ef; nil where it is not given.
    private static func candidates(_ options: Value) throws(QueryError) -> Int? {
        guard case .map(let options) = options else { return nil }
        var candidates: Int?
        for (name, value) in options {
            guard name.hasSameBytes(as: "ef"), case .integer(let number) = value,
                let count = Int(exactly: number),
                VectorSettings.candidateBounds.contains(count)
            else {
                let bounds = VectorSettings.candidateBounds
                throw QueryError(
                    .argument,
                    "The option of a vector search is ef, from \(bounds.lowerBound) to "
                        + "\(bounds.upperBound); not \(name): \(value.excerpt).")
            }
            candidates = count
        }
        return candidates
    }

    private static func vector(_ value: Value) throws(QueryError) -> [Float] {
        guard let vector = [Float](vector: value), !vector.isEmpty else {
            throw QueryError(
                .argument, "A vector is a list of numbers, not \(value.excerpt).")
        }
        return vector
    }

    private static func setVectorProperty(_ name: String, _ entity: EntityKind) -> any Procedure {
        let isNode = entity == .node
        return BuiltInProcedure(
            name,
            inputs: [
                isNode
                    ? .init("node", .node, "The node.")
                    : .init("relationship", .relationship, "The relationship."),
                .init("key", .string, "The property."),
                .init("vector", .listOfFloats, "What it is set to."),
            ], yields: [], access: .write,
            "Sets a property to a vector, which SET does too."
        ) { arguments, context, _ in
            guard case .string(let name) = arguments[1] else {
                throw QueryError(.argument, "The key is a string, not \(arguments[1].excerpt).")
            }
            guard let writer = context.writer else {
                throw QueryError(.readOnly, "A vector is set in a statement that may write.")
            }
            let value = Value.list(try vector(arguments[2]).map { .float(Double($0)) })
            let key = try writer.key(name)
            switch arguments[0] {
            case .nodeReference(let id): try writer.setProperty(key, ofNode: id, to: value)
            case .relationshipReference(let id):
                try writer.setProperty(key, ofRelationship: id, to: value)
            default:
                throw QueryError(
                    .argument, "A vector is set on a \(entity), not on \(arguments[0].excerpt).")
            }
        }
    }
}
