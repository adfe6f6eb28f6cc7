import Cypher
import Testing

@Suite struct ErrorTests {
    private func failure(of text: String) -> SyntaxError? {
        do {
            _ = try Parser.parse(text)
            return nil
        } catch {
            return error
        }
    }

    /// The text, the offending piece, and a part of the message.
    @Test(arguments: [
        ("", "", "expected 'MATCH'"),
        ("MACH (n) RETURN n", "MACH", "did you mean 'MATCH'?"),
        ("MATCH (n) RETRUN n", "RETRUN", "did you mean 'RETURN'?"),
        ("MATCH (n) RETURN n ODER BY n.x", "ODER", "did you mean 'ORDER'?"),
        ("MATCH (n) WEHRE n.x = 1 RETURN n", "WEHRE", "did you mean 'WHERE'?"),
        ("MATCH (n RETURN n", "RETURN", "expected ')', ':', properties '{…}' or 'WHERE'"),
        ("MATCH (n:) RETURN n", ")", "expected a label or type"),
        ("MATCH (n", "", "the end of the text"),
        ("MATCH n RETURN n", "n", "expected a node pattern"),
        ("MATCH (a)-[r->(b) RETURN a", "-", "expected ']'"),
        ("MATCH (a)-[:R]>(b) RETURN a", ">", "expected '-'"),
        ("MATCH (a)(b) RETURN a", "(", "Two nodes"),
        ("RETURN", "", "expected an expression"),
        ("RETURN 1 +", "", "expected an expression"),
        ("RETURN (1", "", "expected ')'"),
        ("RETURN [1, 2", "", "expected ']' or ','"),
        ("RETURN [, ]", ",", "expected an expression"),
        ("RETURN {1a: 2}", "1a", "expected a key"),
        ("RETURN a != b", "!", "'<>'"),
        ("RETURN 1 foo", "foo", "the end of the statement"),
        ("RETURN 1 MATCH (n) RETURN n", "MATCH", "nothing but UNION can follow RETURN"),
        ("MATCH (n)", "MATCH (n)", "cannot end with MATCH"),
        ("WITH 1 AS x", "WITH 1 AS x", "cannot end with WITH"),
        ("UNWIND [1] AS x", "UNWIND [1] AS x", "cannot end with UNWIND"),
        ("CALL { MATCH (n) } RETURN 1", "MATCH (n)", "cannot end with MATCH"),
        ("RETURN COLLECT { MATCH (n) }", "MATCH (n)", "must end with RETURN"),
        ("RETURN CASE 1 END", "END", "expected 'WHEN'"),
        ("RETURN CASE WHEN 1 THEN 2", "", "expected 'WHEN', 'ELSE' or 'END'"),
        ("UNWIND [1] x RETURN x", "x", "expected 'AS'"),
        ("RETURN all(x IN xs)", ")", "expected 'WHERE'"),
        ("WITH 1 + 2 RETURN 1", "1 + 2", "NoExpressionAlias"),
        ("WITH (n)-->() AS x RETURN x", "(n)-->()", "UnexpectedSyntax"),
        ("RETURN size((a)-->())", "(a)-->()", "UnexpectedSyntax"),
        ("RETURN [(a)-->()]", "(a)-->()", "UnexpectedSyntax"),
        ("MATCH (n $p) RETURN n", "$p", "InvalidParameterUse"),
        ("MERGE (n $p)", "$p", "InvalidParameterUse"),
        ("CREATE ()-->()", "-->", "NoSingleRelationshipType"),
        ("CREATE ()-[:A|B]->()", "-[:A|B]->", "NoSingleRelationshipType"),
        ("CREATE ()-[:A]-()", "-[:A]-", "RequiresDirectedRelationship"),
        ("CREATE ()-[:A*2]->()", "-[:A*2]->", "CreatingVarLength"),
        ("CREATE (n:A|B)", "(n:A|B)", "plain labels"),
        ("CREATE (n WHERE n.x)", "WHERE", "cannot have a WHERE"),
        ("MATCH (a)-[:R..]->(b) RETURN a", "..", "InvalidRelationshipPattern"),
        (
            "RETURN 1 AS a UNION RETURN 2 AS a UNION ALL RETURN 3 AS a", "UNION",
            "InvalidClauseComposition"
        ),
        ("CALL p YIELD x RETURN x", "CALL p YIELD x", "InvalidArgumentPassingMode"),
        ("CALL p() YIELD * RETURN 1", "CALL p() YIELD *", "names what it takes"),
        ("MATCH (n) SET n", "", "expected '.', '=', '+='"),
        ("MATCH (n) SET 1 = 2", "1", "SET needs"),
        ("MATCH (n) REMOVE n", "", "expected '.'"),
        ("FOREACH (x IN [1] | RETURN x)", "RETURN", "expected 'CREATE'"),
        ("MATCH ((a)-->(b)){3,1} RETURN a", "{3,1}", "first bound"),
        ("MATCH SHORTEST 0 (a)-->(b) RETURN a", "0", "At least one"),
        ("RETURN n IS :: INTEGR", "INTEGR", "expected a type"),
        ("CREATE INDX x FOR (n:A) ON (n.x)", "INDX", "did you mean 'INDEX'?"),
        ("CREATE INDEX FOR (n:A) ON (m.x)", "m", "the pattern's variable is 'n'"),
        (
            "CREATE CONSTRAINT FOR (n:A) REQUIRE (n.x, n.y) IS NOT NULL",
            "CREATE CONSTRAINT FOR (n:A) REQUIRE (n.x, n.y) IS NOT NULL", "one property"
        ),
        ("SHOW THINGS", "THINGS", "expected 'INDEXES'"),
        ("RETURN 1; RETURN 2", "RETURN", "the end of the statement"),
        ("RETURN 'abc", "'", "never closed"),
        ("RETURN #", "#", "no meaning"),
    ])
    func points(_ text: String, _ piece: String, _ part: String) throws {
        let error = try #require(failure(of: text), "\(text) parses")
        let range = error.range
        let found = String(decoding: Array(text.utf8)[range.start..<range.end], as: UTF8.self)
        #expect(found == piece, "\(error.describe(in: text))")
        #expect(error.message.contains(part), "\(error.message)")
        #expect(!error.message.contains("\n"))
    }

    @Test func describesWithLineColumnAndCaret() throws {
        let text = "MATCH (größe)\nWHERE größe.x >>= 1\nRETURN 1"
        let error = try #require(failure(of: text))
        #expect(
            error.describe(in: text) == """
                Invalid input '>=': expected an expression (UnexpectedSyntax) (line 2, column 16)
                "WHERE größe.x >>= 1"
                                ^
                """)
    }

    @Test func excerptsOfLongLinesAreCut() {
        let text = String(repeating: "a", count: 1000) + "!" + String(repeating: "b", count: 1000)
        let excerpt = SourceExcerpt(text: text, range: SourceRange(start: 1000, end: 1001))
        #expect(excerpt.position.column == 1001)
        #expect(excerpt.line.unicodeScalars.count == SourceExcerpt.maximumWidth + 2)
        let scalars = Array(excerpt.line.unicodeScalars)
        #expect(scalars[excerpt.caretOffset] == "!")
        #expect(scalars.first == "…" && scalars.last == "…")
    }

    @Test func excerptsHoldForAnyRange() {
        for text in ["", "a", "a\nb\n", "\n", "é\té"] {
            for start in -1...10 {
                let excerpt = SourceExcerpt(
                    text: text, range: SourceRange(start: start, end: start + 1))
                #expect(excerpt.rendered.hasSuffix("^"))
                #expect(!excerpt.line.contains("\t"))
            }
        }
    }

    @Test func everyNodeKnowsItsPlace() throws {
        let text = "MATCH (n:A)-[r:R]->(m) WHERE n.x + 1 > f(m.y) RETURN n.x AS x, [m, 2]"
        let bytes = Array(text.utf8)
        func piece(_ range: SourceRange) -> String {
            String(decoding: bytes[range.start..<range.end], as: UTF8.self)
        }
        let statement = try Parser.parse(text)
        guard case .query(let query) = statement.body else { return #expect(Bool(false)) }
        let clauses = query.parts[0].clauses
        #expect(piece(clauses[0].range) == "MATCH (n:A)-[r:R]->(m) WHERE n.x + 1 > f(m.y)")
        #expect(piece(clauses[1].range) == "RETURN n.x AS x, [m, 2]")
        guard case .match(_, let pattern, let predicate?, _) = clauses[0].kind,
            case .comparison(let operands, _) = predicate.kind,
            case .relationship(let relationship) = pattern.paths[0].elements[1]
        else { return #expect(Bool(false)) }
        #expect(piece(pattern.paths[0].range) == "(n:A)-[r:R]->(m)")
        #expect(piece(relationship.range) == "-[r:R]->")
        #expect(operands.map { piece($0.range) } == ["n.x + 1", "f(m.y)"])
    }
}
