import Cypher

/// A condition on one property of a slot, whose values are known when it is planned: `n.age > 30`,
/// `$low <= n.age`, `n.name IN $names`, `n.name IS NOT NULL`.
struct PropertyTest {
    let slot: Slot
    let key: String
    let test: PropertyEstimate.Test
    /// `<>`: there, and not equal.
    var isNegated = false

    private init(slot: Slot, key: String, test: PropertyEstimate.Test) {
        self.slot = slot
        self.key = key
        self.test = test
    }

    init?(_ predicate: BoundExpression) {
        switch predicate {
        case .comparison(let symbol, .property(.slot(let slot), let key), let value):
            self.init(slot, key, symbol, value)
        case .comparison(let symbol, let value, .property(.slot(let slot), let key)):
            self.init(slot, key, symbol.flipped, value)
        case .inList(.property(.slot(let slot), let key), let list):
            guard let list = KnownValue(list) else { return nil }
            self.init(slot: slot, key: key, test: .oneOf(list))
        case .stringMatch(.startsWith, .property(.slot(let slot), let key), let prefix):
            guard let prefix = KnownValue(prefix) else { return nil }
            self.init(slot: slot, key: key, test: .prefix(prefix))
        case .not(.isNull(.property(.slot(let slot), let key))):
            self.init(slot: slot, key: key, test: .present)
        default: return nil
        }
    }

    private init?(
        _ slot: Slot, _ key: String, _ symbol: ComparisonOperator, _ value: BoundExpression
    ) {
        guard let value = KnownValue(value) else { return nil }
        let test: PropertyEstimate.Test =
            switch symbol {
            case .equal, .notEqual: .equal(value)
            case .less: .range(lower: nil, upper: .init(value: value, inclusive: false))
            case .lessOrEqual: .range(lower: nil, upper: .init(value: value, inclusive: true))
            case .greater: .range(lower: .init(value: value, inclusive: false), upper: nil)
            case .greaterOrEqual: .range(lower: .init(value: value, inclusive: true), upper: nil)
            }
        self.init(slot: slot, key: key, test: test)
        isNegated = symbol == .notEqual
    }

    /// Whether it bounds a range from one side.
    var isBound: Bool {
        if case .range = test { true } else { false }
    }

    /// Whether another one bounds the same property from the other side.
    func isClosed(by other: PropertyTest) -> Bool {
        guard slot == other.slot, sameName(key, other.key) else { return false }
        switch (test, other.test) {
        case (.range(_?, nil), .range(nil, _?)), (.range(nil, _?), .range(_?, nil)): return true
        default: return false
        }
    }

    /// Both bounds.
    func range(with other: PropertyTest) -> PropertyTest {
        guard case .range(let lower, let upper) = test,
            case .range(let otherLower, let otherUpper) = other.test
        else { return self }
        return PropertyTest(
            slot: slot, key: key,
            test: .range(lower: lower ?? otherLower, upper: upper ?? otherUpper))
    }
}
