import Values

/// The first operand that is not null; each is evaluated for the rows that are still open.
final class CoalesceExpression: ColumnExpression {
    private let operands: [CompiledExpression]

    init(_ operands: [CompiledExpression]) { self.operands = operands }

    func evaluate(_ batch: Batch) throws -> Column {
        var result = ScatteredColumn(count: batch.count)
        var open = batch.allRows
        for operand in operands {
            if open.isEmpty { break }
            let column = try batch.evaluate(operand, rows: open)
            let settled = ContiguousArray.rows(open.count) { !column.isNull($0) }
            if settled.isEmpty { continue }
            if settled.count == open.count {
                result.add(column, rows: open)
                open = []
            } else {
                result.add(
                    column.gathered(rows: settled), rows: open.elements(at: settled))
                let left = ContiguousArray.rows(open.count) { column.isNull($0) }
                open = open.elements(at: left)
            }
        }
        return result.build()
    }
}

/// `CASE`: conditions for the rows that no earlier branch took, results for the rows of a branch.
final class CaseExpression: ColumnExpression {
    struct Branch {
        let condition: CompiledExpression
        let result: CompiledExpression
    }

    private let subject: CompiledExpression?
    private let branches: [Branch]
    private let otherwise: CompiledExpression?

    init(subject: CompiledExpression?, branches: [Branch], otherwise: CompiledExpression?) {
        self.subject = subject
        self.branches = branches
        self.otherwise = otherwise
    }

    func evaluate(_ batch: Batch) throws -> Column {
        let subject = try subject?.expression.evaluate(batch)
        var result = ScatteredColumn(count: batch.count)
        var open = batch.allRows
        for branch in branches {
            if open.isEmpty { break }
            let flags = try flags(of: branch.condition, subject, batch, rows: open)
            let taken = ContiguousArray.rows(open.count) { flags[$0] == 1 }
            if taken.isEmpty { continue }
            let rows = open.elements(at: taken)
            result.add(try batch.evaluate(branch.result, rows: rows), rows: rows)
            open = open.elements(at: ContiguousArray.rows(open.count) { flags[$0] != 1 })
        }
        if let otherwise, !open.isEmpty {
            result.add(try batch.evaluate(otherwise, rows: open), rows: open)
        }
        return result.build()
    }

    private func flags(
        of condition: CompiledExpression, _ subject: Column?, _ batch: Batch,
        rows: ContiguousArray<Int32>
    ) throws -> ContiguousArray<UInt8> {
        var column = try batch.evaluate(condition, rows: rows)
        if let subject {
            let open = rows.count == batch.count ? subject : subject.gathered(rows: rows)
            column = Comparing<EqualRule>.compare(open, column, count: rows.count)
        }
        return try BooleanKernels.flags(column, count: rows.count, for: "CASE WHEN")
    }
}

extension ContiguousArray where Element == Int32 {
    func elements(at places: ContiguousArray<Int32>) -> ContiguousArray<Int32> {
        if places.count == count { return self }
        var result = ContiguousArray<Int32>()
        result.reserveCapacity(places.count)
        for place in places { result.append(self[Int(place)]) }
        return result
    }
}
