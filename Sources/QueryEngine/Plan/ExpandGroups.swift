/// An expand of which nothing but its ends is looked at behind it, and some slots that were there
/// before. Rows are grouped by these slots and by where they start, each group is expanded once with
/// its rows' weights added up as its own, and of all paths that lead to one end from rows that are
/// alike one row is made, with the sum of their weights.
///
/// What a single row may not reach (a relationship that it has bound, or a node that has to differ
/// from one of its own) is known of the row and not of its group: its weight is subtracted again at
/// each such end.
public struct ExpandGroups: Sendable {
    /// `to <> node`, or `to.property <> node.property` with a property that is unique to its node,
    /// which comes to the same.
    public struct Exclusion: Sendable {
        public let node: Slot
        public let property: String?
        /// The condition as it was written, for nodes whose property compares in unusual ways.
        public let condition: BoundExpression

        public init(node: Slot, property: String?, condition: BoundExpression) {
            self.node = node
            self.property = property
            self.condition = condition
        }
    }

    /// What is left to do for rows that cannot be grouped: its relationship, if it has one, is for
    /// nobody else to see.
    public let expand: Expand
    /// What is looked at behind it, without its end and the weight.
    public let keys: [Slot]
    /// Whether no two rows start at one node, so that each row is a group.
    public let startsDiffer: Bool
    public let exclusions: [Exclusion]
    /// The relationships of `expand.distinctFrom` that no exclusion covers, by their ends.
    public let taken: [CountExpand.Taken]
    /// A hop from the same node that is only counted, and must not be the relationship of this
    /// expand. Only where there are neither exclusions nor taken relationships.
    public let counted: CountExpand.Hop?
    public let weight: Slot
    /// The weight of the rows that come in; nil is 1.
    public let times: Slot?

    public init(
        expand: Expand, keys: [Slot], startsDiffer: Bool, exclusions: [Exclusion],
        taken: [CountExpand.Taken], counted: CountExpand.Hop?, weight: Slot, times: Slot?
    ) {
        self.expand = expand
        self.keys = keys
        self.startsDiffer = startsDiffer
        self.exclusions = exclusions
        self.taken = taken
        self.counted = counted
        self.weight = weight
        self.times = times
    }

    /// Whether all rows can be grouped, so that each end comes out once for each section.
    var endsDiffer: Bool { exclusions.allSatisfy { $0.property == nil } }

    /// Slots that it looks at.
    var reads: SlotSet {
        var reads = SlotSet(keys + [expand.from] + expand.distinctFrom + exclusions.map(\.node))
        for relationship in taken {
            reads.insert(relationship.start)
            reads.insert(relationship.end)
        }
        if let times { reads.insert(times) }
        return reads
    }
}
