import Cypher
import Foundation
import GraphStore
import Testing
import Values

@testable import QueryEngine

/// What the tests of expressions share: a small graph, contexts, and columns made by chance.
enum ExpressionFixture {
    static let nodeCount: UInt64 = 60

    /// A graph of nodes 0 ..< 60 with labels, properties of all kinds and a ring of relationships:
    /// relationship i leads from node i to node i + 1. One for all tests, which only read it.
    static let store: GraphStore = {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("starling-expressions-\(UUID().uuidString)").path
        do {
            let store = try GraphStore.open(directory: directory)
            try store.write { writer in try fill(writer) }
            return store
        } catch {
            fatalError("the tests' graph cannot be made: \(error)")
        }
    }()

    private static func fill(_ writer: GraphWriter) throws {
        let even = try writer.label("Even")
        let third = try writer.label("Third")
        let keys = try ["number", "text", "ratio", "mixed", "rare"].map { try writer.key($0) }
        for place in 0..<nodeCount {
            var labels: [LabelID] = []
            if place % 2 == 0 { labels.append(even) }
            if place % 3 == 0 { labels.append(third) }
            let mixed: Value = place % 2 == 0 ? .integer(Int64(place)) : .string("s\(place)")
            var properties: [(key: KeyID, value: Value)] = [
                (keys[0], .integer(Int64(place))), (keys[1], .string("name \(place)")),
                (keys[2], .float(Double(place) / 4)), (keys[3], mixed),
            ]
            if place % 7 == 0 { properties.append((keys[4], .boolean(true))) }
            let id = try writer.createNode(labels: labels, properties: properties)
            precondition(id == place)
        }
        let types = [try writer.type("NEXT"), try writer.type("LINK")]
        for place in 0..<nodeCount {
            let id = try writer.createRelationship(
                type: types[Int(place % 2)], start: place, end: (place + 1) % nodeCount,
                properties: [(keys[0], .integer(Int64(place)))])
            precondition(id == place)
        }
    }

    static func context(
        slots: Int = 8, parameters: ValueMap = ValueMap(), capacity: Int = Batch.defaultCapacity,
        memoryBytes: Int? = nil
    ) throws -> QueryContext {
        var limits = QueryLimits()
        if let memoryBytes { limits.memoryBytes = memoryBytes }
        return QueryContext(
            view: try store.beginRead(), writer: nil, parameters: parameters,
            procedures: ProcedureRegistry(), cancellation: Cancellation(), limits: limits,
            slotCount: slots, batchCapacity: capacity)
    }

    static func batch(_ columns: Column..., slots: Int = 8) -> Batch {
        var batch = Batch(count: columns.first?.count ?? 1, slotCount: slots)
        for (slot, column) in columns.enumerated() { batch[slot] = column }
        return batch
    }

    /// Compiles and evaluates over one batch.
    static func evaluate(
        _ expression: BoundExpression, _ columns: Column..., context: QueryContext? = nil
    ) throws -> [Value] {
        let context = try context ?? Self.context()
        var batch = Batch(count: columns.first?.count ?? 1, slotCount: 8)
        for (slot, column) in columns.enumerated() { batch[slot] = column }
        let result = try ExpressionCompiler(context: context).compile(expression).evaluate(batch)
        #expect(result.count == batch.count)
        return Array(result.asValues())
    }
}

/// Equivalent and of the same kind: `1` and `1.0` differ.
func areSame(_ left: Value, _ right: Value) -> Bool {
    Value.isEquivalent(left, right) && left.typeText == right.typeText
}

func areSame(_ left: [Value], _ right: [Value]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { areSame($0, $1) }
}

/// Columns of each kind, with and without nulls.
struct RandomColumns {
    enum Kind: CaseIterable {
        case integers, floats, booleans, strings, nodes, relationships, mixed
        case constantInteger, constantFloat, constantString, constantNull
    }

    var generator: SplitMix

    init(seed: UInt64) { generator = SplitMix(seed: seed) }

    mutating func value(_ kind: Kind) -> Value {
        switch kind {
        case .integers, .constantInteger:
            let edges: [Int64] = [0, 1, -1, 2, 3, .max, .min, 1 << 53, (1 << 53) + 1]
            return .integer(
                Bool.random(using: &generator)
                    ? Int64.random(in: -4...4, using: &generator)
                    : edges.randomElement(using: &generator) ?? 0)
        case .floats, .constantFloat:
            let edges = [0, -0.0, 1, 2.5, -1, .nan, .infinity, -.infinity, 0x1p53, 0x1p63, 1e300]
            return .float(edges.randomElement(using: &generator) ?? 0)
        case .booleans: return .boolean(Bool.random(using: &generator))
        case .strings, .constantString:
            let words = [
                "", "a", "ab", "abc", "b", "bab", "Ä", "äö", "日本語", "a\u{301}", " ", "\t a b\n",
                "\u{3000}ä\u{A0}",
            ]
            return .string(words.randomElement(using: &generator) ?? "")
        case .nodes: return .nodeReference(UInt64.random(in: 0..<8, using: &generator))
        case .relationships:
            return .relationshipReference(UInt64.random(in: 0..<8, using: &generator))
        case .mixed:
            let kinds: [Kind] = [.integers, .floats, .booleans, .strings, .nodes]
            if Int.random(in: 0..<5, using: &generator) == 0 {
                return .list([value(.integers), value(.strings)])
            }
            return value(kinds.randomElement(using: &generator) ?? .integers)
        case .constantNull: return .null
        }
    }

    mutating func values(_ kind: Kind, count: Int, hasNulls: Bool) -> [Value] {
        (0..<count).map { _ in
            hasNulls && Int.random(in: 0..<4, using: &generator) == 0 ? .null : value(kind)
        }
    }

    mutating func column(_ kind: Kind, count: Int, hasNulls: Bool) -> Column {
        switch kind {
        case .constantInteger, .constantFloat, .constantString, .constantNull:
            return .constant(value(kind), count: count)
        default: return Self.column(values(kind, count: count, hasNulls: hasNulls))
        }
    }

    static func column(_ values: [Value]) -> Column {
        var builder = ColumnBuilder(capacity: values.count)
        for value in values { builder.append(value) }
        return builder.build()
    }
}

extension Column {
    /// The same rows for the general path: values, whatever they are.
    var asGeneral: Column { .values(asValues()) }
}

/// Gives batches that are there already.
final class BatchSource: QueryEngine.Operator {
    private let batches: [Batch]
    private var place = 0

    init(_ batches: [Batch]) { self.batches = batches.filter { $0.count > 0 } }

    /// Rows of a table, cut into batches; columns[slot][row].
    convenience init(_ columns: [[Value]], capacity: Int, slots: Int = 8) {
        let count = columns.first?.count ?? 0
        let starts = stride(from: 0, to: count, by: capacity)
        self.init(
            starts.map { start in
                let range = start..<min(start + capacity, count)
                var batch = Batch(count: range.count, slotCount: slots)
                for (slot, values) in columns.enumerated() {
                    batch[slot] = RandomColumns.column(Array(values[range]))
                }
                return batch
            })
    }

    func next() -> Batch? {
        guard place < batches.count else { return nil }
        defer { place += 1 }
        return batches[place]
    }

    func rewind() { place = 0 }
}

extension QueryEngine.Operator {
    /// All rows that come, with the values of some slots.
    func rows(_ slots: [Slot]) throws -> [[Value]] {
        var rows: [[Value]] = []
        while let batch = try next() {
            #expect(batch.count > 0)
            for row in 0..<batch.count { rows.append(slots.map { batch[$0].value(row) }) }
        }
        return rows
    }
}
