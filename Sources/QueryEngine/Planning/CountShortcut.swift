import Cypher

/// `MATCH (n:L) RETURN count(n)` and `MATCH ()-[:T]->() RETURN count(*)`: the store keeps these
/// numbers.
enum CountShortcut {
    static func find(_ call: AggregateCall, _ draft: PlanDraft) -> CountStore? {
        if call.distinct { return nil }
        switch call.function {
        case .countStar: break
        case .count:
            // An entity that a scan or an expand has bound is never null.
            guard case .slot(let slot)? = call.argument, draft.bound.contains(slot) else {
                return nil
            }
        default: return nil
        }
        switch draft.operation {
        case .allNodesScan: return .nodes(label: nil)
        case .labelScan(_, let label): return .nodes(label: label)
        case .relationshipScan(_, let start, let end, let types, .outgoing) where start != end:
            // Not in both directions: a loop is there once, and how many there are nobody counts.
            return .relationships(types: types, label: nil, direction: .outgoing)
        case .expand(let expand):
            guard expand.distinctFrom.isEmpty, !expand.into, expand.direction != .either else {
                return nil
            }
            switch draft.children[0].operation {
            case .allNodesScan:
                return .relationships(types: expand.types, label: nil, direction: .outgoing)
            case .labelScan(_, let label) where !expand.types.isEmpty:
                return .relationships(
                    types: expand.types, label: label, direction: expand.direction)
            default: return nil
            }
        case .countExpand(let count): return find(count, draft.children[0].operation)
        default: return nil
        }
    }

    private static func find(_ count: CountExpand, _ scan: PlanOperation) -> CountStore? {
        guard count.hops.count == 1, count.taken.isEmpty, count.times == nil else { return nil }
        let hop = count.hops[0]
        guard hop.labels.isEmpty, hop.direction != .either else { return nil }
        switch scan {
        case .allNodesScan:
            return .relationships(types: hop.types, label: nil, direction: .outgoing)
        case .labelScan(_, let label) where !hop.types.isEmpty:
            return .relationships(types: hop.types, label: label, direction: hop.direction)
        default: return nil
        }
    }
}
