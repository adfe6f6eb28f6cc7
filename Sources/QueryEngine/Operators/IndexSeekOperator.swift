import GraphStore
import Values

/// For each row the nodes that an index holds for a condition made from the row. The usual plan has
/// one row below: then this is where the query begins.
final class IndexSeekOperator: Operator {
    private let child: any Operator
    private let node: Slot
    private let index: IndexDefinition
    private let conditions: SeekConditions
    private let carried: [Slot]
    private let context: QueryContext

    private var input: Batch?
    private var values = SeekConditions.Row()
    private var row = 0
    /// Conditions of the current row that are not sought yet, and the one that is.
    private var pending: [IndexCondition] = []
    private var condition: IndexCondition?
    private var matches: IndexMatches?

    init(
        child: any Operator, node: Slot, index: String, seek: IndexSeek, output: [Slot],
        compiler: ExpressionCompiler
    ) throws {
        self.child = child
        self.node = node
        context = compiler.context
        guard
            let definition = context.view.indexes.first(where: {
                $0.name.hasSameBytes(as: index)
            })
        else { throw StoreError.schemaMissing(index) }
        self.index = definition
        conditions = try SeekConditions(seek, compiler: compiler)
        carried = output.filter { $0 != node }
    }

    func next() throws -> Batch? {
        var ids = ContiguousArray<NodeID>()
        var sources = ContiguousArray<Int32>()
        while true {
            guard let input = try input ?? pull() else { return nil }
            try context.checkpoint()
            while ids.count < context.batchCapacity, try openNext(input) {
                try read(&ids, &sources)
            }
            if row == input.count, matches == nil, pending.isEmpty { self.input = nil }
            if ids.isEmpty { continue }
            context.databaseHits += ids.count
            var batch = input.gathered(sources, slots: carried)
            batch[node] = .nodes(ids)
            return batch
        }
    }

    private func pull() throws -> Batch? {
        guard let batch = try child.next() else { return nil }
        values = try conditions.evaluate(batch)
        row = 0
        input = batch
        return batch
    }

    /// Stands at matches that are not used up; false at the end of the input.
    private func openNext(_ input: Batch) throws -> Bool {
        while matches == nil {
            if let next = pending.popLast() {
                condition = next
                matches = try context.view.seek(index, next)
                context.databaseHits += 1
            } else if row < input.count {
                pending = values.conditions(row).reversed()
                row += 1
            } else {
                return false
            }
        }
        return true
    }

    private func read(
        _ ids: inout ContiguousArray<NodeID>, _ sources: inout ContiguousArray<Int32>
    ) throws {
        guard let matches, let condition else { return }
        let first = ids.count
        let read = try matches.ids.next(context.batchCapacity - first, into: &ids)
        if read == 0 {
            self.matches = nil
            return
        }
        if !matches.exact {
            let meets = ids[first...].filter { recheck($0, condition) }
            ids.replaceSubrange(first..., with: meets)
        }
        while sources.count < ids.count { sources.append(Int32(row - 1)) }
    }

    /// Cut keys may hold values that only begin alike.
    private func recheck(_ id: NodeID, _ condition: IndexCondition) -> Bool {
        let stored = index.properties.map { name in
            context.view.key(name).map { context.view.property($0, ofNode: id) } ?? .null
        }
        context.databaseHits += stored.count
        for (value, wanted) in zip(stored, condition.equal)
        where Value.equals(value, wanted) != true { return false }
        guard condition.equal.count < stored.count else { return true }
        let value = stored[condition.equal.count]
        switch condition.tail {
        case .none: return true
        case .prefix(let prefix):
            guard case .string(let string) = value else { return false }
            return string.utf8.starts(with: prefix.utf8)
        case .range(let lower, let upper):
            let aboveLower =
                lower.map {
                    ($0.inclusive
                        ? Value.isGreaterOrEqual(value, $0.value)
                        : Value.isGreater(value, $0.value)) == true
                } ?? true
            let belowUpper =
                upper.map {
                    ($0.inclusive
                        ? Value.isLessOrEqual(value, $0.value)
                        : Value.isLess(value, $0.value)) == true
                } ?? true
            return aboveLower && belowUpper
        }
    }

    func rewind() {
        child.rewind()
        input = nil
        pending = []
        matches = nil
    }
}

/// The conditions of an index seek, evaluated for a batch of rows at once.
private final class SeekConditions {
    private enum Tail {
        case none
        case range(
            lower: (any ColumnExpression)?, Bool, upper: (any ColumnExpression)?, Bool)
        case prefix(any ColumnExpression)
    }

    private let equal: [any ColumnExpression]
    private let anyOf: (any ColumnExpression)?
    private let tail: Tail

    init(_ seek: IndexSeek, compiler: ExpressionCompiler) throws {
        equal = try seek.equal.map(compiler.compile)
        anyOf = try seek.anyOf.map(compiler.compile)
        switch seek.tail {
        case .none: tail = .none
        case .prefix(let prefix): tail = .prefix(try compiler.compile(prefix))
        case .range(let lower, let upper):
            tail = .range(
                lower: try lower.map { try compiler.compile($0.expression) },
                lower?.inclusive ?? false,
                upper: try upper.map { try compiler.compile($0.expression) },
                upper?.inclusive ?? false)
        }
    }

    /// Columns of a batch, from which each row's conditions are made.
    struct Row {
        fileprivate var equal: [Column] = []
        fileprivate var anyOf: Column?
        fileprivate var lower: (column: Column, inclusive: Bool)?
        fileprivate var upper: (column: Column, inclusive: Bool)?
        fileprivate var prefix: Column?
    }

    func evaluate(_ batch: Batch) throws -> Row {
        var row = Row()
        row.equal = try equal.map { try $0.evaluate(batch) }
        row.anyOf = try anyOf?.evaluate(batch)
        switch tail {
        case .none: break
        case .prefix(let prefix): row.prefix = try prefix.evaluate(batch)
        case .range(let lower, let lowerInclusive, let upper, let upperInclusive):
            row.lower = try lower.map { (try $0.evaluate(batch), lowerInclusive) }
            row.upper = try upper.map { (try $0.evaluate(batch), upperInclusive) }
        }
        return row
    }
}

extension SeekConditions.Row {
    /// What to look up for one row; nothing where a value is null, which is equal to nothing.
    fileprivate func conditions(_ row: Int) -> [IndexCondition] {
        let wanted = equal.map { $0.value(row) }
        if wanted.contains(where: \.isNull) { return [] }
        if let anyOf {
            guard case .list(let values) = anyOf.value(row) else { return [] }
            // Each value once, or a node would come twice.
            var seen: Set<GroupKey> = []
            return values.compactMap { value in
                value.isNull || !seen.insert(GroupKey(value)).inserted
                    ? nil : IndexCondition(equal: wanted + [value])
            }
        }
        if let prefix {
            guard case .string(let prefix) = prefix.value(row) else { return [] }
            return [IndexCondition(equal: wanted, tail: .prefix(prefix))]
        }
        let bounds = [lower, upper].map { bound in
            bound.map { IndexCondition.Bound($0.column.value(row), inclusive: $0.inclusive) }
        }
        if bounds.contains(where: { $0?.value.isNull == true }) { return [] }
        if lower == nil && upper == nil { return [IndexCondition(equal: wanted)] }
        return [IndexCondition(equal: wanted, tail: .range(lower: bounds[0], upper: bounds[1]))]
    }
}
