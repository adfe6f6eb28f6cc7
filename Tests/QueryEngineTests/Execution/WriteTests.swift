import Cypher
import GraphStore
import Testing
import Values

@testable import QueryEngine

/// CREATE, MERGE, SET, DELETE, FOREACH, and that batches keep their row order.
@Suite struct WriteTests {
    private static func create(_ label: String, _ slot: Slot, n: BoundExpression) -> CreatePattern {
        CreatePattern(
            nodes: [
                .init(slot: slot, labels: [.name(label)], properties: .map([(key: "n", value: n)]))
            ], relationships: [])
    }

    private static func relationship(_ start: Slot, _ end: Slot, _ slot: Slot) -> CreatePattern {
        CreatePattern(
            nodes: [],
            relationships: [
                .init(slot: slot, type: .name("T"), start: start, end: end, properties: nil)
            ])
    }

    private static func numbers(_ fixture: ExecutionFixture, _ label: String) throws -> [String] {
        let plan = produce(
            1,
            from: step(
                .project([(slot: 1, expression: .property(.slot(0), "n"))]),
                step(.labelScan(node: 0, label: label))))
        return texts(try fixture.read(plan))
    }

    @Test(arguments: batchCapacities) func createsAndReadsBack(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let nodes = CreatePattern(
            nodes: [
                .init(
                    slot: 1, labels: [.name("A"), .name("B")],
                    properties: .map([
                        (key: "n", value: .slot(0)), (key: "nothing", value: .constant(.null)),
                    ])),
                // Reads what the same clause has created.
                .init(
                    slot: 2, labels: [.name("C")],
                    properties: .map([(key: "n", value: .property(.slot(1), "n"))])),
            ],
            relationships: [
                .init(
                    slot: 3, type: .name("T"), start: 1, end: 2,
                    properties: .map([(key: "n", value: .slot(0))]))
            ])
        let plan = produce(
            1, 2, 3, from: step(.create(nodes), unwind(integers([7, 8, 9]), into: 0)))
        let outcome = try fixture.write(plan, capacity: capacity)
        #expect(outcome.rows.count == 3)
        #expect(outcome.counters.nodesCreated == 6)
        #expect(outcome.counters.relationshipsCreated == 3)
        #expect(outcome.counters.propertiesSet == 9)
        #expect(outcome.counters.labelsAdded == 9)
        guard case .node(let node) = outcome.rows[2][0] else {
            Issue.record("no node")
            return
        }
        #expect(node.labels == ["A", "B"])
        #expect(node.properties.keys == ["n"])
        #expect(try Self.numbers(fixture, "C") == ["7", "8", "9"])
        let expand = Expand(
            from: 0, relationship: 1, to: 2, types: ["T"], direction: .outgoing, into: false,
            distinctFrom: [])
        let read = produce(2, from: step(.expand(expand), step(.labelScan(node: 0, label: "A"))))
        #expect(try fixture.read(read).count == 3)
    }

    @Test(arguments: batchCapacities) func writesRunToTheirEndWhateverLimitFollows(capacity: Int)
        throws
    {
        let fixture = try ExecutionFixture()
        let writes = step(
            .create(Self.create("X", 1, n: .slot(0))),
            unwind(integers([1, 2, 3, 4, 5]), into: 0))
        for limit in [0, 1] {
            let plan = produce(0, from: step(.limit(.constant(.integer(Int64(limit)))), writes))
            let outcome = try fixture.write(plan, capacity: capacity)
            #expect(outcome.rows.count == limit)
            #expect(outcome.counters.nodesCreated == 5)
        }
        // A LIMIT before a write bounds it.
        let bounded = produce(
            0,
            from: step(
                .create(Self.create("X", 1, n: .slot(0))),
                step(.limit(.constant(.integer(2))), unwind(integers([1, 2, 3]), into: 0))))
        #expect(try fixture.write(bounded, capacity: capacity).counters.nodesCreated == 2)
        // So does an empty product, but not what it is a product of.
        let empty = produce(0, from: step(.cartesianProduct, writes, unwind([], into: 9)))
        #expect(try fixture.write(empty, capacity: capacity).counters.nodesCreated == 5)
    }

    @Test(arguments: batchCapacities, [true, false])
    func mergeSeesWhatEarlierRowsCreated(capacity: Int, indexed: Bool) throws {
        let fixture = try ExecutionFixture()
        if indexed {
            _ = try fixture.store.createIndex(
                IndexDefinition(
                    name: "x", kind: .range, entity: .node, labelsOrTypes: ["X"],
                    properties: ["n"]), ifNotExists: false)
        }
        let count = BoundExpression.property(.slot(1), "count")
        let merge = Merge(
            argument: 3, pattern: Self.create("X", 1, n: .slot(0)),
            onCreate: [.property(.slot(1), "count", .constant(.integer(1)))],
            onMatch: [
                .property(
                    .slot(1), "count", .arithmetic(.add, count, .constant(.integer(1))))
            ])
        let match = step(
            .filter([equal(.property(.slot(1), "n"), .slot(0))]),
            step(
                .cartesianProduct, step(.argument(3, slots: [0], rowSlot: nil)),
                step(.labelScan(node: 1, label: "X"))))
        func plan(_ values: [Value]) -> PlanNode {
            produce(0, 1, from: step(.merge(merge), unwind(values, into: 0), match))
        }
        let values: [Value] = integers([1, 1, 2, 1]) + [.float(2)]
        let outcome = try fixture.write(plan(values), capacity: capacity)
        #expect(outcome.rows.count == 5)
        #expect(outcome.counters.nodesCreated == 2)
        let again = try fixture.write(plan(integers([2, 3])), capacity: capacity)
        #expect(again.counters.nodesCreated == 1)
        let counts = produce(
            2, 3,
            from: step(
                .project([
                    (slot: 2, expression: .property(.slot(1), "n")), (slot: 3, expression: count),
                ]), step(.labelScan(node: 1, label: "X"))))
        #expect(texts(try fixture.read(counts)) == ["1 3", "2 3", "3 1"])
        let error = queryError { _ = try fixture.write(plan([.null])) }
        #expect(error?.message.hasPrefix("MergeReadOwnWrites") == true)
    }

    @Test(arguments: batchCapacities, [Cypher.Direction.outgoing, .either])
    func mergesRelationships(capacity: Int, direction: Cypher.Direction) throws {
        let fixture = try ExecutionFixture()
        let ids = try fixture.store.write { writer in
            try (0..<2).map { _ in try writer.createNode(labels: [], properties: []) }
        }
        let merge = Merge(
            argument: 3, pattern: Self.relationship(1, 2, 4), onCreate: [], onMatch: [])
        let match = step(
            .expand(
                Expand(
                    from: 1, relationship: 4, to: 2, types: ["T"], direction: direction,
                    into: true, distinctFrom: [])),
            step(.argument(3, slots: [1, 2], rowSlot: nil)))
        let pairs = [(0, 1), (0, 1), (1, 0)].map { start, end in
            Value.list([.integer(Int64(ids[start])), .integer(Int64(ids[end]))])
        }
        func element(_ place: Int64) -> BoundExpression {
            .element(.slot(0), .constant(.integer(place)))
        }
        let ends = step(
            .nodeByID(node: 2, IDSeek(element(1))),
            step(
                .nodeByID(node: 1, IDSeek(element(0))), unwind(pairs, into: 0)))
        let outcome = try fixture.write(
            produce(4, from: step(.merge(merge), ends, match)), capacity: capacity)
        #expect(outcome.rows.count == 3)
        #expect(outcome.counters.relationshipsCreated == (direction == .either ? 1 : 2))
    }

    @Test(arguments: batchCapacities) func setGoesInRowOrder(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        _ = try fixture.write(
            produce(
                0,
                from: step(
                    .create(Self.create("X", 1, n: .slot(0))), unwind(integers([10, 20]), into: 0)))
        )
        // Each node three times: its counter grows with each row.
        let repeated = step(
            .cartesianProduct, step(.labelScan(node: 1, label: "X")),
            unwind(integers([1, 2, 3]), into: 0))
        let increment = SetOperation.property(
            .slot(1), "n", .arithmetic(.add, .property(.slot(1), "n"), .slot(0)))
        let outcome = try fixture.write(
            produce(1, from: step(.set([increment]), repeated)), capacity: capacity)
        #expect(outcome.counters.propertiesSet == 6)
        #expect(try Self.numbers(fixture, "X") == ["16", "26"])
        // Rows show what the whole statement wrote.
        let shown = outcome.rows.map { row -> String in
            if case .node(let node) = row[0] { node.properties["n"]?.cypherText ?? "" } else { "" }
        }
        #expect(shown == ["16", "16", "16", "26", "26", "26"])
    }

    @Test(arguments: batchCapacities) func setMapsAndLabels(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        _ = try fixture.write(
            produce(
                0,
                from: step(
                    .create(Self.create("X", 1, n: .slot(0))), unwind(integers([1, 2, 3]), into: 0))
            )
        )
        func set(_ operations: SetOperation...) throws -> WriteCounters {
            try fixture.write(
                produce(1, from: step(.set(operations), step(.labelScan(node: 1, label: "X")))),
                capacity: capacity
            ).counters
        }
        let map = BoundExpression.constant(.map(["m": .integer(5), "o": .null]))
        _ = try set(.merge(.slot(1), map))
        #expect(try Self.numbers(fixture, "X") == ["1", "2", "3"])
        _ = try set(.replace(.slot(1), map))
        #expect(try Self.numbers(fixture, "X") == ["null", "null", "null"])
        #expect(try set(.addLabels(.slot(1), [.name("Y"), .name("X")])).labelsAdded == 3)
        #expect(try set(.removeLabels(.slot(1), [.name("X")])).labelsRemoved == 3)
        #expect(try Self.numbers(fixture, "Y").count == 3)
        // A null target is left alone; anything but an entity is an error.
        let row = unwind([.null], into: 1)
        let operation = SetOperation.property(.slot(1), "n", .constant(.integer(1)))
        #expect(
            try fixture.write(produce(1, from: step(.set([operation]), row))).counters.isEmpty)
        let error = queryError {
            _ = try fixture.write(
                produce(1, from: step(.set([operation]), unwind(integers([1]), into: 1))))
        }
        #expect(error?.kind == .type)
        let unstorable = queryError {
            _ = try fixture.write(
                produce(
                    1,
                    from: step(
                        .set([.property(.slot(1), "n", map)]),
                        step(.labelScan(node: 1, label: "Y")))))
        }
        #expect(unstorable?.message.hasPrefix("InvalidPropertyType") == true)
    }

    @Test(arguments: batchCapacities) func deletes(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let graph = try ModelGraph.random(nodes: 6, edges: 12, seed: 31, in: fixture)
        let scan = step(.allNodesScan(node: 0))
        func delete(_ expressions: [BoundExpression], detach: Bool, from child: PlanNode) throws
            -> ExecutionFixture.Outcome
        {
            try fixture.write(
                produce(0, from: step(.delete(expressions, detach: detach), child)),
                capacity: capacity)
        }
        let error = queryError { _ = try delete([.slot(0)], detach: false, from: scan) }
        #expect(error?.kind == .constraintValidation)
        #expect(error?.message.hasPrefix("DeleteConnectedNode") == true)
        // Nodes first, then their relationships: judged at the end. Rows repeat both.
        let both = step(
            .eager,
            step(
                .expand(
                    Expand(
                        from: 0, relationship: 1, to: 2, types: [], direction: .either,
                        into: false, distinctFrom: [])), scan))
        let outcome = try delete([.slot(0), .slot(1), .constant(.null)], detach: false, from: both)
        #expect(outcome.counters.relationshipsDeleted == graph.edges.count)
        let ends = Set(graph.edges.flatMap { [$0.start, $0.end] })
        #expect(outcome.counters.nodesDeleted == ends.count)
        guard case .node(let shown)? = outcome.rows.first?.first else {
            Issue.record("no node")
            return
        }
        #expect(shown.labels.isEmpty && shown.properties.isEmpty)
        _ = try delete([.slot(0)], detach: true, from: scan)
        #expect(try fixture.read(produce(0, from: scan)).isEmpty)
    }

    @Test func deletedEntitiesKeepTheirTypeOnly() throws {
        let fixture = try ExecutionFixture()
        _ = try ModelGraph.random(nodes: 2, edges: 4, types: ["A"], seed: 32, in: fixture)
        let deleted = step(
            .delete([.slot(1)], detach: false),
            step(
                .eager,
                step(
                    .relationshipScan(
                        relationship: 1, start: 0, end: 2, types: [], direction: .outgoing))))
        let type = produce(
            3, from: step(.project([(slot: 3, expression: .graph(.type, [.slot(1)]))]), deleted))
        let rows = texts(try fixture.write(type).rows)
        #expect(rows == Array(repeating: Value.string("A").cypherText, count: 4))
    }

    @Test func propertiesOfDeletedEntitiesAreErrors() throws {
        let fixture = try ExecutionFixture()
        _ = try ModelGraph.random(nodes: 2, edges: 0, seed: 33, in: fixture)
        let plan = produce(
            3,
            from: step(
                .project([(slot: 3, expression: .property(.slot(0), "n"))]),
                step(
                    .delete([.slot(0)], detach: false),
                    step(.eager, step(.allNodesScan(node: 0))))))
        #expect(queryError { _ = try fixture.write(plan) }?.kind == .entityNotFound)
    }

    @Test(arguments: batchCapacities) func forEachRunsUpdatesItemByItem(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        _ = try fixture.write(
            produce(
                0,
                from: step(
                    .create(Self.create("X", 1, n: .slot(0))), unwind(integers([1]), into: 0))))
        let n = BoundExpression.property(.slot(1), "n")
        let double = step(
            .set([.property(.slot(1), "n", .arithmetic(.multiply, n, .constant(.integer(2))))]),
            step(.argument(4, slots: [1, 5], rowSlot: nil)))
        let updates = step(
            .set([.property(.slot(1), "n", .arithmetic(.add, n, .slot(5)))]), double)
        let plan = produce(
            1,
            from: step(
                .forEach(item: 5, list: .constant(.list(integers([1, 2, 3]))), argument: 4),
                step(.labelScan(node: 1, label: "X")), updates))
        #expect(try fixture.write(plan, capacity: capacity).rows.count == 1)
        // ((1·2 + 1)·2 + 2)·2 + 3
        #expect(try Self.numbers(fixture, "X") == ["19"])
    }

    @Test func readsCannotWrite() throws {
        let fixture = try ExecutionFixture()
        let plan = produce(
            0, from: step(.create(Self.create("X", 0, n: .constant(.integer(1)))), step(.unit)))
        #expect(queryError { _ = try fixture.read(plan) }?.kind == .readOnly)
    }

    /// What an expansion has read with its relationships is of before the writes: a reader takes it,
    /// a writer looks.
    @Test func writersLookAtRelationshipsAgain() throws {
        let fixture = try ExecutionFixture()
        let id = try fixture.store.write { writer in
            let (type, key) = (try writer.type("NOW"), try writer.key("x"))
            let node = try writer.createNode(labels: [], properties: [])
            return try writer.createRelationship(
                type: type, start: node, end: node, properties: [(key, .integer(5))])
        }
        var rows = Batch(count: 1, slotCount: 16)
        rows[0] = .relationships([id])
        for (part, value) in [
            (ListedPart.Part.property("x"), Value.integer(1)), (.type, .string("BEFORE")),
        ] {
            rows.listed.append(
                ListedPart(relationship: 0, part: part, column: .constant(value, count: 1)))
        }
        let batch = rows
        @Sendable func values(_ context: QueryContext) throws -> [Value] {
            let compiler = ExpressionCompiler(context: context)
            let expressions: [BoundExpression] = [
                .property(.slot(0), "x"), .graph(.type, [.slot(0)]),
            ]
            return try expressions.map { try compiler.compile($0).evaluate(batch).value(0) }
        }
        let view = try fixture.store.beginRead()
        defer { view.close() }
        let read = try values(
            ExecutionFixture.context(view, nil, Batch.defaultCapacity, ValueMap()))
        #expect(texts([read]) == ["1 'BEFORE'"])
        let written = try fixture.store.write { writer in
            try values(
                ExecutionFixture.context(writer.view, writer, Batch.defaultCapacity, ValueMap()))
        }
        #expect(texts([written]) == ["5 'NOW'"])
    }
}
