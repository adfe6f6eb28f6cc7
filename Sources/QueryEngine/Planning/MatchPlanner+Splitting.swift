import Cypher
import Values

/// A match whose two sides meet in one node and have to be equal in something else besides: each is
/// found by itself, and they are joined by the node and by what is equal.
///
/// ```
///    MATCH (p:Person)-[:LIVES_IN]->(c)<-[:LIVES_IN]-(q:Person) WHERE p.age = q.age
///
///    from the node on    c ─▶ all p in it ─▶ for each of them all q ─▶ as old?
///    split               c  ─▶ p
///                              ╞══ c and age
///                        c' ─▶ q
/// ```
///
/// From the node on there are as many rows as pairs. Split there are as many as both sides have, and
/// those pairs that are equal.
extension MatchPlanner {
    /// What the hash table costs for each of its rows, and each row to look for in it, beside a row
    /// of an expansion. There are several keys, of which all but the node are read for it.
    private static let builtRowCost = 8.0
    private static let soughtRowCost = 6.0
    /// Past it the table would take memory that the statement may not have, where expanding takes
    /// none.
    private static let mostBuiltRows = Double(1 << 22)

    /// A planner of the graph split; nil where it cannot be, and where to expand from one side to
    /// the other costs less.
    static func split(
        _ context: BindingContext, _ graph: QueryGraph, on base: PlanDraft,
        insteadOf stacked: MatchPlanner
    ) -> MatchPlanner? {
        let cuts = graph.cuts(given: base.bound)
        if cuts.isEmpty { return nil }
        let (stackedCost, stackedRows) = stacked.estimate(on: base)
        // Where a LIMIT cuts, not all rows are made.
        let share = min(1, context.wantedRows / max(1, stackedRows))
        var lowestCost = (stackedCost + stackedRows) * share
        var best: MatchPlanner?
        for cut in cuts {
            let twin = context.makeSlot(context.slotNames[cut.node] + "'")
            let planner = MatchPlanner(
                context, graph.split(cut, into: twin), joinedRows: stackedRows)
            guard let (sought, built) = planner.sides(on: base),
                built.rows <= mostBuiltRows
            else { continue }
            let cost =
                sought.cost + sought.rows * soughtRowCost + built.cost
                + built.rows * builtRowCost + stackedRows
            if cost >= lowestCost { continue }
            lowestCost = cost
            best = planner
        }
        return best
    }

    /// Both sides of a graph that is split, as they are found by themselves: the one whose rows are
    /// looked for, which is the one that the rows reach or else the larger, and the one in the hash
    /// table. Nil where the rows reach both.
    private func sides(on base: PlanDraft) -> (sought: JoinState, built: JoinState)? {
        guard order.components.count == 2 else { return nil }
        let here = JoinState(bound: base.bound, rows: base.rows)
        let reached = order.components.map { order.isReached($0, from: here) }
        guard base.isUnit || reached[0] != reached[1] else { return nil }
        let states = zip(order.components, reached).compactMap { component, isReached in
            order.solve(
                component, from: isReached ? here : JoinState(bound: SlotSet(), rows: 1),
                scansAllowed: !isReached)
        }
        guard states.count == 2 else { return nil }
        let firstIsSought = base.isUnit ? states[0].rows > states[1].rows : reached[0]
        return firstIsSought ? (states[0], states[1]) : (states[1], states[0])
    }
}

extension QueryGraph {
    /// A node, and what hangs on it that is split off with a node of its own.
    fileprivate struct Cut {
        let node: Slot
        let part: SlotSet
    }

    /// Larger graphs are not looked at.
    private static let mostNodes = 12

    /// Where an equality compares two parts that nothing but one node connects.
    fileprivate func cuts(given bound: SlotSet) -> [Cut] {
        guard relationships.count >= 2, nodes.count <= Self.mostNodes,
            relationships.allSatisfy({ $0.isSingle && !$0.isBound && $0.stepPredicates.isEmpty })
        else { return [] }
        let equalities = predicates.compactMap { predicate -> (SlotSet, SlotSet)? in
            guard case .comparison(.equal, let left, let right) = predicate.expression,
                !left.slots.isEmpty, !right.slots.isEmpty
            else { return nil }
            return (left.slots, right.slots)
        }
        if equalities.isEmpty { return [] }
        return nodes.flatMap { node in
            let parts = parts(besides: node.slot)
            return parts.lazy.filter { part in
                part.isDisjoint(with: bound)
                    && equalities.contains { left, right in
                        parts.contains { other in
                            other.isDisjoint(with: part)
                                && (left.isSubset(of: part) && right.isSubset(of: other)
                                    || right.isSubset(of: part) && left.isSubset(of: other))
                        }
                    }
            }.map { Cut(node: node.slot, part: $0) }
        }
    }

    /// What hangs on the node, apart from each other: in each part what relationships connect when
    /// the node is taken away, nodes and relationships.
    private func parts(besides node: Slot) -> [SlotSet] {
        var parts: [SlotSet] = []
        var attached = SlotSet()
        for relationship in relationships {
            var part = SlotSet([relationship.slot, relationship.left, relationship.right])
            if part.contains(node) { attached.insert(relationship.slot) }
            part.remove(node)
            parts.removeAll { other in
                if other.isDisjoint(with: part) { return false }
                part.formUnion(other)
                return true
            }
            parts.append(part)
        }
        return parts.filter { !$0.isDisjoint(with: attached) }
    }

    /// The part hangs on a node of its own, which has to be the same.
    fileprivate func split(_ cut: Cut, into twin: Slot) -> QueryGraph {
        var graph = self
        graph.nodes.append(QueryNode(slot: twin, labels: labels(cut.node), isBound: false))
        for place in relationships.indices where cut.part.contains(relationships[place].slot) {
            if relationships[place].left == cut.node { graph.relationships[place].left = twin }
            if relationships[place].right == cut.node { graph.relationships[place].right = twin }
        }
        graph.predicates.append(Predicate(.comparison(.equal, .slot(cut.node), .slot(twin))))
        return graph
    }
}
