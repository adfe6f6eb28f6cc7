import Cypher
import Values

/// Conditions with OR, in the forms that say most of single nodes and relationships.
extension QueryGraph {
    /// `n.p = 1 OR n.p = 2` says the same as `n.p IN [1, 2]`, and
    /// `(a.p = 1 AND b.p = 2) OR (a.p = 3 AND b.q = 4)` implies `a.p IN [1, 3]` and
    /// `b.p = 2 OR b.q = 4`, by which both ends can be found.
    func splittingDisjunctions() -> QueryGraph {
        guard predicates.contains(where: { $0.expression.isDisjunction }) else { return self }
        let found = SlotSet(nodes.lazy.filter { !$0.isBound }.map(\.slot))
            .union(SlotSet(relationships.lazy.filter { $0.isSingle && !$0.isBound }.map(\.slot)))
        var graph = self
        graph.predicates = []
        for predicate in predicates {
            guard case .or(let operands) = predicate.expression else {
                graph.predicates.append(predicate)
                continue
            }
            var whole = Predicate(.anyOf(operands))
            let slots = whole.needs.intersection(found).sorted
            if slots.count > 1 {
                for slot in slots {
                    guard let implied = BoundExpression.implied(by: operands, of: slot) else {
                        continue
                    }
                    whole.implied.append(implied)
                    graph.predicates.append(Predicate(implied))
                }
            }
            graph.predicates.append(whole)
        }
        return graph
    }
}

extension BoundExpression {
    fileprivate var isDisjunction: Bool {
        if case .or = self { true } else { false }
    }

    /// What a disjunction says of one slot alone; nil where an alternative says nothing of it.
    fileprivate static func implied(by alternatives: [BoundExpression], of slot: Slot)
        -> BoundExpression?
    {
        var parts: [BoundExpression] = []
        for alternative in alternatives {
            let own = alternative.conjuncts.filter { $0.slots == [slot] && $0.isRepeatable }
            if own.isEmpty { return nil }
            parts.append(own.count == 1 ? own[0] : .and(own))
        }
        return .anyOf(parts)
    }

    /// Whether it may be tested once more, for little and with the same answer.
    var isRepeatable: Bool {
        var isRepeatable = isDeterministic
        visit { part in
            if case .subquery = part { isRepeatable = false }
        }
        return isRepeatable
    }

    /// A disjunction in which values that one property, or id, may be equal to are one list.
    fileprivate static func anyOf(_ operands: [BoundExpression]) -> BoundExpression {
        var alternatives: [BoundExpression] = []
        var lists: [(place: Int, subject: BoundExpression, values: [BoundExpression])] = []
        for operand in operands {
            guard let test = operand.equality else {
                alternatives.append(operand)
                continue
            }
            if let known = lists.firstIndex(where: { $0.subject.isSamePart(as: test.subject) }) {
                lists[known].values += test.values
                alternatives[lists[known].place] = .inList(
                    test.subject, list: .listing(lists[known].values))
            } else {
                lists.append((alternatives.count, test.subject, test.values))
                alternatives.append(operand)
            }
        }
        return alternatives.count == 1 ? alternatives[0] : .or(alternatives)
    }

    private static func listing(_ items: [BoundExpression]) -> BoundExpression {
        let constants = items.compactMap { item in
            if case .constant(let value) = item { value } else { nil }
        }
        return constants.count == items.count ? .constant(.list(constants)) : .list(items)
    }

    /// That a property or id is one of some values, which do not hang on rows.
    private var equality: (subject: BoundExpression, values: [BoundExpression])? {
        switch self {
        case .comparison(.equal, let left, let right):
            if left.isPart, KnownValue(right) != nil { return (left, [right]) }
            if right.isPart, KnownValue(left) != nil { return (right, [left]) }
            return nil
        case .inList(let left, list: .constant(.list(let values))) where left.isPart:
            return (left, values.map { .constant($0) })
        case .inList(let left, list: .list(let values)) where left.isPart:
            return values.allSatisfy { KnownValue($0) != nil } ? (left, values) : nil
        default: return nil
        }
    }

    /// Whether it is a property or the id of a slot.
    private var isPart: Bool {
        switch self {
        case .property(.slot, _): true
        case .graph(.id, let operands), .graph(.elementId, let operands): operands[0].isSlot
        default: false
        }
    }

    private var isSlot: Bool {
        if case .slot = self { true } else { false }
    }

    private func isSamePart(as other: BoundExpression) -> Bool {
        switch (self, other) {
        case (.property(.slot(let one), let key), .property(.slot(let two), let other)):
            one == two && sameName(key, other)
        case (.graph(.id, _), .graph(.id, _)), (.graph(.elementId, _), .graph(.elementId, _)):
            slots == other.slots
        default: false
        }
    }
}
