import Values

/// `AND` and `OR` of any number of operands, in order, each for the rows that still need it.
///
/// For AND a row is settled by the first false, for OR by the first true. An operand that is cheap
/// and cannot fail is evaluated for all rows: cheaper than moving those that are left.
final class JunctionExpression: ColumnExpression {
    enum Kind {
        case and, or

        /// The flag after which nothing else matters.
        var settling: UInt8 { self == .and ? 0 : 1 }
        var name: String { self == .and ? "AND" : "OR" }
    }

    private let kind: Kind
    private let operands: [CompiledExpression]

    init(_ kind: Kind, _ operands: [CompiledExpression]) {
        self.kind = kind
        self.operands = operands
    }

    func evaluate(_ batch: Batch) throws -> Column {
        var flags: ContiguousArray<UInt8> = []
        for (place, operand) in operands.enumerated() {
            if place == 0 {
                flags = try evaluate(operand, batch)
            } else if operand.isTotal, operand.isTruth {
                flags = combine(flags, try evaluate(operand, batch))
            } else {
                try addLazily(operand, batch, to: &flags)
            }
        }
        return .booleans(flags)
    }

    private func addLazily(
        _ operand: CompiledExpression, _ batch: Batch, to flags: inout ContiguousArray<UInt8>
    ) throws {
        let settling = kind.settling
        let open = ContiguousArray.rows(batch.count) { flags[$0] != settling }
        if open.isEmpty { return }
        let answers = try BooleanKernels.flags(
            batch.evaluate(operand, rows: open), count: open.count, for: kind.name)
        // An open row is null or the operation's neutral element; a null stays unless settled.
        for (place, row) in open.enumerated() {
            let row = Int(row)
            if flags[row] != 2 || answers[place] == settling { flags[row] = answers[place] }
        }
    }

    private func evaluate(_ operand: CompiledExpression, _ batch: Batch) throws
        -> ContiguousArray<UInt8>
    {
        try BooleanKernels.flags(
            operand.expression.evaluate(batch), count: batch.count, for: kind.name)
    }

    private func combine(_ left: ContiguousArray<UInt8>, _ right: ContiguousArray<UInt8>)
        -> ContiguousArray<UInt8>
    {
        switch kind {
        case .and: BooleanKernels.and(left, right)
        case .or: BooleanKernels.or(left, right)
        }
    }
}

final class XorExpression: ColumnExpression {
    private let left: any ColumnExpression
    private let right: any ColumnExpression

    init(_ left: any ColumnExpression, _ right: any ColumnExpression) {
        self.left = left
        self.right = right
    }

    func evaluate(_ batch: Batch) throws -> Column {
        .booleans(
            BooleanKernels.xor(
                try BooleanKernels.flags(left.evaluate(batch), count: batch.count, for: "XOR"),
                try BooleanKernels.flags(right.evaluate(batch), count: batch.count, for: "XOR")))
    }
}

final class NotExpression: ColumnExpression {
    private let operand: any ColumnExpression

    init(_ operand: any ColumnExpression) { self.operand = operand }

    func evaluate(_ batch: Batch) throws -> Column {
        .booleans(
            BooleanKernels.not(
                try BooleanKernels.flags(operand.evaluate(batch), count: batch.count, for: "NOT")))
    }
}
