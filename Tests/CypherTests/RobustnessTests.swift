import Foundation
import Synchronization
import Testing

@testable import Cypher

/// What no text may do: crash, hang, or use more stack than there is.
@Suite struct RobustnessTests {
    /// A small generator of its own, so that a failure repeats.
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }
    }

    /// Parses; an error must have its place within the text, a tree must survive printing.
    private func check(_ text: String) {
        do {
            let tree = try Parser.parse(text)
            let printed = Printer.print(tree)
            do {
                let again = try Parser.parse(printed)
                #expect(Printer.print(again) == printed, "\(text)")
            } catch {
                Issue.record("\(text)\n\(error.describe(in: printed))")
            }
        } catch {
            let count = text.utf8.count
            let range = error.range
            #expect(range.start >= 0 && range.start <= range.end && range.end <= count, "\(text)")
            _ = error.describe(in: text)
        }
    }

    private func pieces(_ text: String) throws -> [String] {
        let bytes = Array(text.utf8)
        return try Lexer.tokenize(bytes).dropLast().map {
            String(decoding: bytes[Int($0.start)..<Int($0.end)], as: UTF8.self)
        }
    }

    /// Each token of each statement in turn; which change it meets goes round.
    @Test func everyTokenDeletedDoubledOrSwapped() throws {
        for (offset, text) in Corpus.all.enumerated() {
            let pieces = try pieces(text)
            for index in pieces.indices {
                var changed = pieces
                switch (offset + index) % 4 {
                case 0: changed.remove(at: index)
                case 1: changed.insert(pieces[index], at: index)
                case 2: changed.swapAt(index, (index + 1) % pieces.count)
                default: changed.removeSubrange(index...)
                }
                check(changed.joined(separator: " "))
            }
        }
    }

    @Test(arguments: 1...4)
    func tokensReplacedAtRandom(_ seed: UInt64) throws {
        var generator = Generator(state: seed)
        let all = try Corpus.all.map(pieces)
        let vocabulary = Array(Set(all.joined())).sorted()
        for _ in 0..<400 {
            guard var pieces = all.randomElement(using: &generator) else { continue }
            for _ in 0...Int.random(in: 0...2, using: &generator) {
                let index = Int.random(in: pieces.indices, using: &generator)
                if let word = vocabulary.randomElement(using: &generator) { pieces[index] = word }
            }
            check(pieces.joined(separator: " "))
        }
    }

    @Test(arguments: 1...4)
    func bytesFlippedAtRandom(_ seed: UInt64) {
        var generator = Generator(state: seed)
        for _ in 0..<400 {
            var bytes = Array((Corpus.all.randomElement(using: &generator) ?? "").utf8)
            for _ in 0...Int.random(in: 0...3, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                bytes[index] ^= UInt8.random(in: 1...255, using: &generator)
            }
            check(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test(arguments: 1...4)
    func noise(_ seed: UInt64) {
        var generator = Generator(state: seed)
        let signs = Array("(){}[]<>-=:|&!%$*+./'\"`\\,;^~ aN1\n".utf8)
        for _ in 0..<400 {
            let count = Int.random(in: 0...40, using: &generator)
            let bytes = (0..<count).map { _ in signs.randomElement(using: &generator) ?? 0 }
            check(String(decoding: bytes, as: UTF8.self))
            check("RETURN " + String(decoding: bytes, as: UTF8.self))
            check("MATCH " + String(decoding: bytes, as: UTF8.self))
        }
    }

    // MARK: Depth

    /// Runs `body` with no more stack than a secondary thread of a phone has.
    private func onSmallStack(_ body: @escaping @Sendable () -> Void) {
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            body()
            done.signal()
        }
        thread.stackSize = 512 << 10
        thread.start()
        done.wait()
    }

    /// Before, the middle, after; each repeated around the core.
    private static let nests:
        [(head: String, open: String, core: String, close: String, tail: String)] = [
            ("RETURN ", "(", "1", ")", ""),
            ("RETURN ", "[", "1", "]", ""),
            ("RETURN ", "{a: ", "1", "}", ""),
            ("RETURN ", "NOT ", "a", "", ""),
            ("RETURN ", "- ", "a", "", ""),
            ("RETURN ", "f(", "1", ")", ""),
            ("RETURN ", "a[", "1", "]", ""),
            ("RETURN ", "n {a: ", "1", "}", ""),
            ("RETURN ", "CASE WHEN a THEN ", "1", " END", ""),
            ("RETURN ", "CASE ", "1", " WHEN 1 THEN 2 END", ""),
            ("RETURN ", "[x IN ", "[1]", " WHERE true | x]", ""),
            ("RETURN ", "[(a)-->(b {x: ", "1", "}) | 1]", ""),
            ("RETURN ", "reduce(a = 0, x IN [1] | ", "1", ")", ""),
            ("RETURN ", "any(x IN xs WHERE ", "true", ")", ""),
            ("RETURN ", "a OR b AND c = d IN e + f * g ^ (", "1", ")", ""),
            ("RETURN ", "a + ", "1", "", ""),
            ("RETURN a", "[0]", "", "", ""),
            ("RETURN a", ".b", "", "", ""),
            ("RETURN a", " IS NULL", "", "", ""),
            ("MATCH (n) WHERE ", "EXISTS { MATCH (a) WHERE ", "true", " }", " RETURN 1"),
            ("MATCH (n) WHERE ", "EXISTS { (a {x: ", "1", "}) }", " RETURN 1"),
            ("", "CALL { ", "RETURN 1 AS x", " } RETURN 1 AS x", ""),
            ("", "FOREACH (x IN [1] | ", "SET a.b = 1", ")", ""),
            ("MATCH ", "(", "(a)-->(b)", "){1,2}", " RETURN 1"),
            ("MATCH (n:", "(", "A", ")", ") RETURN n"),
            ("MATCH (n:", "!", "A", "", ") RETURN n"),
            ("MATCH ", "(n WHERE EXISTS { ", "(x)", " })", " RETURN 1"),
            ("RETURN a IS :: ", "LIST<", "INT", ">", ""),
            ("RETURN a IS :: INT", " LIST", "", "", ""),
            ("RETURN a", ":A&B|", "C", "", ""),
        ]

    @Test func nestingIsBoundedAndFitsASmallStack() {
        let parsed = Mutex(0)
        let refused = Mutex(0)
        onSmallStack {
            for nest in Self.nests {
                for depth in [
                    1, 10, 20, 21, 30, 60, 100, 125, 126, 127, 128, 200, 255, 3_000,
                ] {
                    let text =
                        nest.head + String(repeating: nest.open, count: depth) + nest.core
                        + String(repeating: nest.close, count: depth) + nest.tail
                    do {
                        let tree = try Parser.parse(text)
                        _ = Printer.print(tree)
                        parsed.withLock { $0 += 1 }
                    } catch {
                        refused.withLock { $0 += 1 }
                    }
                }
            }
        }
        #expect(parsed.withLock { $0 } > Self.nests.count * 3)
        #expect(refused.withLock { $0 } > Self.nests.count * 2)
    }

    @Test func reasonableDepthsParse() throws {
        _ = try Parser.parse(
            "RETURN " + String(repeating: "(", count: 100) + "1"
                + String(repeating: ")", count: 100))
        _ = try Parser.parse(
            "RETURN " + String(repeating: "[", count: 100) + String(repeating: "]", count: 100))
        _ = try Parser.parse("RETURN 0" + String(repeating: " + 1", count: 200))
        _ = try Parser.parse("RETURN a" + String(repeating: " OR a", count: 50_000))
        _ = try Parser.parse("MATCH (n:A" + String(repeating: "|A", count: 50_000) + ") RETURN n")
        _ = try Parser.parse("RETURN [0" + String(repeating: ", 1", count: 50_000) + "]")
    }

    @Test func sizeIsBounded() {
        let text = "RETURN '" + String(repeating: "a", count: Parser.maximumTextBytes) + "'"
        #expect(throws: SyntaxError.self) { try Parser.parse(text) }
    }

    // MARK: Time

    /// Brackets that look like patterns at first are looked at once, not once per alternative.
    @Test func timeIsLinearInTheText() throws {
        let clock = ContinuousClock()
        let texts = [
            "RETURN " + (0..<10_000).map { "[x\($0) IN xs | x]" }.joined(separator: ", "),
            "MATCH " + (0..<10_000).map { "(a\($0))-[:R]->(b)" }.joined(separator: ", ")
                + " RETURN 1",
            "RETURN " + (0..<10_000).map { "(a\($0))-(b)" }.joined(separator: " + (c)"),
            String(repeating: "(a)-[", count: 20_000),
            "RETURN " + String(repeating: "[x IN ", count: 20_000),
            "RETURN " + String(repeating: "`", count: 100_000),
        ]
        for text in texts {
            let time = clock.measure { _ = try? Parser.parse(text) }
            #expect(time < .seconds(3), "\(text.prefix(40))")
        }
    }

    @Test func aTypicalQueryTakesMicroseconds() throws {
        let text = """
            MATCH (u:User {id: $id})-[r:RATED]->(m:Movie)<-[s:RATED]-(other:User)
            WHERE r.rating > 3 AND s.rating > 3 AND other.age >= u.age - 5
            WITH other, count(*) AS common, avg(abs(r.rating - s.rating)) AS distance
            ORDER BY common DESC, distance LIMIT 50
            MATCH (other)-[t:RATED]->(candidate:Movie)
            WHERE NOT EXISTS { (u)-[:RATED]->(candidate) }
            RETURN candidate.title AS title, sum(t.rating * common) AS score
            ORDER BY score DESC LIMIT 10
            """
        _ = try Parser.parse(text)
        let rounds = 200
        let time = ContinuousClock().measure {
            for _ in 0..<rounds { _ = try? Parser.parse(text) }
        }
        // Under 30 µs with optimisation; the bound is for debug builds on a busy machine.
        #expect(time / rounds < .milliseconds(20))
    }
}
