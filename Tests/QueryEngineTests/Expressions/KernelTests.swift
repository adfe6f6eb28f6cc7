import Cypher
import Testing
import Values

@testable import QueryEngine

/// Kernels against the general path: over columns of every pair of kinds, with and without nulls,
/// both give what `Value`'s own operation gives, errors included.
@Suite struct KernelTests {
    private static let rows = 37

    /// What the operation gives row by row; nil where it fails for a row.
    private func model(
        _ left: Column, _ right: Column, _ operation: (Value, Value) throws -> Value
    ) -> [Value]? {
        try? (0..<left.count).map { try operation(left.value($0), right.value($0)) }
    }

    private func check(
        _ expression: BoundExpression, seed: UInt64, rounds: Int = 2,
        _ operation: (Value, Value) throws -> Value
    ) throws {
        var columns = RandomColumns(seed: seed)
        let context = try ExpressionFixture.context()
        for leftKind in RandomColumns.Kind.allCases {
            for rightKind in RandomColumns.Kind.allCases {
                for round in 0..<rounds {
                    let hasNulls = round % 2 == 1
                    let left = columns.column(leftKind, count: Self.rows, hasNulls: hasNulls)
                    let right = columns.column(rightKind, count: Self.rows, hasNulls: hasNulls)
                    let expected = model(left, right, operation)
                    for (left, right) in [(left, right), (left.asGeneral, right.asGeneral)] {
                        let found = try? ExpressionFixture.evaluate(
                            expression, left, right, context: context)
                        let isRight =
                            expected.map { areSame($0, found ?? []) } ?? (found == nil)
                        #expect(isRight, "\(leftKind), \(rightKind): \(expression)")
                    }
                }
            }
        }
    }

    @Test(arguments: [
        ComparisonOperator.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual,
    ])
    func comparisons(_ operation: Cypher.ComparisonOperator) throws {
        try check(.comparison(operation, .slot(0), .slot(1)), seed: 1) { left, right in
            let answer: Bool? =
                switch operation {
                case .equal: Value.equals(left, right)
                case .notEqual: Value.equals(left, right).map { !$0 }
                case .less: Value.isLess(left, right)
                case .lessOrEqual: Value.isLessOrEqual(left, right)
                case .greater: Value.isGreater(left, right)
                case .greaterOrEqual: Value.isGreaterOrEqual(left, right)
                }
            return answer.map { .boolean($0) } ?? .null
        }
    }

    @Test(arguments: [
        ArithmeticOperator.add, .subtract, .multiply, .divide, .modulo, .power,
    ])
    func arithmetic(_ operation: ArithmeticOperator) throws {
        try check(.arithmetic(operation, .slot(0), .slot(1)), seed: 2, rounds: 6) { left, right in
            switch operation {
            case .add: try Value.add(left, right)
            case .subtract: try Value.subtract(left, right)
            case .multiply: try Value.multiply(left, right)
            case .divide: try Value.divide(left, right)
            case .modulo: try Value.modulo(left, right)
            case .power: try Value.power(left, right)
            case .concatenate: .null
            }
        }
    }

    @Test func concatenation() throws {
        try check(.arithmetic(.concatenate, .slot(0), .slot(1)), seed: 10, rounds: 6) {
            left, right in
            switch (left, right) {
            case (.null, _), (_, .null): return .null
            case (.string(let left), .string(let right)): return .string(left + right)
            case (.list(let left), .list(let right)): return .list(left + right)
            default: throw QueryError(.type, "neither strings nor lists")
            }
        }
    }

    @Test func arithmeticOfSmallNumbers() throws {
        var generator = SplitMix(seed: 3)
        for operation in [ArithmeticOperator.add, .subtract, .multiply, .divide, .modulo] {
            let left = (0..<100).map { _ in Int64.random(in: -50...50, using: &generator) }
            let right = (0..<100).map { _ in Int64.random(in: 1...50, using: &generator) }
            let found = try ExpressionFixture.evaluate(
                .arithmetic(operation, .slot(0), .slot(1)),
                .integers(ContiguousArray(left), .allValid),
                .integers(ContiguousArray(right), .allValid))
            let expected = zip(left, right).map { left, right -> Value in
                switch operation {
                case .add: .integer(left + right)
                case .subtract: .integer(left - right)
                case .multiply: .integer(left * right)
                case .divide: .integer(left / right)
                default: .integer(left % right)
                }
            }
            #expect(areSame(found, expected))
        }
    }

    /// Memory behind a null may hold anything; it must not raise an error.
    @Test func nullRowsRaiseNothing() throws {
        let left = Column.integers([.max, 5, 7], Validity([0, 1, 1]))
        let right = Column.integers([.max, 0, 7], Validity([1, 0, 1]))
        for operation in [ArithmeticOperator.add, .multiply, .divide, .modulo] {
            let found = try ExpressionFixture.evaluate(
                .arithmetic(operation, .slot(0), .slot(1)), left, right)
            #expect(found[0].isNull && found[1].isNull && !found[2].isNull)
        }
    }

    @Test(arguments: [StringMatch.startsWith, .endsWith, .contains])
    func stringMatches(_ match: StringMatch) throws {
        try check(.stringMatch(match, .slot(0), .slot(1)), seed: 4) { left, right in
            guard case .string(let text) = left, case .string(let part) = right else {
                return .null
            }
            let bytes = Array(text.utf8)
            let partBytes = Array(part.utf8)
            switch match {
            case .startsWith: return .boolean(bytes.starts(with: partBytes))
            case .endsWith:
                return .boolean(bytes.reversed().starts(with: partBytes.reversed()))
            default:
                let starts = 0...max(0, bytes.count)
                return .boolean(
                    starts.contains { bytes.dropFirst($0).starts(with: partBytes) })
            }
        }
    }

    @Test func regularExpressionsMatchWholeTexts() throws {
        let texts: [Value] = [.string("abc"), .string("xabc"), .string("ABC"), .null, .integer(1)]
        func match(_ pattern: String) throws -> [Value] {
            try ExpressionFixture.evaluate(
                .stringMatch(.matches, .slot(0), .constant(.string(pattern))),
                RandomColumns.column(texts))
        }
        #expect(areSame(try match("a.c"), [true, false, false, nil, nil].map(Self.flag)))
        #expect(areSame(try match("(?i)a.c"), [true, false, true, nil, nil].map(Self.flag)))
        #expect(areSame(try match("a|xabc"), [false, true, false, nil, nil].map(Self.flag)))
        #expect(throws: QueryError.self) { try match("a)(") }
    }

    private static func flag(_ value: Bool?) -> Value { value.map { .boolean($0) } ?? .null }

    @Test func isNullAndNegation() throws {
        var columns = RandomColumns(seed: 5)
        for kind in RandomColumns.Kind.allCases {
            for hasNulls in [false, true] {
                let column = columns.column(kind, count: Self.rows, hasNulls: hasNulls)
                for column in [column, column.asGeneral] {
                    let found = try ExpressionFixture.evaluate(.isNull(.slot(0)), column)
                    #expect(areSame(found, column.asValues().map { .boolean($0.isNull) }))
                    let negated = try? ExpressionFixture.evaluate(.negate(.slot(0)), column)
                    let expected = try? column.asValues().map { try Value.negate($0) }
                    #expect(expected.map { areSame($0, negated ?? []) } ?? (negated == nil))
                }
            }
        }
    }

    @Test(arguments: [
        "abs", "sqrt", "exp", "log", "ceil", "floor", "round", "toFloat", "toInteger", "size",
        "toLower", "toUpper", "trim", "btrim", "ltrim", "rtrim", "reverse",
    ])
    func scalarKernels(_ name: String) throws { try check(name, seed: 6) }

    /// Lengths in the middle of a string, at its end, behind it, and none that is valid.
    @Test(arguments: ["left", "right", "substring"])
    func partsOfStrings(_ name: String) throws {
        for length: Value in [.integer(0), .integer(1), .integer(2), .integer(.max), .integer(-1)] {
            try check(name, length, seed: 11)
            if name == "substring" { try check(name, .integer(1), length, seed: 11) }
        }
        try check(name, .null, seed: 11)
        try check(name, .string("1"), seed: 11)
    }

    @Test func replacement() throws {
        for search in ["a", "ab", "b", "ö", "本", ""] {
            for new in ["", "xy", "äa"] {
                try check("replace", .string(search), .string(new), seed: 12)
            }
        }
        try check("replace", .null, .string("x"), seed: 12)
        try check("replace", .string("a"), .string("x"), .integer(1), seed: 12)
        try check("replace", .string("a"), .integer(1), seed: 12)
    }

    @Test func rounding() throws {
        for precision: Value in [.integer(0), .integer(2), .integer(.max), .integer(-1), .null] {
            try check("round", precision, seed: 13)
            try check("round", precision, .string("HALF_EVEN"), seed: 13)
        }
    }

    /// A function of a column and constants, against the function itself row by row.
    private func check(_ name: String, _ constants: Value..., seed: UInt64) throws {
        var columns = RandomColumns(seed: seed)
        let function = try #require(ScalarFunctions.named(name))
        let context = try ExpressionFixture.context()
        let call = BoundExpression.scalar(
            ScalarCall(
                name: name, arguments: [.slot(0)] + constants.map { .constant($0) },
                range: SourceRange(start: 0, end: 1)))
        for kind in RandomColumns.Kind.allCases {
            for hasNulls in [false, true] {
                let column = columns.column(kind, count: Self.rows, hasNulls: hasNulls)
                let expected = try? column.asValues().map {
                    try function.evaluate([$0] + constants, context.functionContext)
                }
                let found = try? ExpressionFixture.evaluate(call, column, context: context)
                #expect(
                    expected.map { areSame($0, found ?? []) } ?? (found == nil),
                    "\(name) of \(kind) and \(constants)")
            }
        }
    }

    @Test func membership() throws {
        var columns = RandomColumns(seed: 7)
        for size in [0, 1, 3, 20] {
            for listKind in [RandomColumns.Kind.integers, .strings, .floats, .mixed] {
                for hasNulls in [false, true] {
                    let list = columns.values(listKind, count: size, hasNulls: hasNulls)
                    for kind in RandomColumns.Kind.allCases {
                        let column = columns.column(kind, count: 20, hasNulls: true)
                        let expected = column.asValues().map {
                            Self.flag(Value.contains(list, $0))
                        }
                        let constant = BoundExpression.inList(
                            .slot(0), list: .constant(.list(list)))
                        #expect(
                            areSame(try ExpressionFixture.evaluate(constant, column), expected))
                        let general = BoundExpression.inList(.slot(0), list: .slot(1))
                        let lists = Column.constant(.list(list), count: 20)
                        #expect(
                            areSame(
                                try ExpressionFixture.evaluate(general, column, lists), expected))
                    }
                }
            }
        }
        #expect(throws: QueryError.self) {
            try ExpressionFixture.evaluate(
                .inList(.slot(0), list: .constant(.integer(1))), .integers([1], .allValid))
        }
    }
}
