import Starling
import Testing
import Values

/// Conditions with OR in a MATCH, found by indexes as far as these help, beside the same conditions
/// computed for every row and tested afterwards.
@Suite struct DisjunctionTests {
    @Test(arguments: [(1, 3), (2, 2048), (3, 2048)])
    func matchesAreThoseOfTheCondition(seed: UInt64, batchCapacity: Int) throws {
        var options = Database.Options()
        options.batchCapacity = batchCapacity
        var random = SeededGenerator(seed: seed)
        try TemporaryDatabase.with(options) { database in
            let session = database.makeSession()
            for statement in Self.setUp { _ = try session.run(statement) }
            var unions = 0
            for _ in 0..<50 {
                let (pattern, variables) = Self.patterns.randomElement(using: &random)!
                let condition = Condition.random(variables, &random)
                let outer = "UNWIND [{k: 3, s: 's1'}, {k: null, s: 's14'}] AS row"
                let columns = (["row.k"] + variables.map { "id(\($0))" }).joined(separator: ", ")
                for match in ["MATCH", "OPTIONAL MATCH"] {
                    let sought = "\(outer) \(match) \(pattern) WHERE \(condition) RETURN \(columns)"
                    let tested = Self.tested(outer, match, pattern, condition, variables)
                    let (found, expected) = try (rows(session, sought), rows(session, tested))
                    #expect(found == expected, "seed \(seed): \(sought)")
                }
                let plan = try session.run(
                    "EXPLAIN \(outer) MATCH \(pattern) WHERE \(condition) RETURN *",
                    parameters: Condition.parameters)
                if Self.hasUnion(.map(try #require(plan.summary().plan))) { unions += 1 }
            }
            #expect(unions > 2)
        }
    }

    /// A scan of a label beside a seek that starts from a row.
    @Test func seeksFromARowBesideScans() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            for statement in Self.setUp { _ = try session.run(statement) }
            let condition = "MATCH (n) WHERE n:V OR (n:Z AND n.p = o.p + 1) RETURN count(n)"
            let statements = ["", "WITH o "].map { "MATCH (o:Z {p: 5}) \($0)\(condition)" }
            for statement in statements { #expect(try session.integer(statement) == 1) }
            _ = try session.run("MATCH (n:Z) WHERE n.p < 3 SET n:V")
            for statement in statements { #expect(try session.integer(statement) == 4) }
        }
    }

    /// What is written does not change which rows there are.
    @Test(arguments: [1, 3, 2048]) func writesComeAfterReads(batchCapacity: Int) throws {
        var options = Database.Options()
        options.batchCapacity = batchCapacity
        try TemporaryDatabase.with(options) { database in
            let session = database.makeSession()
            for statement in Self.setUp { _ = try session.run(statement) }
            // Else its constraint would refuse what is set.
            _ = try session.run("MATCH (n:Z) REMOVE n:Z")
            let match = "MATCH (n:X) WHERE n.p = 3 OR n.s = 's14' OR n.p > 12"
            let expected = try session.integer("\(match) RETURN count(*)")
            for write in [
                "SET n.p = 13", "SET n.s = 's14'", "SET n.p = null", "DETACH DELETE n",
                "REMOVE n:X", "CREATE (:X {p: 3, s: 's14'})", "SET n = {p: 3, s: 's14'}",
            ] {
                try session.begin()
                #expect(try session.integer("\(match) \(write) RETURN count(*)") == expected)
                try session.rollback()
            }
        }
    }

    private static let setUp = [
        "CREATE INDEX FOR (n:X) ON (n.p)", "CREATE INDEX FOR (n:X) ON (n.s)",
        "CREATE INDEX FOR (n:Y) ON (n.p, n.s)",
        "CREATE CONSTRAINT FOR (n:Z) REQUIRE n.p IS UNIQUE",
        """
        UNWIND range(0, 23) AS k
        CREATE (n:X {p: CASE k % 5 WHEN 0 THEN k / 2.0 WHEN 4 THEN null ELSE k % 9 END,
                     s: 's' + toString(k)})
        CREATE (m:Y {p: k % 7, s: CASE k % 3 WHEN 0 THEN k ELSE 's' + toString(k % 10) END})
        CREATE (o:Z {p: k})
        CREATE (n)-[:R {w: k % 4}]->(m), (n)-[:R]->(o)
        """,
        "MATCH (n:X) WHERE n.p < 3 SET n:Y", "MATCH (n:Z) WHERE n.p % 4 = 0 SET n:X",
    ]

    private static let patterns = [
        ("(a)", ["a"]), ("(a:X)", ["a"]), ("(a:X|Y)", ["a"]), ("(a:Y&!Z)", ["a"]),
        ("(a:Z), (b:X)", ["a", "b"]), ("(a:X)-[r:R]->(b)", ["a", "b", "r"]),
        ("(a)-[:R]->(b:Y)", ["a", "b"]),
    ]

    /// The condition is a column before it is a condition.
    private static func tested(
        _ outer: String, _ match: String, _ pattern: String, _ condition: Condition,
        _ variables: [String]
    ) -> String {
        let columns = (["row.k"] + variables.map { "id(\($0))" }).joined(separator: ", ")
        if match == "MATCH" {
            return "\(outer) MATCH \(pattern) WITH *, (\(condition)) AS holds WHERE holds "
                + "RETURN \(columns)"
        }
        return """
            \(outer)
            CALL (row) {
                MATCH \(pattern) WITH *, (\(condition)) AS holds
                RETURN collect(CASE WHEN holds THEN [\(variables.joined(separator: ", "))] END) AS l
            }
            UNWIND CASE WHEN isEmpty(l) THEN [null] ELSE l END AS v
            RETURN row.k, \(variables.indices.map { "id(v[\($0)])" }.joined(separator: ", "))
            """
    }

    private static func hasUnion(_ plan: Value) -> Bool {
        guard case .map(let step) = plan else { return false }
        if case .string("Union")? = step["operatorType"] { return true }
        guard case .list(let children)? = step["children"] else { return false }
        return children.contains(where: hasUnion)
    }

    private func rows(_ session: Session, _ statement: String) throws -> [String] {
        try session.run(statement, parameters: Condition.parameters).rows().map { "\($0)" }.sorted()
    }
}

/// A random condition: an OR of ANDs, sometimes with another condition beside it.
private struct Condition: CustomStringConvertible {
    let description: String

    static let parameters: ValueMap = [
        "k": .integer(5), "l": .list([.integer(1), .null, .float(2.5)]), "s": .string("s7"),
    ]

    static func random(_ variables: [String], _ random: inout SeededGenerator) -> Condition {
        let nodes = variables.filter { $0 != "r" }
        func atom() -> String {
            let node = nodes.randomElement(using: &random)!
            return atoms.randomElement(using: &random)!.replacing("@", with: node)
        }
        let alternatives = (0..<Int.random(in: 2...4, using: &random)).map { _ in
            (0..<Int.random(in: 1...3, using: &random)).map { _ in atom() }
                .joined(separator: " AND ")
        }
        let whole = "(" + alternatives.joined(separator: " OR ") + ")"
        let isAlone = Int.random(in: 0..<3, using: &random) > 0
        return Condition(description: isAlone ? whole : "\(whole) AND \(atom())")
    }

    /// `@` stands for a variable. Those that an index answers come more than once.
    private static let atoms = [
        "@.p = 3", "@.p = 3", "@.p = $k", "@.p = $k", "2.5 = @.p", "@.s = 's14'", "@.s = $s",
        "@.p IN [1, 2, null]", "@.p IN $l", "@.p IN []", "@.p > 12", "@.p = row.k", "@.s = row.s",
        "@.s STARTS WITH 's5'", "@:X", "@:Y", "@:Z", "@.p IS NOT NULL", "@.p = null",
        "id(@) = 7", "id(@) IN [3, 4]", "NOT @.p = 3", "@.p % 2 = 1", "EXISTS { (@)-->() }",
        "$k = 5", "@.missing = 1",
    ]
}
