import Cypher
import GraphStore

/// Label tests that the graph answers by itself: where every relationship of a type ends at nodes
/// with a label, which the counts tell, nodes reached along that type need not be asked for it.
///
/// A test costs a look-up for each row, more than the expansion that led there. The counts are
/// those of the snapshot that the execution reads, so the plan stays right when the data changes.
struct ImpliedLabels {
    let view: GraphView

    /// Whether `predicate` is true of every row that `plan` gives.
    func hold(_ predicate: BoundExpression, over plan: PlanNode) -> Bool {
        guard case .hasLabels(.slot(let slot), .name(let name)) = predicate,
            let label = view.label(name)
        else { return false }
        var step = plan
        while true {
            switch step.operation {
            case .expand(let expand) where expand.to == slot && !expand.into:
                return reach(label, expand.types, expand.direction)
            case .relationshipScan(_, let start, let end, let types, .outgoing):
                if end == slot { return reach(label, types, .outgoing) }
                return start == slot && reach(label, types, .incoming)
            case .intersect(let intersect) where intersect.node == slot:
                return [intersect.first, intersect.second].contains {
                    reach(label, [$0.type], $0.direction)
                }
            case .expandGroups(let step) where step.expand.to == slot:
                return reach(label, step.expand.types, step.expand.direction)
            case .filter, .expand, .countExpand, .intersect, .project:
                step = step.children[0]
            default: return false
            }
        }
    }

    /// Whether all nodes that such an expansion can reach have the label.
    func reach(_ label: LabelID, _ types: [String], _ direction: Cypher.Direction) -> Bool {
        guard !types.isEmpty else { return false }
        return types.compactMap(view.type).allSatisfy { type in
            let all = view.relationshipCount(type: type)
            func isWhole(_ end: StoredDirection) -> Bool {
                view.relationshipCount(label: label, type: type, direction: end) == all
            }
            return switch direction {
            case .outgoing: isWhole(.incoming)
            case .incoming: isWhole(.outgoing)
            case .either: isWhole(.incoming) && isWhole(.outgoing)
            }
        }
    }
}
