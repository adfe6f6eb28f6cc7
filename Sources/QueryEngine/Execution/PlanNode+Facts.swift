/// What operators need to know about the plans below them.
extension PlanNode {
    /// How many steps of this plan change the graph. Where there is one, nobody may stop pulling
    /// early.
    func countWrites(_ procedures: ProcedureRegistry) -> Int {
        let own =
            switch operation {
            case .create, .merge, .set, .delete, .forEach: 1
            case .procedureCall(let step):
                procedures[step.name]?.signature.access == .read ? 0 : 1
            default: 0
            }
        return children.reduce(own) { $0 + $1.countWrites(procedures) }
    }

    func writes(_ procedures: ProcedureRegistry) -> Bool { countWrites(procedures) > 0 }

    /// Whether each row has another node in the slot, because it was found by a scan.
    func scans(_ slot: Slot) -> Bool {
        switch operation {
        case .allNodesScan(slot), .labelScan(slot, _): true
        case .filter, .project: children[0].scans(slot)
        default: false
        }
    }

    /// Whether rows depend on the rows of some apply outside this plan.
    var dependsOnArguments: Bool {
        var bound: Set<ArgumentID> = []
        return hasArgument(outside: &bound)
    }

    private func hasArgument(outside bound: inout Set<ArgumentID>) -> Bool {
        switch operation {
        case .argument(let id, _, _): return !bound.contains(id)
        case .apply(let apply): bound.insert(apply.argument)
        case .merge(let merge): bound.insert(merge.argument)
        case .quantifiedExpand(let expand): bound.insert(expand.argument)
        case .shortestTrails(let search): bound.insert(search.repetition.argument)
        case .forEach(_, _, let argument): bound.insert(argument)
        default: break
        }
        for child in children where child.hasArgument(outside: &bound) { return true }
        return false
    }

    /// What the plan looks at of the rows that are passed in.
    func argumentSlots(_ argument: ArgumentID) -> Set<Slot> {
        if case .argument(argument, let slots, _) = operation { return Set(slots) }
        return children.reduce(into: []) { $0.formUnion($1.argumentSlots(argument)) }
    }

    /// Whether everything that comes of the rows that are passed in is read before the first row goes
    /// on.
    var readsAllArguments: Bool {
        if !keepsArgumentOrder { return true }
        switch operation {
        case .aggregateByRow, .eager: return true
        default: return children.contains { $0.readsAllArguments }
        }
    }

    /// Whether rows come out in the order of the arguments that they belong to, so that an apply
    /// can join them back as they come.
    var keepsArgumentOrder: Bool {
        switch operation {
        case .argument, .unit, .aggregateByRow: true
        case .indexSeek, .nodeByID, .relationshipByID, .expand, .countExpand, .intersect,
            .variableExpand, .shortestPath, .shortestTrails, .filter, .project, .unwind,
            .procedureCall, .loadCSV,
            .eager, .create, .set, .delete,
            .produceResults:
            children[0].keepsArgumentOrder
        case .apply, .cartesianProduct, .hashJoin, .merge, .forEach:
            children[0].keepsArgumentOrder
        default: false
        }
    }
}
