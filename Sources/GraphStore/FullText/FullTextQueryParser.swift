/// Reads a query by recursive descent. AND and OR have Lucene's meaning: AND makes what stands on
/// both sides of it required, OR leaves it as it is.
struct FullTextQueryParser {
    private let text: [Unicode.Scalar]
    private var place = 0
    private var depth = 0
    private var clauseCount = 0

    /// Groups and properties inside each other.
    private static let maximumDepth = 64
    /// Words, phrases and groups of one query.
    private static let maximumClauses = 1024
    private static let maximumSlop = 1000
    static let maximumEdits = 2

    init(_ text: String) { self.text = Array(text.unicodeScalars) }

    mutating func parse() throws(FullTextSyntaxError) -> FullTextQuery {
        let query = try clauses()
        if let here { throw error("unexpected '\(here)'") }
        return query
    }

    // MARK: Characters

    private var here: Unicode.Scalar? { place < text.count ? text[place] : nil }

    private func at(_ words: String) -> Bool {
        text[place...].starts(with: words.unicodeScalars)
    }

    private mutating func take(_ words: String) -> Bool {
        guard at(words) else { return false }
        place += words.unicodeScalars.count
        return true
    }

    private mutating func skipSpace() {
        while let here, here.properties.isWhitespace { place += 1 }
    }

    private func error(_ message: String, at position: Int? = nil) -> FullTextSyntaxError {
        FullTextSyntaxError(message: message, position: (position ?? place) + 1)
    }

    private static let special = Set("+-!(){}[]^\"~*?:\\/&|".unicodeScalars)
    /// Special at the begin of a word only.
    private static let specialAtBegin = Set("+-!&|/".unicodeScalars)

    // MARK: Clauses

    private enum Conjunction { case and, or }

    private mutating func clauses() throws(FullTextSyntaxError) -> FullTextQuery {
        var clauses: [FullTextQuery.Clause] = []
        while true {
            skipSpace()
            guard let here, here != ")" else { break }
            let begin = place
            let conjunction = conjunction()
            if conjunction != nil, clauses.isEmpty {
                throw error("expected a word before the operator", at: begin)
            }
            var occurrence = occurrence()
            let query = try clause()
            clauseCount += 1
            if clauseCount > Self.maximumClauses {
                throw error("more than \(Self.maximumClauses) clauses", at: begin)
            }
            if conjunction == .and {
                if clauses[clauses.count - 1].occurrence == .should {
                    clauses[clauses.count - 1].occurrence = .must
                }
                if occurrence == .should { occurrence = .must }
            }
            clauses.append(FullTextQuery.Clause(occurrence: occurrence, query: query))
        }
        if clauses.count == 1, clauses[0].occurrence != .mustNot { return clauses[0].query }
        return .clauses(clauses)
    }

    private mutating func conjunction() -> Conjunction? {
        defer { skipSpace() }
        if take("&&") || takeWord("AND") { return .and }
        if take("||") || takeWord("OR") { return .or }
        return nil
    }

    private mutating func occurrence() -> FullTextQuery.Occurrence {
        defer { skipSpace() }
        if take("+") { return .must }
        if take("-") || take("!") || takeWord("NOT") { return .mustNot }
        return .should
    }

    /// An operator in capitals that is a word by itself.
    private mutating func takeWord(_ word: String) -> Bool {
        guard at(word) else { return false }
        let end = place + word.unicodeScalars.count
        guard end == text.count || text[end].properties.isWhitespace || text[end] == "(" else {
            return false
        }
        place = end
        return true
    }

    private mutating func clause() throws(FullTextSyntaxError) -> FullTextQuery {
        depth += 1
        defer { depth -= 1 }
        if depth > Self.maximumDepth {
            throw error("more than \(Self.maximumDepth) groups inside each other")
        }
        guard let here else { throw error("expected a word, found the end") }
        switch here {
        case "(":
            let begin = place
            place += 1
            let group = try clauses()
            guard take(")") else { throw error("the group is not closed", at: begin) }
            return try boosted(group)
        case "\"": return try phrase()
        case "[", "{": return try boosted(try range())
        default: return try word()
        }
    }

    private mutating func boosted(_ query: FullTextQuery) throws(FullTextSyntaxError)
        -> FullTextQuery
    {
        guard take("^") else { return query }
        let begin = place
        guard let boost = number(), boost > 0 else {
            throw error("expected a positive number behind '^'", at: begin)
        }
        return .boosted(query, boost)
    }

    /// Digits with at most one point among them.
    private mutating func number() -> Double? {
        let begin = place
        while let here, here == "." || ("0"..."9").contains(here) { place += 1 }
        return Double(String(String.UnicodeScalarView(text[begin..<place])))
    }

    // MARK: Phrases and ranges

    private mutating func phrase() throws(FullTextSyntaxError) -> FullTextQuery {
        let text = try quoted()
        var slop = 0
        if take("~") {
            let begin = place
            guard let number = number(), number <= Double(Self.maximumSlop) else {
                throw error("expected a number up to \(Self.maximumSlop) behind '~'", at: begin)
            }
            slop = Int(number)
        }
        return try boosted(.phrase(text, slop: slop))
    }

    private mutating func quoted() throws(FullTextSyntaxError) -> String {
        let begin = place
        place += 1
        var content = String.UnicodeScalarView()
        while let here, here != "\"" {
            place += 1
            if here == "\\" {
                guard let escaped = self.here else { break }
                content.append(escaped)
                place += 1
            } else {
                content.append(here)
            }
        }
        guard take("\"") else { throw error("the phrase is not closed", at: begin) }
        return String(content)
    }

    /// `[a TO b]`, `{a TO b}`, `[a TO *]`
    private mutating func range() throws(FullTextSyntaxError) -> FullTextQuery {
        let includesLower = here == "["
        place += 1
        let lower = try bound()
        skipSpace()
        guard takeWord("TO") else { throw error("expected TO") }
        let upper = try bound()
        skipSpace()
        let includesUpper = here == "]"
        guard take("]") || take("}") else { throw error("expected ']' or '}'") }
        return .range(
            lower.map { FullTextQuery.Bound(text: $0, inclusive: includesLower) },
            upper.map { FullTextQuery.Bound(text: $0, inclusive: includesUpper) })
    }

    /// Nil for `*`.
    private mutating func bound() throws(FullTextSyntaxError) -> String? {
        skipSpace()
        if here == "\"" { return try quoted() }
        let begin = place
        var content = String.UnicodeScalarView()
        while let here, !here.properties.isWhitespace, here != "]", here != "}" {
            content.append(here)
            place += 1
        }
        if content.isEmpty { throw error("expected a word", at: begin) }
        let word = String(content)
        return word == "*" ? nil : word
    }

    // MARK: Words

    private mutating func word() throws(FullTextSyntaxError) -> FullTextQuery {
        let begin = place
        let pieces = try wordPieces()
        if pieces.isEmpty {
            if here == "/" { throw error("regular expressions are not part of the syntax") }
            throw error(here.map { "unexpected '\($0)'" } ?? "expected a word, found the end")
        }
        if take(":") { return try field(pieces, at: begin) }
        if case .literal(let text) = pieces[0], pieces.count == 1 {
            if take("~") { return try boosted(.fuzzy(text, edits: try edits(of: text))) }
            return try boosted(.words(text))
        }
        if pieces.count == 2, case .literal(let text) = pieces[0], pieces[1] == .anyCharacters {
            return try boosted(.prefix(text))
        }
        return try boosted(.wildcard(pieces))
    }

    private mutating func wordPieces() throws(FullTextSyntaxError) -> [FullTextQuery.WildcardPiece]
    {
        var pieces: [FullTextQuery.WildcardPiece] = []
        var literal = String.UnicodeScalarView()
        func flush() {
            if !literal.isEmpty { pieces.append(.literal(String(literal))) }
            literal.removeAll()
        }
        while let here, !here.properties.isWhitespace {
            switch here {
            case "\\":
                place += 1
                guard let escaped = self.here else {
                    throw error("expected a character behind '\\'")
                }
                literal.append(escaped)
            case "*":
                flush()
                if pieces.last != .anyCharacters { pieces.append(.anyCharacters) }
            case "?":
                flush()
                pieces.append(.anyCharacter)
            case let other where Self.special.contains(other):
                let isInside = !literal.isEmpty || !pieces.isEmpty
                guard isInside, Self.specialAtBegin.contains(other) else {
                    flush()
                    return pieces
                }
                literal.append(other)
            default: literal.append(here)
            }
            place += 1
        }
        flush()
        return pieces
    }

    private mutating func field(_ pieces: [FullTextQuery.WildcardPiece], at begin: Int)
        throws(FullTextSyntaxError) -> FullTextQuery
    {
        if pieces == [.anyCharacters] {
            guard take("*") else { throw error("expected '*' behind '*:'") }
            return try boosted(.everything)
        }
        guard case .literal(let name) = pieces[0], pieces.count == 1 else {
            throw error("a property's name has no wildcards", at: begin)
        }
        skipSpace()
        return .field(name, try clause())
    }

    /// What follows `~`: a number of edits, or Lucene's older least similarity below 1.
    private mutating func edits(of word: String) throws(FullTextSyntaxError) -> Int {
        let begin = place
        guard let here, here == "." || ("0"..."9").contains(here) else { return Self.maximumEdits }
        guard let number = number() else { throw error("expected a number", at: begin) }
        if number > 0, number < 1 {
            let characters = Double(word.unicodeScalars.count)
            return min(Self.maximumEdits, Int((1 - number) * characters))
        }
        guard number.rounded() == number, number <= Double(Self.maximumEdits) else {
            throw error("expected at most \(Self.maximumEdits) edits", at: begin)
        }
        return Int(number)
    }
}
