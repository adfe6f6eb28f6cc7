import Cypher
import GraphStore
import Values

@testable import QueryEngine

/// A shop and a few people, as counts only: tests plan against it.
final class FakeCatalog: Catalog {
    var schemaVersion: UInt64 { 7 }
    let labels: [String: Double] = [
        "User": 1_000, "Movie": 2_000, "Genre": 20, "Person": 10_000, "City": 100,
        "VIP": 10,
    ]
    let types: [String: Double] = [
        "RATED": 100_000, "IN_GENRE": 4_000, "KNOWS": 50_000, "LIVES_IN": 10_000,
    ]
    /// Starts and ends, by type.
    let ends: [String: (start: String, end: String)] = [
        "RATED": ("User", "Movie"), "IN_GENRE": ("Movie", "Genre"), "KNOWS": ("Person", "Person"),
        "LIVES_IN": ("Person", "City"),
    ]
    let keys = ["id", "name", "age", "title", "year", "rating", "since", "email"]
    let indexes: [IndexDefinition] = [
        IndexDefinition(
            name: "user_id", kind: .range, entity: .node, labelsOrTypes: ["User"],
            properties: ["id"], isUnique: true),
        IndexDefinition(
            name: "movie_year", kind: .range, entity: .node, labelsOrTypes: ["Movie"],
            properties: ["year"]),
        IndexDefinition(
            name: "person_name_age", kind: .range, entity: .node, labelsOrTypes: ["Person"],
            properties: ["name", "age"]),
    ]

    var labelNames: [String] { labels.keys.sorted() }
    var typeNames: [String] { types.keys.sorted() }
    var propertyKeyNames: [String] { keys }
    func hasLabel(_ name: String) -> Bool { labels[name] != nil }
    func hasType(_ name: String) -> Bool { types[name] != nil }
    func hasPropertyKey(_ name: String) -> Bool { keys.contains(name) }
    var nodeCount: Double { 13_130 }
    var relationshipCount: Double { types.values.reduce(0, +) }
    func nodeCount(label: String) -> Double { labels[label] ?? 0 }
    func relationshipCount(type: String) -> Double { types[type] ?? 0 }

    func relationshipCount(label: String, type: String, direction: StoredDirection) -> Double {
        guard let ends = ends[type], let count = types[type] else { return 0 }
        if label == "VIP", ends.start == "User", direction == .outgoing { return count / 100 }
        return (direction == .outgoing ? ends.start : ends.end) == label ? count : 0
    }

    func statistics(of property: String, _ entity: EntityKind, _ labelOrType: String)
        -> PropertyStatistics?
    { nil }

    func indexes(_ entity: EntityKind, _ labelOrType: String) -> [IndexDefinition] {
        indexes.filter { $0.entity == entity && $0.labelsOrTypes == [labelOrType] }
    }

    func estimate(_ index: IndexDefinition, _ condition: IndexCondition) -> Double? { nil }
    func estimate(_ index: IndexDefinition, _ condition: TextCondition) -> Double? { nil }
}

/// Procedures of every shape that CALL must tell apart.
struct FakeProcedure: Procedure {
    let signature: ProcedureSignature

    init(
        _ name: String, _ inputs: [ProcedureSignature.Field] = [],
        _ outputs: [ProcedureSignature.Field] = [], access: ProcedureSignature.Access = .read
    ) {
        signature = ProcedureSignature(
            name: name, inputs: inputs, outputs: outputs, access: access, description: "")
    }

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput) {}

    static let registry = ProcedureRegistry([
        FakeProcedure("db.labels", [], [.init("label", .string, "")]),
        FakeProcedure(
            "shop.similar",
            [.init("item", .node, ""), .init("k", .integer, fallback: .integer(10), "")],
            [.init("other", .node, ""), .init("score", .float, "")]),
        FakeProcedure("shop.rebuild", access: .write),
        FakeProcedure(
            "show.indexes", [.init("kind", .string, fallback: .null, "")],
            [.init("name", .string, ""), .init("type", .string, ""), .init("state", .string, "")]),
    ])
}

enum Planning {
    static func prepare(_ text: String) throws -> PreparedStatement {
        try StatementPlanner.prepare(
            try Parser.parse(text), catalog: FakeCatalog(),
            procedures: FakeProcedure.registry)
    }

    static func outline(_ text: String) throws -> String {
        PlanDescription(try prepare(text))?.outline ?? "(no plan)"
    }
}
