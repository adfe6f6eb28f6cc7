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
                    column.gathered(rows: settled), rows: open.elements(atAscending: settled))
                let left = ContiguousArray.rows(open.count) { column.isNull($0) }
                open = open.elements(atAscending: left)
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
            let rows = open.elements(atAscending: taken)
            try add(branch.result, batch, rows: rows, to: &result)
            open = open.elements(atAscending: ContiguousArray.rows(open.count) { flags[$0] != 1 })
        }
        if let otherwise, !open.isEmpty {
            try add(otherwise, batch, rows: open, to: &result)
        }
        return result.build()
    }

    /// What is cheap and cannot fail is evaluated for all rows: nothing has to be gathered for it.
    private func add(
        _ compiled: CompiledExpression, _ batch: Batch, rows: ContiguousArray<Int32>,
        to result: inout ScatteredColumn
    ) throws {
        if compiled.isTotal {
            result.add(whole: try compiled.expression.evaluate(batch), rows: rows)
        } else {
            result.add(try batch.evaluate(compiled, rows: rows), rows: rows)
        }
    }

    private func flags(
        of condition: CompiledExpression, _ subject: Column?, _ batch: Batch,
        rows: ContiguousArray<Int32>
    ) throws -> ContiguousArray<UInt8> {
        if condition.isTotal, condition.isTruth, subject == nil, rows.count < batch.count {
            let flags = try BooleanKernels.flags(
                condition.expression.evaluate(batch), count: batch.count, for: "CASE WHEN")
            return flags.elements(atAscending: rows)
        }
        var column = try batch.evaluate(condition, rows: rows)
        if let subject {
            let open = rows.count == batch.count ? subject : subject.gathered(rows: rows)
            column = Comparing<EqualRule>.compare(open, column, count: rows.count)
        }
        return try BooleanKernels.flags(column, count: rows.count, for: "CASE WHEN")
    }
}

extension ContiguousArray where Element: BitwiseCopyable {
    /// The elements at places that ascend, each once: all elements, where there are as many.
    func elements(atAscending places: ContiguousArray<Int32>) -> ContiguousArray<Element> {
        places.count == count ? self : elements(at: places)
    }

    /// The elements at any places.
    func elements(at places: ContiguousArray<Int32>) -> ContiguousArray<Element> {
        ContiguousArray(unsafeUninitializedCapacity: places.count) { output, initialised in
            withUnsafeBufferPointer { source in
                for place in 0..<places.count {
                    output.initializeElement(at: place, to: source[Int(places[place])])
                }
            }
            initialised = places.count
        }
    }
}
