/// A pattern of letters, `?` and `*`.
struct Wildcard {
    private enum Piece { case scalar(Unicode.Scalar), any, anyMany }
    private var pieces: [Piece] = []
    /// What every match begins with.
    private(set) var prefix: [UInt8] = []

    init(_ parts: [FullTextQuery.WildcardPiece], _ analyzer: TextAnalyzer) {
        for part in parts {
            switch part {
            case .literal(let text):
                let bytes = analyzer.normalized(text)
                if pieces.isEmpty { prefix = bytes }
                let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars
                pieces += scalars.map { .scalar($0) }
            case .anyCharacter: pieces.append(.any)
            case .anyCharacters: pieces.append(.anyMany)
            }
        }
    }

    func matches(_ word: UnsafeRawBufferPointer) -> Bool {
        let scalars = Array(String(decoding: word, as: UTF8.self).unicodeScalars)
        var (piece, place) = (0, 0)
        /// Where to go on when the last `*` takes one character more.
        var retry: (piece: Int, place: Int)?
        while place < scalars.count {
            if piece < pieces.count {
                switch pieces[piece] {
                case .anyMany:
                    retry = (piece + 1, place)
                    piece += 1
                    continue
                case .any:
                    (piece, place) = (piece + 1, place + 1)
                    continue
                case .scalar(let wanted):
                    if wanted == scalars[place] {
                        (piece, place) = (piece + 1, place + 1)
                        continue
                    }
                }
            }
            guard let last = retry else { return false }
            retry = (last.piece, last.place + 1)
            (piece, place) = (last.piece, last.place + 1)
        }
        return pieces[piece...].allSatisfy { if case .anyMany = $0 { true } else { false } }
    }
}

/// Insertions, deletions, replacements and exchanges of neighbours that make one word another
/// (optimal string alignment), by characters, up to a limit.
struct EditDistance {
    private let wanted: [Unicode.Scalar]
    private let limit: Int

    init(_ wanted: String, limit: Int) {
        self.wanted = Array(wanted.unicodeScalars)
        self.limit = limit
    }

    /// Nil where there are more edits than the limit, or as many as the shorter word has letters.
    func distance(_ bytes: UnsafeRawBufferPointer) -> (edits: Int, similarity: Double)? {
        // A character is one to four bytes.
        guard bytes.count + limit >= wanted.count, bytes.count <= 4 * (wanted.count + limit) else {
            return nil
        }
        let word = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
        guard abs(word.count - wanted.count) <= limit, let edits = edits(word) else { return nil }
        let shorter = min(word.count, wanted.count)
        if edits > 0, edits >= shorter { return nil }
        return (edits, 1 - Double(edits) / Double(max(1, shorter)))
    }

    private func edits(_ word: [Unicode.Scalar]) -> Int? {
        var beforeLast: [Int] = []
        var last = Array(0...word.count)
        for (row, own) in wanted.enumerated() {
            var current = [row + 1]
            current.reserveCapacity(word.count + 1)
            for (column, other) in word.enumerated() {
                var least = min(last[column + 1] + 1, current[column] + 1)
                least = min(least, last[column] + (own == other ? 0 : 1))
                if row > 0, column > 0, own == word[column - 1], other == wanted[row - 1] {
                    least = min(least, beforeLast[column - 1] + 1)
                }
                current.append(least)
            }
            if (current.min() ?? 0) > limit { return nil }
            (beforeLast, last) = (last, current)
        }
        return last[word.count] <= limit ? last[word.count] : nil
    }
}

enum PhraseMatcher {
    /// How often a phrase is there. Each list says where one of its words would have it begin: all
    /// lists agree on an exact match; one that is off by d in all, up to `slop`, counts
    /// 1 / (1 + d), as Lucene does.
    static func frequency(_ begins: [[Int]], slop: Int) -> Double {
        guard begins.allSatisfy({ !$0.isEmpty }) else { return 0 }
        var places = [Int](repeating: 0, count: begins.count)
        var frequency = 0.0
        while true {
            var (least, greatest, first) = (Int.max, Int.min, 0)
            for (word, place) in places.enumerated() {
                let begin = begins[word][place]
                if begin < least { (least, first) = (begin, word) }
                greatest = max(greatest, begin)
            }
            if greatest - least <= slop {
                frequency += 1 / Double(1 + greatest - least)
                // Every word moves on: one place in the text is one match.
                for word in places.indices { places[word] += 1 }
            } else {
                places[first] += 1
            }
            if zip(places, begins).contains(where: { $0 >= $1.count }) { return frequency }
        }
    }
}
