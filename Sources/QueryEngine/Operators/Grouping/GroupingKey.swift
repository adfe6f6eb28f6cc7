import GraphStore
import Values

/// One key of a grouping, read for whole batches. Strings that the store has as codes are grouped by
/// numbers: each different one is looked at once, however many rows have it.
///
///     codes of the store ─▶ numbers of values ─▶ groups ─▶ … ─▶ numbers of values ─▶ values
///                             ▲ each code once
///     other rows' values ─────┘ hashed
struct GroupingKey {
    let slot: Slot
    private let expression: any ColumnExpression
    /// The property of an entity that it is, where it is one.
    private let property: (of: Slot, reader: PropertyReader)?

    private enum Form { case undecided, values, numbers }
    private var form = Form.undecided
    /// Gives each value its number.
    private var table = GroupTable(keyCount: 1)
    private var strings: CodedStrings?
    /// By code; -1 where it has not been met.
    private var numbers: ContiguousArray<Int32> = []
    /// The values by their numbers, as many as there were when somebody asked.
    private var known: Column?

    init(_ slot: Slot, _ expression: BoundExpression, _ compiler: ExpressionCompiler) throws {
        self.slot = slot
        self.expression = try compiler.compile(expression)
        if case .property(.slot(let entity), let key) = expression {
            property = (entity, PropertyReader(key: key, context: compiler.context))
        } else {
            property = nil
        }
    }

    var byteCount: Int { table.byteCount + numbers.capacity * 4 }

    /// Forgets what it has met.
    mutating func reset() {
        form = .undecided
        table = GroupTable(keyCount: 1)
        strings = nil
        numbers = []
        known = nil
    }

    /// What the rows are grouped by: values, or numbers in place of them.
    mutating func read(_ batch: Batch) throws -> Column {
        if form == .values { return try expression.evaluate(batch) }
        guard let (codes, strings) = codes(batch) else {
            let values = try expression.evaluate(batch)
            if form == .undecided {
                // Values cannot be exchanged for numbers later.
                form = .values
                return values
            }
            return Self.column(number(values, batch.count))
        }
        form = .numbers
        if strings !== self.strings {
            self.strings = strings
            numbers = ContiguousArray(repeating: -1, count: strings.strings.count)
        }
        return Self.column(number(codes, strings))
    }

    /// The values of what ``read(_:)`` gave.
    mutating func values(_ column: Column) -> Column {
        guard form == .numbers, case .integers(let numbers, _) = column else { return column }
        let values: Column
        if let known, known.count == table.count {
            values = known
        } else {
            values = table.keys(0..<table.count)[0]
            known = values
        }
        return values.gathered(
            rows: ContiguousArray(numbers.lazy.map { Int32(truncatingIfNeeded: $0) }))
    }

    private func codes(_ batch: Batch) -> (ContiguousArray<Int32>, CodedStrings)? {
        property.flatMap { $0.reader.stringCodes(batch[$0.of]) }
    }

    private mutating func number(_ codes: ContiguousArray<Int32>, _ strings: CodedStrings)
        -> ContiguousArray<Int32>
    {
        var result = ContiguousArray<Int32>(repeating: 0, count: codes.count)
        var missing = ContiguousArray<Int32>()
        for row in 0..<codes.count {
            let number = codes[row] < 0 ? -1 : numbers[Int(codes[row])]
            result[row] = number
            if number < 0 { missing.append(Int32(truncatingIfNeeded: row)) }
        }
        if missing.isEmpty { return result }
        let unknown = missing.map { codes[Int($0)] }
        let all = Column.strings(strings.strings)
        var values = ColumnBuilder(capacity: missing.count)
        for code in unknown { values.append(code < 0 ? .null : all.value(Int(code))) }
        let found = number(values.build(), missing.count)
        for (place, row) in missing.enumerated() {
            result[Int(row)] = found[place]
            if unknown[place] >= 0 { numbers[Int(unknown[place])] = found[place] }
        }
        return result
    }

    private mutating func number(_ values: Column, _ count: Int) -> ContiguousArray<Int32> {
        var result = ContiguousArray<Int32>()
        var newRows = ContiguousArray<Int32>()
        table.assign([values], count: count, groups: &result, newRows: &newRows)
        return result
    }

    private static func column(_ numbers: ContiguousArray<Int32>) -> Column {
        .integers(ContiguousArray(numbers.lazy.map { Int64($0) }), .allValid)
    }
}
