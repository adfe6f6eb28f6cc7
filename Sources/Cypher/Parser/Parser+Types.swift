// Value types, as written behind `IS ::` and in type constraints.

extension Parser {
    /// A type or several with `|` between them.
    mutating func valueType() throws(SyntaxError) -> ValueType {
        var members = [try postfixedType()]
        while at(.bar), position != projectionBar {
            advance()
            members.append(try postfixedType())
        }
        return members.count == 1 ? members[0] : .union(members)
    }

    /// A type and what may follow it: `LIST`, `ARRAY`, `NOT NULL`, `!`, any number of times.
    private mutating func postfixedType() throws(SyntaxError) -> ValueType {
        try enter(2)
        defer { leave(2) }
        var type = try plainType()
        var levels = 0
        while true {
            if take(.not, .null) || take(.exclamation) {
                type = .notNull(type)
            } else if takeTypeWord("LIST") || takeTypeWord("ARRAY") {
                type = .list(type)
            } else {
                return type
            }
            levels += 1
            guard depth + levels <= Self.maximumNesting else { throw nestedTooDeep() }
        }
    }

    private mutating func plainType() throws(SyntaxError) -> ValueType {
        guard token.kind == .word else { throw unexpected(.thing("a type")) }
        let place = token
        let word = text(of: place).uppercased()
        advance()
        switch word {
        case "NOTHING": return .nothing
        case "NULL": return .null
        case "BOOLEAN", "BOOL": return .boolean
        case "STRING", "VARCHAR": return .string
        case "INTEGER", "INT", "INT8", "INT16", "INT32", "INT64", "INTEGER8", "INTEGER16",
            "INTEGER32", "INTEGER64":
            return .integer
        case "SIGNED":
            guard takeTypeWord("INTEGER") || takeTypeWord("INT") else {
                throw unexpected(.thing("'INTEGER'"))
            }
            return .integer
        case "FLOAT", "FLOAT32", "FLOAT64": return .float
        case "DATE": return .date
        case "LOCAL":
            if takeTypeWord("TIME") { return .localTime }
            guard takeTypeWord("DATETIME") else {
                throw unexpected(.thing("'TIME'"), .thing("'DATETIME'"))
            }
            return .localDateTime
        case "ZONED":
            if takeTypeWord("TIME") { return .zonedTime }
            guard takeTypeWord("DATETIME") else {
                throw unexpected(.thing("'TIME'"), .thing("'DATETIME'"))
            }
            return .zonedDateTime
        case "TIME": return try isZoned() ? .zonedTime : .localTime
        case "TIMESTAMP": return try isZoned() ? .zonedDateTime : .localDateTime
        case "DURATION": return .duration
        case "POINT": return .point
        case "NODE", "VERTEX": return .node
        case "RELATIONSHIP", "EDGE": return .relationship
        case "PATH", "PATHS": return .path
        case "MAP": return .map
        case "LIST", "ARRAY":
            try expect(.less)
            let element = try valueType()
            try expect(.greater)
            return .list(element)
        case "PROPERTY":
            guard takeTypeWord("VALUE") else { throw unexpected(.thing("'VALUE'")) }
            return .propertyValue
        case "ANY": return try anyType()
        default:
            throw SyntaxError(
                .unexpectedSyntax, "Invalid input '\(text(of: place))': expected a type",
                place.range)
        }
    }

    /// What follows ANY.
    private mutating func anyType() throws(SyntaxError) -> ValueType {
        if takeTypeWord("NODE") || takeTypeWord("VERTEX") { return .node }
        if takeTypeWord("RELATIONSHIP") || takeTypeWord("EDGE") { return .relationship }
        if takeTypeWord("MAP") { return .map }
        if takeTypeWord("PROPERTY") {
            guard takeTypeWord("VALUE") else { throw unexpected(.thing("'VALUE'")) }
            return .propertyValue
        }
        _ = takeTypeWord("VALUE")
        guard take(.less) else { return .any }
        // Within angle brackets every `|` is an alternative.
        let outerBar = projectionBar
        defer { projectionBar = outerBar }
        projectionBar = -1
        let members = try valueType()
        try expect(.greater)
        return members
    }

    /// `WITH TIME ZONE` or `WITHOUT TIME ZONE`, also as `TIMEZONE`.
    private mutating func isZoned() throws(SyntaxError) -> Bool {
        let zoned = at(.with)
        guard take(.with) || takeTypeWord("WITHOUT") else {
            throw unexpected(.keyword(.with), .thing("'WITHOUT'"))
        }
        if takeTypeWord("TIMEZONE") { return zoned }
        guard takeTypeWord("TIME"), takeTypeWord("ZONE") else {
            throw unexpected(.thing("'TIME ZONE'"))
        }
        return zoned
    }

    private mutating func takeTypeWord(_ word: String) -> Bool {
        let token = token
        guard token.kind == .word, Int(token.end - token.start) == word.utf8.count else {
            return false
        }
        var index = Int(token.start)
        for byte in word.utf8 {
            guard bytes[index] & 0xDF == byte else { return false }
            index += 1
        }
        advance()
        return true
    }
}
