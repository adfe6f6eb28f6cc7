import Values

/// What an expression looks at: whether it may be evaluated for a whole batch before, after or
/// between writes. Errs on the careful side.
struct ExpressionReads {
    /// Slots whose properties it reads, by a constant or computed key. The slot may hold a map.
    private(set) var propertiesOf: Set<Slot> = []
    /// The constant keys.
    private(set) var keys: Set<String> = []
    private var readsComputedKeys = false
    /// It looks at the graph in some other way: labels, subqueries, properties of what a function
    /// or another property gives.
    private(set) var looksElsewhere = false
    /// All slots that it mentions.
    private(set) var slots: Set<Slot> = []

    mutating func add(_ expression: BoundExpression) {
        switch expression {
        case .constant, .parameter: break
        case .slot(let slot): slots.insert(slot)
        case .property(let base, let key):
            keys.insert(key)
            addRead(of: base)
        case .element(let base, let key):
            readsComputedKeys = true
            addRead(of: base)
            add(key)
        case .graph(let function, let arguments):
            switch function {
            // Nothing that a statement may change about an entity.
            case .id, .elementId, .type, .startNode, .endNode, .nodes, .relationships, .length,
                .startNodeOfPath:
                break
            case .labels, .properties, .keys: looksElsewhere = true
            }
            arguments.forEach { add($0) }
        case .hasLabels(let base, _):
            looksElsewhere = true
            add(base)
        case .subquery(let subquery):
            looksElsewhere = true
            slots.formUnion(subquery.imports)
        case .path(let parts):
            for part in parts {
                switch part {
                case .node(let slot), .relationship(let slot), .relationships(let slot):
                    slots.insert(slot)
                }
            }
        default: addOperands(of: expression)
        }
    }

    private mutating func addRead(of base: BoundExpression) {
        switch base {
        case .slot(let slot):
            slots.insert(slot)
            propertiesOf.insert(slot)
        case .parameter, .map: add(base)
        default:
            looksElsewhere = true
            add(base)
        }
    }

    /// Expressions that look at nothing themselves.
    private mutating func addOperands(of expression: BoundExpression) {
        switch expression {
        case .slice(let list, let from, let to):
            add(list)
            [from, to].forEach { $0.map { add($0) } }
        case .list(let elements), .and(let elements), .or(let elements),
            .coalesce(let elements):
            elements.forEach { add($0) }
        case .map(let entries): entries.forEach { add($0.value) }
        case .not(let operand), .negate(let operand), .isNull(let operand),
            .isType(let operand, _):
            add(operand)
        case .xor(let left, let right), .arithmetic(_, let left, let right),
            .comparison(_, let left, let right), .inList(let left, let right),
            .stringMatch(_, let left, let right):
            add(left)
            add(right)
        case .scalar(let call):
            // A function of the library looks into the graph.
            if ScalarFunctions.named(call.name) == nil { looksElsewhere = true }
            call.arguments.forEach { add($0) }
        case .caseWhen(let subject, let branches, let otherwise):
            [subject, otherwise].forEach { $0.map { add($0) } }
            for branch in branches {
                add(branch.condition)
                add(branch.result)
            }
        case .letIn(_, let value, let body):
            add(value)
            add(body)
        case .comprehension(let list, _, let predicate, let projection):
            add(list)
            [predicate, projection].forEach { $0.map { add($0) } }
        case .quantifier(_, let list, _, let predicate):
            add(list)
            add(predicate)
        case .reduce(_, let initial, _, let list, let step):
            add(initial)
            add(list)
            add(step)
        case .constant, .parameter, .slot, .property, .element, .graph, .hasLabels, .subquery,
            .path:
            add(expression)
        }
    }

    /// Whether it gives the same, whatever these properties of entities are.
    func areIndependent(of names: [String]) -> Bool {
        !looksElsewhere && !readsComputedKeys && keys.isDisjoint(with: names)
    }

    /// Whether evaluating it on this batch reads no property and no label of any entity.
    func isGraphFree(on batch: Batch) -> Bool {
        !looksElsewhere && propertiesOf.allSatisfy { batch.columns[$0]?.holdsNoEntity ?? false }
    }
}

extension Column {
    /// Whether no row is a node or relationship itself; those inside lists and maps do not count.
    var holdsNoEntity: Bool {
        switch self {
        case .nodes, .relationships: false
        case .integers, .floats, .booleans, .strings: true
        case .constant(let value, _): !value.isEntity
        case .values(let values): !values.contains { $0.isEntity }
        }
    }
}

extension Value {
    fileprivate var isEntity: Bool {
        switch self {
        case .nodeReference, .relationshipReference: true
        default: false
        }
    }
}
