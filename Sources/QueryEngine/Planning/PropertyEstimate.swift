internal import GraphStore
import Values

/// What a pattern says of a node or a relationship: all of the labels, or the one type.
struct PatternEntity {
    let kind: EntityKind
    let names: [String]
}

/// A condition on a property of the nodes with a label or the relationships of a type, whose share
/// the property's statistics tell.
struct PropertyEstimate: Sendable {
    struct Bound: Sendable {
        let value: KnownValue
        let inclusive: Bool

        fileprivate func value(_ parameters: ValueMap) -> IndexCondition.Bound? {
            value.value(parameters).map { IndexCondition.Bound($0, inclusive: inclusive) }
        }
    }

    enum Test: Sendable {
        case equal(KnownValue)
        case oneOf(KnownValue)
        case prefix(KnownValue)
        case range(lower: Bound?, upper: Bound?)
        case present
    }

    let entity: EntityKind
    let labelOrType: String
    let property: String
    let test: Test

    /// Items of a list that are looked up; what they come to stands for the rest.
    private static let listedItems = 64

    /// Nil where the parameter is missing, or nothing is known of such values.
    func share(_ statistics: PropertyStatistics, _ parameters: ValueMap) -> Double? {
        switch test {
        case .present: return statistics.presentShare
        case .equal(let value):
            return value.value(parameters).flatMap { statistics.share(equalTo: $0) }
        case .prefix(let value):
            guard case .string(let prefix)? = value.value(parameters) else { return nil }
            return statistics.share(startingWith: prefix)
        case .range(let lower, let upper):
            var bounds: (lower: IndexCondition.Bound?, upper: IndexCondition.Bound?)
            if let lower {
                guard let bound = lower.value(parameters) else { return nil }
                bounds.lower = bound
            }
            if let upper {
                guard let bound = upper.value(parameters) else { return nil }
                bounds.upper = bound
            }
            return statistics.share(from: bounds.lower, to: bounds.upper)
        case .oneOf(let value):
            guard case .list(let items)? = value.value(parameters) else { return nil }
            let listed = items.prefix(Self.listedItems)
            var share = 0.0
            for item in listed {
                guard let one = statistics.share(equalTo: item) else { return nil }
                share += one
            }
            return min(1, share * Double(items.count) / Double(max(1, listed.count)))
        }
    }

    /// Whether each parameter that it looks at has a value.
    func hasValues(_ parameters: ValueMap) -> Bool {
        switch test {
        case .present: true
        case .equal(let value), .oneOf(let value), .prefix(let value):
            value.hasValue(parameters)
        case .range(let lower, let upper):
            lower?.value.hasValue(parameters) ?? true && upper?.value.hasValue(parameters) ?? true
        }
    }

    /// Whether it depends on what is not in the statement.
    var hasParameters: Bool {
        switch test {
        case .present: false
        case .equal(let value), .oneOf(let value), .prefix(let value): value.isParameter
        case .range(let lower, let upper):
            lower?.value.isParameter ?? false || upper?.value.isParameter ?? false
        }
    }

    /// Whether both look at the same property, in the same way and for the same parameters.
    func isLike(_ other: PropertyEstimate) -> Bool {
        guard entity == other.entity, sameName(property, other.property),
            sameName(labelOrType, other.labelOrType)
        else { return false }
        func areSame(_ one: KnownValue?, _ two: KnownValue?) -> Bool {
            guard let one, let two else { return one == nil && two == nil }
            return one.isLike(two)
        }
        switch (test, other.test) {
        case (.present, .present): return true
        case (.equal(let one), .equal(let two)), (.oneOf(let one), .oneOf(let two)),
            (.prefix(let one), .prefix(let two)):
            return one.isLike(two)
        case (.range(let lower, let upper), .range(let otherLower, let otherUpper)):
            return areSame(lower?.value, otherLower?.value)
                && areSame(upper?.value, otherUpper?.value)
        default: return false
        }
    }
}
