import Values

/// `element IN list`, the list computed for each row.
final class MembershipExpression: ColumnExpression {
    private let element: any ColumnExpression
    private let list: any ColumnExpression

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
            case .list(let list):
                flags.append(Value.contains(list, elements.value(row)).map { $0 ? 1 : 0 } ?? 2)
            case let other: throw QueryError.wrongType("IN", expected: "a list", found: other)
            }
        }
        return .booleans(flags)
    }
}

/// `element IN list` for a list known in advance: a few elements are compared in turn, more are
/// hashed.
final class ConstantMembershipExpression: ColumnExpression {
    /// Up to here comparing is faster than hashing.
    private static let hashingLimit = 8

    private let element: any ColumnExpression
    private let list: [Value]
    /// What a row gets that is equal to no element.
    private let missing: UInt8
    /// All elements that are not null, where all are integers.
    private let integers: ContiguousArray<Int64>?
    private let integerTable: IdentifierTable?
    /// All elements that are not null, where they are many, and equality and equivalence agree on
    /// them.
    private let keys: Set<GroupKey>?

    init(_ element: any ColumnExpression, in list: [Value]) {
        self.element = element
        self.list = list
        let present = list.filter { !$0.isNull }
        missing = present.count < list.count ? 2 : 0
        let integers = ContiguousArray(
            present.compactMap { if case .integer(let value) = $0 { value } else { nil } })
        self.integers = integers.count == present.count ? integers : nil
        if integers.count == present.count, integers.count > Self.hashingLimit {
            var table = IdentifierTable()
            for value in integers { _ = table.insert(UInt64(bitPattern: value)) }
            integerTable = table
        } else {
            integerTable = nil
        }
        let isHashable = present.count > Self.hashingLimit && present.allSatisfy(\.isPlain)
        keys = isHashable ? Set(present.map { GroupKey($0) }) : nil
    }

    func evaluate(_ batch: Batch) throws -> Column {
        let column = try element.evaluate(batch)
        if list.isEmpty { return .constant(.boolean(false), count: batch.count) }
        if case .constant(let value, _) = column {
            let flag = contains(value)
            return .constant(flag == 2 ? .null : .boolean(flag == 1), count: batch.count)
        }
        if case .integers(let values, let validity) = column, let integers {
            var flags = ContiguousArray<UInt8>(repeating: missing, count: batch.count)
            if let integerTable {
                for row in 0..<values.count
                where integerTable.find(UInt64(bitPattern: values[row])) != nil { flags[row] = 1 }
            } else {
                mark(values, equalTo: integers, in: &flags)
            }
            BooleanKernels.markNulls(&flags, validity)
            return .booleans(flags)
        }
        var flags = ContiguousArray<UInt8>()
        flags.reserveCapacity(batch.count)
        for row in 0..<batch.count { flags.append(contains(column.value(row))) }
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

    private func contains(_ value: Value) -> UInt8 {
        if value.isNull { return 2 }
        if let keys, value.isPlain { return keys.contains(GroupKey(value)) ? 1 : missing }
        return Value.contains(list, value).map { $0 ? 1 : 0 } ?? 2
    }
}

extension Value {
    /// Neither null nor NaN, and nothing inside that could be: equality has a yes or no for it, the
    /// one that equivalence gives.
    var isPlain: Bool {
        switch self {
        case .null, .list, .map, .vector, .point: false
        case .float(let value): !value.isNaN
        default: true
        }
    }
}
