import Cypher
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: Corpus.all)
    func printedTextMeansTheSame(_ text: String) throws {
        let tree = try Parser.parse(text)
        let printed = Printer.print(tree)
        let again = try Parser.parse(printed)
        #expect(structure(again) == structure(tree), "\(printed)")
        #expect(Printer.print(again) == printed)
    }

    @Test func corpusIsLarge() {
        #expect(Corpus.all.count > 250)
        #expect(Set(Corpus.all).count == Corpus.all.count)
    }

    /// Case, line breaks and comments between tokens change nothing.
    @Test func spellingIsFree() throws {
        for (plain, odd) in [
            ("MATCH (n) RETURN n", "mAtCh(n)rEtUrN\tn"),
            ("RETURN 1 + 2", "RETURN\r\n1/* one */+// plus\n2"),
            ("RETURN n IS NOT NULL", "return n is\u{A0}not\u{3000}null"),
            ("MATCH (a)-[:R]->(b) RETURN a", "MATCH (a) - [ : R ] - > ( b ) RETURN a"),
        ] {
            #expect(structure(try Parser.parse(plain)) == structure(try Parser.parse(odd)))
        }
    }

    @Test func shorterFormsAreTheLongerOnes() throws {
        for (short, long) in [
            (
                "MATCH (n) WHERE EXISTS { (n)-->() WHERE true } RETURN n",
                "MATCH (n) WHERE EXISTS { MATCH (n)-->() WHERE true } RETURN n"
            ),
            (
                "MATCH (n) WHERE exists((n)-->()) RETURN n",
                "MATCH (n) WHERE EXISTS { MATCH (n)-->() } RETURN n"
            ),
            ("MATCH (n) FILTER n.x RETURN n", "MATCH (n) WITH * WHERE n.x RETURN n"),
            ("MATCH (n) ORDER BY n.x RETURN n", "MATCH (n) WITH * ORDER BY n.x RETURN n"),
            ("MATCH (n) LET x = n.x RETURN x", "MATCH (n) WITH *, n.x AS x RETURN x"),
            ("RETURN trim(LEADING 'x' FROM s)", "RETURN ltrim(s, 'x')"),
            ("RETURN s IS NOT NFD NORMALIZED", "RETURN NOT isNormalized(s, 'NFD')"),
            ("MATCH (n:A:B) RETURN n", "MATCH (n IS A&B) RETURN n"),
            ("MATCH ()-[:A|:B]->{1,3}() RETURN 1", "MATCH ()-[:A|B*1..3]->() RETURN 1"),
            ("CREATE INDEX ON :A(x)", "CREATE RANGE INDEX FOR (n:A) ON (n.x)"),
            (
                "RETURN CASE x WHEN STARTS WITH 'a' THEN 1 WHEN 2 THEN 3 END",
                "RETURN CASE WHEN x STARTS WITH 'a' THEN 1 WHEN x = 2 THEN 3 END"
            ),
        ] {
            #expect(
                structure(try Parser.parse(short)) == structure(try Parser.parse(long)), "\(short)")
        }
    }

    @Test func printsWhatPeopleWouldWrite() throws {
        for (text, expected) in [
            ("match (n:A)where n.x=1 return n", "MATCH (n:A) WHERE n.x = 1\nRETURN n"),
            ("RETURN ((1+2))*3 as x", "RETURN (1 + 2) * 3 AS x"),
            ("RETURN (a AND b) AND (c OR d)", "RETURN a AND b AND (c OR d)"),
            ("MATCH (a)-[r:R {x:1}]->(b) RETURN *", "MATCH (a)-[r:R {x: 1}]->(b)\nRETURN *"),
            ("RETURN 'it\\'s'", "RETURN 'it\\'s'"),
            ("WITH 1 AS `end` RETURN `end`, `x`", "WITH 1 AS `end`\nRETURN `end`, x"),
            (
                "MATCH (n) CALL (n) {RETURN 1 AS x} RETURN x",
                "MATCH (n)\nCALL (n) { RETURN 1 AS x }\nRETURN x"
            ),
        ] {
            #expect(Printer.print(try Parser.parse(text)) == expected)
        }
    }

    @Test func expressionsPrintAlone() throws {
        for text in ["a + b * c", "(a + b) * c", "n:A", "count(*)", "(a)-[:R]->()", "x IS NULL"] {
            #expect(Printer.print(try Parser.parseExpression(text)) == text)
        }
    }

    @Test func columnsKeepTheirSpelling() throws {
        let statement = try Parser.parse("RETURN  count( * ) ,(1+2) , n . x AS y ;")
        guard case .query(let query) = statement.body,
            case .return(let projection) = query.parts[0].clauses[0].kind
        else { return #expect(Bool(false)) }
        #expect(projection.items.map(\.text) == ["count( * )", "(1+2)", "n . x"])
        #expect(projection.items.map(\.alias?.text) == [nil, nil, "y"])
    }
}
