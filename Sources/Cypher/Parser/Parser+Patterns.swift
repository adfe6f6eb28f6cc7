// Paths: nodes, relationships, quantified parts, and how to choose among the paths found.

/// Where a pattern stands, and so what it may hold.
enum PatternContext {
    case match, create, merge, expression

    var writes: Bool { self == .create || self == .merge }
}

extension Parser {
    mutating func pattern(_ context: PatternContext) throws(SyntaxError) -> Pattern {
        var paths: [PathPattern] = []
        repeat { paths.append(try path(context)) } while take(.comma)
        return Pattern(paths: paths)
    }

    mutating func path(_ context: PatternContext) throws(SyntaxError) -> PathPattern {
        let start = start
        var variable: Name?
        if token.isName, token(ahead: 1).kind == .equal {
            variable = takeName()
            advance()
        }
        if at(.shortestpath) || at(.allshortestpaths), token(ahead: 1).kind == .leftParenthesis {
            guard !context.writes else { throw unexpected(.thing("a node pattern")) }
            var path = try shortestPathPattern(context)
            path.variable = variable
            path.range = range(from: start)
            return path
        }
        let selector = context == .match ? try selector() : .all
        let elements = try elements(context)
        return PathPattern(
            variable: variable, selector: selector, elements: elements, range: range(from: start))
    }

    /// A pattern within an expression: no variable, no selector, one relationship at least.
    mutating func expressionPath() throws(SyntaxError) -> PathPattern {
        try enter(2)
        defer { leave(2) }
        let start = start
        let elements = try elements(.expression)
        return PathPattern(
            variable: nil, selector: .all, elements: elements, range: range(from: start))
    }

    /// `shortestPath((a)-[*]-(b))`, `allShortestPaths(…)`
    mutating func shortestPathPattern(
        _ context: PatternContext
    ) throws(SyntaxError) -> PathPattern {
        try enter(2)
        defer { leave(2) }
        let start = start
        let selector: PathSelector = at(.shortestpath) ? .shortestPath : .allShortestPaths
        advance()
        try expect(.leftParenthesis)
        let elements = try elements(context)
        try expect(.rightParenthesis)
        return PathPattern(
            variable: nil, selector: selector, elements: elements, range: range(from: start))
    }

    /// `SHORTEST k [GROUPS]`, `ALL SHORTEST`, `ANY SHORTEST`, `ANY k`, each with `PATHS` or
    /// without.
    private mutating func selector() throws(SyntaxError) -> PathSelector {
        guard token.kind == .word else { return .all }
        var selector = PathSelector.all
        switch token.keyword {
        case .shortest:
            advance()
            let count = at(.number) ? try pathCount() : nil
            _ = take(.path) || take(.paths)
            if take(.group) || take(.groups) {
                return .shortestGroups(count ?? 1)
            }
            guard let count else { throw unexpected(.thing("how many paths")) }
            return .shortest(count)
        case .all:
            advance()
            if take(.shortest) { selector = .allShortest }
        case .any:
            advance()
            if take(.shortest) {
                selector = .anyShortest
            } else {
                selector = .any(at(.number) ? try pathCount() : 1)
            }
        default:
            return .all
        }
        _ = take(.path) || take(.paths)
        return selector
    }

    private mutating func pathCount() throws(SyntaxError) -> Int {
        let range = token.range
        let count = try count("how many paths")
        guard count > 0 else {
            throw SyntaxError(.unexpectedSyntax, "At least one path must be asked for", range)
        }
        return count
    }

    // MARK: Elements

    private mutating func elements(
        _ context: PatternContext
    ) throws(SyntaxError) -> [PatternElement] {
        guard at(.leftParenthesis) else { throw unexpected(.thing("a node pattern '(…)'")) }
        if isParenthesizedPath, let inlined = try unquantifiedPath(context) { return inlined }
        var elements: [PatternElement] = []
        elements.reserveCapacity(Self.usualElements)
        try appendNode(to: &elements, context)
        while true {
            if isRelationship {
                try appendRelationship(to: &elements, context)
                try appendNode(to: &elements, context)
            } else if at(.leftParenthesis), context == .match {
                try appendNode(to: &elements, context)
            } else {
                return elements
            }
        }
    }

    /// Longer paths make room as they need it.
    private static let usualElements = 8

    private mutating func appendRelationship(
        to elements: inout [PatternElement], _ context: PatternContext
    ) throws(SyntaxError) {
        if elements.last?.kind == .quantified {
            throw SyntaxError(
                .unexpectedSyntax,
                "A quantified path pattern is followed by a node, not by a relationship",
                token.range)
        }
        var pattern = RelationshipPattern(
            variable: nil, types: nil, properties: nil, predicate: nil, direction: .either,
            length: nil, range: token.range)
        try relationship(&pattern, context)
        elements.append(.relationship(consume pattern))
        guard at(.leftParenthesis), !isParenthesizedPath else {
            throw unexpected(.thing("a node pattern '(…)'"))
        }
    }

    /// Appends the node or the quantified path at the current bracket.
    private mutating func appendNode(
        to elements: inout [PatternElement], _ context: PatternContext
    ) throws(SyntaxError) {
        if isParenthesizedPath {
            elements.append(try quantified(context))
            return
        }
        if elements.last?.kind == .node {
            throw SyntaxError(
                .unexpectedSyntax, "Two nodes need a relationship or a comma between them",
                token.range)
        }
        var pattern = NodePattern(
            variable: nil, labels: nil, properties: nil, predicate: nil, range: token.range)
        try node(&pattern, context)
        elements.append(.node(consume pattern))
    }

    private mutating func quantified(
        _ context: PatternContext
    ) throws(SyntaxError) -> PatternElement {
        let start = start
        let (elements, predicate) = try parenthesizedPath(context)
        guard let length = try quantifier() else {
            throw unexpected(.thing("a quantifier such as {1,3}, + or *"))
        }
        guard elements.count > 1 else {
            throw SyntaxError(
                .unexpectedSyntax, "A quantified path pattern needs a relationship",
                range(from: start))
        }
        return .quantified(
            QuantifiedPath(
                elements: elements, predicate: predicate, length: length,
                range: range(from: start)))
    }

    /// Whether the bracket at the current token holds a path and not a node.
    private var isParenthesizedPath: Bool {
        let next = token(ahead: 1)
        return next.kind == .leftParenthesis
            || next.isName && token(ahead: 2).kind == .equal
    }

    private mutating func parenthesizedPath(
        _ context: PatternContext
    ) throws(SyntaxError) -> (elements: [PatternElement], predicate: Expression?) {
        guard context == .match else { throw unexpected(.thing("a node pattern '(…)'")) }
        try enter(2)
        defer { leave(2) }
        advance()
        if token.isName {
            throw SyntaxError(
                .unexpectedSyntax, "A path within a path pattern cannot be named", token.range)
        }
        let elements = try elements(context)
        let predicate = take(.where) ? try predicate() : nil
        try expect(.rightParenthesis, or: [.keyword(.where)])
        return (elements, predicate)
    }

    /// A whole path in brackets without a quantifier, as in
    /// `ANY SHORTEST ((a)-->+(b) WHERE a.x < b.x)`: its predicate holds before paths are chosen,
    /// as an inline one of its last node does. Nil where a quantifier follows the brackets.
    private mutating func unquantifiedPath(
        _ context: PatternContext
    ) throws(SyntaxError) -> [PatternElement]? {
        switch token(at: max(position, Int(token.partner)) + 1).kind {
        case .plus, .star, .leftBrace, .leftParenthesis: return nil
        default: break
        }
        var (elements, predicate) = try parenthesizedPath(context)
        guard let predicate else { return elements }
        guard case .node(var last) = elements[elements.count - 1] else {
            throw SyntaxError(
                .unexpectedSyntax, "A path with a predicate must end with a node",
                predicate.range)
        }
        last.predicate = last.predicate.map { Self.conjunction($0, predicate) } ?? predicate
        elements[elements.count - 1] = .node(last)
        return elements
    }

    /// `{n}`, `{n,m}`, `{n,}`, `{,m}`, `+`, `*` behind a relationship or a path in brackets.
    private mutating func quantifier() throws(SyntaxError) -> PathLength? {
        let start = start
        if take(.plus) { return PathLength(minimum: 1, maximum: nil) }
        if take(.star) { return PathLength(minimum: 0, maximum: nil) }
        guard take(.leftBrace) else { return nil }
        let minimum = at(.number) ? try count("a number of hops") : nil
        guard take(.comma) else {
            guard let minimum else { throw unexpected(.thing("a number of hops"), .sign(.comma)) }
            try expect(.rightBrace, or: [.sign(.comma)])
            return PathLength(minimum: minimum, maximum: minimum)
        }
        let maximum = at(.number) ? try count("a number of hops") : nil
        try expect(.rightBrace)
        if let minimum, let maximum, minimum > maximum {
            throw SyntaxError(
                .unexpectedSyntax, "A quantifier's first bound cannot exceed its second",
                range(from: start))
        }
        return PathLength(minimum: minimum ?? 0, maximum: maximum)
    }

    // MARK: Nodes

    private mutating func node(
        _ pattern: inout NodePattern, _ context: PatternContext
    ) throws(SyntaxError) {
        try expect(.leftParenthesis)
        pattern.variable = takeElementVariable(end: .rightParenthesis)
        if take(.colon) || take(.is) { pattern.labels = try labelExpression() }
        pattern.properties = try properties(context)
        pattern.predicate = try inlinePredicate(context)
        guard take(.rightParenthesis) else {
            throw unexpectedInElement(
                closing: .rightParenthesis, labels: pattern.labels, length: true,
                properties: pattern.properties, predicate: pattern.predicate)
        }
        pattern.range = range(from: pattern.range.start)
        if context.writes, let labels = pattern.labels {
            try requireWritable(labels, pattern.range)
        }
    }

    /// The error in front of a node's or relationship's closing bracket: what could still stand
    /// there.
    private func unexpectedInElement(
        closing: Token.Kind, labels: LabelExpression?, length: Bool, properties: Expression?,
        predicate: Expression?
    ) -> SyntaxError {
        var expected: [Expected] = [.sign(closing)]
        if predicate == nil {
            if properties == nil {
                if labels == nil { expected.append(.sign(.colon)) }
                if !length { expected.append(.sign(.star)) }
                expected.append(.thing("properties '{…}'"))
            }
            expected.append(.keyword(.where))
        }
        return unexpected(expected)
    }

    /// The variable of a node or relationship, if there is one: `(where)` and `(is:A)` have,
    /// `(WHERE a.x)` and `(IS A)` have none.
    private mutating func takeElementVariable(end: Token.Kind) -> Name? {
        guard token.isName else { return nil }
        if at(.where) || at(.is) {
            switch token(ahead: 1).kind {
            case end, .colon, .leftBrace, .star: break
            default: return nil
            }
        }
        return takeName()
    }

    private mutating func properties(
        _ context: PatternContext
    ) throws(SyntaxError) -> Expression? {
        if at(.leftBrace) { return try mapLiteral() }
        guard at(.parameter) else { return nil }
        let range = token.range
        guard context == .create else {
            throw SyntaxError(
                .invalidParameterUse,
                "A parameter cannot stand for all properties here: "
                    + "write them out, as in {name: $properties.name}", range)
        }
        return Expression(.parameter(parameterName()), range)
    }

    private mutating func inlinePredicate(
        _ context: PatternContext
    ) throws(SyntaxError) -> Expression? {
        let place = token.range
        guard take(.where) else { return nil }
        guard !context.writes else {
            throw SyntaxError(.unexpectedSyntax, "What is created cannot have a WHERE", place)
        }
        return try predicate()
    }

    // MARK: Relationships

    private var isRelationship: Bool {
        at(.minus) || at(.less) && token(ahead: 1).kind == .minus
    }

    private mutating func relationship(
        _ pattern: inout RelationshipPattern, _ context: PatternContext
    ) throws(SyntaxError) {
        let pointsLeft = take(.less)
        try expect(.minus)
        if take(.leftBracket) { try relationshipDetail(&pattern, context) }
        try expect(.minus, or: [.sign(.leftBracket)])
        let pointsRight = take(.greater)
        if pointsLeft != pointsRight { pattern.direction = pointsRight ? .outgoing : .incoming }
        let place = token.range
        if context != .create, context != .merge, let length = try quantifier() {
            guard pattern.length == nil else {
                throw SyntaxError(
                    .invalidRelationshipPattern,
                    "A relationship with a '*' inside has no quantifier behind it", place)
            }
            pattern.length = length
        }
        pattern.range = range(from: pattern.range.start)
        if context.writes { try requireWritable(pattern, context) }
    }

    /// What stands in the brackets, the closing one included.
    private mutating func relationshipDetail(
        _ pattern: inout RelationshipPattern, _ context: PatternContext
    ) throws(SyntaxError) {
        pattern.variable = takeElementVariable(end: .rightBracket)
        if take(.colon) || take(.is) { pattern.types = try labelExpression() }
        if at(.dots) || at(.number) {
            throw SyntaxError(
                .invalidRelationshipPattern,
                "Invalid input '\(text(of: token))': a number of hops begins with '*'",
                token.range)
        }
        if take(.star) { pattern.length = try starLength() }
        pattern.properties = try properties(context)
        pattern.predicate = try inlinePredicate(context)
        guard take(.rightBracket) else {
            throw unexpectedInElement(
                closing: .rightBracket, labels: pattern.types, length: pattern.length != nil,
                properties: pattern.properties, predicate: pattern.predicate)
        }
    }

    /// What follows the star: nothing, `2`, `1..3`, `1..`, `..3` or `..`.
    private mutating func starLength() throws(SyntaxError) -> PathLength {
        let minimum = at(.number) ? try count("a number of hops") : nil
        guard take(.dots) else {
            return PathLength(minimum: minimum ?? 1, maximum: minimum)
        }
        let maximum = at(.number) ? try count("a number of hops") : nil
        return PathLength(minimum: minimum ?? 1, maximum: maximum)
    }
}

extension PatternElement {
    fileprivate enum Kind { case node, relationship, quantified }

    fileprivate var kind: Kind {
        switch self {
        case .node: .node
        case .relationship: .relationship
        case .quantified: .quantified
        }
    }
}
