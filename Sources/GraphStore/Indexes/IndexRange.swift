internal import Values

/// The keys that a condition selects in one index: `lower ..< upper`.
struct IndexRange {
    var lower: [UInt8]
    /// Nil is the end of the database.
    var upper: [UInt8]?
    /// Whether every key inside meets the condition.
    var exact = true
    var isEmpty = false

    /// Errors: none: a condition that no value meets selects nothing.
    init(_ index: UInt32, properties: Int, _ condition: IndexCondition) {
        lower = IndexKey.prefix(index)
        upper = nil
        let budget = IndexKey.budget(properties: properties)
        for value in condition.equal {
            guard append(equal: value, budget: budget) else { return }
        }
        switch condition.tail {
        case .none: upper = IndexKey.successor(lower)
        case .prefix(let prefix): narrow(prefix: prefix, budget: budget)
        case .range(let least, let greatest): narrow(least, greatest, budget: budget)
        }
    }

    /// Returns false where nothing may follow: the range is final.
    private mutating func append(equal value: Value, budget: Int) -> Bool {
        guard value.isIndexable else {
            isEmpty = true
            return false
        }
        let begin = lower.count
        let component = IndexKey.append(value, budget: budget, to: &lower)
        if component.contains(.neverEqual) { isEmpty = true }
        if let bytes = IndexKey.instantBytes(value) {
            // Times with zones are compared as instants first: the caller decides about zones.
            lower.removeSubrange((begin + bytes)...)
            exact = false
        } else if component.contains(.cut) {
            exact = false
        } else {
            return true
        }
        upper = IndexKey.successor(lower)
        return false
    }

    private mutating func narrow(prefix: String, budget: Int) {
        var begin = lower
        begin.append(IndexKey.Kind.string.rawValue)
        let body = begin.count
        IndexKey.append(escaped: prefix.utf8, to: &begin)
        // A cut entry keeps at least this much of its string.
        let kept = budget - 4
        if begin.count - body > kept {
            begin.removeSubrange((body + kept)...)
            if begin.last == 0 { begin.removeLast() }
            exact = false
        }
        lower = begin
        upper = IndexKey.successor(begin)
    }

    private mutating func narrow(
        _ least: IndexCondition.Bound?, _ greatest: IndexCondition.Bound?, budget: Int
    ) {
        guard let sample = least?.value ?? greatest?.value, sample.isIndexable else {
            isEmpty = true
            return
        }
        let prefix = lower
        var kind: [UInt8] = []
        if IndexKey.append(whole: sample, to: &kind) { isEmpty = true }
        for bound in [least, greatest] {
            guard let value = bound?.value else { continue }
            var other: [UInt8] = []
            guard value.isIndexable, !IndexKey.append(whole: value, to: &other),
                other[0] == kind[0]
            else {
                isEmpty = true
                return
            }
        }
        lower = prefix + [kind[0]]
        upper = IndexKey.successor(lower)
        if let least {
            let (key, loose) = Self.bound(least.value, after: prefix, budget: budget)
            if loose { exact = false }
            let includes = least.inclusive || loose
            if let begin = includes ? key : IndexKey.successor(key) { lower = begin }
        }
        if let greatest {
            let (key, loose) = Self.bound(greatest.value, after: prefix, budget: budget)
            if loose { exact = false }
            upper = greatest.inclusive || loose ? IndexKey.successor(key) : key
        }
        if case .point = sample { exact = false }
    }

    private static func bound(_ value: Value, after prefix: [UInt8], budget: Int)
        -> (key: [UInt8], loose: Bool)
    {
        var key = prefix
        let component = IndexKey.append(value, budget: budget, to: &key)
        if let bytes = IndexKey.instantBytes(value) {
            key.removeSubrange((prefix.count + bytes)...)
            return (key, true)
        }
        return (key, component.contains(.cut))
    }
}

extension Value {
    /// Whether an index can hold it: what a property can hold, and no null.
    var isIndexable: Bool {
        switch self {
        case .null, .map, .node, .relationship, .path, .nodeReference, .relationshipReference,
            .pathReference:
            false
        case .list(let values):
            values.allSatisfy { value in
                if case .list = value { false } else { value.isIndexable }
            }
        default: true
        }
    }
}
