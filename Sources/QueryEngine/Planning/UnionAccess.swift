import Values

/// Nodes found by a condition with OR: by each alternative in the way that is best for it, and each
/// node once. `WHERE n.name = $name OR n.email = $name`, `(n:Person|Company {id: $id})`.
extension NodeAccessFinder {
    /// More alternatives than these are tested on all nodes.
    private static let mostAlternatives = 16

    func unions(_ node: QueryNode) -> [NodeAccess] {
        graph.predicates.indices.compactMap { place in
            let predicate = graph.predicates[place]
            guard predicate.needs.contains(node.slot),
                !predicate.implied.contains(where: { $0.slots == [node.slot] })
            else { return nil }
            let alternatives = predicate.expression.alternatives(of: node.slot)
            guard (2...Self.mostAlternatives).contains(alternatives.count) else { return nil }
            return union(node, place, alternatives)
        }
    }

    /// Nil where an alternative does not narrow the nodes down.
    private func union(
        _ node: QueryNode, _ place: Int, _ alternatives: [BoundExpression]
    ) -> NodeAccess? {
        var branches: [NodeAccess.Branch] = []
        var solved = SlotSet(graph.predicates.indices)
        var settlesAll = true
        var rows = 0.0
        for alternative in alternatives {
            guard let found = branch(node, place, alternative) else { return nil }
            branches.append(found.branch)
            solved = solved.intersection(found.branch.access.solved)
            settlesAll = settlesAll && found.settlesAll
            rows += found.rows
        }
        solved.remove(place)
        if settlesAll { solved.insert(place) }
        let needs = branches.reduce(SlotSet()) { $0.union($1.access.needs) }
        // A scan does not look at the rows that a seek beside it would start from.
        if !needs.isEmpty, !branches.allSatisfy(\.access.isSeek) { return nil }
        let first = branches[0].access.label
        let label = branches.allSatisfy { $0.access.label == first } ? first : nil
        return NodeAccess(
            kind: .union(branches), needs: needs, rows: rows, solved: solved, label: label,
            kept: kept(node, except: label))
    }

    /// The cheapest way to find what meets one alternative and the other conditions on the node:
    /// a seek, or a scan of a label that the alternative itself names.
    private func branch(_ node: QueryNode, _ place: Int, _ alternative: BoundExpression)
        -> (branch: NodeAccess.Branch, rows: Double, settlesAll: Bool)?
    {
        // The alternative takes the place of the whole condition; where it has several parts, the
        // others stand behind all conditions.
        var (node, graph) = (node, graph)
        var parts: [(place: Int, expression: BoundExpression)] = []
        var labels: [String] = []
        graph.predicates[place] = Predicate(.constant(.boolean(true)))
        for part in alternative.conjuncts {
            if case .hasLabels(.slot(node.slot), .name(let label)) = part {
                labels.append(label)
                continue
            }
            let own = parts.isEmpty ? place : graph.predicates.count
            if own == place {
                graph.predicates[place] = Predicate(part)
            } else {
                graph.predicates.append(Predicate(part))
            }
            parts.append((own, part))
        }
        node.labels += labels
        let ways = NodeAccessFinder(graph: graph, cardinality: cardinality).simpleAccesses(node)
        func isOwn(_ label: String) -> Bool { labels.contains { sameName($0, label) } }
        let narrow = ways.filter { way in
            if case .label(let label) = way.kind { isOwn(label) } else { way.isSeek }
        }
        guard let access = narrow.min(by: { $0.cost < $1.cost }) else { return nil }

        var tests = labels.filter { label in access.label.map { !sameName($0, label) } ?? true }
            .map { BoundExpression.hasLabels(.slot(node.slot), .name($0)) }
        var settlesAll = true
        for part in parts where !access.solved.contains(part.place) {
            if part.expression.slots == [node.slot], part.expression.isRepeatable {
                tests.append(part.expression)
            } else {
                settlesAll = false
            }
        }
        let rows = tests.reduce(access.rows) { $0 * max(1e-6, cardinality.selectivity($1)) }
        return (NodeAccess.Branch(access: access, tests: tests), rows, settlesAll)
    }
}

extension BoundExpression {
    /// Of a condition with OR, or one that a slot has one of several labels.
    fileprivate func alternatives(of slot: Slot) -> [BoundExpression] {
        switch self {
        case .or(let operands): operands
        case .hasLabels(.slot(slot), let labels):
            labels.alternatives?.map { .hasLabels(.slot(slot), .name($0)) } ?? []
        default: []
        }
    }
}

extension BoundLabels {
    /// `A|B|C` as a list; nil for any other form.
    var alternatives: [String]? {
        switch self {
        case .name(let name): return [name]
        case .or(let left, let right):
            guard let left = left.alternatives, let right = right.alternatives else { return nil }
            return left + right.filter { name in !left.contains { sameName($0, name) } }
        default: return nil
        }
    }
}
