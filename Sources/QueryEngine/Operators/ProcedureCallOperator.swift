import Cypher
import GraphStore
import Values

/// CALL: runs a procedure for each row and joins what it yields to the row. A procedure without
/// outputs passes its rows on.
final class ProcedureCallOperator: Operator {
    private let child: any Operator
    private let step: ProcedureStep
    private let procedure: any Procedure
    private let arguments: [any ColumnExpression]
    private let yields: [(place: Int, slot: Slot)]
    private let carried: [Slot]
    private let condition: EntityCondition?
    private let context: QueryContext

    private var input: Batch?
    private var values: [Column] = []
    private var row = 0
    /// What the procedure yielded for a row, and how much of it has gone out.
    private var yielded: [Column] = []
    private var yieldedRow = 0
    private var yieldedCount = 0
    private var yieldedNext = 0
    private var reserved = 0

    init(
        child: any Operator, step: ProcedureStep, output: [Slot], compiler: ExpressionCompiler
    ) throws {
        self.child = child
        self.step = step
        context = compiler.context
        guard let procedure = context.procedures[step.name] else {
            throw QueryError(
                .procedureNotFound,
                "ProcedureNotFound: there is no procedure named \(step.name)", at: step.range)
        }
        self.procedure = procedure
        arguments = try step.arguments.map(compiler.compile)
        yields = try step.yields.map { column, slot in
            guard
                let place = procedure.signature.outputs.firstIndex(where: {
                    $0.name.hasSameBytes(as: column)
                })
            else {
                throw QueryError(
                    .syntax, "UndefinedVariable: \(step.name) yields no column \(column)",
                    at: step.range)
            }
            return (place, slot)
        }
        condition = try step.condition.map {
            try EntityCondition($0.predicate, on: $0.entity, of: procedure, compiler)
        }
        let made = step.yields.map(\.slot)
        carried = output.filter { !made.contains($0) }
    }

    func next() throws -> Batch? {
        while true {
            if yieldedNext < yieldedCount, let input { return take(input) }
            guard let input = try input ?? pull() else { return nil }
            if row == input.count {
                self.input = nil
                continue
            }
            try context.checkpoint()
            try call(row, of: input)
            row += 1
        }
    }

    private func pull() throws -> Batch? {
        guard let batch = try child.next() else { return nil }
        values = try arguments.map { try $0.evaluate(batch) }
        row = 0
        input = batch
        return batch
    }

    private func call(_ row: Int, of input: Batch) throws {
        release()
        let signature = procedure.signature
        condition?.begin(input, row: row)
        let given = try ProcedureArguments.coerced(
            values.map { $0.value(row) }, to: signature, at: step.range)
        var output = ProcedureOutput(width: signature.outputs.count)
        do {
            try procedure.call(
                given,
                ProcedureContext(
                    view: context.view, writer: context.writer,
                    cancellation: context.cancellation, procedures: context.procedures,
                    parameters: context.parameters, limits: context.limits,
                    importDirectory: context.importDirectory,
                    transactionRunner: context.transactionRunner,
                    accepts: condition.map { $0.isMet }),
                &output)
        } catch let error as QueryError {
            throw error
        } catch let error as StoreError {
            throw QueryError.translating(error)
        } catch {
            throw QueryError(
                .procedureFailed, "\(signature.name) failed: \(error)", at: step.range)
        }
        yielded = output.columns.map { $0.build() }
        yieldedCount = signature.outputs.isEmpty ? 1 : output.count
        if yieldedCount == 0 && step.optional {
            yielded = signature.outputs.map { _ in .constant(.null, count: 1) }
            yieldedCount = 1
        }
        yieldedRow = row
        yieldedNext = 0
        reserved = yielded.reduce(0) { $0 + $1.byteCount }
        try context.reserve(bytes: reserved)
        context.databaseHits += 1
    }

    private func take(_ input: Batch) -> Batch {
        let end = min(yieldedCount, yieldedNext + context.batchCapacity)
        let range = yieldedNext..<end
        yieldedNext = end
        let rows = ContiguousArray(repeating: Int32(yieldedRow), count: range.count)
        var batch = input.gathered(rows, slots: carried)
        for (place, slot) in yields { batch[slot] = yielded[place].sliced(range) }
        return batch
    }

    private func release() {
        context.release(bytes: reserved)
        reserved = 0
    }

    func rewind() {
        child.rewind()
        release()
        input = nil
        yieldedCount = 0
        yieldedNext = 0
    }
}
