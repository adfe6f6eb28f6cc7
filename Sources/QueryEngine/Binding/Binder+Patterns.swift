import Cypher
import Values

/// MATCH patterns, in two passes: first all variables are declared, so that a condition may mention
/// what stands to its right; then conditions are bound.
extension Binder {
    /// What the variables of a pattern may be.
    enum PatternUse {
        case match
        /// A pattern predicate: nothing new may be named.
        case predicate
    }

    func bindMatch(_ pattern: Pattern, predicate: Expression?) throws(QueryError) -> QueryGraph {
        var graph = try bindPattern(pattern.paths, use: .match)
        if let predicate {
            let condition = try isolated { () throws(QueryError) in
                try self.bindPredicate(predicate)
            }
            for conjunct in condition.conjuncts { graph.predicates.append(Predicate(conjunct)) }
        }
        return graph
    }

    func bindPattern(_ paths: [PathPattern], use: PatternUse) throws(QueryError) -> QueryGraph {
        var declaration = PatternDeclaration(use: use, scopeCount: scope.variables.count)
        var declared: [[Slot]] = []
        for path in paths { declared.append(try declare(path, &declaration)) }
        var graph = QueryGraph()
        graph.nodes.reserveCapacity(Self.usualElements)
        graph.relationships.reserveCapacity(Self.usualElements)
        try isolated { () throws(QueryError) in
            for (path, slots) in zip(paths, declared) {
                try self.bind(path, slots, declaration, into: &graph)
            }
        }
        if graph.nodes.count + graph.relationships.count > BindingContext.mostElements {
            throw QueryError(
                .syntax,
                "The pattern has more than \(BindingContext.mostElements) nodes and relationships.")
        }
        return graph
    }

    /// Nodes, or relationships: larger patterns make room as they need it.
    private static let usualElements = 4

    // MARK: Declaring

    /// Names of one pattern while it is read.
    struct PatternDeclaration {
        let use: PatternUse
        /// Variables that were there before the pattern.
        let scopeCount: Int
        var relationships: [String] = []
        var boundNodes = SlotSet()
        var boundRelationships = SlotSet()

        init(use: PatternUse, scopeCount: Int) {
            self.use = use
            self.scopeCount = scopeCount
        }
    }

    /// The slots of a path's elements, in order.
    private func declare(_ path: PathPattern, _ declaration: inout PatternDeclaration)
        throws(QueryError) -> [Slot]
    {
        var slots: [Slot] = []
        slots.reserveCapacity(path.elements.count)
        for element in path.normalizedElements {
            switch element {
            case .node(let node):
                slots.append(try declareNode(node.variable, &declaration))
            case .relationship(let pattern):
                if let length = pattern.length, length.maximum == nil {
                    noteUnbounded(pattern.range)
                }
                slots.append(
                    try declareRelationship(
                        pattern.variable, isWalk: pattern.length != nil, &declaration))
            case .quantified(let group):
                slots.append(try declareQuantified(group))
            }
        }
        try declareGroupVariables(path, slots)
        if let name = path.variable {
            if scope[name.text] != nil { throw alreadyBound(name) }
            let definition = BoundExpression.path(path.parts(slots))
            let slot = context.makeSlot(name.text)
            scope.declare(
                Variable(name.text, slot: slot, type: .path, definition: definition))
        }
        return slots
    }

    private func declareNode(_ name: Name?, _ declaration: inout PatternDeclaration)
        throws(QueryError) -> Slot
    {
        guard let name else { return context.makeTemporary() }
        guard let place = scope.place(of: name.text) else {
            try requireNaming(name, declaration)
            return declare(name.text, type: .node)
        }
        let variable = scope.variables[place]
        if !variable.type.mayBe(.node) { throw conflict(name, variable.type, wanted: .node) }
        if place < declaration.scopeCount { declaration.boundNodes.insert(variable.slot) }
        return variable.slot
    }

    private func declareRelationship(
        _ name: Name?, isWalk: Bool, _ declaration: inout PatternDeclaration
    ) throws(QueryError) -> Slot {
        guard let name else { return context.makeTemporary() }
        let type: StaticType = isWalk ? .list(.relationship) : .relationship
        guard let place = scope.place(of: name.text) else {
            try requireNaming(name, declaration)
            declaration.relationships.append(name.text)
            return declare(name.text, type: type)
        }
        let variable = scope.variables[place]
        if declaration.relationships.contains(where: { sameName($0, name.text) }) {
            throw .syntax(
                "RelationshipUniquenessViolation",
                "The relationship `\(name.text)` stands twice in one pattern, and no relationship "
                    + "is matched twice.", at: name.range)
        }
        if !variable.type.mayBe(type) { throw conflict(name, variable.type, wanted: type) }
        if place < declaration.scopeCount { declaration.boundRelationships.insert(variable.slot) }
        declaration.relationships.append(name.text)
        return variable.slot
    }

    private func requireNaming(_ name: Name, _ declaration: PatternDeclaration) throws(QueryError) {
        if declaration.use == .predicate { throw undefined(name.text, at: name.range) }
    }

    func conflict(_ name: Name, _ found: StaticType, wanted: StaticType) -> QueryError {
        .syntax(
            "VariableTypeConflict",
            "`\(name.text)` is used as \(wanted.description) here, but it is "
                + "\(found.description).", at: name.range)
    }

    // MARK: Conditions

    private func bind(
        _ path: PathPattern, _ slots: [Slot], _ declaration: PatternDeclaration,
        into graph: inout QueryGraph
    ) throws(QueryError) {
        if path.selector != .all {
            try bindSelected(path, slots, declaration, into: &graph)
        } else {
            try bindElements(of: path, slots, declaration, into: &graph)
        }
    }

    func bindElements(
        of path: PathPattern, _ slots: [Slot], _ declaration: PatternDeclaration,
        into graph: inout QueryGraph
    ) throws(QueryError) {
        for (place, element) in path.normalizedElements.enumerated() {
            switch element {
            case .node(let node):
                try bind(node, slots[place], declaration, into: &graph)
            case .relationship(let relationship):
                var bound = try bind(
                    relationship, slots[place], left: slots[place - 1], right: slots[place + 1],
                    into: &graph)
                bound.isBound = declaration.boundRelationships.contains(bound.slot)
                graph.relationships.append(bound)
            case .quantified(let group):
                graph.relationships.append(
                    try bindQuantified(
                        group, slots[place], left: slots[place - 1], right: slots[place + 1]))
            }
        }
    }

    private func bind(
        _ node: NodePattern, _ slot: Slot, _ declaration: PatternDeclaration,
        into graph: inout QueryGraph
    ) throws(QueryError) {
        var labels: [String] = []
        if case .name(let name)? = node.labels {
            noteLabel(name)
            labels = [name.text]
        } else if let expression = node.labels {
            for part in expression.conjuncts {
                if case .name(let name) = part {
                    noteLabel(name)
                    labels.append(name.text)
                    continue
                }
                let condition = try bind(part, areTypes: false)
                graph.predicates.append(Predicate(.hasLabels(.slot(slot), condition)))
            }
        }
        graph.add(
            QueryNode(
                slot: slot, labels: labels, isBound: declaration.boundNodes.contains(slot)))
        if let properties = node.properties {
            for condition in try conditions(properties, on: .slot(slot)) {
                graph.predicates.append(Predicate(condition))
            }
        }
        if let predicate = node.predicate {
            for conjunct in try bindPredicate(predicate).conjuncts {
                graph.predicates.append(Predicate(conjunct))
            }
        }
    }

    private func bind(
        _ pattern: RelationshipPattern, _ slot: Slot, left: Slot, right: Slot,
        into graph: inout QueryGraph
    ) throws(QueryError) -> QueryRelationship {
        var relationship = QueryRelationship(
            slot: slot, left: left, right: right, direction: pattern.direction, types: [],
            shape: .single, isBound: false)
        if let length = pattern.length {
            relationship.shape = .variable(length)
        }
        // Conditions on a walk are tested at each of its steps.
        let isWalk = pattern.length != nil
        let step = isWalk ? context.makeTemporary() : slot
        var conditions: [BoundExpression] = []
        if let types = pattern.types {
            if case .name(let name) = types {
                noteType(name)
                relationship.types = [name.text]
            } else if let names = types.alternatives {
                for name in names { noteType(name) }
                relationship.types = names.map(\.text)
            } else {
                conditions.append(.hasLabels(.slot(step), try bind(types, areTypes: true)))
            }
        }
        if let properties = pattern.properties {
            conditions += try self.conditions(properties, on: .slot(step))
        }
        if let predicate = pattern.predicate {
            conditions += try bindStepPredicate(predicate, pattern, step, isWalk: isWalk)
        }
        if isWalk {
            relationship.stepPredicates = conditions
            relationship.stepRelationship = conditions.isEmpty ? nil : step
        } else {
            for condition in conditions { graph.predicates.append(Predicate(condition)) }
        }
        return relationship
    }

    /// `-[r:T* WHERE r.weight > 1]->`: inside the brackets `r` is one relationship.
    private func bindStepPredicate(
        _ predicate: Expression, _ pattern: RelationshipPattern, _ step: Slot, isWalk: Bool
    ) throws(QueryError) -> [BoundExpression] {
        guard isWalk, let name = pattern.variable else {
            return try bindPredicate(predicate).conjuncts
        }
        scope.declare(Variable(name.text, slot: step, type: .relationship))
        defer { scope.removeLast() }
        return try bindPredicate(predicate).conjuncts
    }

    /// `{key: value, …}` as conditions.
    private func conditions(_ properties: Expression, on entity: BoundExpression)
        throws(QueryError) -> [BoundExpression]
    {
        guard case .map(let entries) = properties.kind else {
            throw .syntax(
                "InvalidParameterUse",
                "A parameter cannot stand for all properties of a pattern in MATCH and MERGE; "
                    + "write {key: $parameter.key}.", at: properties.range)
        }
        var conditions: [BoundExpression] = []
        for entry in entries {
            noteKey(entry.key)
            let value = try bind(entry.value).expression
            conditions.append(.comparison(.equal, .property(entity, entry.key.text), value))
        }
        return conditions
    }
}

extension PathPattern {
    /// The elements with an empty node wherever a quantified group has no node beside it.
    var normalizedElements: [PatternElement] {
        let hasGroup = elements.contains {
            if case .quantified = $0 { return true }
            return false
        }
        guard hasGroup else { return elements }
        var result: [PatternElement] = []
        for element in elements {
            if case .quantified(let group) = element, result.isEmpty || result.last!.isLink {
                result.append(.node(.anonymous(group.range)))
            }
            result.append(element)
        }
        if let last = result.last, last.isLink { result.append(.node(.anonymous(range))) }
        return result
    }

    func parts(_ slots: [Slot]) -> [PathPart] {
        zip(normalizedElements, slots).map { element, slot in
            switch element {
            case .node: .node(slot)
            case .relationship(let relationship):
                relationship.length == nil && !isSearchedAsOne
                    ? .relationship(slot) : .relationships(slot)
            case .quantified: .relationships(slot)
            }
        }
    }
}

extension PatternElement {
    fileprivate var isLink: Bool {
        if case .node = self { return false }
        return true
    }
}

extension NodePattern {
    fileprivate static func anonymous(_ range: SourceRange) -> NodePattern {
        NodePattern(
            variable: nil, labels: nil, properties: nil, predicate: nil,
            range: SourceRange(start: range.start, end: range.start))
    }
}

extension LabelExpression {
    /// `A|B|C` as a list, and nothing for `%`; nil for any other form.
    var alternatives: [Name]? {
        switch self {
        case .name(let name): [name]
        case .or(let left, let right):
            if let left = left.alternatives, let right = right.alternatives {
                left + right
            } else {
                nil
            }
        default: nil
        }
    }

    var conjuncts: [LabelExpression] {
        if case .and(let left, let right) = self { return left.conjuncts + right.conjuncts }
        return [self]
    }
}
