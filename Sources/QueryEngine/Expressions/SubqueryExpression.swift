import Values

/// EXISTS, COUNT and COLLECT: runs a plan over the rows of a batch and gathers what it gives by
/// the number of the row.
final class SubqueryExpression: ColumnExpression {
    private let subquery: BoundSubquery
    private let context: QueryContext
    /// Built when first needed: a subquery that no row reaches costs nothing.
    private var plan: (any Operator)?

    init(_ subquery: BoundSubquery, context: QueryContext) {
        self.subquery = subquery
        self.context = context
    }

    func evaluate(_ batch: Batch) throws -> Column {
        var answers = Answers(subquery.kind, rows: batch.count)
        if subquery.perRow {
            for row in 0..<batch.count {
                let rows: ContiguousArray<Int32> = [Int32(truncatingIfNeeded: row)]
                let arguments = batch.gathered(rows, slots: subquery.imports)
                try run(arguments) { batch in answers.add(batch, allOf: row) }
            }
        } else {
            var arguments = Batch(count: batch.count, slotCount: context.slotCount)
            for slot in subquery.imports { arguments.place(batch[slot], in: slot) }
            try run(arguments) { [subquery] batch in
                try answers.add(batch, by: batch[subquery.rowSlot], subquery.weight)
            }
        }
        return answers.column
    }

    /// Feeds the plan and takes its batches until it ends or `take` has enough.
    private func run(_ arguments: Batch, take: (Batch) throws -> Bool) throws {
        var arguments = arguments
        let numbers = ContiguousArray((0..<arguments.count).lazy.map { Int64($0) })
        arguments.place(.integers(numbers, .allValid), in: subquery.rowSlot)
        context.arguments[subquery.argument] = arguments
        let plan: any Operator
        if let known = self.plan {
            plan = known
            plan.rewind()
        } else {
            plan = try OperatorBuilder(context: context).build(subquery.plan)
            self.plan = plan
        }
        while let batch = try plan.next() {
            try context.checkpoint()
            if try !take(batch) { break }
        }
    }

    /// What the rows have got so far. Taking says whether there may be more to know.
    private struct Answers {
        let kind: BoundSubquery.Kind
        private var counts: ContiguousArray<Int64>
        private var lists: [[Value]] = []
        private var found = 0

        init(_ kind: BoundSubquery.Kind, rows: Int) {
            self.kind = kind
            counts = ContiguousArray(repeating: 0, count: rows)
            if case .collect = kind { lists = Array(repeating: [], count: rows) }
        }

        /// Every row of the batch belongs to one outer row.
        mutating func add(_ batch: Batch, allOf row: Int) -> Bool {
            counts[row] += Int64(batch.count)
            if case .collect(let slot) = kind {
                let column = batch[slot]
                for place in 0..<batch.count { lists[row].append(column.value(place)) }
            }
            if case .exists = kind { return false }
            return true
        }

        mutating func add(_ batch: Batch, by numbers: Column, _ weight: Slot?) throws -> Bool {
            guard case .integers(let numbers, _) = numbers.expanded() else {
                preconditionFailure("row numbers are integers")
            }
            if case .count = kind, let weight {
                try add(batch.weights(in: weight), by: numbers)
                return true
            }
            for number in numbers {
                if counts[Int(number)] == 0 { found += 1 }
                counts[Int(number)] += 1
            }
            if case .collect(let slot) = kind {
                let column = batch[slot]
                for (place, number) in numbers.enumerated() {
                    lists[Int(number)].append(column.value(place))
                }
            }
            if case .exists = kind { return found < counts.count }
            return true
        }

        private mutating func add(
            _ weights: ContiguousArray<Int64>, by numbers: ContiguousArray<Int64>
        ) throws {
            for (number, weight) in zip(numbers, weights) {
                let (sum, overflow) = counts[Int(number)].addingReportingOverflow(weight)
                if overflow { throw QueryError.tooManyMatches }
                counts[Int(number)] = sum
            }
        }

        var column: Column {
            switch kind {
            case .exists: .booleans(ContiguousArray(counts.lazy.map { $0 > 0 ? 1 : 0 }))
            case .count: .integers(counts, .allValid)
            case .collect: .values(ContiguousArray(lists.lazy.map { .list($0) }))
            }
        }
    }
}
