import GraphStore
import Testing
import Values

@testable import QueryEngine

/// Counting without enumerating: random patterns over random graphs with loops and parallel
/// relationships, against plain loops.
@Suite struct CountingTests {
    /// What the unique property `key` is like.
    enum Keys: String, CaseIterable {
        case integers = "n.n"
        case withoutOne = "CASE WHEN n.n <> 3 THEN n.n END"
        case ofManyKinds = "[n.n, 'one', 2.5, true, [n.n]][n.n]"

        var keyless: Int? { self == .withoutOne ? 3 : nil }
    }

    /// All nodes have the label All, so that it is implied by every type; Even never is.
    private static func graph(
        seed: UInt64, _ keys: Keys, edges: Int = 18, in fixture: ExecutionFixture
    ) throws -> ModelGraph {
        let graph = try ModelGraph.random(
            nodes: 5, edges: edges, types: ["A", "A", "B"], seed: seed, in: fixture)
        _ = try StatementTests.run(
            "MATCH (n) SET n:All SET n.third = n.n % 3, n.key = \(keys.rawValue)", in: fixture,
            capacity: 64)
        for label in ["All", "Even"] {
            _ = try fixture.store.createConstraint(
                ConstraintDefinition(
                    name: "key of \(label)", kind: .unique, entity: .node, labelOrType: label,
                    properties: ["key"]), ifNotExists: false)
        }
        return graph
    }

    @Test(arguments: batchCapacities, Keys.allCases)
    func randomPatterns(capacity: Int, keys: Keys) throws {
        let fixture = try ExecutionFixture()
        let seed = UInt64(keys.rawValue.utf8.count)
        let graph = try Self.graph(seed: seed, keys, in: fixture)
        var random = SplitMix(seed: seed)
        var steps: Set<String> = []
        for round in 0..<24 {
            let pattern =
                switch round % 4 {
                case 0: PatternModel.chain(&random, type: "A")
                case 1: PatternModel.cycle(&random, type: "A")
                default: PatternModel.random(&random, types: ["A", "B"])
                }
            let matches = pattern.matches(in: graph, keyless: keys.keyless)
            let node = round % 4 == 0 ? 3 : random.below(pattern.labels.count)
            try Self.check(pattern, "count(*)", ["\(matches.count)"], fixture, capacity)
            steps.formUnion(try Self.steps(pattern, "n\(node).third, count(*)", fixture))
            try Self.check(pattern, "count(r0)", ["\(matches.count)"], fixture, capacity)
            try Self.check(
                pattern, "count(*), count(n0), sum(n\(node).n), count(DISTINCT n\(node))",
                [
                    "\(matches.count) \(matches.count) \(matches.reduce(0) { $0 + $1[node] }) "
                        + "\(Set(matches.map { $0[node] }).count)"
                ], fixture, capacity)
            try Self.check(
                pattern, "DISTINCT n\(node).n AS n, n0.third AS third ORDER BY n, third",
                Set(matches.map { [$0[node], $0[0] % 3] })
                    .sorted { $0.lexicographicallyPrecedes($1) }.map { "\($0[0]) \($0[1])" },
                fixture, capacity)
            let groups = Dictionary(grouping: matches, by: { $0[node] % 3 })
            try Self.check(
                pattern,
                "n\(node).third AS third, count(*), min(n\(node).n), avg(n\(node).n) ORDER BY third",
                groups.sorted { $0.key < $1.key }.map { third, rows in
                    let sum = rows.reduce(0) { $0 + $1[node] }
                    return "\(third) \(rows.count) \(rows.map { $0[node] }.min() ?? -1) "
                        + Value.float(Double(sum) / Double(rows.count)).cypherText
                }, fixture, capacity)
            try Self.check(
                pattern, "n\(node).n AS n, n0.third AS third, count(*) AS c ORDER BY n, third",
                Dictionary(grouping: matches, by: { [$0[node], $0[0] % 3] })
                    .sorted { $0.key.lexicographicallyPrecedes($1.key) }
                    .map { "\($0.key[0]) \($0.key[1]) \($0.value.count)" }, fixture, capacity)
        }
        #expect(
            steps.isSuperset(of: ["Expand(Count)", "Expand(Intersect)", "Expand(Groups)"]))
    }

    /// The names of the steps of a plan.
    private static func steps(
        _ pattern: PatternModel, _ results: String, _ fixture: ExecutionFixture
    ) throws -> Set<String> {
        func names(_ plan: PlanNode) -> Set<String> {
            plan.children.reduce(into: [plan.operatorName]) { $0.formUnion(names($1)) }
        }
        return names(
            try StatementTests.plan("\(pattern.text) RETURN \(results)", in: fixture))
    }

    private static func check(
        _ pattern: PatternModel, _ results: String, _ expected: [String],
        _ fixture: ExecutionFixture, _ capacity: Int
    ) throws {
        let text = "\(pattern.text) RETURN \(results)"
        let rows = try StatementTests.run(text, in: fixture, capacity: capacity).rows
        #expect(texts(rows) == expected, "\(text)")
    }

    /// A plan that was made while a label followed from a type stays right when it does so no
    /// more.
    @Test(arguments: batchCapacities) func labelsThatAreImpliedNoMore(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        _ = try StatementTests.run(
            "UNWIND range(1, 5) AS i CREATE (:P {n: i})-[:T]->(:Q {n: i})-[:T]->(:P {n: i})",
            in: fixture, capacity: capacity)
        let text = "MATCH (p:P)-[:T]->(q:Q) RETURN count(*)"
        let counted = try StatementTests.plan(text, in: fixture)
        #expect(texts(try fixture.read(counted, capacity: capacity)) == ["5"])
        _ = try StatementTests.run(
            "MATCH (p:P {n: 1})-[:T]->(q) REMOVE q:Q", in: fixture, capacity: capacity)
        #expect(texts(try fixture.read(counted, capacity: capacity)) == ["4"])
    }

    /// The relationship that leads to an end is not counted beside it: always the same one, one that
    /// could be either way round, and one that the counted hop fits by its label only.
    @Test(arguments: batchCapacities) func hopsCountedBesideAnExpand(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        // So many relationships that it pays to begin at the nodes.
        _ = try Self.graph(seed: 11, .integers, edges: 60, in: fixture)
        let patterns = [
            "(a:All)-[r:A]->(b)<-[s:A]-(c)", "(a:All)-[r:A]->(b)-[s:A]->(c)",
            "(a:All)<-[r:A]-(b)-[s:A]->(c)", "(a:All)-[r:A]-(b)-[s:A]->(c)",
            "(a:All)-[r:A|B]->(b)<-[s:B]-(c)", "(a:All)-[r:A]->(b)<-[s:A]-(c)-[t:B]->(d)",
        ]
        let plans = try patterns.map { pattern in
            try StatementTests.plan(
                "MATCH \(pattern) RETURN c.n AS n, count(*) ORDER BY n", in: fixture)
        }
        func check() throws {
            for (pattern, plan) in zip(patterns, plans) {
                let rows = try StatementTests.run(
                    "MATCH \(pattern) RETURN c.n ORDER BY c.n", in: fixture, capacity: capacity
                ).rows
                var counts: [(String, Int)] = []
                for text in texts(rows) {
                    if counts.last?.0 != text { counts.append((text, 0)) }
                    counts[counts.count - 1].1 += 1
                }
                #expect(
                    texts(try fixture.read(plan, capacity: capacity))
                        == counts.map { "\($0.0) \($0.1)" }, "\(pattern)")
            }
        }
        try check()
        #expect(plans.contains { $0.has { $0.counted != nil } })
        // The plans stay right when the label follows from the type no more.
        _ = try StatementTests.run(
            "MATCH (n {n: 2}) REMOVE n:All", in: fixture, capacity: capacity)
        try check()
    }

    /// The statement's own writes are counted.
    @Test(arguments: batchCapacities) func writesOfTheStatement(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let text = """
            CREATE (a:P {n: 1}) CREATE (b:P {n: 2}) CREATE (a)-[:T]->(b), (a)-[:T]->(b), (a)-[:T]->(a)
            WITH a, b MATCH (a)-[:T]->(x:P), (y)-[:T]->(a) RETURN a.n, count(*)
            """
        let rows = try StatementTests.run(text, in: fixture, capacity: capacity).rows
        #expect(texts(rows) == ["1 2"])
    }

    /// Cycles through a node with a list that is too long to be read for each row.
    @Test(arguments: batchCapacities) func cyclesThroughHubs(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        _ = try StatementTests.run(
            """
            CREATE (h:Hub)
            WITH h UNWIND range(1, 5000) AS i CREATE (h)-[:A]->(x:X {n: i})
            WITH h, x WHERE x.n % 500 = 0 CREATE (x)-[:B]->(y:Y {n: x.n}), (h)-[:A]->(x)
            """, in: fixture, capacity: Batch.defaultCapacity)
        let rows = try StatementTests.run(
            "MATCH (h:Hub)-[:A]->(x)-[:B]->(y:Y) WITH h, y "
                + "MATCH (h)-[r:A]->(x)-[:B]->(y) RETURN y.n AS n, count(*), count(DISTINCT r) "
                + "ORDER BY n LIMIT 2", in: fixture, capacity: capacity
        ).rows
        #expect(texts(rows) == ["500 4 2", "1000 4 2"])
    }

    @Test func weightsThatOverflow() throws {
        let fixture = try ExecutionFixture()
        _ = try StatementTests.run(
            "CREATE (h:Hub) WITH h UNWIND range(1, 2000) AS i CREATE (h)-[:A]->(), (h)-[:B]->(), "
                + "(h)-[:C]->(), (h)-[:D]->(), (h)-[:E]->(), (h)-[:F]->()",
            in: fixture, capacity: Batch.defaultCapacity)
        let error = queryError {
            _ = try StatementTests.run(
                "MATCH (h:Hub)-[:A]->(), (h)-[:B]->(), (h)-[:C]->(), (h)-[:D]->(), (h)-[:E]->(), "
                    + "(h)-[:F]->() RETURN count(*)", in: fixture, capacity: Batch.defaultCapacity)
        }
        #expect(error?.kind == .arithmetic)
    }

    /// Sums of integers, floats and durations, each as often as its row stands for.
    @Test(arguments: batchCapacities) func weightedSums(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        _ = try StatementTests.run(
            """
            UNWIND [1, 2.5, 4] AS x CREATE (n:N {x: x, d: duration({days: toInteger(x)})})
            WITH n UNWIND range(1, 3) AS i CREATE (n)-[:T]->()
            """, in: fixture, capacity: capacity)
        _ = try StatementTests.run("CREATE (:N)-[:T]->()", in: fixture, capacity: capacity)
        let rows = try StatementTests.run(
            "MATCH (n:N)-[:T]->() RETURN sum(n.x), avg(n.x), count(n.x), max(n.x), sum(n.d)",
            in: fixture, capacity: capacity
        ).rows
        #expect(texts(rows) == ["22.5 2.5 9 4 P21D"])
    }
}

extension PlanNode {
    fileprivate func has(_ condition: (ExpandGroups) -> Bool) -> Bool {
        if case .expandGroups(let step) = operation, condition(step) { return true }
        return children.contains { $0.has(condition) }
    }
}
