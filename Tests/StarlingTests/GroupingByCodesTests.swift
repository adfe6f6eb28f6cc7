import Starling
import Testing
import Values

/// Strings that the store keeps as codes: grouped beside a dictionary of what single rows hold, and
/// conditions on them beside the same ones on values.
@Suite struct GroupingByCodesTests {
    @Test(arguments: [(1, 3), (2, 3), (3, 2048)])
    func groupsAreThoseOfTheRows(seed: UInt64, batchCapacity: Int) throws {
        var options = Database.Options()
        options.buildsLiveAtOnce = true
        options.batchCapacity = batchCapacity
        options.threads = 1
        var random = SeededNumbers(seed: seed)
        try TemporaryDatabase.with(options) { database in
            let session = database.makeSession()
            for _ in 0..<60 { try Self.create(session, &random) }
            for round in 0..<6 {
                try check(session, "MATCH (n:N) RETURN n.s, n.k", "round \(round), one node")
                try check(
                    session, "MATCH (n:N)-[r:R]->(m) RETURN n.s, m.s", "round \(round), two")
                try check(session, "MATCH ()-[r:R]->(m) RETURN r.s, m.k", "round \(round), rel.")
                for condition in Self.conditions {
                    try check(session, "(n:N)", "n", condition, "round \(round)")
                    try check(session, "(n:N)-[r:R]->()", "r", condition, "round \(round)")
                }
                for condition in Self.pairConditions {
                    try checkPair(session, condition, "round \(round)")
                }
                // Columns that are there now have changed places.
                for _ in 0..<5 { try Self.change(session, &random) }
                try Self.create(session, &random)
            }
        }
    }

    /// Now and then not a string.
    private static func text(_ random: inout SeededNumbers) -> String {
        ["'a'", "'b'", "''", "'ä long one'", "null", "1", "1.0", "'a'", "'b'"][random.below(9)]
    }

    private static func create(_ session: Session, _ random: inout SeededNumbers) throws {
        _ = try session.run(
            """
            OPTIONAL MATCH (o:N) WITH o ORDER BY id(o) * \(random.below(97)) % 89 LIMIT 2
            WITH collect(o) AS others
            CREATE (n:N {s: \(text(&random)), k: \(random.below(3))})
            FOREACH (o IN others | CREATE (n)-[:R {s: \(text(&random))}]->(o))
            """)
    }

    private static func change(_ session: Session, _ random: inout SeededNumbers) throws {
        _ = try session.run(
            """
            MATCH (n:N) WHERE id(n) = \(random.below(60))
            OPTIONAL MATCH (n)-[r:R]->() WITH n, r LIMIT 1
            SET n.s = \(text(&random)), r.s = \(text(&random))
            """)
    }

    /// The statement returns two columns: their groups, counted.
    private func check(_ session: Session, _ statement: String, _ comment: Comment) throws {
        let rows = try session.run(statement).rows()
        var expected: [String: Int] = [:]
        for row in rows { expected[Self.name(row), default: 0] += 1 }
        for _ in 0..<2 {
            let groups = try session.run(statement + ", count(*)").rows()
            var found: [String: Int] = [:]
            for group in groups {
                guard case .integer(let count) = group[2] else { continue }
                found[Self.name(Array(group.prefix(2))), default: 0] += Int(count)
            }
            #expect(found == expected, comment)
            #expect(groups.count == found.count, comment)
        }
    }

    private static let conditions = [
        "= 'a'", "<> 'a'", "< 'b'", "IN ['b', '', 1]", "IN ['x', null]", "STARTS WITH 'ä'",
        "CONTAINS ''", "ENDS WITH 'one'", "=~ 'a|.*g.*'", "= $text",
    ]

    private func check(
        _ session: Session, _ pattern: String, _ variable: String, _ condition: String,
        _ comment: String
    ) throws {
        let parameters: ValueMap = ["text": .string("b")]
        func counts(_ statement: String) throws -> [String] {
            try session.run(statement, parameters: parameters).rows().map { Self.name($0) }.sorted()
        }
        let expected = try counts(
            """
            MATCH \(pattern) WITH \(variable).s AS s
            RETURN s \(condition) AS holds, count(*) AS n
            """)
        let found = try counts(
            "MATCH \(pattern) RETURN \(variable).s \(condition) AS holds, count(*) AS n")
        #expect(found == expected, "\(comment): \(variable).s \(condition)")
    }

    private static let pairConditions = [
        "n.s = m.s", "n.s <> m.s", "m.s = n.s", "n.s = r.s", "n.s = n.s", "n.s < m.s", "n.s = m.k",
    ]

    private func checkPair(_ session: Session, _ condition: String, _ comment: String) throws {
        func counts(_ statement: String) throws -> [String] {
            try session.run(statement).rows().map { Self.name($0) }.sorted()
        }
        let values = condition.split(separator: " ")
        let expected = try counts(
            """
            MATCH (n:N)-[r:R]->(m) WITH \(values[0]) AS a, \(values[2]) AS b
            RETURN a \(values[1]) b AS holds, count(*) AS n
            """)
        let found = try counts("MATCH (n:N)-[r:R]->(m) RETURN \(condition) AS holds, count(*) AS n")
        #expect(found == expected, "\(comment): \(condition)")
    }

    /// The same for values that are one group: 1 and 1.0.
    private static func name(_ row: [Value]) -> String {
        row.map { value in
            if case .float(let number) = value { return "\(Value.integer(Int64(number)))" }
            return "\(value)"
        }.joined(separator: " | ")
    }
}

private struct SeededNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
}
