import Cypher
import Values

/// `((a)-[r:R]->(b) WHERE …){1,3}`: a group of one relationship is a variable-length walk whose
/// conditions are tested at each step; any other is a pattern with a plan of its own. Its variables
/// are lists outside of the group.
extension Binder {
    func declareQuantified(_ group: QuantifiedPath) throws(QueryError) -> Slot {
        guard let (_, relationship, _) = group.step else {
            for (name, type) in try group.variables() {
                try requireNew(name)
                declare(name.text, type: .list(type))
            }
            return context.makeTemporary()
        }
        guard let name = relationship.variable else { return context.makeTemporary() }
        try requireNew(name)
        return declare(name.text, type: .list(.relationship))
    }

    /// The group's node variables: all nodes of the walk but the last, and all but the first.
    func declareGroupVariables(_ path: PathPattern, _ slots: [Slot]) throws(QueryError) {
        for (place, element) in path.normalizedElements.enumerated() {
            guard case .quantified(let group) = element, let (left, _, right) = group.step else {
                continue
            }
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
        guard let (first, pattern, last) = group.step else {
            return try bindGroup(group, slot, left: left, right: right)
        }
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
        nameEnds(&conditions, pattern, step: step, start: start, end: end)
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
        start: Slot, end: Slot
    ) {
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

    // MARK: Groups of any form

    private func bindGroup(_ group: QuantifiedPath, _ slot: Slot, left: Slot, right: Slot)
        throws(QueryError) -> QueryRelationship
    {
        let outer = scope
        defer { scope = outer }
        // Inside of the group its variables are single values.
        let names = try group.variables().map(\.name)
        scope = Scope()
        for variable in outer.variables
        where !names.contains(where: { sameName($0.text, variable.name) }) {
            scope.declare(variable)
        }
        let path = PathPattern(
            variable: nil, selector: .all, elements: group.elements, range: group.range)
        var graph = try bindPattern([path], use: .match)
        if let predicate = group.predicate {
            for conjunct in try bindPredicate(predicate).conjuncts {
                graph.predicates.append(Predicate(conjunct))
            }
        }
        guard let first = graph.relationships.first, let last = graph.relationships.last else {
            preconditionFailure("a quantified path pattern has a relationship")
        }
        var needs = SlotSet()
        for predicate in graph.predicates { needs.formUnion(predicate.needs) }
        var variables: [(inner: Slot, list: Slot)] = []
        for name in names {
            if let inner = scope[name.text], let list = outer[name.text] {
                variables.append((inner: inner.slot, list: list.slot))
            }
        }
        let types = graph.relationships.map(\.types)
        return QueryRelationship(
            slot: slot, left: left, right: right, direction: .either,
            types: types.contains { $0.isEmpty } ? [] : types.flatMap { $0 },
            shape: .quantified(
                QueryGroup(
                    graph: graph, left: first.left, right: last.right, length: group.length,
                    variables: variables, needs: needs.subtracting(graph.slots))),
            isBound: false)
    }
}

extension QuantifiedPath {
    /// The one relationship between its two nodes, where the group is a step of a walk: the nodes
    /// that a condition looks at are known from the relationship's direction.
    fileprivate var step:
        (left: NodePattern, relationship: RelationshipPattern, right: NodePattern)?
    {
        guard elements.count == 3, case .node(let left) = elements[0],
            case .relationship(let relationship) = elements[1],
            case .node(let right) = elements[2], relationship.length == nil
        else { return nil }
        if let name = left.variable, let other = right.variable, sameName(name.text, other.text) {
            return nil
        }
        let isPlain =
            predicate == nil && relationship.predicate == nil && left.isPlain && right.isPlain
        return relationship.direction != .either || isPlain
            ? (left, relationship, right) : nil
    }

    var isStep: Bool { step != nil }

    /// Its variables, each once, and what they are inside.
    fileprivate func variables() throws(QueryError) -> [(name: Name, type: StaticType)] {
        var found: [(name: Name, type: StaticType)] = []
        func add(_ name: Name?, _ type: StaticType) {
            guard let name, !found.contains(where: { sameName($0.name.text, name.text) }) else {
                return
            }
            found.append((name: name, type: type))
        }
        for element in elements {
            switch element {
            case .node(let node): add(node.variable, .node)
            case .relationship(let relationship):
                if relationship.length != nil { throw nested }
                add(relationship.variable, .relationship)
            case .quantified: throw nested
            }
        }
        return found
    }

    private var nested: QueryError {
        QueryError(
            .syntax, "A quantified path pattern cannot stand inside another one.", at: range)
    }
}

extension NodePattern {
    fileprivate var isPlain: Bool { labels == nil && properties == nil && predicate == nil }
}
