import GraphStore
import Values

extension BuiltInProcedures {
    /// Search in vector indexes, under Neo4j's names.
    static var vectorProcedures: [any Procedure] {
        [
            VectorQuery("db.index.vector.queryNodes", .node),
            VectorQuery("db.index.vector.queryRelationships", .relationship),
            setVectorProperty("db.create.setNodeVectorProperty", .node),
            setVectorProperty("db.create.setRelationshipVectorProperty", .relationship),
        ]
    }

    fileprivate static func vector(_ value: Value) throws(QueryError) -> [Float] {
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

/// `db.index.vector.queryNodes` and `queryRelationships`. Asked for more than a search may keep
/// candidates, they yield a portion after the other, the best first.
private struct VectorQuery: StreamingProcedure {
    let signature: ProcedureSignature
    private let entity: EntityKind

    init(_ name: String, _ entity: EntityKind) {
        self.entity = entity
        signature = ProcedureSignature(
            name: name,
            inputs: [
                .init("indexName", .string, "The vector index."),
                .init("numberOfNearestNeighbours", .integer, "How many to yield at most."),
                .init("query", .listOfFloats, "The vector to compare with."),
                .init(
                    "options", .map, fallback: .map(ValueMap()),
                    "ef: how many candidates the search keeps, or what the index says."),
            ],
            outputs: [
                entity == .node
                    ? .init("node", .node, "A node, the most similar first.")
                    : .init("relationship", .relationship, "One, the most similar first."),
                .init("score", .float, "The more similar, the greater."),
            ],
            description: """
                Finds the entities whose vectors are the most similar: through a hierarchical \
                navigable small world (HNSW; Malkov and Yashunin 2018), or exactly where rows are \
                few. Scores: (1 + cosine) / 2, 1 / (1 + squared Euclidean distance), or the dot \
                product.
                """)
    }

    func begin(_ arguments: [Value], _ context: ProcedureContext) throws -> any ProcedureRows {
        guard case .integer(let number) = arguments[1], number > 0,
            let count = Int(exactly: number)
        else {
            throw QueryError(
                .argument, "The number of neighbours is positive, not \(arguments[1].excerpt).")
        }
        return VectorQueryRows(
            entity, try context.index(arguments[0], .vector, entity),
            try BuiltInProcedures.vector(arguments[2]), count, try candidates(arguments[3]),
            context)
    }

    /// The option ef; nil where it is not given.
    private func candidates(_ options: Value) throws(QueryError) -> Int? {
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
}

/// What one search yields.
private final class VectorQueryRows: ProcedureRows {
    private let entity: EntityKind
    private let index: IndexDefinition
    private let vector: [Float]
    private let count: Int
    private let candidates: Int?
    private let context: ProcedureContext
    private var yielded: Set<UInt64> = []
    private var portion: Int

    /// The first of many portions, and how many times longer each is than all before it.
    private static let firstPortion = 64
    private static let growth = 3

    init(
        _ entity: EntityKind, _ index: IndexDefinition, _ vector: [Float], _ count: Int,
        _ candidates: Int?, _ context: ProcedureContext
    ) {
        self.entity = entity
        self.index = index
        self.vector = vector
        self.count = count
        self.candidates = candidates
        self.context = context
        let isLong = count > VectorSettings.candidateBounds.upperBound
        portion = isLong ? Self.firstPortion : count
    }

    func next(_ output: inout ProcedureOutput) throws -> Bool {
        let kept = max(candidates ?? 0, yielded.count + portion)
        let isFirst = yielded.isEmpty
        let found = try context.view.nearest(
            index, to: vector, portion, candidates: isFirst ? candidates : kept,
            where: isFirst ? nil : { [yielded] in !yielded.contains($0) },
            checkpoint: { [context] in try context.cancellation.check() })
        output.append(found, of: entity)
        if found.count < portion || yielded.count + portion >= count { return false }
        yielded.formUnion(found.map(\.id))
        portion = min(count - yielded.count, yielded.count * Self.growth)
        return true
    }
}
