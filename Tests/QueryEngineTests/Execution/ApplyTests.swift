import Cypher
import GraphStore
import Testing
import Values

@testable import QueryEngine

/// Applies over random graphs: rows that enter together and rows that enter one by one must agree
/// with plain loops.
@Suite struct ApplyTests {
    private static let number = Slot(10)

    private static func apply(_ kind: Apply.Kind, perRow: Bool) -> PlanOperation {
        .apply(Apply(kind: kind, argument: 1, rowSlot: number, perRow: perRow))
    }

    /// The neighbours with a larger `n` than the node's.
    private static func neighbours(_ perRow: Bool) -> PlanNode {
        step(
            .filter([.comparison(.greater, .property(.slot(2), "n"), .property(.slot(0), "n"))]),
            step(
                .expand(
                    Expand(
                        from: 0, relationship: 1, to: 2, types: ["A", "B"], direction: .either,
                        into: false, distinctFrom: [])),
                step(.argument(1, slots: [0], rowSlot: number))))
    }

    private static func expected(_ graph: ModelGraph) -> [(node: NodeID, found: [String])] {
        let numbers = Dictionary(uniqueKeysWithValues: graph.nodes.enumerated().map { ($1, $0) })
        return graph.nodes.map { node in
            (
                node,
                graph.steps(from: node, ["A", "B"], .either)
                    .filter { (numbers[$0.to] ?? 0) > (numbers[node] ?? 0) }
                    .map { "n\(node) r\($0.edge) n\($0.to)" }
            )
        }
    }

    @Test(arguments: batchCapacities, [true, false])
    func innerAndOptional(capacity: Int, perRow: Bool) throws {
        let fixture = try ExecutionFixture()
        let graph = try ModelGraph.random(nodes: 15, edges: 40, seed: 21, in: fixture)
        let expected = Self.expected(graph)
        let inner = produce(
            0, 1, 2,
            from: step(
                Self.apply(.inner, perRow: perRow), step(.allNodesScan(node: 0)),
                Self.neighbours(perRow)))
        #expect(
            texts(try fixture.read(inner, capacity: capacity)).sorted()
                == expected.flatMap(\.found).sorted())
        let optional = produce(
            0, 1, 2,
            from: step(
                Self.apply(.optional([1, 2]), perRow: perRow), step(.allNodesScan(node: 0)),
                Self.neighbours(perRow)))
        let rows = texts(try fixture.read(optional, capacity: capacity))
        #expect(
            rows.sorted()
                == expected.flatMap { node, found in
                    found.isEmpty ? ["n\(node) null null"] : found
                }.sorted())
        // In the order of the left side.
        let order = graph.nodes.map { "n\($0)" }
        let places = rows.map { row in order.firstIndex { row.hasPrefix($0 + " ") } ?? -1 }
        #expect(places == places.sorted())
    }

    @Test(arguments: batchCapacities, [true, false])
    func aRightSideThatMixesRowsUp(capacity: Int, perRow: Bool) throws {
        let fixture = try ExecutionFixture()
        // The second branch gives rows for odd numbers only, after all rows of the first.
        let left = unwind(integers([5, 4, 3, 2, 1, 0]), into: 0)
        let argument = step(.argument(1, slots: [0], rowSlot: Self.number))
        let odd = step(
            .filter([
                equal(
                    .arithmetic(.modulo, .slot(0), .constant(.integer(2))),
                    .constant(.integer(1)))
            ]), argument)
        let large = step(
            .filter([.comparison(.greater, .slot(0), .constant(.integer(3)))]), argument)
        func tagged(_ plan: PlanNode, _ tag: Int64) -> PlanNode {
            step(.project([(slot: 3, expression: .constant(.integer(tag)))]), plan)
        }
        let same: [(from: Slot, to: Slot)] = [(0, 0), (3, 3), (Self.number, Self.number)]
        let right = step(.union([same, same]), tagged(large, 1), tagged(odd, 2))
        let plan = produce(
            0, 3, from: step(Self.apply(.optional([3]), perRow: perRow), left, right))
        #expect(
            texts(try fixture.read(plan, capacity: capacity)) == [
                "5 1", "5 2", "4 1", "3 2", "2 null", "1 2", "0 null",
            ])
    }

    @Test(arguments: batchCapacities, [true, false])
    func semiAndAntiSemi(capacity: Int, perRow: Bool) throws {
        let fixture = try ExecutionFixture()
        let graph = try ModelGraph.random(nodes: 25, edges: 30, seed: 22, in: fixture)
        let expected = Self.expected(graph)
        for (kind, wanted) in [(Apply.Kind.semi, true), (.antiSemi, false)] {
            let plan = produce(
                0,
                from: step(
                    Self.apply(kind, perRow: perRow), step(.allNodesScan(node: 0)),
                    Self.neighbours(perRow)))
            #expect(
                texts(try fixture.read(plan, capacity: capacity))
                    == expected.filter { $0.found.isEmpty != wanted }.map { "n\($0.node)" })
        }
    }

    @Test(arguments: batchCapacities) func limitsOfTheRightSideHoldForEachRow(capacity: Int) throws
    {
        let fixture = try ExecutionFixture()
        let right = step(
            .limit(.constant(.integer(2))),
            step(.unwind(.slot(0), into: 1), step(.argument(1, slots: [0], rowSlot: Self.number))))
        let lists: [Value] = [integers([1, 2, 3]), [], integers([4]), integers([5, 6, 7])]
            .map { .list($0) }
        let plan = produce(
            1, from: step(Self.apply(.inner, perRow: true), unwind(lists, into: 0), right))
        #expect(texts(try fixture.read(plan, capacity: capacity)) == ["1", "2", "4", "5", "6"])
    }

    @Test(arguments: batchCapacities) func nestedApplies(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let inner = step(
            .apply(Apply(kind: .optional([2]), argument: 2, rowSlot: 11, perRow: false)),
            step(.unwind(.slot(0), into: 1), step(.argument(1, slots: [0], rowSlot: Self.number))),
            step(
                .filter([.comparison(.greater, .slot(2), .constant(.integer(10)))]),
                step(
                    .project([
                        (
                            slot: 2,
                            expression: .arithmetic(
                                .multiply, .slot(1), .constant(.integer(5)))
                        )
                    ]), step(.argument(2, slots: [1, Self.number], rowSlot: 11)))))
        let plan = produce(
            0, 1, 2,
            from: step(
                Self.apply(.optional([1, 2]), perRow: false),
                unwind(
                    [.list(integers([1, 2, 3])), .list([]), .list(integers([4]))], into: 0), inner))
        #expect(
            texts(try fixture.read(plan, capacity: capacity)) == [
                "[1,2,3] 1 null", "[1,2,3] 2 null", "[1,2,3] 3 15", "[] null null", "[4] 4 20",
            ])
    }
}
