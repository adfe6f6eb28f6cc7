internal import Values

/// A property type of a constraint, as statements write it: `INTEGER`, `STRING | BOOLEAN`,
/// `LIST<FLOAT NOT NULL>`, `VECTOR<FLOAT32>(256)`. A stored list never holds null, and whether a
/// property may be missing is another constraint's matter: NOT NULL adds nothing.
struct PropertyType: Sendable {
    indirect enum Alternative: Sendable {
        case scalar(String)
        case list([Alternative])
        case vector(dimensions: Int?)
    }

    let alternatives: [Alternative]

    private static let scalars: [String: String] = [
        "BOOL": "BOOLEAN", "BOOLEAN": "BOOLEAN", "INT": "INTEGER", "INTEGER": "INTEGER",
        "SIGNED INTEGER": "INTEGER", "FLOAT": "FLOAT", "STRING": "STRING", "VARCHAR": "STRING",
        "DATE": "DATE", "LOCAL TIME": "LOCAL TIME", "TIME WITHOUT TIMEZONE": "LOCAL TIME",
        "ZONED TIME": "ZONED TIME", "TIME WITH TIMEZONE": "ZONED TIME",
        "TIME WITH TIME ZONE": "ZONED TIME", "TIME WITHOUT TIME ZONE": "LOCAL TIME",
        "LOCAL DATETIME": "LOCAL DATETIME", "TIMESTAMP WITHOUT TIMEZONE": "LOCAL DATETIME",
        "TIMESTAMP WITHOUT TIME ZONE": "LOCAL DATETIME", "ZONED DATETIME": "ZONED DATETIME",
        "TIMESTAMP WITH TIMEZONE": "ZONED DATETIME",
        "TIMESTAMP WITH TIME ZONE": "ZONED DATETIME", "DURATION": "DURATION", "POINT": "POINT",
        "ANY": "ANY", "PROPERTY VALUE": "ANY", "ANY PROPERTY VALUE": "ANY",
    ]

    /// Errors: `limitExceeded` that names what is not a property type.
    init(_ text: String) throws(StoreError) {
        var parser = Parser(text)
        alternatives = try parser.parseAlternatives(inList: false)
        guard parser.isAtEnd else { throw parser.failure }
    }

    func admits(_ value: Value) -> Bool { alternatives.contains { Self.admits($0, value) } }

    private static func admits(_ alternative: Alternative, _ value: Value) -> Bool {
        switch (alternative, value) {
        case (.scalar("ANY"), _), (.scalar("BOOLEAN"), .boolean), (.scalar("INTEGER"), .integer),
            (.scalar("FLOAT"), .float), (.scalar("STRING"), .string), (.scalar("DATE"), .date),
            (.scalar("LOCAL TIME"), .localTime), (.scalar("ZONED TIME"), .time),
            (.scalar("LOCAL DATETIME"), .localDateTime), (.scalar("ZONED DATETIME"), .dateTime),
            (.scalar("DURATION"), .duration), (.scalar("POINT"), .point):
            true
        case (.list(let elements), .list(let values)):
            values.allSatisfy { value in elements.contains { admits($0, value) } }
        case (.vector(let dimensions), .vector(let values)):
            dimensions.map { $0 == values.count } ?? true
        default: false
        }
    }

    private struct Parser {
        private var tokens: [String] = []
        private var position = 0
        private let text: String

        init(_ text: String) {
            self.text = text
            var word = ""
            for character in text.uppercased() + " " {
                if character.isLetter || character.isNumber {
                    word.append(character)
                    continue
                }
                if !word.isEmpty { tokens.append(word) }
                word = ""
                if !character.isWhitespace { tokens.append(String(character)) }
            }
        }

        var isAtEnd: Bool { position == tokens.count }
        var failure: StoreError { .limitExceeded("'\(text)' is not a type of properties") }

        mutating func skip(_ token: String) -> Bool {
            guard !isAtEnd, tokens[position] == token else { return false }
            position += 1
            return true
        }

        mutating func parseAlternatives(inList: Bool) throws(StoreError) -> [Alternative] {
            var alternatives = [try parse(inList: inList)]
            while skip("|") { alternatives.append(try parse(inList: inList)) }
            return alternatives
        }

        private mutating func parse(inList: Bool) throws(StoreError) -> Alternative {
            var result: Alternative
            if !inList, skip("LIST") || skip("ARRAY") {
                guard skip("<") else { throw failure }
                result = .list(try parseAlternatives(inList: true))
                guard skip(">") else { throw failure }
            } else if skip("VECTOR") {
                result = .vector(dimensions: try parseVector())
            } else {
                result = .scalar(try parseScalar())
            }
            if skip("NOT") { guard skip("NULL") else { throw failure } }
            return result
        }

        private mutating func parseVector() throws(StoreError) -> Int? {
            if skip("<") {
                while !isAtEnd, tokens[position] != ">" { position += 1 }
                guard skip(">") else { throw failure }
            }
            guard skip("(") else { return nil }
            guard !isAtEnd, let dimensions = Int(tokens[position]) else { throw failure }
            position += 1
            guard skip(")") else { throw failure }
            return dimensions
        }

        /// The longest run of words that names a type.
        private mutating func parseScalar() throws(StoreError) -> String {
            for length in [4, 3, 2, 1] where position + length <= tokens.count {
                let name = tokens[position..<position + length].joined(separator: " ")
                if let scalar = PropertyType.scalars[name] {
                    position += length
                    return scalar
                }
            }
            throw failure
        }
    }
}
