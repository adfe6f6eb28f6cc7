import Testing

@testable import GraphStore

@Suite struct TextAnalyzerTests {
    private func words(_ text: String, _ analyzer: TextAnalyzer = .standardNoStopWords) -> [String]
    {
        analyzer.words(text).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test func wordsAreUnicodes() {
        #expect(words("The Quick, brown-fox!") == ["the", "quick", "brown", "fox"])
        #expect(words("Don't panic: O'Neil's") == ["don't", "panic", "o'neil's"])
        #expect(
            words("3.14, 1,000; v2.0 a.b.c. end.") == ["3.14", "1,000", "v2.0", "a.b.c", "end"])
        #expect(words("snake_case _ x") == ["snake_case", "x"])
        #expect(words("Ünïcödé STRASSE Œuvre") == ["ünïcödé", "strasse", "œuvre"])
        #expect(words("e\u{301}t\u{E9}") == ["e\u{301}t\u{E9}"])
        #expect(words("東京 タワー ひら") == ["東", "京", "タワー", "ひ", "ら"])
        #expect(words("one🙂two") == ["one", "🙂", "two"])
        #expect(words("") == [] && words(" .,; -- ") == [])
    }

    @Test func otherAnalyzers() {
        #expect(words("The cat and THE dog", .standard) == ["cat", "dog"])
        #expect(TextAnalyzer.standard.words("the cat of dogs").map(\.position) == [1, 3])
        #expect(words("Crème Brûlée, Straße", .standardFolding) == ["creme", "brulee", "strasse"])
        #expect(words("a1b2 C-3", .simple) == ["a", "b", "c"])
        #expect(words("A-b\tc, D", .whitespace) == ["A-b", "c,", "D"])
        #expect(words("Two Words", .keyword) == ["Two Words"])
    }

    @Test func longWordsAreCutBetweenCharacters() {
        let parts = words(String(repeating: "é", count: 300))
        #expect(parts.map(\.utf8.count) == [254, 254, 92])
        #expect(parts.joined() == String(repeating: "é", count: 300))
    }

    @Test func distances() {
        func edits(_ left: String, _ right: String, _ limit: Int = 2) -> Int? {
            Array(right.utf8).withUnsafeBytes {
                EditDistance(left, limit: limit).distance($0)?.edits
            }
        }
        #expect(edits("graph", "graph") == 0)
        #expect(edits("graph", "grahp") == 1)
        #expect(edits("graph", "grips") == 2 && edits("graph", "grips", 1) == nil)
        #expect(edits("graph", "gr") == nil)
        #expect(edits("é", "e") == nil)
        #expect(edits("café", "cafe", 1) == 1)
        #expect(edits("database", "databases", 1) == 1)
    }

    @Test func phrasesMatchWithSlop() {
        #expect(PhraseMatcher.frequency([[0, 7], [0, 3, 7]], slop: 0) == 2)
        #expect(PhraseMatcher.frequency([[0], [2]], slop: 1) == 0)
        #expect(PhraseMatcher.frequency([[0], [2]], slop: 2) == 1.0 / 3)
        #expect(PhraseMatcher.frequency([[], [2]], slop: 5) == 0)
    }
}
