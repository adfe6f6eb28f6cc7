import Cypher

/// What one or several MATCH clauses ask for, without an order: nodes, relationships between them,
/// and conditions on both.
struct QueryGraph: Sendable {
    var nodes: [QueryNode] = []
    var relationships: [QueryRelationship] = []
    var predicates: [Predicate] = []

    var isEmpty: Bool { nodes.isEmpty && relationships.isEmpty && predicates.isEmpty }

    /// Slots that the graph binds where they are not bound yet.
    var slots: SlotSet {
        var slots = SlotSet(nodes.lazy.map(\.slot))
        for place in relationships.indices {
            slots.insert(relationships[place].slot)
            if relationships[place].isSingle { continue }
            for list in relationships[place].lists { slots.insert(list) }
        }
        return slots
    }

    func node(_ slot: Slot) -> Int? { nodes.firstIndex { $0.slot == slot } }

    /// Of the node; none where it is not one of the graph's.
    func labels(_ slot: Slot) -> [String] { node(slot).map { nodes[$0].labels } ?? [] }

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

    /// Adds another part of the same MATCH.
    mutating func merge(inPlace other: QueryGraph) {
        for node in other.nodes { add(node) }
        relationships += other.relationships
        predicates += other.predicates
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

struct QueryNode: Sendable {
    var slot: Slot
    /// Labels that the node must have, all of them. Other label expressions are predicates.
    var labels: [String]
    /// Whether an earlier clause has bound it.
    var isBound: Bool
}

struct QueryRelationship: Sendable {
    indirect enum Shape: Sendable {
        case single
        case variable(PathLength)
        /// Repetitions of a pattern.
        case quantified(QueryGroup)
        /// Between two nodes that are found first.
        case shortest(ShortestSearch)
        /// As `shortest`, over a path of any form, which is searched whole.
        case selected(SelectedPath)
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
        switch shape {
        case .shortest, .selected: true
        case .single, .variable, .quantified: false
        }
    }

    /// What it binds besides its own slot and its ends.
    var lists: [Slot] {
        switch shape {
        case .single, .variable, .shortest: []
        case .quantified(let group): group.variables.map(\.list)
        case .selected(let path): path.made
        }
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

/// `((a)-[:R]->(b)-[:S]->(c) WHERE …){1,3}`
struct QueryGroup: Sendable {
    /// One repetition, with its conditions.
    var graph: QueryGraph
    /// The ends of a repetition.
    var left: Slot
    var right: Slot
    var length: PathLength
    /// Variables of a repetition, and the lists that they are outside.
    var variables: [(inner: Slot, list: Slot)]
    /// Slots from outside that its conditions look at.
    var needs: SlotSet
}

/// `shortestPath()` and its kin over one relationship pattern.
struct ShortestSearch: Sendable {
    var length: PathLength
    var selection: PathSelection
    /// Conditions on the whole path that stand inside of the pattern.
    var conditions: [BoundExpression] = []
    /// Written as a function: then conditions of the MATCH choose among paths, and do not only
    /// judge the shortest.
    var isFunction: Bool
}

/// `SHORTEST 2 (a)-[:R]->(b) ((c)-->(d))+ (e)`
struct SelectedPath: Sendable {
    /// The path, with its conditions.
    var graph: QueryGraph
    var selection: PathSelection
    var length: BoundExpression
    /// Slots that it binds between its ends.
    var made: [Slot]
}

/// One conjunct of WHERE or of an inline condition.
struct Predicate: Sendable {
    var expression: BoundExpression
    var needs: SlotSet
    /// What follows from it and is a predicate of its own, tested earlier.
    var implied: [BoundExpression] = []

    init(_ expression: BoundExpression) {
        self.expression = expression
        needs = expression.slots
    }
}
