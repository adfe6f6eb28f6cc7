import Cypher

/// Nodes that hang together by relationships, or by conditions on the steps of a walk.
/// Relationships of shortest paths do not join: both their ends must be there first.
struct JoinComponent {
    /// Of the nodes.
    let slots: SlotSet
    /// By place.
    private(set) var nodes = SlotSet()
    /// Relationships between the nodes, by place.
    private(set) var links = SlotSet()
    /// Nodes and links.
    private(set) var size = 0

    private init(_ slots: SlotSet, _ nodes: [JoinNode], _ links: [JoinLink]) {
        self.slots = slots
        for place in nodes.indices where slots.contains(nodes[place].slot) {
            self.nodes.insert(place)
        }
        for place in links.indices
        where !links[place].isShortest && slots.contains(links[place].left) {
            self.links.insert(place)
        }
        size = self.nodes.sorted.count + self.links.sorted.count
    }

    static func all(_ nodes: [JoinNode], _ links: [JoinLink]) -> [JoinComponent] {
        var groups = nodes.map { SlotSet([$0.slot]) }
        func unite(_ one: Slot, _ other: Slot) {
            guard let first = groups.firstIndex(where: { $0.contains(one) }),
                let second = groups.firstIndex(where: { $0.contains(other) }), first != second
            else { return }
            groups[min(first, second)].formUnion(groups[max(first, second)])
            groups.remove(at: max(first, second))
        }
        for place in links.indices where !links[place].isShortest {
            let (left, needs) = (links[place].left, links[place].needs)
            unite(left, links[place].right)
            if needs.isEmpty { continue }
            for slot in needs.ascending { unite(left, slot) }
            for other in links where needs.contains(other.slot) { unite(left, other.left) }
        }
        return groups.map { JoinComponent($0, nodes, links) }
    }
}

/// What ordering joins asks of a node again and again, looked up once.
struct JoinNode {
    let slot: Slot
    /// The first of its labels, which stands for them where one can be asked about only.
    let label: String?
    /// Nodes with that label, and those with all labels; at least a few, so as to divide by them.
    let withLabel: Double
    let count: Double
    /// The share of all nodes that has the first label, and of these the share with all others.
    private let labelShare: Double
    private let otherShare: Double

    init(_ slot: Slot, _ labels: [String], _ cardinality: Cardinality) {
        self.slot = slot
        label = labels.first
        let all = max(1, cardinality.catalog.nodeCount)
        let known = labels.first.map { cardinality.catalog.nodeCount(label: $0) }
        withLabel = max(1, known ?? all)
        labelShare = min(1, (known ?? all) / all)
        otherShare = labels.dropFirst().reduce(1) { $0 * cardinality.selectivity(label: $1) }
        count = max((known ?? all) * otherShare, 0.01)
    }

    /// The share of relationships that end here, of which `share` have an end with the first
    /// label, where that is known.
    fileprivate func share(_ share: Double?) -> Double {
        label == nil ? 1 : min(1, share ?? labelShare) * otherShare
    }
}

/// What ordering joins asks of a relationship, again and again for each step that it looks at;
/// looked up once.
struct JoinLink {
    /// Going along the relationship from one of its ends.
    struct Hop {
        /// Rows for each row.
        let rows: Double
        /// The share of them whose other end has the labels that it must have.
        let share: Double
        /// How many nodes have these labels.
        let targets: Double
    }

    let slot: Slot
    let left: Slot
    let right: Slot
    let isSingle: Bool
    let isBound: Bool
    let isShortest: Bool
    /// What must be there before it is expanded, besides a node at one end: what the conditions on
    /// the steps of a walk look at, and the list that a walk has to be equal to.
    let needs: SlotSet
    /// What it binds besides its ends.
    let made: SlotSet
    /// Relationships of its types, twice where the direction is open.
    let count: Double
    let fromLeft: Hop
    let fromRight: Hop

    init(_ relationship: QueryRelationship, _ nodes: [JoinNode], _ cardinality: Cardinality) {
        slot = relationship.slot
        left = relationship.left
        right = relationship.right
        isSingle = relationship.isSingle
        isBound = relationship.isBound
        isShortest = relationship.isShortest
        needs = relationship.needs
        var made = SlotSet([relationship.slot])
        for list in relationship.lists { made.insert(list) }
        self.made = made
        let (types, direction) = (relationship.types, relationship.direction)
        let count = cardinality.relationships(types, direction)
        self.count = count
        func node(_ slot: Slot) -> JoinNode {
            nodes.first { $0.slot == slot } ?? JoinNode(slot, [], cardinality)
        }
        // Relationships that have a node with the first label of that end.
        func standing(at end: JoinNode, isLeft: Bool) -> Double? {
            guard let label = end.label, !types.isEmpty else { return nil }
            return cardinality.relationships(types, at: label, direction, isLeft: isLeft)
        }
        func hop(_ from: JoinNode, _ start: Double?, _ to: JoinNode, _ end: Double?) -> Hop {
            let degree =
                start.map { $0 / from.withLabel } ?? count / max(1, cardinality.catalog.nodeCount)
            return Hop(
                rows: cardinality.rows(of: relationship, degree: degree),
                share: to.share(count > 0 ? end.map { $0 / count } : nil), targets: to.count)
        }
        let (leftNode, rightNode) = (node(left), node(right))
        let atLeft = standing(at: leftNode, isLeft: true)
        let atRight = standing(at: rightNode, isLeft: false)
        fromLeft = hop(leftNode, atLeft, rightNode, atRight)
        fromRight = hop(rightNode, atRight, leftNode, atLeft)
    }

    func hop(fromLeft: Bool) -> Hop { fromLeft ? self.fromLeft : fromRight }

    /// The relationship with its ends.
    var all: SlotSet { SlotSet([slot, left, right]) }

    /// Whether it is there, so that it gives its ends.
    func isKnown(_ bound: SlotSet) -> Bool { isBound && isSingle && bound.contains(slot) }

    var canBeScanned: Bool { isSingle && !isBound && left != right }
}

/// A predicate: what it looks at, and the share of the rows that it keeps.
struct JoinCondition {
    let needs: SlotSet
    let share: Double
    /// What the two sides of an equality look at.
    private let sides: (SlotSet, SlotSet)?

    static func all(_ predicates: [Predicate], _ cardinality: Cardinality) -> [JoinCondition] {
        zip(predicates, cardinality.shares(predicates.map(\.expression))).map { predicate, share in
            var sides: (SlotSet, SlotSet)?
            if case .comparison(.equal, let left, let right) = predicate.expression {
                sides = (left.slots, right.slots)
            }
            // Of the rows that what it implies has left.
            let before = predicate.implied.reduce(1) { $0 * cardinality.selectivity($1) }
            let left = min(1, share / max(1e-6, before))
            return JoinCondition(needs: predicate.needs, share: max(1e-6, left), sides: sides)
        }
    }

    /// Whether it is an equality of something of the rows that are there with something of a node.
    func joins(_ bound: SlotSet, with node: Slot) -> Bool {
        guard let (left, right) = sides else { return false }
        func splits(_ one: SlotSet, _ other: SlotSet) -> Bool {
            !one.isEmpty && one.isSubset(of: bound) && other == [node]
        }
        return splits(left, right) || splits(right, left)
    }
}

extension QueryRelationship {
    /// What must be there before it is expanded, besides a node at one end.
    var needs: SlotSet {
        var needs = SlotSet()
        if isBound { needs.insert(slot) }
        if case .quantified(let group) = shape { needs.formUnion(group.needs) }
        for predicate in stepPredicates { predicate.addSlots(to: &needs) }
        if let step = stepRelationship { needs.remove(step) }
        if let step = stepNode { needs.remove(step) }
        return needs
    }
}
