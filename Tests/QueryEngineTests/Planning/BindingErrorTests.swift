import Cypher
import Testing

@testable import QueryEngine

/// What is wrong with a statement, and where: the message's beginning and the text that its range
/// covers.
@Suite struct BindingErrorTests {
    typealias Case = (statement: String, message: String, place: String)

    static let names: [Case] = [
        ("MATCH (n) RETURN foo", "UndefinedVariable: Variable `foo` is not defined.", "foo"),
        (
            "MATCH (user) RETURN usr.name",
            "UndefinedVariable: Variable `usr` is not defined. Did you mean `user`?", "usr"
        ),
        ("MATCH (n) WITH n.name AS name RETURN n", "UndefinedVariable", "n"),
        ("MATCH (a) RETURN DISTINCT a.name ORDER BY a.age", "UndefinedVariable", "a"),
        ("MATCH (n) WHERE (n)-->(m) RETURN n", "UndefinedVariable", "m"),
        ("MATCH (a) CREATE (a)-[:KNOWS]->(b {name: missing})", "UndefinedVariable", "missing"),
        ("CREATE (a {id: a.id})", "UndefinedVariable", "a"),
        ("MATCH (n) CALL { RETURN n AS m } RETURN m", "UndefinedVariable", "n"),
        ("RETURN *", "NoVariablesInScope", "RETURN *"),
        ("MATCH (n) UNWIND [1] AS n RETURN n", "VariableAlreadyBound", "n"),
        ("MATCH (n) CREATE (n)", "VariableAlreadyBound", "n"),
        ("MATCH (n) CREATE (n:User)-[:KNOWS]->()", "VariableAlreadyBound", "n"),
        ("MATCH ()-[r]->() CREATE ()-[r:KNOWS]->()", "VariableAlreadyBound", "r"),
        ("MATCH (p) MATCH p = ()-->() RETURN p", "VariableAlreadyBound", "p"),
        ("CALL db.labels() YIELD label AS l, label AS l RETURN l", "VariableAlreadyBound", "l"),
        (
            "MATCH (n) CALL { RETURN 1 AS n } RETURN n", "VariableAlreadyBound",
            "CALL { RETURN 1 AS n }"
        ),
        ("MATCH (r)-[r]->() RETURN r", "VariableTypeConflict", "r"),
        ("WITH 1 AS n MATCH (n) RETURN n", "VariableTypeConflict", "n"),
        ("MATCH (n) WITH [n] AS ns MATCH (ns)-->() RETURN ns", "VariableTypeConflict", "ns"),
        ("MATCH ()-[r]->()-[r]->() RETURN r", "RelationshipUniquenessViolation", "r"),
        ("RETURN 1 AS a, 2 AS a", "ColumnNameConflict", "a"),
        ("WITH 1 + 1 RETURN 2", "", "1 + 1"),
        (
            "RETURN toUper('a')",
            "UnknownFunction: There is no function `toUper`. "
                + "Did you mean `toUpper`?", "toUper"
        ),
        (
            "CALL db.lables()",
            "ProcedureNotFound: There is no procedure `db.lables`. "
                + "Did you mean `db.labels`?", "db.lables"
        ),
        ("USE other RETURN 1", "There is one database, `neo4j`", "other"),
    ]

    static let types: [Case] = [
        ("RETURN 123 AND true", "InvalidArgumentType", "123"),
        ("RETURN NOT 'a'", "InvalidArgumentType", "'a'"),
        ("RETURN 1 IN 2", "InvalidArgumentType", "2"),
        ("RETURN 'a' * 2", "InvalidArgumentType", "'a'"),
        ("UNWIND 5 AS x RETURN x", "InvalidArgumentType", "5"),
        ("MATCH (n) RETURN type(n)", "InvalidArgumentType", "n"),
        ("MATCH (n) RETURN length(n)", "InvalidArgumentType", "n"),
        ("MATCH p = ()-->() RETURN p.name", "InvalidArgumentType", "p"),
        ("MATCH p = ()-->() RETURN size(p)", "InvalidArgumentType", "p"),
        ("RETURN any(x IN ['a'] WHERE x % 2 = 0)", "InvalidArgumentType", "x"),
        ("MATCH (n) DELETE 1 + 1", "InvalidArgumentType", "1 + 1"),
        ("MATCH (n) RETURN n LIMIT 1.5", "InvalidArgumentType", "1.5"),
        ("MATCH (n) RETURN n LIMIT -1", "NegativeIntegerArgument", "-1"),
        ("MATCH (n) RETURN n SKIP n.age", "NonConstantExpression", "n.age"),
        ("CALL shop.similar('x') YIELD other RETURN other", "InvalidArgumentType", "'x'"),
        ("CALL shop.similar()", "InvalidNumberOfArguments", "shop.similar"),
        ("RETURN toUpper()", "InvalidNumberOfArguments", "toUpper"),
        ("MATCH (n $map) RETURN n", "", "$map"),
        ("MATCH (n) DELETE n:User", "InvalidDelete", "n:User"),
    ]

    static let aggregates: [Case] = [
        ("MATCH (n) WHERE count(n) > 1 RETURN n", "InvalidAggregation", "count(n)"),
        ("MATCH (n) RETURN count(max(n.age))", "NestedAggregation", "max(n.age)"),
        ("MATCH (n) RETURN n.name ORDER BY max(n.age)", "InvalidAggregation", "max(n.age)"),
        ("MATCH (n) RETURN count(rand())", "NonConstantExpression", "rand()"),
        ("MATCH (n) RETURN n.age + count(*)", "AmbiguousAggregationExpression", "n"),
        (
            "MATCH (a)--(b) RETURN a.age + b.age, count(*) AS n ORDER BY a.age + b.age + count(*)",
            "AmbiguousAggregationExpression", "a"
        ),
        (
            "MATCH (a)--(b) RETURN count(b.age) AS n ORDER BY a.age + count(b.age)",
            "UndefinedVariable", "a"
        ),
        (
            "MATCH (a) WITH a.age AS mod, min(a.id) AS low ORDER BY sum(a.id) RETURN mod",
            "UndefinedVariable", "a"
        ),
    ]

    static let composition: [Case] = [
        ("RETURN 1 AS a UNION RETURN 2 AS b", "DifferentColumnsInUnion", ""),
        ("MATCH (n) FOREACH (x IN [1] | MATCH (m))", "", "MATCH"),
        ("MATCH (n) RETURN EXISTS { CREATE (x) }", "", ""),
        ("MATCH (n) WITH (n)-->() AS x RETURN x", "", ""),
    ]

    @Test(arguments: [names, types, aggregates, composition])
    func errors(_ cases: [Case]) throws {
        for (statement, message, place) in cases {
            do {
                _ = try Planning.prepare(statement)
                Issue.record("no error: \(statement)")
            } catch let error as QueryError {
                #expect(error.message.hasPrefix(message), "\(statement): \(error.message)")
                if !place.isEmpty { #expect(text(error.range, statement) == place, "\(statement)") }
            } catch let error as SyntaxError {
                // The parser was first; it has tests of its own.
                #expect(message.isEmpty, "\(statement): \(error.message)")
            }
        }
    }

    private func text(_ range: SourceRange?, _ statement: String) -> String? {
        guard let range else { return nil }
        let bytes = Array(statement.utf8)
        return String(decoding: bytes[range.start..<range.end], as: UTF8.self)
    }
}
