import GraphStore
import Values

/// For each row the nodes or relationships that an index holds for a condition made from the row.
/// The usual plan has one row below: then this is where the query begins.
final class IndexSeekOperator: Operator {
    private let child: any Operator
    private let entity: Slot
    private let index: IndexDefinition
    private let conditions: SeekConditions
    private let carried: [Slot]
    private let context: QueryContext

    private var input: Batch?
    private var values = SeekConditions.Row()
    private var row = 0
    /// Conditions of the current row that are not sought yet, and the one that is.
    private var pending: [SeekCondition] = []
    private var condition: SeekCondition?
    private var matches: IndexMatches?
    /// What the first row of a batch has found, where it is what each row finds.
    private var repeated: ContiguousArray<NodeID>?

    /// More matches than these are sought again for each row.
    private static let mostRepeated = 64

    init(
        child: any Operator, entity: Slot, index: String, seek: IndexSeek, output: [Slot],
        compiler: ExpressionCompiler
    ) throws {
        self.child = child
        self.entity = entity
        context = compiler.context
        guard let definition = context.view.index(named: index) else {
            throw StoreError.schemaMissing(index)
        }
        self.index = definition
        conditions = try SeekConditions(seek, compiler: compiler)
        carried = output.filter { $0 != entity }
    }

    func next() throws -> Batch? {
        var ids = ContiguousArray<NodeID>()
        var sources = ContiguousArray<Int32>()
        while true {
            guard let input = try input ?? pull() else { return nil }
            try context.checkpoint()
            let beginsHere = row == 0
            while ids.count < context.batchCapacity {
                if let repeated {
                    guard giveNext(repeated, input.count, &ids, &sources) else { break }
                } else {
                    guard try openNext(input) else { break }
                    try read(&ids, &sources)
                    if row == 1, beginsHere, input.count > 1 { keepIfRepeated(ids) }
                }
            }
            if row == input.count, matches == nil, pending.isEmpty { self.input = nil }
            if ids.isEmpty { continue }
            context.databaseHits += ids.count
            var batch = input.gathered(sources, slots: carried)
            batch[entity] = index.entity == .node ? .nodes(ids) : .relationships(ids)
            return batch
        }
    }

    private func pull() throws -> Batch? {
        guard let batch = try child.next() else { return nil }
        values = try conditions.evaluate(batch)
        row = 0
        repeated = nil
        input = batch
        return batch
    }

    /// Keeps the first row's matches, once all have been read, if the others have the same. A
    /// statement that writes may have changed the index between two rows.
    private func keepIfRepeated(_ ids: ContiguousArray<NodeID>) {
        guard matches == nil, pending.isEmpty, ids.count <= Self.mostRepeated,
            context.writer == nil, values.areConstant
        else { return }
        repeated = ids
    }

    /// Gives the next row its matches. False at the end of the input, and where there is no room.
    private func giveNext(
        _ matches: ContiguousArray<NodeID>, _ rows: Int, _ ids: inout ContiguousArray<NodeID>,
        _ sources: inout ContiguousArray<Int32>
    ) -> Bool {
        guard row < rows, ids.count + matches.count <= context.batchCapacity else { return false }
        if matches.isEmpty {
            row = rows
            return false
        }
        ids.append(contentsOf: matches)
        sources.append(contentsOf: repeatElement(Int32(row), count: matches.count))
        row += 1
        return true
    }

    /// Stands at matches that are not used up; false at the end of the input.
    private func openNext(_ input: Batch) throws -> Bool {
        while matches == nil {
            if let next = pending.popLast() {
                condition = next
                matches =
                    switch next {
                    case .values(let values): try context.view.seek(index, values)
                    case .text(let text): try context.view.seek(index, text)
                    case .points(let box): try context.view.seek(index, box)
                    }
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

    private func property(_ name: String, _ id: UInt64) -> Value {
        guard let key = context.view.key(name) else { return .null }
        context.databaseHits += 1
        return switch index.entity {
        case .node: context.view.property(key, ofNode: id)
        case .relationship: context.view.property(key, ofRelationship: id)
        }
    }

    /// Cut keys may hold values that only begin alike, and pieces may stand apart.
    private func recheck(_ id: UInt64, _ condition: SeekCondition) -> Bool {
        let stored = index.properties.map { property($0, id) }
        switch condition {
        case .values(let values): return Self.meets(stored, values)
        case .text(let text):
            guard case .string(let string) = stored[0] else { return false }
            return text.isMet(by: string)
        case .points: return true
        }
    }

    private static func meets(_ stored: [Value], _ condition: IndexCondition) -> Bool {
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

/// What is looked up for one row.
private enum SeekCondition {
    case values(IndexCondition)
    case text(TextCondition)
    case points(PointCondition)
}

/// The conditions of an index seek, evaluated for a batch of rows at once.
private final class SeekConditions {
    private enum Tail {
        case none
        case range(
            lower: (any ColumnExpression)?, Bool, upper: (any ColumnExpression)?, Bool)
        case text(any ColumnExpression, Row.Match)
        case points(any ColumnExpression, any ColumnExpression)
    }

    private let equal: [any ColumnExpression]
    private let anyOf: (any ColumnExpression)?
    private let tail: Tail

    init(_ seek: IndexSeek, compiler: ExpressionCompiler) throws {
        equal = try seek.equal.map(compiler.compile)
        anyOf = try seek.anyOf.map(compiler.compile)
        switch seek.tail {
        case .none: tail = .none
        case .prefix(let text): tail = .text(try compiler.compile(text), .prefix)
        case .contains(let text): tail = .text(try compiler.compile(text), .contains)
        case .endsWith(let text): tail = .text(try compiler.compile(text), .endsWith)
        case .withinBox(let lower, let upper):
            tail = .points(try compiler.compile(lower), try compiler.compile(upper))
        case .near(let center, let distance):
            tail = .points(
                try compiler.compile(center), try compiler.compile(distance))
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
        fileprivate var text: (column: Column, match: Match)?
        fileprivate var points: (first: Column, second: Column)?

        enum Match { case prefix, contains, endsWith }
    }

    func evaluate(_ batch: Batch) throws -> Row {
        var row = Row()
        row.equal = try equal.map { try $0.evaluate(batch) }
        row.anyOf = try anyOf?.evaluate(batch)
        switch tail {
        case .none: break
        case .text(let text, let match): row.text = (try text.evaluate(batch), match)
        case .points(let first, let second):
            row.points = (try first.evaluate(batch), try second.evaluate(batch))
        case .range(let lower, let lowerInclusive, let upper, let upperInclusive):
            row.lower = try lower.map { (try $0.evaluate(batch), lowerInclusive) }
            row.upper = try upper.map { (try $0.evaluate(batch), upperInclusive) }
        }
        return row
    }
}

extension SeekConditions.Row {
    /// Whether all rows look for the same.
    fileprivate var areConstant: Bool {
        let columns: [Column?] =
            equal + [anyOf, lower?.column, upper?.column, text?.column]
            + [points?.first, points?.second]
        return columns.allSatisfy { $0?.isConstant ?? true }
    }

    /// What to look up for one row; nothing where a value is null, which is equal to nothing.
    fileprivate func conditions(_ row: Int) -> [SeekCondition] {
        if let points { return box(points.first.value(row), points.second.value(row)) }
        guard let text, text.match != .prefix else {
            return valueConditions(row).map { .values($0) }
        }
        guard case .string(let piece) = text.column.value(row) else { return [] }
        return [.text(text.match == .contains ? .contains(piece) : .endsWith(piece))]
    }

    /// Nothing where the values are such that no point meets the predicate.
    private func box(_ first: Value, _ second: Value) -> [SeekCondition] {
        guard case .point(let point) = first else { return [] }
        let box: PointCondition?
        switch second {
        case .point(let corner): box = PointCondition(lowerLeft: point, upperRight: corner)
        case .float(let distance): box = PointCondition(center: point, distance: distance)
        case .integer(let distance):
            box = PointCondition(center: point, distance: Double(distance))
        default: box = nil
        }
        return box.map { [.points($0)] } ?? []
    }

    private func valueConditions(_ row: Int) -> [IndexCondition] {
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
        if let text {
            guard case .string(let prefix) = text.column.value(row) else { return [] }
            return [IndexCondition(equal: wanted, tail: .prefix(prefix))]
        }
        if lower == nil && upper == nil { return [IndexCondition(equal: wanted)] }
        let bounds = [lower, upper].map { bound in
            bound.map { IndexCondition.Bound($0.column.value(row), inclusive: $0.inclusive) }
        }
        if bounds.contains(where: { $0?.value.isNull == true }) { return [] }
        return [IndexCondition(equal: wanted, tail: .range(lower: bounds[0], upper: bounds[1]))]
    }
}
