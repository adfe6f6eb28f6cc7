import Values

/// Random statements that are valid, or nearly: every name is bound, types mostly fit. What they
/// answer does not depend on the order in which rows are found, but for what a ``Statement`` says
/// that Cypher leaves open.
struct StatementGenerator {
    struct Statement {
        var text: String
        /// Whether 1 and 1.0, which are one value to DISTINCT, grouping, ORDER BY, min and max, may
        /// both be met: the first to come stands for both.
        var leavesFormOfNumbersOpen = false
        /// Whether different rows, or different expressions, may fail in different ways: the first
        /// to be met is told.
        var leavesErrorOpen = false
    }

    static let setup = [
        "MATCH (n) DETACH DELETE n",
        """
        UNWIND range(0, 11) AS i CREATE (n:A {id: i, x: i % 4, s: 'v' + toString(i % 3)})
        FOREACH (b IN CASE WHEN i % 2 = 0 THEN [1] ELSE [] END | SET n:B, n.y = i * 0.5)
        """,
        """
        MATCH (a:A), (b:A) WHERE (a.id * 7 + b.id * 3) % 5 = 0 AND a.id <> b.id
        CREATE (a)-[:R {w: (a.id + b.id) % 3}]->(b)
        """,
        "MATCH (a:A), (b:B) WHERE (a.id + b.id) % 6 = 1 CREATE (a)-[:S {w: a.id}]->(b)",
        "MATCH (a:A {id: 3}) CREATE (a)-[:S {w: 9}]->(a)",
    ]

    private enum Kind { case node, relationship, integer, string, list, any }

    private var random: SeededGenerator
    private var variables: [(name: String, kind: Kind)] = []
    private var names = 0
    private var depth = 0
    /// Expressions that may fail while the statement runs, and whether one of them looks at rows.
    private var fallible = 0
    private var failsByRow = false
    private var comparesNumbers = false
    private static let functions = ScalarFunctions.all.filter { function in
        !["rand", "randomUUID", "timestamp", "id", "elementId"].contains(function.name)
            && !["realtime", "statement", "transaction"].contains {
                function.name.hasSuffix("." + $0)
            }
            && !(function.minimumArguments == 0 && function.category == "Temporal")
    }

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    // MARK: Statements

    mutating func statement() -> Statement {
        variables = []
        names = 0
        depth = 0
        fallible = 0
        failsByRow = false
        comparesNumbers = false
        if chance(4) { return Statement(text: calls()) }
        let text = rows()
        return Statement(
            text: text, leavesFormOfNumbersOpen: comparesNumbers,
            leavesErrorOpen: failsByRow || fallible > 1)
    }

    private mutating func rows() -> String {
        if chance(12) {
            let columns = Int.random(in: 1...2, using: &random)
            let isDistinct = chance(2)
            if isDistinct { comparesNumbers = true }
            return query(columns: columns) + (isDistinct ? " UNION " : " UNION ALL ")
                + query(columns: columns)
        }
        if chance(4) { return update() }
        return query(columns: Int.random(in: 1...3, using: &random))
    }

    /// Functions and operators among constants: one row, in which they fail from left to right.
    private mutating func calls() -> String {
        let operators = ["+", "-", "*", "/", "%", "^", "=", "<", "IN", "||", "=~", "STARTS WITH"]
        let items = (0..<3).map { place in
            let item =
                chance(3) ? "(\(literal()) \(pick(operators)) \(literal()))" : call()
            let key = chance(4) ? "." + pick(["year", "week", "days", "epochMillis", "x"]) : ""
            return "\(item)\(key) AS c\(place)"
        }
        return "RETURN " + items.joined(separator: ", ")
    }

    private mutating func query(columns: Int) -> String {
        variables = []
        var text = ""
        for _ in 0..<Int.random(in: 1...3, using: &random) { text += clause() + " " }
        return text + projection("RETURN", columns: columns)
    }

    private mutating func update() -> String {
        var text = clause() + " "
        if chance(2) { text += clause() + " " }
        for _ in 0..<Int.random(in: 1...2, using: &random) { text += write() + " " }
        if chance(2) { text += "RETURN count(*)" }
        return text
    }

    private mutating func clause() -> String {
        switch Int.random(in: 0..<12, using: &random) {
        case 0...4: return "MATCH " + pattern() + filter()
        case 5: return "OPTIONAL MATCH " + pattern() + filter()
        case 6:
            let list = list()
            return "UNWIND \(list) AS \(new(.any))"
        case 7:
            return "UNWIND range(\(number()), \(number())) AS \(new(.integer))"
        case 8:
            let item = expression()
            return "WITH *, \(item) AS \(new(.any))" + filter()
        case 9: return projection("WITH", columns: 2)
        case 10: return subquery()
        default: return "MATCH " + pattern() + ", " + pattern() + filter()
        }
    }

    private mutating func projection(_ word: String, columns: Int) -> String {
        var items: [(text: String, name: String)] = []
        let before = variables
        var isAggregate = false
        for column in 0..<columns {
            variables = before
            var text = expression()
            if chance(4) {
                text = aggregate()
                isAggregate = true
            }
            items.append((text, "c\(column)"))
        }
        variables = items.map { (name: $0.name, kind: .any) }
        names += columns
        let isDistinct = chance(5) && !isAggregate
        if isDistinct || isAggregate { comparesNumbers = true }
        var text = word + " " + (isDistinct ? "DISTINCT " : "")
        text += items.map { "\($0.text) AS \($0.name)" }.joined(separator: ", ")
        if chance(4) {
            // Of rows that sort as equals, a LIMIT may keep either.
            comparesNumbers = true
            text += " ORDER BY " + items.map(\.name).joined(separator: ", ")
            if chance(2) { text += " SKIP 1" }
            if chance(2) { text += " LIMIT \(Int.random(in: 0...5, using: &random))" }
        }
        return text
    }

    private mutating func aggregate() -> String {
        let function = pick(["count", "min", "max", "sum", "avg", "count"])
        if chance(6) { return "count(*)" }
        let distinct = chance(3) ? "DISTINCT " : ""
        switch function {
        case "sum", "avg": return "\(function)(\(distinct)\(integer()))"
        default: return "\(function)(\(distinct)\(expression()))"
        }
    }

    private mutating func subquery() -> String {
        let imported = variables.map(\.name)
        let saved = variables
        depth += 1
        let inner = clause()
        let body = inner + " RETURN \(chance(3) ? aggregate() : expression()) AS "
        depth -= 1
        variables = saved
        let name = new(.any)
        return "CALL (\(imported.joined(separator: ", "))) { \(body)\(name) }"
    }

    // MARK: Patterns

    private mutating func pattern() -> String {
        if chance(10), depth < 2 { return quantified() }
        if chance(16) {
            let (a, b) = (new(.node), new(.node))
            return "(\(a):A {id: \(number())}), (\(b):A {id: \(number())}), "
                + "\(new(.any)) = \(pick(["shortestPath", "allShortestPaths"]))"
                + "((\(a))-[:R|S*..\(Int.random(in: 1...4, using: &random))]-(\(b)))"
        }
        var text = node()
        for _ in 0..<Int.random(in: 0...2, using: &random) { text += relationship() + node() }
        return text
    }

    private mutating func quantified() -> String {
        let (from, to) = (new(.node), new(.node))
        let saved = variables
        let (a, b, r) = (new(.node), new(.node), new(.relationship))
        let second = chance(2) ? "-[:S]-(\(new(.node)))" : ""
        let condition = chance(2) ? " WHERE \(r).w < \(number()) AND \(a).x >= 0" : ""
        variables = saved + [(name: a, kind: .list), (name: b, kind: .list)]
        let bounds = pick(["{1}", "{0,1}", "{1,2}", "{2}"])
        // Which paths are chosen is left open for all but GROUPS.
        let selector = chance(3) ? pick(["ALL SHORTEST ", "SHORTEST 2 GROUPS "]) : ""
        return selector
            + "(\(from)\(labels())) ((\(a))-[\(r):R]->(\(b))\(second)\(condition))\(bounds) (\(to))"
    }

    private mutating func labels() -> String {
        chance(2) ? "" : ":" + pick(["A", "B", "A&B", "A|B", "!B", "%", "Missing|B"])
    }

    private mutating func node() -> String {
        if chance(4), let known = variable(.node) { return "(\(known))" }
        let name = chance(5) ? "" : new(.node)
        let properties = chance(5) ? " {x: \(number())}" : ""
        return "(\(name)\(labels())\(properties))"
    }

    private mutating func relationship() -> String {
        let types = pick(["", ":R", ":S", ":R|S", ":R"])
        let length = chance(6) ? pick(["*1..2", "*0..1", "*2"]) : ""
        let name = chance(2) ? "" : new(length.isEmpty ? .relationship : .list)
        return switch Int.random(in: 0..<3, using: &random) {
        case 0: "-[\(name)\(types)\(length)]->"
        case 1: "<-[\(name)\(types)\(length)]-"
        default: "-[\(name)\(types)\(length)]-"
        }
    }

    private mutating func filter() -> String { chance(2) ? "" : " WHERE " + predicate() }

    // MARK: Writes

    private mutating func write() -> String {
        let target = variable(.node)
        switch Int.random(in: 0..<9, using: &random) {
        case 0: return "CREATE (\(new(.node)):C {x: \(integer())})"
        case 1:
            guard let target else { return "CREATE (:C)" }
            return "CREATE (\(target))-[:S {w: \(number())}]->(\(new(.node)):C)"
        case 2: return "MERGE (\(new(.node)):C {x: \(number())})"
        case 3:
            guard let target else { return "MERGE (:C {x: 1})" }
            return "SET \(target).z = \(number())"
        case 4:
            guard let target else { return "MERGE (:C {x: 2})" }
            return pick(["SET \(target):D", "REMOVE \(target):B", "REMOVE \(target).y"])
        case 5:
            guard let target else { return "MERGE (:C {x: 3})" }
            return "SET \(target) += {z: \(number()), q: 'v\(number())'}"
        case 6: return mergedRelationship()
        case 7:
            guard let target else { return "CREATE (:C)" }
            return "FOREACH (i IN range(1, 2) | CREATE (:C {x: i}) SET \(target).f = i)"
        default:
            guard let target else { return "MERGE (:C {x: 4})" }
            variables.removeAll()
            return "DETACH DELETE \(target)"
        }
    }

    /// Between bound nodes. What it sets does not depend on the order of the rows.
    private mutating func mergedRelationship() -> String {
        guard let start = variable(.node), let end = variable(.node) else { return "MERGE (:C)" }
        let properties = chance(2) ? "" : " {w: \(pick(["0", "1", "9"]))}"
        let name = new(.relationship)
        let relationship = "-[\(name):\(pick(["R", "S", "T"]))\(properties)]-"
        let created = chance(2) ? "" : " ON CREATE SET \(name).z = 1"
        let matched = chance(2) ? "" : " ON MATCH SET \(name).z = coalesce(\(name).z, 0) + 1"
        return "MERGE (\(start))\(relationship)\(chance(2) ? "" : ">")(\(end))\(created)\(matched)"
    }

    // MARK: Expressions

    private mutating func predicate() -> String {
        depth += 1
        defer { depth -= 1 }
        if depth > 3 { return pick(["true", "1 < 2", "null IS NULL"]) }
        switch Int.random(in: 0..<14, using: &random) {
        case 0: return "(\(predicate()) AND \(predicate()))"
        case 1: return "(\(predicate()) OR \(predicate()))"
        case 2: return "NOT (\(predicate()))"
        case 3: return "(\(predicate()) XOR \(predicate()))"
        case 4: return "\(expression()) IS \(chance(2) ? "NOT " : "")NULL"
        case 5: return "\(integer()) IN \(list())"
        case 6:
            guard let node = variable(.node) else { return "\(integer()) < \(integer())" }
            return "\(node):\(pick(["A", "B", "A|B", "!B"]))"
        case 7:
            guard let node = variable(.node) else { return "true" }
            return "EXISTS { (\(node))\(relationship())(:A) }"
        case 8:
            guard let node = variable(.node) else { return "true" }
            return "(\(node))-[:R]->()"
        case 9: return "\(string()) \(pick(["STARTS WITH", "CONTAINS", "ENDS WITH"])) 'v'"
        case 10: return "\(pick(["any", "all", "none", "single"]))(q IN \(list()) WHERE q > 1)"
        default:
            return "\(integer()) \(pick(["=", "<>", "<", "<=", ">", ">="])) \(integer())"
        }
    }

    private mutating func expression() -> String {
        depth += 1
        defer { depth -= 1 }
        if depth > 4 { return integer() }
        switch Int.random(in: 0..<14, using: &random) {
        case 0, 1, 2: return integer()
        case 3: return string()
        case 4: return predicate()
        case 5: return list()
        case 6: return "CASE WHEN \(predicate()) THEN \(expression()) ELSE \(expression()) END"
        case 7: return "{a: \(expression()), b: \(integer())}"
        case 8: return "coalesce(\(expression()), \(expression()))"
        case 9: return call()
        case 10: return "size([q IN \(list()) WHERE q <> 2 | \(integer())])"
        case 11: return "reduce(t = 0, q IN [1, 2, 3] | t + q * \(number()))"
        case 12:
            guard let node = variable(.node) else { return string() }
            return "COUNT { (\(node))\(relationship())() }"
        default:
            return variables.isEmpty ? "null" : pick(variables).name
        }
    }

    /// Any function, with arguments that may not suit it.
    private mutating func call() -> String {
        let function = pick(Self.functions)
        let most = min(function.maximumArguments, function.minimumArguments + 2)
        let count = Int.random(in: function.minimumArguments...most, using: &random)
        fallible += 1
        let onlyLiterals = chance(2)
        if !onlyLiterals { failsByRow = true }
        let arguments = (0..<count).map { _ in
            onlyLiterals || chance(3) ? literal() : expression()
        }
        return "\(function.name)(\(arguments.joined(separator: ", ")))"
    }

    private mutating func literal() -> String {
        pick([
            "null", "true", "0", "-1", "9223372036854775807", "1.5", "0.0 / 0.0", "1e308", "''",
            "'abc'", "'2020-01-31'", "'P1Y2M3DT4H'", "[]", "[1, 'a', null]", "{}", "{year: 2020}",
            "date('2020-02-29')", "datetime('2020-01-01T00:00[Europe/Oslo]')", "localtime('12:00')",
            "duration({months: 9, days: 1})", "point({x: 1, y: 2})", "'hour'", "'Europe/Oslo'",
            "-9223372036854775807 - 1", "date('+999999999-12-31')", "date('-999999999-01-01')",
            "datetime('-999999999-01-01T00:00+18:00')", "duration({seconds: 9223372036854775807})",
            "localdatetime('+999999999-12-31T23:59:59.999999999')",
            "time('23:59:59.999999999-18:00')",
            "duration({months: -9223372036854775807, days: 9223372036854775807})", "{days: 1e18}",
            "{year: 9223372036854775807, month: 1}",
            "{seconds: -1, nanoseconds: 9223372036854775807}",
            "duration('P-1Y2M-3DT4H-5M6.789S')", "{timezone: '+18:00'}", "'99999999999999999999'",
            "1e19",
            "[1.5, 2]", "'(a|b)*'", "{x: 1e300, y: -1}", "'é\u{1F600}'",
        ])
    }

    private mutating func integer() -> String {
        depth += 1
        defer { depth -= 1 }
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return number()
        case 1 where depth < 4:
            let symbol = pick(["+", "-", "*", "%"])
            // By zero.
            if symbol == "%" { fallible += 1 }
            return "(\(integer()) \(symbol) \(integer()))"
        case 2:
            guard let known = variable(.relationship) else { return number() }
            return "\(known).w"
        case 3: return variable(.integer) ?? number()
        default:
            guard let known = variable(.node) else { return number() }
            return "\(known).\(pick(["x", "id", "y", "z"]))"
        }
    }

    private mutating func string() -> String {
        if let known = variable(.node), chance(2) { return "\(known).s" }
        return pick(["'v1'", "'v2'", "'x'", "''"])
    }

    private mutating func list() -> String {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return "[1, 2, 3]"
        case 1: return "[\(integer()), \(integer())]"
        case 2: return "range(0, \(number()))"
        case 3: return "[1, null, 2]"
        default: return "[]"
        }
    }

    private mutating func number() -> String {
        "\(Int.random(in: 0...6, using: &random))"
    }

    // MARK: Choices

    private mutating func chance(_ of: Int) -> Bool {
        Int.random(in: 0..<of, using: &random) == 0
    }

    private mutating func pick<T>(_ items: [T]) -> T {
        items[Int.random(in: 0..<items.count, using: &random)]
    }

    private mutating func new(_ kind: Kind) -> String {
        names += 1
        let name = "v\(names)"
        variables.append((name: name, kind: kind))
        return name
    }

    private mutating func variable(_ kind: Kind) -> String? {
        let known = variables.filter { $0.kind == kind }
        return known.isEmpty ? nil : pick(known).name
    }
}
