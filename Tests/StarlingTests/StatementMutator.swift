/// Random numbers that a seed repeats (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

/// Makes statements of statements: bytes change, pieces are lost, doubled, and put elsewhere.
struct StatementMutator {
    private let corpus: [[UInt8]]
    private var random: SeededGenerator
    /// Pieces that lead a parser somewhere else.
    private static let pieces = [
        "(", ")", "[", "]", "{", "}", "-", "->", "<-", "*", "+", "..", ":", "|", "&", "!", "%",
        "'", "\"", "`", "\\", "/*", "*/", "//", "$", "$(", ";", ",", ".", "=", "=~", "<>", "||",
        "0x", "1e", "9223372036854775808", "-9223372036854775808", "\u{0}", "é", "\u{1F600}",
        " CALL { ", " } IN TRANSACTIONS ", " WHERE ", " WITH ", " UNION ", " EXISTS { ", " CASE ",
        " END ", " NOT ", " IN ", " IS :: ", " SHORTEST 2 ", " FOREACH (x IN ", " RETURN ",
        "{1,3}", "*1..", "reduce(a = 0, b IN c | ", "[x IN ", "count(*)", " YIELD ", " NULL ",
    ].map { Array($0.utf8) }
    private static let longest = 4_000

    init(corpus: [[UInt8]], seed: UInt64) {
        self.corpus = corpus
        random = SeededGenerator(seed: seed)
    }

    mutating func next() -> [UInt8] {
        var bytes = pick(corpus)
        for _ in 0..<Int.random(in: 1...6, using: &random) { mutate(&bytes) }
        return Array(bytes.prefix(Self.longest))
    }

    private mutating func pick<T>(_ items: [T]) -> T {
        items[Int.random(in: 0..<items.count, using: &random)]
    }

    private mutating func place(in bytes: [UInt8]) -> Int {
        Int.random(in: 0...bytes.count, using: &random)
    }

    private mutating func range(in bytes: [UInt8]) -> Range<Int> {
        let start = place(in: bytes)
        return start..<min(bytes.count, start + Int.random(in: 0...20, using: &random))
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            if bytes.isEmpty { return }
            let place = Int.random(in: 0..<bytes.count, using: &random)
            bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(range(in: bytes))
        case 2:
            let piece = Array(bytes[range(in: bytes)])
            bytes.insert(contentsOf: piece, at: place(in: bytes))
        case 3, 4: bytes.insert(contentsOf: pick(Self.pieces), at: place(in: bytes))
        case 5:
            let other = pick(corpus)
            let piece = Array(other[range(in: other)])
            bytes.insert(contentsOf: piece, at: place(in: bytes))
        case 6:
            // Deep nesting.
            let piece = pick(Self.pieces)
            let count = Int.random(in: 1...300, using: &random)
            bytes.insert(
                contentsOf: repeatElement(piece, count: count).joined(), at: place(in: bytes))
        default: bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
        }
    }
}
