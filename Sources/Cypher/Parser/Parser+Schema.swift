// CREATE and DROP of indexes and constraints.

extension Parser {
    /// The command at the current token, nil where a query begins.
    mutating func schemaCommand() throws(SyntaxError) -> SchemaCommand? {
        if at(.create), token(ahead: 1).kind == .word, token(ahead: 2).kind != .equal {
            return try create(from: start)
        }
        guard take(.drop) else { return nil }
        let isIndex = at(.index)
        guard take(.index) || take(.constraint) else {
            throw unexpected(.keyword(.index), .keyword(.constraint))
        }
        let name = try schemaName()
        var ifExists = false
        if take(.if) {
            try expect(.exists)
            ifExists = true
        }
        return isIndex
            ? .dropIndex(name: name, ifExists: ifExists)
            : .dropConstraint(name: name, ifExists: ifExists)
    }

    private mutating func create(from start: Int) throws(SyntaxError) -> SchemaCommand {
        advance()
        if take(.constraint) { return .createConstraint(try constraint(from: start)) }
        let kind: CreateIndex.Kind
        switch token.keyword {
        case .index: return .createIndex(try index(.range, from: start))
        case .range, .btree: kind = .range
        case .text: kind = .text
        case .point: kind = .point
        case .fulltext: kind = .fulltext
        case .vector: kind = .vector
        case .lookup: kind = .lookup
        default:
            throw unexpected(
                .thing("a pattern '(…)'"), .keyword(.index), .keyword(.constraint),
                .keyword(.range), .keyword(.text), .keyword(.point), .keyword(.fulltext),
                .keyword(.vector), .keyword(.lookup))
        }
        advance()
        return .createIndex(try index(kind, from: start))
    }

    // MARK: Indexes

    private mutating func index(
        _ kind: CreateIndex.Kind, from start: Int
    ) throws(SyntaxError) -> CreateIndex {
        try expect(.index)
        if kind == .range, at(.on), token(ahead: 1).kind == .colon {
            return try oldIndex(from: start)
        }
        let name = try optionalName()
        let ifNotExists = try ifNotExists()
        try expect(.for)
        var (target, variable) = try schemaPattern(
            severalLabels: kind == .fulltext, none: kind == .lookup)
        try expect(.on)
        if kind == .lookup {
            try lookupFunction(target, variable)
        } else {
            if kind == .fulltext { try expect(.each) }
            target.properties = try schemaProperties(
                of: variable, in: kind == .fulltext ? .leftBracket : .leftParenthesis)
        }
        let options = try options()
        return CreateIndex(
            kind: kind, name: name, ifNotExists: ifNotExists, target: target, options: options,
            range: range(from: start))
    }

    /// `CREATE INDEX ON :Label(a, b)`
    private mutating func oldIndex(from start: Int) throws(SyntaxError) -> CreateIndex {
        advance()
        advance()
        let label = try name("a label")
        try expect(.leftParenthesis)
        var properties: [Name] = []
        repeat { properties.append(try name("a property key")) } while take(.comma)
        try expect(.rightParenthesis, or: [.sign(.comma)])
        return CreateIndex(
            kind: .range, name: nil, ifNotExists: false,
            target: SchemaTarget(
                isRelationship: false, labelsOrTypes: [label], properties: properties),
            options: nil, range: range(from: start))
    }

    /// `EACH labels(n)` or `[EACH] type(r)`
    private mutating func lookupFunction(
        _ target: SchemaTarget, _ variable: Name
    ) throws(SyntaxError) {
        _ = take(.each)
        let keyword: Keyword = target.isRelationship ? .type : .labels
        try expect(keyword)
        try expect(.leftParenthesis)
        try requireSame(variable, try name("a variable"))
        try expect(.rightParenthesis)
    }

    // MARK: Constraints

    private mutating func constraint(from start: Int) throws(SyntaxError) -> CreateConstraint {
        let name = try optionalName()
        let ifNotExists = try ifNotExists()
        guard take(.for) || take(.on) else { throw unexpected(.keyword(.for)) }
        var (target, variable) = try schemaPattern(severalLabels: false, none: false)
        guard take(.require) || take(.assert) else { throw unexpected(.keyword(.require)) }
        var kind: CreateConstraint.Kind
        if at(.exists), token(ahead: 1).kind == .leftParenthesis {
            advance()
            target.properties = try schemaProperties(of: variable, in: .leftParenthesis)
            kind = .exists
        } else {
            target.properties = try schemaProperties(of: variable, in: .leftParenthesis)
            kind = try constraintKind(target)
        }
        if case .unique = kind {
        } else if case .key = kind {
        } else if target.properties.count > 1 {
            throw SyntaxError(
                .unexpectedSyntax, "This kind of constraint is about one property",
                range(from: start))
        }
        let options = try options()
        return CreateConstraint(
            kind: kind, name: name, ifNotExists: ifNotExists, target: target, options: options,
            range: range(from: start))
    }

    /// What follows the properties.
    private mutating func constraintKind(
        _ target: SchemaTarget
    ) throws(SyntaxError) -> CreateConstraint.Kind {
        if take(.doubleColon) { return .type(try valueType()) }
        try expect(.is)
        if take(.not, .null) { return .exists }
        if take(.doubleColon) || take(.typed) { return .type(try valueType()) }
        let place = token.range
        let saysNode = take(.node)
        let saysRelationship = !saysNode && (take(.relationship) || take(.rel))
        guard !(saysNode && target.isRelationship), !(saysRelationship && !target.isRelationship)
        else {
            throw SyntaxError(
                .unexpectedSyntax,
                "The pattern is of a \(target.isRelationship ? "relationship" : "node")", place)
        }
        if take(.key) { return .key }
        if take(.unique) { return .unique }
        throw unexpected(
            .keyword(.unique), .thing("'NOT NULL'"), .keyword(.key), .sign(.doubleColon))
    }

    // MARK: Parts

    private mutating func optionalName() throws(SyntaxError) -> SchemaName? {
        switch token.keyword {
        case .if where token(ahead: 1).keyword == .not: return nil
        case .for, .on:
            return token(ahead: 1).kind == .leftParenthesis ? nil : .name(takeName())
        default: return try schemaName()
        }
    }

    private mutating func schemaName() throws(SyntaxError) -> SchemaName {
        guard at(.parameter) else { return .name(try name("a name")) }
        let range = token.range
        return .parameter(Name(parameterName(), range))
    }

    private mutating func ifNotExists() throws(SyntaxError) -> Bool {
        guard take(.if) else { return false }
        try expect(.not)
        try expect(.exists)
        return true
    }

    /// `OPTIONS {…}` or `OPTIONS $options`
    private mutating func options() throws(SyntaxError) -> Expression? {
        guard take(.options) else { return nil }
        if at(.leftBrace) { return try mapLiteral() }
        guard at(.parameter) else { throw unexpected(.sign(.leftBrace), .sign(.parameter)) }
        let range = token.range
        return Expression(.parameter(parameterName()), range)
    }

    /// `(n:A|B)` or `()-[r:T]-()`, with or without an arrow.
    private mutating func schemaPattern(
        severalLabels: Bool, none: Bool
    ) throws(SyntaxError) -> (SchemaTarget, Name) {
        try expect(.leftParenthesis)
        var target = SchemaTarget(isRelationship: false, labelsOrTypes: [], properties: [])
        let variable: Name
        if take(.rightParenthesis) {
            target.isRelationship = true
            _ = take(.less)
            try expect(.minus)
            try expect(.leftBracket)
            variable = try name("a variable")
            target.labelsOrTypes = try schemaLabels(several: severalLabels, none: none)
            try expect(.rightBracket)
            try expect(.minus)
            _ = take(.greater)
            try expect(.leftParenthesis)
        } else {
            variable = try name("a variable")
            target.labelsOrTypes = try schemaLabels(several: severalLabels, none: none)
        }
        try expect(.rightParenthesis)
        return (target, variable)
    }

    private mutating func schemaLabels(
        several: Bool, none: Bool
    ) throws(SyntaxError) -> [Name] {
        if none { return [] }
        try expect(.colon)
        var labels = [try name("a label or type")]
        while several, take(.bar) { labels.append(try name("a label or type")) }
        return labels
    }

    /// `n.a`, `(n.a, n.b)` or `[n.a, n.b]`
    private mutating func schemaProperties(
        of variable: Name, in bracket: Token.Kind
    ) throws(SyntaxError) -> [Name] {
        guard at(bracket) || bracket == .leftParenthesis && token.isName else {
            throw unexpected(.sign(bracket))
        }
        let isBracketed = take(bracket)
        var properties: [Name] = []
        repeat {
            try requireSame(variable, try name("the variable '\(variable.text)'"))
            try expect(.dot)
            properties.append(try name("a property key"))
        } while isBracketed && take(.comma)
        if isBracketed {
            let closing: Token.Kind =
                bracket == .leftBracket ? .rightBracket : .rightParenthesis
            try expect(closing, or: [.sign(.comma)])
        }
        return properties
    }

    private func requireSame(_ variable: Name, _ used: Name) throws(SyntaxError) {
        guard variable.text.utf8.elementsEqual(used.text.utf8) else {
            throw SyntaxError(
                .unexpectedSyntax,
                "Invalid input '\(used.text)': the pattern's variable is '\(variable.text)'",
                used.range)
        }
    }
}
