/// What the parser could have gone on with.
enum Expected {
    case keyword(Keyword)
    case sign(Token.Kind)
    case thing(String)

    var description: String {
        switch self {
        case .keyword(let keyword): "'\(keyword.spelling)'"
        case .sign(let kind): kind.description
        case .thing(let text): text
        }
    }
}

extension Token.Kind {
    /// As it is named in an error.
    var description: String {
        switch self {
        case .endOfText: "the end of the text"
        case .word, .quotedWord: "a name"
        case .string: "a string"
        case .number: "a number"
        case .parameter: "a parameter"
        case .dollar: "'$'"
        case .leftParenthesis: "'('"
        case .rightParenthesis: "')'"
        case .leftBracket: "'['"
        case .rightBracket: "']'"
        case .leftBrace: "'{'"
        case .rightBrace: "'}'"
        case .comma: "','"
        case .dot: "'.'"
        case .dots: "'..'"
        case .colon: "':'"
        case .doubleColon: "'::'"
        case .semicolon: "';'"
        case .bar: "'|'"
        case .doubleBar: "'||'"
        case .ampersand: "'&'"
        case .exclamation: "'!'"
        case .plus: "'+'"
        case .plusEqual: "'+='"
        case .minus: "'-'"
        case .star: "'*'"
        case .slash: "'/'"
        case .percent: "'%'"
        case .caret: "'^'"
        case .equal: "'='"
        case .matches: "'=~'"
        case .notEqual: "'<>'"
        case .less: "'<'"
        case .lessOrEqual: "'<='"
        case .greater: "'>'"
        case .greaterOrEqual: "'>='"
        }
    }
}

extension Parser {
    /// The words that may follow where a clause ends, for the sake of `ODER BY`.
    private static let continuations: [Keyword] =
        Keyword.allCases.filter(\.startsClause) + [
            .where, .union, .yield, .using, .as, .on, .and, .or,
        ]

    func unexpected(_ expected: Expected...) -> SyntaxError { unexpected(expected) }

    /// "Invalid input …: did you mean …? Expected …", about the current token.
    func unexpected(_ expected: [Expected]) -> SyntaxError {
        var message = "Invalid input \(found)"
        var isTypo = false
        if token.kind == .word, token.keyword == nil {
            var candidates: [Keyword] = []
            for case .keyword(let keyword) in expected { candidates.append(keyword) }
            if let nearest = nearest(of: candidates + Self.continuations) {
                message += ": did you mean '\(nearest.spelling)'?"
                isTypo = true
            }
        } else if at(.exclamation), token(ahead: 1).kind == .equal {
            message += ": 'not equal' is written '<>'."
            isTypo = true
        }
        if !expected.isEmpty {
            let list = expected.map(\.description)
            message += isTypo ? " Expected " : ": expected "
            message += list.dropLast().joined(separator: ", ")
            message += list.count > 1 ? " or \(list[list.count - 1])" : list[0]
        }
        return SyntaxError(.unexpectedSyntax, message, token.range)
    }

    /// The error where a clause should begin, and at the end of a complete one.
    func unexpectedClause(orEnd end: String?) -> SyntaxError {
        var expected: [Expected] = [
            .keyword(.match), .keyword(.create), .keyword(.merge), .keyword(.with),
            .keyword(.unwind), .keyword(.call), .keyword(.return), .thing("another clause"),
        ]
        if let end { expected.append(.thing(end)) }
        return unexpected(expected)
    }

    /// The current token as shown in an error, cut where it is long.
    private var found: String {
        if at(.endOfText) { return "'' (the end of the text)" }
        let text = text(of: token)
        let limit = 40
        if text.unicodeScalars.count <= limit { return "'\(text)'" }
        return "'\(String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))))…'"
    }

    /// The keyword at most two edits away from the current word, and less than half of it.
    private func nearest(of candidates: [Keyword]) -> Keyword? {
        let word = Array(text(of: token).utf8.map { $0 & 0xDF })
        guard word.count > 2, word.count <= 20 else { return nil }
        var best: (keyword: Keyword, distance: Int)?
        for candidate in candidates {
            let distance = editDistance(word, Array(candidate.spelling.utf8))
            guard distance <= 2, distance * 2 < word.count else { continue }
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.keyword
    }
}

/// How many insertions, deletions, replacements and swaps of neighbours turn one word into the
/// other. Cost: the product of the lengths.
func editDistance(_ first: [UInt8], _ second: [UInt8]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...second.count)
    for i in first.indices {
        var current = [i + 1]
        for j in second.indices {
            let replaced = previous[j] + (first[i] == second[j] ? 0 : 1)
            var best = min(replaced, previous[j + 1] + 1, current[j] + 1)
            if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
                best = min(best, beforePrevious[j - 1] + 1)
            }
            current.append(best)
        }
        (beforePrevious, previous) = (previous, current)
    }
    return previous[second.count]
}
