import Values

/// A match that hangs on nodes of the rows, but is found by itself and joined to them by these nodes.
///
/// ```
///    MATCH (u:User) OPTIONAL MATCH (u)-[:RATED]->(:Item)-[:IN_GENRE]->(:Genre {name: 'War'})
///
///    from each row on    u ─▶ all that u has rated ─▶ genres of each ─▶ is it this one?
///    joined              the genre ─▶ its items ─▶ who has rated them
///                                                         ╞══ u
///    rows ────────────────────────────────────────────────╯
/// ```
///
/// It pays where many rows enter and the match has an end that is rarer than they are. Nothing in it
/// may look at anything of the rows but these nodes, for then it is not the same for all of them.
struct JoinedMatch {
    private let nodes: SlotSet
    private var planner: MatchPlanner
    private let rows: Double

    /// What the hash table costs for each of its rows, and each row to look for in it, beside a row of
    /// an expansion.
    private static let builtRowCost = 4.0
    private static let soughtRowCost = 2.0
    /// For fewer it is not worth a second plan.
    private static let manyRows = 8.0

    /// Nil where it cannot be found by itself, and where to match from each row on costs less.
    init?(
        _ context: BindingContext, _ graph: QueryGraph, for consumer: MatchPlanner.Consumer?,
        on base: PlanDraft, insteadOf stacked: MatchPlanner
    ) {
        guard base.rows >= Self.manyRows, let alone = graph.alone(given: base.bound) else {
            return nil
        }
        nodes = base.bound.intersection(graph.slots)
        if let consumer {
            var needed = consumer.needed.intersection(graph.slots)
            needed.formUnion(nodes)
            planner = .counting(
                context, alone, for: MatchPlanner.Consumer(needed: needed, rowSlot: nil),
                grouped: nil, on: .unit)
        } else {
            planner = MatchPlanner(context, alone)
        }
        guard planner.order.components.count == 1 else { return nil }
        let (cost, found) = planner.estimate(on: .unit)
        let (stackedCost, stackedRows) = stacked.estimate(on: base)
        let joinedCost = cost + found * Self.builtRowCost + base.rows * Self.soughtRowCost
        // Where a LIMIT cuts, not all rows enter.
        let share = min(1, context.wantedRows / max(1, stackedRows))
        guard joinedCost < (stackedCost + stackedRows) * share else { return nil }
        rows = stackedRows
    }

    /// The joined rows, and where they keep how many matches each stands for; nil: one.
    mutating func plan(on base: PlanDraft) -> (draft: PlanDraft, weight: Slot?) {
        let right = planner.plan(on: .unit)
        let draft = PlanDraft(
            .hashJoin(left: nodes.sorted, right: nodes.sorted), [base, right], rows: rows,
            bound: base.bound.union(right.bound))
        return (draft, planner.weight)
    }
}

extension QueryGraph {
    /// The graph as if nothing of it were bound; nil where what is bound is more than nodes, or where
    /// something in it looks at anything else.
    fileprivate func alone(given bound: SlotSet) -> QueryGraph? {
        let own = slots
        let nodes = SlotSet(self.nodes.lazy.map(\.slot))
        let shared = bound.intersection(own)
        guard !relationships.isEmpty, !shared.isEmpty, shared.isSubset(of: nodes),
            predicates.allSatisfy({ $0.needs.isSubset(of: own) }),
            relationships.allSatisfy({
                !$0.isBound && !$0.isShortest && $0.needs.isSubset(of: own)
            })
        else { return nil }
        var graph = self
        for place in graph.nodes.indices { graph.nodes[place].isBound = false }
        return graph
    }
}
