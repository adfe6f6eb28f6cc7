/// The answer of a comparison that has one. `unordered` is what NaN is to every number: none of
/// `<`, `<=`, `>` and `>=` holds, and none is unknown.
public enum Comparison: Sendable, Hashable {
    case less, equal, greater, unordered

    init(_ order: Int) { self = order == 0 ? .equal : (order < 0 ? .less : .greater) }
}

/// Cypher has two orders.
///
/// *Comparability* is what `<` asks: values of one kind, and null for all else. *Orderability* is
/// what ORDER BY, `min` and `max` ask: one line for everything, and null at its end.
extension Value {
    /// What `<`, `<=`, `>` and `>=` are read from; nil is unknown.
    public static func compare(_ left: Value, _ right: Value) -> Comparison? {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): Comparison(Numbers.order(left, right))
        case (.float(let left), .float(let right)): compare(left, right)
        case (.integer(let left), .float(let right)):
            right.isNaN ? .unordered : Comparison(Numbers.order(left, right))
        case (.float(let left), .integer(let right)):
            left.isNaN ? .unordered : Comparison(-Numbers.order(right, left))
        case (.string(let left), .string(let right)): Comparison(left.compareBytes(with: right))
        case (.list(let left), .list(let right)): compare(left, right)
        case (.boolean, .boolean), (.date, .date), (.localTime, .localTime), (.time, .time),
            (.localDateTime, .localDateTime), (.dateTime, .dateTime):
            Comparison(order(left, right))
        default: nil
        }
    }

    public static func isLess(_ left: Value, _ right: Value) -> Bool? {
        compare(left, right).map { $0 == .less }
    }

    public static func isLessOrEqual(_ left: Value, _ right: Value) -> Bool? {
        compare(left, right).map { $0 == .less || $0 == .equal }
    }

    public static func isGreater(_ left: Value, _ right: Value) -> Bool? {
        compare(left, right).map { $0 == .greater }
    }

    public static func isGreaterOrEqual(_ left: Value, _ right: Value) -> Bool? {
        compare(left, right).map { $0 == .greater || $0 == .equal }
    }

    private static func compare(_ left: Double, _ right: Double) -> Comparison {
        if left < right { return .less }
        if left > right { return .greater }
        return left == right ? .equal : .unordered
    }

    /// Element by element; the first pair that is not equal decides, then the length.
    private static func compare(_ left: [Value], _ right: [Value]) -> Comparison? {
        for (left, right) in zip(left, right) {
            let comparison = compare(left, right)
            if comparison != .equal { return comparison }
        }
        return Comparison(Numbers.order(left.count, right.count))
    }
}

extension Value {
    /// The total order of ORDER BY: negative, zero or positive. Zero means equivalent.
    public static func order(_ left: Value, _ right: Value) -> Int {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): return Numbers.order(left, right)
        case (.float(let left), .float(let right)): return Numbers.totalOrder(left, right)
        case (.integer(let left), .float(let right)):
            return right.isNaN ? -1 : Numbers.order(left, right)
        case (.float(let left), .integer(let right)):
            return left.isNaN ? 1 : -Numbers.order(right, left)
        case (.string(let left), .string(let right)): return left.compareBytes(with: right)
        default:
            let rank = Numbers.order(left.orderRank, right.orderRank)
            return rank == 0 ? orderWithinKind(left, right) : rank
        }
    }

    /// The place of a value's kind in the line of all kinds.
    private var orderRank: Int {
        switch self {
        case .map: 0
        case .node, .nodeReference: 1
        case .relationship, .relationshipReference: 2
        case .list: 3
        case .path, .pathReference: 4
        case .vector: 5
        case .point: 6
        case .dateTime: 7
        case .localDateTime: 8
        case .date: 9
        case .time: 10
        case .localTime: 11
        case .duration: 12
        case .bytes: 13
        case .string: 14
        case .boolean: 15
        case .integer, .float: 16
        case .null: 17
        }
    }

    private static func orderWithinKind(_ left: Value, _ right: Value) -> Int {
        switch (left, right) {
        case (.boolean(let left), .boolean(let right)):
            return Numbers.order(left ? 1 : 0, right ? 1 : 0)
        case (.list(let left), .list(let right)): return lexicographic(left, right, order)
        case (.map(let left), .map(let right)): return order(left, right)
        case (.vector(let left), .vector(let right)):
            let size = Numbers.order(left.count, right.count)
            return size != 0
                ? size
                : lexicographic(left, right) { Numbers.totalOrder(Double($0), Double($1)) }
        case (.bytes(let left), .bytes(let right)):
            return left.withUnsafeBufferPointer { left in
                right.withUnsafeBufferPointer { right in orderOfBytes(left, right) }
            }
        case (.point(let left), .point(let right)):
            let system = Numbers.order(left.system.rawValue, right.system.rawValue)
            return system != 0
                ? system
                : lexicographic(
                    [left.x, left.y, left.z], [right.x, right.y, right.z], Numbers.totalOrder)
        case (.date(let left), .date(let right)):
            return Numbers.order(left.epochDay, right.epochDay)
        case (.localTime(let left), .localTime(let right)):
            return Numbers.order(left.nanosecondOfDay, right.nanosecondOfDay)
        case (.time(let left), .time(let right)): return order(left, right)
        case (.localDateTime(let left), .localDateTime(let right)):
            let seconds = Numbers.order(left.epochSecond, right.epochSecond)
            return seconds != 0 ? seconds : Numbers.order(left.nanosecond, right.nanosecond)
        case (.dateTime(let left), .dateTime(let right)): return order(left, right)
        case (.duration(let left), .duration(let right)): return order(left, right)
        default: return orderOfEntities(left, right)
        }
    }

    private static func orderOfEntities(_ left: Value, _ right: Value) -> Int {
        if let leftID = left.nodeID ?? left.relationshipID,
            let rightID = right.nodeID ?? right.relationshipID
        {
            return Numbers.order(leftID, rightID)
        }
        return lexicographic(left.pathIDs ?? [], right.pathIDs ?? []) { Numbers.order($0, $1) }
    }

    private static func lexicographic<Element>(
        _ left: [Element], _ right: [Element], _ order: (Element, Element) -> Int
    ) -> Int {
        for (left, right) in zip(left, right) {
            let result = order(left, right)
            if result != 0 { return result }
        }
        return Numbers.order(left.count, right.count)
    }

    /// The smaller map first, then by the sorted keys, then by the values in their order.
    private static func order(_ left: ValueMap, _ right: ValueMap) -> Int {
        let size = Numbers.order(left.count, right.count)
        if size != 0 { return size }
        let leftKeys = left.keys.sorted { $0.compareBytes(with: $1) < 0 }
        let rightKeys = right.keys.sorted { $0.compareBytes(with: $1) < 0 }
        let keys = lexicographic(leftKeys, rightKeys) { $0.compareBytes(with: $1) }
        if keys != 0 { return keys }
        for key in leftKeys {
            let values = order(left[key] ?? .null, right[key] ?? .null)
            if values != 0 { return values }
        }
        return 0
    }

    /// By instant, then from west to east.
    private static func order(_ left: TimeValue, _ right: TimeValue) -> Int {
        let instant = Numbers.order(left.nanosecondOfUTCDay, right.nanosecondOfUTCDay)
        return instant != 0 ? instant : Numbers.order(left.offsetSeconds, right.offsetSeconds)
    }

    /// By instant, then from west to east, then by the zone's name.
    private static func order(_ left: DateTimeValue, _ right: DateTimeValue) -> Int {
        let seconds = Numbers.order(left.epochSecond, right.epochSecond)
        if seconds != 0 { return seconds }
        let nanoseconds = Numbers.order(left.nanosecond, right.nanosecond)
        if nanoseconds != 0 { return nanoseconds }
        let offset = Numbers.order(left.offsetSeconds, right.offsetSeconds)
        if offset != 0 { return offset }
        return (left.zone ?? "").compareBytes(with: right.zone ?? "")
    }

    /// By average length, then by the parts: two durations are equal only part by part.
    private static func order(_ left: DurationValue, _ right: DurationValue) -> Int {
        let length = Numbers.order(left.averageSeconds, right.averageSeconds)
        return length != 0
            ? length
            : lexicographic(
                [left.months, left.days, left.seconds, Int64(left.nanoseconds)],
                [right.months, right.days, right.seconds, Int64(right.nanoseconds)]
            ) { Numbers.order($0, $1) }
    }
}

extension TimeValue {
    /// Nanoseconds since midnight in UTC; below 0 or past a day where the offset leads there.
    var nanosecondOfUTCDay: Int64 { nanosecondOfDay - Int64(offsetSeconds) * 1_000_000_000 }
}

extension DurationValue {
    /// The length with months of 30.436875 days, the Gregorian mean, and days of 24 hours.
    var averageSeconds: Double {
        Double(months) * 2_629_746 + Double(days) * 86_400 + Double(seconds)
            + Double(nanoseconds) / 1e9
    }
}
