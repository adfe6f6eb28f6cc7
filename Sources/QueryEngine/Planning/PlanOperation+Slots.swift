/// Slots that an operation reads of its input.
extension PlanOperation {
    var reads: SlotSet {
        var reads = SlotSet()
        switch self {
        case .indexSeek(_, _, let seek):
            for expression in seek.expressions { expression.addSlots(to: &reads) }
        case .nodeByID(_, let seek), .relationshipByID(_, _, _, let seek, _):
            seek.ids.addSlots(to: &reads)
        case .filter(let predicates): for predicate in predicates { predicate.addSlots(to: &reads) }
        case .distinct(let slots): reads = SlotSet(slots)
        case .sort(let keys), .top(let keys, _, _): reads = SlotSet(keys.map(\.slot))
        case .limitGroups(let slot, _): reads.insert(slot)
        case .unwind(let list, _): list.addSlots(to: &reads)
        case .loadCSV(let source):
            source.address.addSlots(to: &reads)
            source.fieldTerminator?.addSlots(to: &reads)
        case .create(let pattern): pattern.addSlots(to: &reads)
        case .merge(let merge):
            merge.pattern.addSlots(to: &reads)
            for operation in merge.onCreate + merge.onMatch { operation.addSlots(to: &reads) }
        case .set(let operations): for operation in operations { operation.addSlots(to: &reads) }
        case .delete(let targets, _): for target in targets { target.addSlots(to: &reads) }
        default: break
        }
        return reads
    }
}

extension CreatePattern {
    /// What is read, and the ends of new relationships; nodes that are made here are among them.
    func addSlots(to slots: inout SlotSet) {
        for node in nodes {
            node.properties?.addSlots(to: &slots)
            for label in node.labels { label.addSlots(to: &slots) }
        }
        for relationship in relationships {
            slots.insert(relationship.start)
            slots.insert(relationship.end)
            relationship.properties?.addSlots(to: &slots)
            relationship.type.addSlots(to: &slots)
        }
    }
}

extension SetOperation {
    func addSlots(to slots: inout SlotSet) {
        switch self {
        case .property(let target, _, let value), .replace(let target, let value),
            .merge(let target, let value):
            target.addSlots(to: &slots)
            value.addSlots(to: &slots)
        case .dynamicProperty(let target, let key, let value):
            target.addSlots(to: &slots)
            key.addSlots(to: &slots)
            value.addSlots(to: &slots)
        case .addLabels(let target, let labels), .removeLabels(let target, let labels):
            target.addSlots(to: &slots)
            for label in labels { label.addSlots(to: &slots) }
        }
    }
}
