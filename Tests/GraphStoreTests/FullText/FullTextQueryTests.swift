import Testing

@testable import GraphStore

@Suite struct FullTextQueryTests {
    /// The query in a form that shows its structure.
    private func shown(_ text: String) throws -> String { Self.show(try FullTextQuery(text)) }

    private static func show(_ query: FullTextQuery) -> String {
        switch query {
        case .words(let text): text
        case .phrase(let text, let slop): "'\(text)'" + (slop > 0 ? "~\(slop)" : "")
        case .prefix(let text): "\(text)*"
        case .wildcard(let pieces):
            pieces.map { piece in
                switch piece {
                case .literal(let text): text
                case .anyCharacter: "?"
                case .anyCharacters: "*"
                }
            }.joined()
        case .fuzzy(let text, let edits): "\(text)~\(edits)"
        case .range(let lower, let upper): "\(bound(lower))..\(bound(upper))"
        case .everything: "*:*"
        case .field(let name, let query): "\(name):\(show(query))"
        case .boosted(let query, let factor): "\(show(query))^\(factor)"
        case .clauses(let clauses):
            "("
                + clauses.map { clause in
                    let sign =
                        switch clause.occurrence {
                        case .should: ""
                        case .must: "+"
                        case .mustNot: "-"
                        }
                    return sign + show(clause.query)
                }.joined(separator: " ") + ")"
        }
    }

    private static func bound(_ bound: FullTextQuery.Bound?) -> String {
        bound.map { $0.text + ($0.inclusive ? "=" : "") } ?? "*"
    }

    @Test(arguments: [
        ("graph", "graph"), ("graph db", "(graph db)"), ("", "()"), ("  ", "()"),
        ("a AND b", "(+a +b)"), ("a && b", "(+a +b)"), ("a OR b", "(a b)"),
        ("a OR b AND c", "(a +b +c)"), ("a AND NOT b", "(+a -b)"), ("NOT a", "(-a)"),
        ("+a -b !c", "(+a -b -c)"), ("a || (b AND c)", "(a (+b +c))"),
        ("\"two words\"", "'two words'"), ("\"two words\"~3^2", "'two words'~3^2.0"),
        ("\"a \\\" b\"", "'a \" b'"), ("gra*", "gra*"), ("g?a*h", "g?a*h"), ("*phs", "*phs"),
        ("roam~", "roam~2"), ("roam~1", "roam~1"), ("roam~0.8", "roam~0"), ("roam~0.5", "roam~2"),
        ("title:graph^4 db", "(title:graph^4.0 db)"), ("t:(a b)", "t:(a b)"),
        ("t:\"a b\"", "t:'a b'"), ("*:*", "*:*"), ("\\+a\\:b", "+a:b"), ("a-b c+d", "(a-b c+d)"),
        ("[a TO c]", "a=..c="), ("t:{a TO *}", "t:a..*"), ("(a)^2", "a^2.0"),
        ("AND1 ORacle", "(AND1 ORacle)"), ("a and b", "(a and b)"), ("http\\://x", "http://x"),
    ])
    func structures(text: String, wanted: String) throws {
        #expect(try shown(text) == wanted)
    }

    @Test(arguments: [
        ("\"open", 1), ("(a b", 1), ("a)", 2), ("AND b", 1), ("a AND", 6), ("a^", 3), ("a^0", 3),
        ("a~3", 3), ("+", 2), ("title:", 7), ("[a b]", 4), ("a b:", 5), ("/re/", 1), ("a \\", 4),
        ("x?:y", 1), ("\"a b\"~", 7),
    ])
    func errorsNameThePlace(text: String, position: Int) throws {
        let error = #expect(throws: FullTextSyntaxError.self) { try FullTextQuery(text) }
        #expect(error?.position == position, "\(String(describing: error))")
    }

    @Test func depthAndSizeAreBounded() {
        let deep = String(repeating: "(", count: 2000) + "a" + String(repeating: ")", count: 2000)
        #expect(throws: FullTextSyntaxError.self) { try FullTextQuery(deep) }
        let wide = Array(repeating: "a", count: 2000).joined(separator: " ")
        #expect(throws: FullTextSyntaxError.self) { try FullTextQuery(wide) }
        let fields = String(repeating: "a:", count: 20_000) + "b"
        #expect(throws: FullTextSyntaxError.self) { try FullTextQuery(fields) }
    }

    /// Any bytes are a query or an error, and come to an end.
    @Test func anyTextIsReadOrRefused() {
        var random = SeededRandom(seed: 7)
        let letters = Array("ab+-!()[]{}^\"~*?:\\/&| .0129ANDORTO".unicodeScalars)
        for _ in 0..<5000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<random.next(12) { text.append(letters[random.next(letters.count)]) }
            _ = try? FullTextQuery(String(text))
        }
    }
}
