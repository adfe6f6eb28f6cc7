import Cypher

extension QueryGraph {
    /// `WHERE n:A` says the same as `(n:A)`, and `n:A OR n:B` as `(n:A|B)`.
    func pushingLabels() -> QueryGraph {
        guard predicates.contains(where: { $0.expression.mayBeLabels }) else { return self }
        var graph = self
        graph.predicates = []
        for predicate in predicates {
            guard case .hasLabels(.slot(let slot), let labels) = predicate.expression.joiningLabels,
                node(slot) != nil
            else {
                graph.predicates.append(predicate)
                continue
            }
            for conjunct in labels.conjuncts {
                if case .name(let label) = conjunct {
                    graph.add(QueryNode(slot: slot, labels: [label], isBound: false))
                } else {
                    graph.predicates.append(Predicate(.hasLabels(.slot(slot), conjunct)))
                }
            }
        }
        return graph
    }

    /// `all(r IN relationships WHERE …)` over a variable-length relationship is a condition on
    /// each of its steps, if it looks at nothing else that is found here.
    func pushingStepPredicates() -> QueryGraph {
        guard relationships.contains(where: { !$0.isSingle }) else { return self }
        let own = slots
        var graph = self
        graph.predicates = predicates.filter { predicate in
            guard
                case .quantifier(.all, .slot(let list), let item, let test) = predicate.expression,
                let place = relationships.firstIndex(where: { $0.slot == list && !$0.isSingle }),
                !relationships[place].isBound
            else { return true }
            var needs = test.slots
            needs.remove(item)
            guard needs.isDisjoint(with: own) else { return true }
            let step = graph.relationships[place].stepRelationship ?? item
            graph.relationships[place].stepRelationship = step
            graph.relationships[place].stepPredicates.append(
                step == item ? test : .letIn(item, value: .slot(step), body: test))
            return false
        }
        return graph
    }
}

extension BoundExpression {
    /// Whether it has the form that ``joiningLabels`` looks into.
    fileprivate var mayBeLabels: Bool {
        switch self {
        case .hasLabels, .or: true
        default: false
        }
    }

    /// A disjunction of label tests on one slot as a single test.
    fileprivate var joiningLabels: BoundExpression {
        guard case .or(let operands) = self, let first = operands.first,
            case .hasLabels(.slot(let slot), var labels) = first.joiningLabels
        else { return self }
        for operand in operands.dropFirst() {
            guard case .hasLabels(.slot(slot), let others) = operand.joiningLabels else {
                return self
            }
            labels = .or(labels, others)
        }
        return .hasLabels(.slot(slot), labels)
    }
}

extension BoundLabels {
    fileprivate var conjuncts: [BoundLabels] {
        if case .and(let left, let right) = self { return left.conjuncts + right.conjuncts }
        return [self]
    }
}
