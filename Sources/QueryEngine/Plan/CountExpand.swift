public import Cypher

/// Relationships whose far ends nobody looks at. A row is not repeated for each of them: its weight
/// is multiplied by how many there are, and a row for which there is none goes.
///
/// Relationships of one MATCH never meet: what the row has bound already (`taken`), and the pairs
/// in which two hops would be the same relationship, are subtracted.
public struct CountExpand: Sendable {
    /// One relationship of the pattern, seen from `from`.
    public struct Hop: Sendable {
        /// Empty: every type.
        public let types: [String]
        public let direction: Cypher.Direction
        /// Labels that the far end must have, all of them.
        public let labels: [String]

        public init(types: [String], direction: Cypher.Direction, labels: [String]) {
            self.types = types
            self.direction = direction
            self.labels = labels
        }
    }

    /// A relationship of the same MATCH, by its ends. Its type is one of the hops'. Its direction is
    /// not known only where all hops go either way.
    public struct Taken: Sendable {
        public let start: Slot
        public let end: Slot

        public init(start: Slot, end: Slot) {
            self.start = start
            self.end = end
        }
    }

    public let from: Slot
    /// One; or two of the same types, which must not meet.
    public let hops: [Hop]
    public let taken: [Taken]
    /// Gets the new weight.
    public let weight: Slot
    /// The weight so far; nil is 1.
    public let times: Slot?

    public init(from: Slot, hops: [Hop], taken: [Taken], weight: Slot, times: Slot?) {
        self.from = from
        self.hops = hops
        self.taken = taken
        self.weight = weight
        self.times = times
    }

    /// Slots that it looks at.
    var reads: SlotSet {
        var reads = SlotSet([from])
        for relationship in taken {
            reads.insert(relationship.start)
            reads.insert(relationship.end)
        }
        if let times { reads.insert(times) }
        return reads
    }
}
