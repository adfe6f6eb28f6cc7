import Cypher
import Testing

@Suite struct ScriptTests {
    @Test func cutsAtSemicolonsOutsideOfQuotes() {
        let script = Script(
            """
            // a comment; with a semicolon
            CREATE (:A {x: ';'});
            MATCH (`;`) /* ; */ RETURN "\\";"; ;
            RETURN 'x';
            """)
        #expect(
            script.statements.map(String.init) == [
                "CREATE (:A {x: ';'})", "MATCH (`;`) /* ; */ RETURN \"\\\";\"", "RETURN 'x'",
            ])
        #expect(script.remainder == nil)
        #expect(script.isComplete)
    }

    @Test(arguments: [
        ("", true), ("  \n", true), ("// only a comment", true), ("RETURN 1;", true),
        ("RETURN 1; // done", true), ("RETURN 1", false), ("RETURN 1; RETURN", false),
        ("RETURN ';", false), ("RETURN `;", false), ("RETURN 1; /* ;", false),
        ("RETURN '\\';", false),
    ])
    func knowsWhatIsComplete(_ text: String, _ complete: Bool) {
        #expect(Script(text).isComplete == complete, "\(text)")
    }

    @Test func aFileNeedsNoLastSemicolon() {
        let script = Parser.split("RETURN 1;\nRETURN 2\n// end\n")
        #expect(script.all.map(String.init) == ["RETURN 1", "RETURN 2"])
        #expect(script.remainder.map(String.init) == "RETURN 2")
        #expect(!script.endsInside)
        #expect(Script("RETURN 'a").endsInside)
    }

    @Test func everyPieceOfTheCorpusComesBack() {
        let script = Script(
            Corpus.all.map { $0.hasSuffix(";") ? $0 : $0 + "\n;" }.joined(separator: "\n"))
        #expect(script.statements.count == Corpus.all.count)
        #expect(script.isComplete)
    }

    @Test func keywordsAreListed() {
        #expect(Keywords.all.contains("MATCH"))
        #expect(Keywords.all.contains("FIELDTERMINATOR"))
        #expect(Keywords.all == Keywords.all.sorted())
        #expect(
            Keywords.all.allSatisfy { Keywords.contains($0) && Keywords.contains($0.lowercased()) })
        #expect(
            !Keywords.contains("MATCHES") && !Keywords.contains("")
                && !Keywords.contains("ma\u{54}cł"))
    }
}
