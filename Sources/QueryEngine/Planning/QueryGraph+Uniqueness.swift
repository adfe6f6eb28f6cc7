import Cypher
import Values

/// Which relationships of one MATCH have to be kept apart.
extension QueryGraph {
    /// Whether both patterns could match one relationship, which Cypher does not allow. Where the
    /// graph's conditions say that they start or end at different nodes, or put one before the
    /// other, they cannot.
    func mayMeet(_ one: QueryRelationship, _ two: QueryRelationship) -> Bool {
        guard one.clause == two.clause, one.overlaps(two) else { return false }
        if one.isSingle, two.isSingle, areOrdered(one.slot, two.slot) { return false }
        guard let (start, end) = one.ends, let (otherStart, otherEnd) = two.ends else {
            return true
        }
        return !differ(start, otherStart) && !differ(end, otherEnd)
    }

    /// By place, the places of the relationships that each may meet. Takes n² comparisons, so a
    /// planner asks once.
    var meetings: [SlotSet] {
        var meetings = relationships.map { _ in SlotSet() }
        if relationships.count < 2 { return meetings }
        for one in relationships.indices {
            for two in 0..<one where mayMeet(relationships[one], relationships[two]) {
                meetings[one].insert(two)
                meetings[two].insert(one)
            }
        }
        return meetings
    }

    /// Whether a condition holds only where a property of one is less than that of the other. (That
    /// they are not equal would not do: NaN is not equal to itself.)
    private func areOrdered(_ one: Slot, _ two: Slot) -> Bool {
        predicates.contains { predicate in
            guard
                case .comparison(
                    let comparison, .property(.slot(let left), let key),
                    .property(.slot(let right), let other)) = predicate.expression,
                comparison == .less || comparison == .greater, sameName(key, other)
            else { return false }
            return (left, right) == (one, two) || (left, right) == (two, one)
        }
    }

    /// Whether a condition holds only where the nodes are not the same: they are compared, or the
    /// same property of one is equal to a value and that of the other is not, or one is less than
    /// the other.
    private func differ(_ one: Slot, _ two: Slot) -> Bool {
        if one == two || !predicates.contains(where: { $0.expression.isInequality }) {
            return false
        }
        var equal: [(slot: Slot, key: String, value: BoundExpression)] = []
        var unequal: [(slot: Slot, key: String, value: BoundExpression)] = []
        for predicate in predicates {
            guard case .comparison(let comparison, let left, let right) = predicate.expression,
                comparison == .equal || predicate.expression.isInequality
            else { continue }
            for (subject, value) in [(left, right), (right, left)] {
                if comparison != .equal, case .slot(one) = subject, case .slot(two) = value {
                    return true
                }
                guard case .property(.slot(let slot), let key) = subject,
                    slot == one || slot == two
                else { continue }
                // That the property is not equal would not do: NaN is not equal to itself.
                if comparison == .less || comparison == .greater, slot == one,
                    case .property(.slot(two), let other) = value, sameName(key, other)
                {
                    return true
                }
                if comparison == .equal {
                    equal.append((slot, key, value))
                } else {
                    unequal.append((slot, key, value))
                }
            }
        }
        return equal.contains { known in
            unequal.contains { other in
                known.slot != other.slot && sameName(known.key, other.key)
                    && known.value.isSameValue(as: other.value)
            }
        }
    }
}

extension QueryRelationship {
    /// Where it starts and ends; nil where that is not known before it is found.
    var ends: (start: Slot, end: Slot)? {
        guard isSingle else { return nil }
        switch direction {
        case .outgoing: return (left, right)
        case .incoming: return (right, left)
        case .either: return nil
        }
    }
}

extension BoundExpression {
    fileprivate var isInequality: Bool {
        switch self {
        case .comparison(.notEqual, _, _), .comparison(.less, _, _), .comparison(.greater, _, _):
            true
        default: false
        }
    }

    /// Whether both are one parameter, or one integer or string.
    fileprivate func isSameValue(as other: BoundExpression) -> Bool {
        switch (self, other) {
        case (.parameter(let one), .parameter(let two)): sameName(one, two)
        case (.constant(.integer(let one)), .constant(.integer(let two))): one == two
        case (.constant(.string(let one)), .constant(.string(let two))): sameName(one, two)
        default: false
        }
    }
}
