import Cypher
import Values

/// `+ - * / % ^ ||`
final class ArithmeticExpression: ColumnExpression {
    private let compute: (Column, Column, Int) throws(QueryError) -> Column
    private let left: any ColumnExpression
    private let right: any ColumnExpression

    init(
        _ operation: ArithmeticOperator, _ left: any ColumnExpression,
        _ right: any ColumnExpression
    ) {
        compute = operation.columnFunction
        self.left = left
        self.right = right
    }

    func evaluate(_ batch: Batch) throws -> Column {
        try compute(left.evaluate(batch), right.evaluate(batch), batch.count)
    }
}

/// `= <> < <= > >=`: never fails; what cannot be compared is null (or, for equality, different).
final class ComparisonExpression: ColumnExpression {
    private let compare: (Column, Column, Int) -> Column
    private let left: any ColumnExpression
    private let right: any ColumnExpression

    init(
        _ operation: Cypher.ComparisonOperator, _ left: any ColumnExpression,
        _ right: any ColumnExpression
    ) {
        compare = operation.columnFunction
        self.left = left
        self.right = right
    }

    func evaluate(_ batch: Batch) throws -> Column {
        try compare(left.evaluate(batch), right.evaluate(batch), batch.count)
    }
}

/// `-value`
final class NegateExpression: ColumnExpression {
    private let operand: any ColumnExpression

    init(_ operand: any ColumnExpression) { self.operand = operand }

    func evaluate(_ batch: Batch) throws -> Column {
        let column = try operand.evaluate(batch)
        switch column {
        case .integers:
            // Subtraction finds the one integer that has no opposite.
            return try Computing<SubtractRule>.compute(
                .constant(.integer(0), count: batch.count), column, count: batch.count)
        case .floats(let values, let validity):
            return .floats(Kernels.map(Negation.self, values), validity)
        default:
            return try mapRows(column) { value throws(ValueError) in try Value.negate(value) }
        }
    }

    private enum Negation: UnaryKernel {
        @inline(__always) static func apply(_ input: Double) -> Double { -input }
    }
}

/// `value IS NULL`
final class IsNullExpression: ColumnExpression {
    private let operand: any ColumnExpression

    init(_ operand: any ColumnExpression) { self.operand = operand }

    func evaluate(_ batch: Batch) throws -> Column {
        let column = try operand.evaluate(batch)
        switch column {
        case .constant(let value, _): return .constant(.boolean(value.isNull), count: batch.count)
        case .nodes(let ids), .relationships(let ids):
            return .booleans(Kernels.map(IsAbsent.self, ids))
        case .integers(_, let validity), .floats(_, let validity):
            return nulls(of: validity, count: batch.count)
        case .strings(let strings): return nulls(of: strings.validity, count: batch.count)
        case .booleans(let flags): return .booleans(Kernels.map(IsUnknown.self, flags))
        case .values(let values):
            var flags = ContiguousArray<UInt8>()
            flags.reserveCapacity(batch.count)
            for value in values { flags.append(value.isNull ? 1 : 0) }
            return .booleans(flags)
        }
    }

    private func nulls(of validity: Validity, count: Int) -> Column {
        guard let bytes = validity.bytes else { return .constant(.boolean(false), count: count) }
        return .booleans(Kernels.map(Inversion.self, bytes))
    }

    private enum IsAbsent: UnaryKernel {
        @inline(__always) static func apply(_ input: UInt64) -> UInt8 {
            UInt8(flag: input == Column.absent)
        }
    }
    private enum IsUnknown: UnaryKernel {
        @inline(__always) static func apply(_ input: UInt8) -> UInt8 { UInt8(flag: input == 2) }
    }
    private enum Inversion: UnaryKernel {
        @inline(__always) static func apply(_ input: UInt8) -> UInt8 { input ^ 1 }
    }
}

/// The general path of a function of one column.
func mapRows(_ column: Column, _ operation: (Value) throws(ValueError) -> Value)
    throws(QueryError) -> Column
{
    if case .constant(let value, let count) = column {
        return .constant(
            try translatingErrors { () throws(ValueError) in try operation(value) }, count: count)
    }
    var output = ColumnBuilder(capacity: column.count)
    for row in 0..<column.count {
        output.append(
            try translatingErrors { () throws(ValueError) in try operation(column.value(row)) })
    }
    return output.build()
}
