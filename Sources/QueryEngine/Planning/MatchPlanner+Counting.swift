import Cypher

/// Counting what nobody looks at.
extension MatchPlanner {
    /// A planner for a match whose rows are only counted and aggregated: relationships to ends that
    /// nobody looks at become factors of a weight, where that is the cheaper plan.
    static func counting(
        _ context: BindingContext, _ graph: QueryGraph, for consumer: Consumer,
        grouped: Slot?, on base: PlanDraft
    ) -> MatchPlanner {
        let plain = MatchPlanner(context, graph, consumer: consumer, grouped: grouped)
        let counted = CountedEnds(
            plain.graph, plain.order.links, needed: consumer.needed, bound: base.bound)
        if counted.isEmpty { return plain }
        let planner = MatchPlanner(
            context, counted.core, consumer: consumer, counting: counted.steps, grouped: grouped)
        let (cost, rows) = planner.estimate(on: base)
        let (plainCost, plainRows) = plain.estimate(on: base)
        let isCheaper = cost + rows * Double(counted.ends.count) <= plainCost + plainRows
        return isCheaper ? planner : plain
    }

    /// Takes the counting steps whose slots are there now.
    mutating func count(on base: PlanDraft) -> PlanDraft {
        var draft = base
        for step in counts where step.reads.isSubset(of: base.bound) {
            let slot = context.makeTemporary()
            let operation = PlanOperation.countExpand(
                CountExpand(
                    from: step.from, hops: step.hops, taken: step.taken, weight: slot,
                    times: weight))
            draft = draft.adding(operation, [slot])
            weight = slot
        }
        counts.removeAll { $0.reads.isSubset(of: base.bound) }
        return draft
    }
}
