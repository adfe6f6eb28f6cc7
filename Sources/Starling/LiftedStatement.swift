internal import Cypher
internal import Values

/// A statement with its literals taken out: `MATCH (n {id: 5})` and `MATCH (n {id: 7})` share one
/// plan, into which the values come as parameters.
///
/// Only literals that properties are compared with, in pattern maps and in WHERE, are lifted. Hop
/// bounds, LIMIT, and whatever a column's name or an error at compile time depends on stay.
struct LiftedStatement {
    private(set) var statement: Statement
    /// Under names that no text can have: they begin with a space.
    private(set) var literals = ValueMap()
    private var ranges: [SourceRange] = []

    /// Each of them is looked up among all, by name. The others stay: statements with so many seldom
    /// differ in these only.
    private static let mostLiterals = 256

    /// EXPLAIN and PROFILE show the literals, and keep them.
    init(_ statement: Statement) {
        self.statement = statement
        guard statement.mode == .execute, case .query(var query) = statement.body else { return }
        for part in query.parts.indices {
            for place in query.parts[part].clauses.indices {
                lift(&query.parts[part].clauses[place])
            }
        }
        if !ranges.isEmpty { self.statement.body = .query(query) }
    }

    /// The text with each literal replaced by its kind and as many dots as it is long: in texts of
    /// one key all else stands at the same place, so that a plan's positions are right for all.
    func key(of text: String) -> String {
        var bytes = Array(text.utf8)
        for (place, range) in ranges.enumerated() {
            for offset in range.start..<range.end { bytes[offset] = UInt8(ascii: ".") }
            bytes[range.start] = 0
            if range.end - range.start > 1 {
                bytes[range.start + 1] = kind(literals.values[place])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Values of different kinds may be worth different plans. A literal of one byte is an integer.
    private func kind(_ value: Value) -> UInt8 {
        switch value {
        case .string: UInt8(ascii: "s")
        case .float: UInt8(ascii: "f")
        case .boolean: UInt8(ascii: "b")
        default: UInt8(ascii: "i")
        }
    }

    // MARK: Where literals are

    private mutating func lift(_ clause: inout Clause) {
        switch clause.kind {
        case .match(let optional, var pattern, var predicate, let hints):
            for path in pattern.paths.indices { lift(&pattern.paths[path].elements) }
            if predicate != nil { lift(condition: &predicate!) }
            clause.kind = .match(
                optional: optional, pattern, predicate: predicate, hints: hints)
        case .create(var pattern):
            for path in pattern.paths.indices { lift(&pattern.paths[path].elements) }
            clause.kind = .create(pattern)
        case .merge(var path, let onCreate, let onMatch):
            lift(&path.elements)
            clause.kind = .merge(path, onCreate: onCreate, onMatch: onMatch)
        default: break
        }
    }

    private mutating func lift(_ elements: inout [PatternElement]) {
        for place in elements.indices {
            switch elements[place] {
            case .node(var node):
                lift(map: &node.properties)
                elements[place] = .node(node)
            case .relationship(var relationship):
                lift(map: &relationship.properties)
                elements[place] = .relationship(relationship)
            case .quantified: break
            }
        }
    }

    private mutating func lift(map: inout Expression?) {
        guard case .map(var entries)? = map?.kind else { return }
        for place in entries.indices { lift(literal: &entries[place].value) }
        map?.kind = .map(entries)
    }

    private mutating func lift(condition: inout Expression) {
        switch condition.kind {
        case .binary(let symbol, var left, var right) where symbol == .and || symbol == .or:
            lift(condition: &left)
            lift(condition: &right)
            condition.kind = .binary(symbol, left, right)
        case .unary(.not, var operand):
            lift(condition: &operand)
            condition.kind = .unary(.not, operand)
        case .comparison(var operands, let symbols) where operands.count == 2:
            if operands[0].isProperty {
                lift(literal: &operands[1])
            } else if operands[1].isProperty {
                lift(literal: &operands[0])
            }
            condition.kind = .comparison(operands, symbols)
        default: break
        }
    }

    private mutating func lift(literal: inout Expression) {
        guard ranges.count < Self.mostLiterals else { return }
        let value: Value
        switch literal.kind {
        case .integer(let integer): value = .integer(integer)
        case .float(let float): value = .float(float)
        case .string(let string): value = .string(string)
        case .boolean(let boolean): value = .boolean(boolean)
        default: return
        }
        let name = " \(ranges.count)"
        literals[name] = value
        ranges.append(literal.range)
        literal.kind = .parameter(name)
    }
}

extension Expression {
    /// `n.name`
    fileprivate var isProperty: Bool {
        if case .property(let base, _) = kind, case .variable = base.kind { return true }
        return false
    }
}
