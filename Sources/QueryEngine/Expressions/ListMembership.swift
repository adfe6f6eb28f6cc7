import Values

/// A list that is asked again and again whether it holds a value: a few elements are compared in
/// turn, more are hashed. Made in the time that hashing all elements takes.
struct ListMembership {
    /// Up to here comparing is faster than hashing.
    private static let hashingLimit = 8

    let list: [Value]
    /// What a value gets that is equal to no element: 0, or 2 where one is null.
    let missing: UInt8
    /// All elements that are not null.
    let present: [Value]
    /// All elements that are not null, where all are integers.
    let integers: ContiguousArray<Int64>?
    /// The same, or the nodes' ids where all are nodes, if they are many.
    let integerTable: IdentifierTable?
    private let nodeTable: IdentifierTable?
    /// Whether all elements that are not null are.
    private let areNumbers: Bool
    private let areStrings: Bool
    /// All elements that are not null, where they are many, and equality and equivalence agree on
    /// them.
    private let keys: Set<GroupKey>?

    init(_ list: [Value]) {
        self.list = list
        let present = list.filter { !$0.isNull }
        self.present = present
        areNumbers = present.allSatisfy { value in
            switch value {
            case .integer, .float: true
            default: false
            }
        }
        areStrings = present.allSatisfy { if case .string = $0 { true } else { false } }
        missing = present.count < list.count ? 2 : 0
        let integers = ContiguousArray(
            present.compactMap { if case .integer(let value) = $0 { value } else { nil } })
        self.integers = integers.count == present.count ? integers : nil
        let isLong = present.count > Self.hashingLimit
        let areIntegers = isLong && integers.count == present.count
        integerTable =
            areIntegers
            ? IdentifierTable(of: integers.lazy.map { UInt64(bitPattern: $0) }) : nil
        let nodes = isLong && !areIntegers ? present.compactMap(\.nodeID) : []
        nodeTable = nodes.count == present.count && isLong ? IdentifierTable(of: nodes) : nil
        let isHashable = isLong && nodeTable == nil && present.allSatisfy(\.isPlain)
        keys = isHashable ? Set(present.map { GroupKey($0) }) : nil
    }

    /// Whether it is best to compare the whole column with each element: where both are numbers, or
    /// strings, and the elements are few.
    func isCompared(with column: Column) -> Bool {
        guard present.count <= Self.hashingLimit else { return false }
        if StringOperand(column) != nil { return areStrings }
        return areNumbers && NumericOperand(column) != nil
    }

    /// Whether this is the same list, in the same place of memory.
    func isMade(of other: [Value]) -> Bool { list.isIdentical(to: other) }

    /// 1, 0 or, where that is not known, 2.
    func contains(_ value: Value) -> UInt8 {
        if list.isEmpty { return 0 }
        switch value {
        case .null: return 2
        case .integer(let integer):
            if let integerTable {
                return integerTable.find(UInt64(bitPattern: integer)) == nil ? missing : 1
            }
        case .node, .nodeReference:
            if let nodeTable, let id = value.nodeID {
                return nodeTable.find(id) == nil ? missing : 1
            }
        default: break
        }
        if let keys, value.isPlain { return keys.contains(GroupKey(value)) ? 1 : missing }
        return Value.contains(list, value).map { $0 ? 1 : 0 } ?? 2
    }
}

extension [Value] {
    /// Whether both are one array in memory, so that nothing in them can differ.
    func isIdentical(to other: [Value]) -> Bool {
        withUnsafeBufferPointer { own in
            other.withUnsafeBufferPointer {
                own.baseAddress == $0.baseAddress && own.count == $0.count
            }
        }
    }
}

extension IdentifierTable {
    init(of keys: some Sequence<UInt64>) {
        self.init()
        for key in keys { _ = insert(key) }
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
