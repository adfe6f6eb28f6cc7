import Cypher
import Values

/// `((a)-[r:R]->(b) WHERE …){1,3}`: a group of one relationship is a variable-length walk whose
/// conditions are tested at each step. Its variables are lists outside of the group.
extension Binder {
    /// The group's one relationship between its two nodes.
    private func parts(of group: QuantifiedPath) throws(QueryError)
        -> (left: NodePattern, relationship: RelationshipPattern, right: NodePattern)
    {
        guard group.elements.count == 3, case .node(let left) = group.elements[0],
            case .relationship(let relationship) = group.elements[1],
            case .node(let right) = group.elements[2], relationship.length == nil
        else {
            throw QueryError(
                .unsupported,
                "A quantified path pattern holds one relationship: ((a)-[r]->(b)){1,3}.",
                at: group.range)
        }
        return (left, relationship, right)
    }

    func declareQuantified(_ group: QuantifiedPath, _ declaration: inout PatternDeclaration)
        throws(QueryError) -> Slot
    {
        let (_, relationship, _) = try parts(of: group)
        guard let name = relationship.variable else { return context.makeTemporary() }
        try requireNew(name)
        return declare(name.text, type: .list(.relationship))
    }

    /// The group's node variables: all nodes of the walk but the last, and all but the first.
    func declareGroupVariables(
        _ path: PathPattern, _ slots: [Slot], _ declaration: inout PatternDeclaration
    ) throws(QueryError) {
        for (place, element) in path.normalizedElements.enumerated() {
            guard case .quantified(let group) = element else { continue }
            let (left, _, right) = try parts(of: group)
            let nodes = BoundExpression.graph(
                .nodes,
                [
                    .path([
                        .node(slots[place - 1]), .relationships(slots[place]),
                        .node(slots[place + 1]),
                    ])
                ])
            if let name = left.variable {
                try requireNew(name)
                scope.declare(
                    Variable(
                        name.text, slot: context.makeSlot(name.text), type: .list(.node),
                        definition: .slice(
                            nodes, from: .constant(.integer(0)), to: .constant(.integer(-1)))))
            }
            if let name = right.variable {
                try requireNew(name)
                scope.declare(
                    Variable(
                        name.text, slot: context.makeSlot(name.text), type: .list(.node),
                        definition: .slice(nodes, from: .constant(.integer(1)), to: nil)))
            }
        }
    }

    func bindQuantified(_ group: QuantifiedPath, _ slot: Slot, left: Slot, right: Slot)
        throws(QueryError) -> QueryRelationship
    {
        let (first, pattern, last) = try parts(of: group)
        let step = context.makeTemporary()
        var relationship = QueryRelationship(
            slot: slot, left: left, right: right, direction: pattern.direction, types: [],
            shape: .variable(group.length), isBound: false)
        if let types = pattern.types?.alternatives {
            for name in types { noteType(name) }
            relationship.types = types.map(\.text)
        }
        // One hop of the group as a pattern of its own, over the step's relationship.
        let start = context.makeTemporary()
        let end = context.makeTemporary()
        var scopeCount = 0
        for (name, slot, type) in [
            (first.variable, start, StaticType.node), (pattern.variable, step, .relationship),
            (last.variable, end, .node),
        ] {
            guard let name else { continue }
            scope.declare(Variable(name.text, slot: slot, type: type))
            scopeCount += 1
        }
        defer { scope.removeLast(scopeCount) }
        var conditions: [BoundExpression] = []
        if pattern.types != nil, relationship.types.isEmpty, let types = pattern.types {
            conditions.append(.hasLabels(.slot(step), try bind(types, areTypes: true)))
        }
        conditions += try inlineConditions(first.labels, first.properties, .slot(start))
        conditions += try inlineConditions(nil, pattern.properties, .slot(step))
        conditions += try inlineConditions(last.labels, last.properties, .slot(end))
        for predicate in [first.predicate, pattern.predicate, last.predicate, group.predicate] {
            if let predicate { conditions += try bindPredicate(predicate).conjuncts }
        }
        guard !conditions.isEmpty else { return relationship }
        try nameEnds(&conditions, pattern, step: step, start: start, end: end, group)
        relationship.stepPredicates = conditions
        relationship.stepRelationship = step
        return relationship
    }

    private func inlineConditions(
        _ labels: LabelExpression?, _ properties: Expression?, _ entity: BoundExpression
    ) throws(QueryError) -> [BoundExpression] {
        var conditions: [BoundExpression] = []
        if let labels {
            conditions.append(.hasLabels(entity, try bind(labels, areTypes: false)))
        }
        if let properties, case .map(let entries) = properties.kind {
            for entry in entries {
                noteKey(entry.key)
                let value = try bind(entry.value).expression
                conditions.append(.comparison(.equal, .property(entity, entry.key.text), value))
            }
        }
        return conditions
    }

    /// A step's ends are its relationship's, so that the walk may go either way.
    private func nameEnds(
        _ conditions: inout [BoundExpression], _ pattern: RelationshipPattern, step: Slot,
        start: Slot, end: Slot, _ group: QuantifiedPath
    ) throws(QueryError) {
        let usesEnds = conditions.contains {
            $0.slots.contains(start) || $0.slots.contains(end)
        }
        guard usesEnds else { return }
        if pattern.direction == .either {
            throw QueryError(
                .unsupported,
                "Conditions on the nodes of a quantified path pattern need a direction.",
                at: group.range)
        }
        let isForward = pattern.direction == .outgoing
        let first = BoundExpression.graph(
            isForward ? .startNode : .endNode, [.slot(step)])
        let last = BoundExpression.graph(isForward ? .endNode : .startNode, [.slot(step)])
        for place in conditions.indices {
            let slots = conditions[place].slots
            if slots.contains(start) {
                conditions[place] = .letIn(start, value: first, body: conditions[place])
            }
            if slots.contains(end) {
                conditions[place] = .letIn(end, value: last, body: conditions[place])
            }
        }
    }
}
