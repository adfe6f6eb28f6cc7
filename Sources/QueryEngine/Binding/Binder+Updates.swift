import Cypher
import Values

/// CREATE, MERGE, SET, REMOVE, DELETE and FOREACH.
extension Binder {
    func bindUpdate(_ clause: Clause) throws(QueryError) -> [LogicalStep] {
        switch clause.kind {
        case .create(let pattern): return try bindCreate(pattern.paths)
        case .merge(let path, let onCreate, let onMatch):
            return [.merge(try bindMerge(path, onCreate, onMatch))]
        case .set(let items): return [.set(try bindSet(items))]
        case .remove(let items): return [.set(try bindRemove(items))]
        case .delete(let expressions, let detach):
            var targets: [BoundExpression] = []
            for expression in expressions { targets.append(try bindDeleted(expression)) }
            return [.delete(targets, detach: detach)]
        case .forEach(let variable, let list, let updates):
            return [try bindForEach(variable, list, updates)]
        default: preconditionFailure("not an updating clause")
        }
    }

    // MARK: CREATE

    /// One step, unless a property looks at what this very clause creates before it: what it
    /// looks at is then created by a step of its own.
    private func bindCreate(_ paths: [PathPattern]) throws(QueryError) -> [LogicalStep] {
        let before = scope.slots
        var creation = Creation()
        var relationships: [CreatePattern.Relationship] = []
        var known = before
        for path in paths {
            let slots = try declareCreated(path)
            for (place, element) in path.elements.enumerated() {
                switch element {
                case .node(let node):
                    if known.contains(slots[place]) { continue }
                    let new = try created(node, slots[place])
                    try rejectSelf(new.slots, new.slot, node.variable, node.range)
                    creation.add(new)
                    known.insert(new.slot)
                case .relationship(let pattern):
                    let new = try created(
                        pattern, slots[place], from: slots[place - 1], to: slots[place + 1])
                    try rejectSelf(new.slots, new.slot, pattern.variable, pattern.range)
                    relationships.append(new)
                case .quantified(let group):
                    throw .syntax(
                        "CreatingVarLength", "A quantified path cannot be created.",
                        at: group.range)
                }
            }
        }
        for relationship in relationships { creation.add(relationship) }
        return creation.finished.map { .create($0) }
    }

    private func rejectSelf(
        _ reads: SlotSet, _ slot: Slot, _ name: Name?, _ range: SourceRange
    ) throws(QueryError) {
        if reads.contains(slot) { throw undefined(name?.text ?? "", at: name?.range ?? range) }
    }

    private func declareCreated(_ path: PathPattern) throws(QueryError) -> [Slot] {
        var slots: [Slot] = []
        for element in path.elements {
            switch element {
            case .node(let node):
                slots.append(
                    try declareCreated(node, isAlone: path.elements.count == 1))
            case .relationship(let pattern):
                guard let name = pattern.variable else {
                    slots.append(context.makeTemporary())
                    continue
                }
                try requireNew(name)
                slots.append(declare(name.text, type: .relationship))
            case .quantified: slots.append(context.makeTemporary())
            }
        }
        if let name = path.variable {
            try requireNew(name)
            scope.declare(
                Variable(
                    name.text, slot: context.makeSlot(name.text), type: .path,
                    definition: .path(path.parts(slots))))
        }
        return slots
    }

    /// A node that is there can be an end of a new relationship, and nothing more.
    private func declareCreated(_ node: NodePattern, isAlone: Bool) throws(QueryError) -> Slot {
        guard let name = node.variable else { return context.makeTemporary() }
        guard let variable = scope[name.text] else { return declare(name.text, type: .node) }
        if isAlone || node.labels != nil || node.properties != nil { throw alreadyBound(name) }
        if !variable.type.mayBe(.node) { throw conflict(name, variable.type, wanted: .node) }
        return variable.slot
    }

    private func created(_ node: NodePattern, _ slot: Slot) throws(QueryError)
        -> CreatePattern.Node
    {
        var labels: [BoundLabels] = []
        for part in node.labels?.conjuncts ?? [] { labels.append(try created(part)) }
        return CreatePattern.Node(
            slot: slot, labels: labels, properties: try createdProperties(node.properties))
    }

    private func created(_ labels: LabelExpression) throws(QueryError) -> BoundLabels {
        switch labels {
        case .name(let name): return .name(name.text)
        case .dynamic(let expression): return .dynamic(try bind(expression).expression)
        case .and(let left, let right): return .and(try created(left), try created(right))
        case .or, .not, .wildcard, .dynamicAny:
            throw QueryError(.syntax, "What is created has labels by name only.")
        }
    }

    private func createdProperties(_ properties: Expression?) throws(QueryError)
        -> BoundExpression?
    {
        guard let properties else { return nil }
        let bound = try bind(properties)
        if !bound.type.mayBe(.map), !bound.type.mayBe(.node), !bound.type.mayBe(.relationship) {
            throw typeMismatch("a map", bound.type, at: properties.range)
        }
        return bound.expression
    }

    private func created(
        _ pattern: RelationshipPattern, _ slot: Slot, from left: Slot, to right: Slot
    ) throws(QueryError) -> CreatePattern.Relationship {
        guard let types = pattern.types, types.conjuncts.count == 1 else {
            throw .syntax(
                "NoSingleRelationshipType",
                "A relationship to create has exactly one type, as in -[:TYPE]->.",
                at: pattern.range)
        }
        let isForward = pattern.direction != .incoming
        return CreatePattern.Relationship(
            slot: slot, type: try created(types), start: isForward ? left : right,
            end: isForward ? right : left, properties: try createdProperties(pattern.properties))
    }

    // MARK: MERGE

    private func bindMerge(_ path: PathPattern, _ onCreate: [SetItem], _ onMatch: [SetItem])
        throws(QueryError) -> LogicalMerge
    {
        let before = scope
        for element in path.elements {
            switch element {
            case .node(let node):
                guard let name = node.variable, before[name.text] != nil else { continue }
                if path.elements.count == 1 || node.labels != nil || node.properties != nil {
                    throw alreadyBound(name)
                }
            case .relationship(let relationship):
                if let name = relationship.variable { try requireNew(name) }
            case .quantified(let group):
                throw .syntax(
                    "CreatingVarLength", "A quantified path cannot be merged.", at: group.range)
            }
        }
        let graph = try bindPattern([path], use: .match)
        let after = scope
        scope = before
        defer { scope = after }
        var nodes: [CreatePattern.Node] = []
        var relationships: [CreatePattern.Relationship] = []
        var links = graph.relationships.makeIterator()
        for (element, slot) in zip(path.elements, slots(of: graph)) {
            switch element {
            case .node(let node):
                if !before.slots.contains(slot), !nodes.contains(where: { $0.slot == slot }) {
                    nodes.append(try created(node, slot))
                }
            case .relationship(let pattern):
                guard let link = links.next() else { continue }
                relationships.append(
                    try created(pattern, link.slot, from: link.left, to: link.right))
            case .quantified: break
            }
        }
        scope = after
        return LogicalMerge(
            graph: graph, pattern: CreatePattern(nodes: nodes, relationships: relationships),
            onCreate: try bindSet(onCreate), onMatch: try bindSet(onMatch))
    }

    /// Slots of a path's elements, read off the graph it became.
    private func slots(of graph: QueryGraph) -> [Slot] {
        guard let first = graph.relationships.first else { return graph.nodes.map(\.slot) }
        var slots = [first.left]
        for relationship in graph.relationships {
            slots += [relationship.slot, relationship.right]
        }
        return slots
    }

    // MARK: SET and REMOVE

    func bindSet(_ items: [SetItem]) throws(QueryError) -> [SetOperation] {
        var operations: [SetOperation] = []
        for item in items {
            switch item {
            case .property(let target, let key, let value):
                operations.append(
                    .property(
                        try bindTarget(target), key.text, try bind(value).expression))
            case .dynamicProperty(let target, let key, let value):
                operations.append(
                    .dynamicProperty(
                        try bindTarget(target), key: try bind(key).expression,
                        try bind(value).expression))
            case .replace(let name, let value):
                operations.append(.replace(try bindTarget(name), try bindMapValue(value)))
            case .merge(let name, let value):
                operations.append(.merge(try bindTarget(name), try bindMapValue(value)))
            case .labels(let name, let labels):
                operations.append(.addLabels(try bindTarget(name), try bindLabels(labels)))
            }
        }
        return operations
    }

    private func bindRemove(_ items: [RemoveItem]) throws(QueryError) -> [SetOperation] {
        var operations: [SetOperation] = []
        for item in items {
            switch item {
            case .property(let target, let key):
                operations.append(
                    .property(try bindTarget(target), key.text, .constant(.null)))
            case .dynamicProperty(let target, let key):
                operations.append(
                    .dynamicProperty(
                        try bindTarget(target), key: try bind(key).expression,
                        .constant(.null)))
            case .labels(let name, let labels):
                operations.append(.removeLabels(try bindTarget(name), try bindLabels(labels)))
            }
        }
        return operations
    }

    private func bindTarget(_ expression: Expression) throws(QueryError) -> BoundExpression {
        let bound = try bind(expression)
        if !bound.type.mayBe(.node), !bound.type.mayBe(.relationship), !bound.type.mayBe(.map) {
            throw typeMismatch("a node or a relationship", bound.type, at: expression.range)
        }
        return bound.expression
    }

    private func bindTarget(_ name: Name) throws(QueryError) -> BoundExpression {
        try bindTarget(Expression(.variable(name.text), name.range))
    }

    private func bindMapValue(_ value: Expression) throws(QueryError) -> BoundExpression {
        let bound = try bind(value)
        if !bound.type.mayBe(.map), !bound.type.mayBe(.node), !bound.type.mayBe(.relationship) {
            throw typeMismatch("a map, node or relationship", bound.type, at: value.range)
        }
        return bound.expression
    }

    private func bindLabels(_ labels: LabelExpression) throws(QueryError) -> [BoundLabels] {
        var bound: [BoundLabels] = []
        for part in labels.conjuncts { bound.append(try created(part)) }
        return bound
    }

    // MARK: DELETE and FOREACH

    private func bindDeleted(_ expression: Expression) throws(QueryError) -> BoundExpression {
        if case .hasLabels = expression.kind {
            throw .syntax(
                "InvalidDelete", "DELETE removes entities; labels are removed with REMOVE.",
                at: expression.range)
        }
        let bound = try bind(expression)
        let isEntity = [.node, .relationship, .path].contains { bound.type.mayBe($0) }
        if !isEntity {
            throw typeMismatch(
                "a node, relationship or path", bound.type, at: expression.range)
        }
        return bound.expression
    }

    private func bindForEach(_ variable: Name, _ list: Expression, _ updates: [Clause])
        throws(QueryError) -> LogicalStep
    {
        let source = try bind(list)
        try requireList(source.type, in: "FOREACH", at: list.range)
        try requireNew(variable)
        let outer = scope
        defer { scope = outer }
        let item = declare(variable.text, type: source.type.element)
        var steps: [LogicalStep] = []
        for update in updates {
            switch update.kind {
            case .create, .merge, .set, .remove, .delete, .forEach:
                steps += try bindUpdate(update)
            default:
                throw .syntax(
                    "InvalidClauseComposition", "FOREACH holds updating clauses only.",
                    at: update.range)
            }
        }
        return .forEach(item: item, list: source.expression, updates: steps)
    }
}

/// A CREATE clause on its way to patterns, each of which is made at once.
private struct Creation {
    private var nodes: [CreatePattern.Node] = []
    private var relationships: [CreatePattern.Relationship] = []
    private var made = SlotSet()
    private var patterns: [CreatePattern] = []

    mutating func add(_ node: CreatePattern.Node) {
        if !node.slots.isDisjoint(with: made) { flush() }
        nodes.append(node)
        made.insert(node.slot)
    }

    mutating func add(_ relationship: CreatePattern.Relationship) {
        if !relationship.slots.isDisjoint(with: made) { flush() }
        relationships.append(relationship)
        made.insert(relationship.slot)
    }

    private mutating func flush() {
        patterns.append(CreatePattern(nodes: nodes, relationships: relationships))
        nodes = []
        relationships = []
        made = SlotSet()
    }

    var finished: [CreatePattern] {
        patterns + [CreatePattern(nodes: nodes, relationships: relationships)]
    }
}

extension CreatePattern.Node {
    /// What its labels and properties read.
    fileprivate var slots: SlotSet {
        var slots = properties?.slots ?? SlotSet()
        for label in labels { label.addSlots(to: &slots) }
        return slots
    }
}

extension CreatePattern.Relationship {
    /// What its type and properties read; its ends are not among it.
    fileprivate var slots: SlotSet {
        var slots = properties?.slots ?? SlotSet()
        type.addSlots(to: &slots)
        return slots
    }
}
