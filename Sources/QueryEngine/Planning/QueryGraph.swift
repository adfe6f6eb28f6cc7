import Cypher

/// What one or several MATCH clauses ask for, without an order: nodes, relationships between them,
/// and conditions on both.
struct QueryGraph {
    var nodes: [QueryNode] = []
    var relationships: [QueryRelationship] = []
    var predicates: [Predicate] = []

    var isEmpty: Bool { nodes.isEmpty && relationships.isEmpty && predicates.isEmpty }

    /// Slots that the graph binds where they are not bound yet.
    var slots: SlotSet {
        var slots = SlotSet(nodes.map(\.slot))
        for relationship in relationships { slots.insert(relationship.slot) }
        return slots
    }

    func node(_ slot: Slot) -> Int? { nodes.firstIndex { $0.slot == slot } }

    /// Adds a node, or labels to the node that is there.
    mutating func add(_ node: QueryNode) {
        guard let place = self.node(node.slot) else {
            nodes.append(node)
            return
        }
        for label in node.labels where !nodes[place].labels.contains(where: { sameName($0, label) })
        {
            nodes[place].labels.append(label)
        }
    }

    /// Puts the next MATCH's graph into this one. Relationships keep their clause's number, so
    /// that each clause's relationships stay different among themselves only.
    mutating func merge(_ other: QueryGraph) {
        for node in other.nodes { add(node) }
        let offset = (relationships.map(\.clause).max() ?? -1) + 1
        for var relationship in other.relationships {
            relationship.clause += offset
            relationships.append(relationship)
        }
        predicates += other.predicates
    }
}

struct QueryNode {
    var slot: Slot
    /// Labels that the node must have, all of them. Other label expressions are predicates.
    var labels: [String]
    /// Whether an earlier clause has bound it.
    var isBound: Bool
}

struct QueryRelationship {
    enum Shape {
        case single
        case variable(PathLength)
        /// Between two nodes that are found first.
        case shortest(PathLength, all: Bool)
    }

    var slot: Slot
    var left: Slot
    var right: Slot
    var direction: Cypher.Direction
    /// Empty: any type.
    var types: [String]
    var shape: Shape
    /// Tested at each relationship of a variable-length walk, which is in `stepRelationship`;
    /// the node that it reaches is in `stepNode`.
    var stepPredicates: [BoundExpression] = []
    var stepRelationship: Slot?
    var stepNode: Slot?
    /// Whether an earlier clause has bound it.
    var isBound: Bool
    /// Which MATCH of a merged graph it belongs to.
    var clause = 0

    var isShortest: Bool {
        if case .shortest = shape { return true }
        return false
    }

    var isSingle: Bool {
        if case .single = shape { return true }
        return false
    }

    /// The end that is not `slot`.
    func end(otherThan slot: Slot) -> Slot { slot == left ? right : left }

    /// Whether a relationship could match both patterns.
    func overlaps(_ other: QueryRelationship) -> Bool {
        types.isEmpty || other.types.isEmpty
            || types.contains { type in other.types.contains { sameName($0, type) } }
    }
}

/// One conjunct of WHERE or of an inline condition.
struct Predicate {
    var expression: BoundExpression
    var needs: SlotSet

    init(_ expression: BoundExpression) {
        self.expression = expression
        needs = expression.slots
    }
}
