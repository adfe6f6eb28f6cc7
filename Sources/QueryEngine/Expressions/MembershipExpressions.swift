import Values

/// `element IN list`, the list computed for each row. One that comes again in the next row, as what
/// a WITH has collected does, is made ready for many questions.
final class MembershipExpression: ColumnExpression {
    private let element: any ColumnExpression
    private let list: any ColumnExpression
    /// The list of the row before.
    private var previous: [Value] = []
    private var known: ListMembership?

    init(_ element: any ColumnExpression, in list: any ColumnExpression) {
        self.element = element
        self.list = list
    }

    func evaluate(_ batch: Batch) throws -> Column {
        let elements = try element.evaluate(batch)
        let lists = try list.evaluate(batch)
        var flags = ContiguousArray<UInt8>()
        flags.reserveCapacity(batch.count)
        for row in 0..<batch.count {
            switch lists.value(row) {
            case .null: flags.append(2)
            case .list(let list): flags.append(contains(list, elements.value(row)))
            case let other: throw QueryError.wrongType("IN", expected: "a list", found: other)
            }
        }
        return .booleans(flags)
    }

    private func contains(_ list: [Value], _ value: Value) -> UInt8 {
        if let known, known.isMade(of: list) { return known.contains(value) }
        if previous.isIdentical(to: list) {
            let made = ListMembership(list)
            known = made
            return made.contains(value)
        }
        previous = list
        return Value.contains(list, value).map { $0 ? 1 : 0 } ?? 2
    }
}

/// `element IN list` for a list known in advance.
final class ConstantMembershipExpression: ColumnExpression {
    private let element: any ColumnExpression
    private let membership: ListMembership

    init(_ element: any ColumnExpression, in list: [Value]) {
        self.element = element
        membership = ListMembership(list)
    }

    func evaluate(_ batch: Batch) throws -> Column {
        let column = try element.evaluate(batch)
        if membership.list.isEmpty { return .constant(.boolean(false), count: batch.count) }
        if case .constant(let value, _) = column {
            let flag = membership.contains(value)
            return .constant(flag == 2 ? .null : .boolean(flag == 1), count: batch.count)
        }
        if case .integers(let values, let validity) = column, let integers = membership.integers {
            var flags = ContiguousArray<UInt8>(repeating: membership.missing, count: batch.count)
            if let table = membership.integerTable {
                for row in 0..<values.count
                where table.find(UInt64(bitPattern: values[row])) != nil { flags[row] = 1 }
            } else {
                mark(values, equalTo: integers, in: &flags)
            }
            BooleanKernels.markNulls(&flags, validity)
            return .booleans(flags)
        }
        if membership.isCompared(with: column) { return compare(column, batch.count) }
        var flags = ContiguousArray<UInt8>()
        flags.reserveCapacity(batch.count)
        for row in 0..<batch.count { flags.append(membership.contains(column.value(row))) }
        return .booleans(flags)
    }

    /// By one comparison of the whole column with each element.
    private func compare(_ column: Column, _ count: Int) -> Column {
        var flags = ContiguousArray<UInt8>(repeating: membership.missing, count: count)
        for element in membership.present {
            let equal = Comparing<EqualRule>.compare(
                column, .constant(element, count: count), count: count)
            if case .booleans(let others) = equal { flags = BooleanKernels.or(flags, others) }
        }
        return .booleans(flags)
    }

    private func mark(
        _ values: ContiguousArray<Int64>, equalTo elements: ContiguousArray<Int64>,
        in flags: inout ContiguousArray<UInt8>
    ) {
        flags.withUnsafeMutableBufferPointer { flags in
            values.withUnsafeBufferPointer { values in
                for element in elements {
                    for row in 0..<values.count {
                        // Bit 0 alone is left where the row is equal: also of a 2.
                        let isEqual = UInt8(flag: values[row] == element)
                        flags[row] = (flags[row] | isEqual) & ~(isEqual << 1)
                    }
                }
            }
        }
    }
}
