public import Values

/// How the values of one property are distributed among the nodes with a label or the
/// relationships of a type, told from a sample of them: what a planner asks before it chooses
/// where to start.
///
/// The sampled values lie sorted, so that each is the border of a bucket of an equi-depth
/// histogram. A share of n sampled entities has a standard error of √(p(1 − p)/n), which is 1.6
/// percentage points at most for 1,024 of them. Values are compared as Cypher's `<` does:
/// a range holds values of its bounds' class only. NaN, lists, points and other values that no
/// range holds count as present, and nothing else is known of them.
public struct PropertyStatistics: Sendable {
    /// Entities that have the property, as a share.
    public let presentShare: Double
    /// Entities looked at, and how many there were.
    private let sampled: Double
    private let total: Double
    /// Different values, ascending.
    private let values: ContiguousArray<Value>
    /// By value, how many entities of the sample have it or one before it.
    private let upTo: ContiguousArray<Int32>
    /// Entities that have one value that the sample does not show to be common, as a share.
    private let rareShare: Double

    /// What occurs so often in a sample is counted; what occurs less often is taken to be as rare
    /// as all of its like.
    private static let commonCount = 4
    /// Longer strings are compared by their beginnings: a sample is small whatever is stored.
    fileprivate static let keptStringBytes = 64

    /// What is to be held of a sampled value.
    static func kept(_ value: Value) -> Value { value.cut }

    /// `values`: what is ``kept(_:)`` of `sampled` entities out of `total`; null where one does not
    /// have the property. Cost: sorts them.
    init(_ values: ContiguousArray<Value>, sampled: Int, total: Int) {
        self.sampled = Double(max(1, sampled))
        self.total = Double(max(1, total, sampled))
        var present = 0
        var ordered = ContiguousArray<Value>()
        for value in values {
            if case .null = value { continue }
            present += 1
            if value.isOrdered { ordered.append(value) }
        }
        presentShare = Double(present) / self.sampled
        ordered.sort { Value.order($0, $1) < 0 }
        var different = ContiguousArray<Value>()
        var upTo = ContiguousArray<Int32>()
        for (place, value) in ordered.enumerated() {
            if let last = different.last, Value.order(last, value) == 0 {
                upTo[upTo.count - 1] = Int32(place + 1)
            } else {
                different.append(value)
                upTo.append(Int32(place + 1))
            }
        }
        self.values = different
        self.upTo = upTo
        rareShare = Self.rareShare(upTo, sampled: self.sampled, total: self.total)
    }

    /// The number of different rare values by the estimator Duj1 (Haas, Naughton, Seshadri and
    /// Stokes 1995): n·d / (n − f + f·n/N), for d different values among n of N, f of which occur
    /// once. All are taken to occur equally often.
    private static func rareShare(
        _ upTo: ContiguousArray<Int32>, sampled: Double, total: Double
    ) -> Double {
        var (different, once, count) = (0.0, 0.0, 0.0)
        var before: Int32 = 0
        for end in upTo {
            let occurs = end - before
            before = end
            if occurs >= commonCount { continue }
            different += 1
            count += Double(occurs)
            if occurs == 1 { once += 1 }
        }
        if different == 0 { return 0 }
        let all = count * total / sampled
        let estimated = count * different / (count - once + once * count / all)
        return count / sampled / max(1, estimated)
    }

    private var isComplete: Bool { sampled == total }

    /// What nothing in the sample speaks for is half of what one entity in it would be: an estimate
    /// of zero would make whatever follows look free.
    private var leastShare: Double { 0.5 / sampled }

    // MARK: Shares

    /// The share of the entities whose property is in a range; at least one bound. Nil where the
    /// bounds' class has no order. Cost: two binary searches.
    public func share(from lower: IndexCondition.Bound?, to upper: IndexCondition.Bound?)
        -> Double?
    {
        guard let bound = lower ?? upper else { return presentShare }
        let anchor = bound.value.cut
        if !anchor.isOrdered { return anchor.isNeverInRange ? leastShare : nil }
        let first: Int
        if let lower {
            let value = lower.value.cut
            first = partition { candidate in
                switch Place(candidate, value) {
                case .below: true
                case .equal: !lower.inclusive
                case .above: false
                }
            }
        } else {
            first = partition { $0.isOfEarlierClass(than: anchor) }
        }
        let end: Int
        if let upper {
            let value = upper.value.cut
            if lower != nil, Value.compare(anchor, value) == nil { return leastShare }
            end = partition { candidate in
                switch Place(candidate, value) {
                case .below: true
                case .equal: upper.inclusive
                case .above: false
                }
            }
        } else {
            end = partition { !$0.isOfLaterClass(than: anchor) }
        }
        return share(first, end)
    }

    /// The share of the entities whose property begins with a string.
    public func share(startingWith prefix: String) -> Double {
        let prefix = prefix.beginning(Self.keptStringBytes)
        let value = Value.string(prefix)
        let first = partition { Place($0, value) == .below }
        let end = partition { candidate in
            if Place(candidate, value) == .below { return true }
            guard case .string(let text) = candidate else { return false }
            return text.utf8.starts(with: prefix.utf8)
        }
        return share(first, end)
    }

    /// The share of the entities whose property is equal to a value; nil where the sample does not
    /// hold values of its class.
    public func share(equalTo value: Value) -> Double? {
        if case .null = value { return leastShare }
        let value = value.cut
        guard value.isOrdered else { return nil }
        let place = partition { Value.order($0, value) < 0 }
        if place < values.count, Value.order(values[place], value) == 0 {
            let count = Int(upTo[place]) - (place == 0 ? 0 : Int(upTo[place - 1]))
            if isComplete || count >= Self.commonCount { return Double(count) / sampled }
        }
        return isComplete ? leastShare : max(rareShare, min(leastShare, 1 / total))
    }

    private func share(_ first: Int, _ end: Int) -> Double {
        guard end > first else { return leastShare }
        return Double(upTo[end - 1] - (first == 0 ? 0 : upTo[first - 1])) / sampled
    }

    /// The place of the first value that is not `before`, in an order that begins with those that
    /// are.
    private func partition(_ before: (Value) -> Bool) -> Int {
        var (low, high) = (0, values.count)
        while low < high {
            let middle = (low + high) / 2
            if before(values[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Where a value stands in the order of all values.
private enum Place {
    case below, equal, above

    init(_ value: Value, _ other: Value) {
        let order = Value.order(value, other)
        self = order == 0 ? .equal : (order < 0 ? .below : .above)
    }
}

extension Value {
    /// Whether ranges can hold it.
    fileprivate var isOrdered: Bool {
        switch self {
        case .float(let value): !value.isNaN
        case .list: false
        default: Value.compare(self, self) == .equal
        }
    }

    /// Whether nothing is less or greater than it.
    fileprivate var isNeverInRange: Bool {
        switch self {
        case .null: true
        case .float(let value): value.isNaN
        default: false
        }
    }

    /// Whether it stands before another, and cannot be compared with it.
    fileprivate func isOfEarlierClass(than other: Value) -> Bool {
        Value.compare(self, other) == nil && Value.order(self, other) < 0
    }

    fileprivate func isOfLaterClass(than other: Value) -> Bool {
        Value.compare(self, other) == nil && Value.order(self, other) > 0
    }

    fileprivate var cut: Value {
        guard case .string(let text) = self,
            text.utf8.count > PropertyStatistics.keptStringBytes
        else { return self }
        return .string(text.beginning(PropertyStatistics.keptStringBytes))
    }
}

extension String {
    /// As many whole code points as fit so many bytes.
    fileprivate func beginning(_ bytes: Int) -> String {
        guard utf8.count > bytes else { return self }
        var text = self
        return text.withUTF8 { buffer in
            var end = bytes
            while end > 0, buffer[end] & 0xC0 == 0x80 { end -= 1 }
            return String(decoding: buffer[..<end], as: UTF8.self)
        }
    }
}
