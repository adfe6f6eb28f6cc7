public import Cypher

/// The nodes that are neighbours of two bound nodes at once: what closes a cycle. Each row is
/// repeated for each pair of relationships that meet in one node.
public struct Intersect: Sendable {
    /// One of the two relationships, seen from its bound end.
    public struct Side: Sendable {
        public let from: Slot
        /// nil where nobody looks at the relationship.
        public let relationship: Slot?
        public let type: String
        /// Never `.either`.
        public let direction: Cypher.Direction
        /// Relationships (or lists of them) of the same MATCH, which must not be met again.
        public let distinctFrom: [Slot]

        public init(
            from: Slot, relationship: Slot?, type: String, direction: Cypher.Direction,
            distinctFrom: [Slot]
        ) {
            self.from = from
            self.relationship = relationship
            self.type = type
            self.direction = direction
            self.distinctFrom = distinctFrom
        }
    }

    public let first: Side
    public let second: Side
    public let node: Slot
    /// Whether the two could be one relationship, which Cypher does not allow.
    public let mayMeet: Bool

    public init(first: Side, second: Side, node: Slot, mayMeet: Bool) {
        self.first = first
        self.second = second
        self.node = node
        self.mayMeet = mayMeet
    }

    /// Slots that it looks at.
    var reads: SlotSet {
        SlotSet([first.from, second.from] + first.distinctFrom + second.distinctFrom)
    }
}
