/// An expand of many rows that share few starting points: the rows are grouped first, by what is
/// still looked at behind it (`keys`), and each group is expanded once, with its rows' weights
/// added up as its own.
///
/// What a single row may not reach (a relationship that it has bound, or a node that has to differ
/// from one of its own) is known of the row and not of its group. It is subtracted: for each row, a
/// row with the opposite weight goes to each such place. So this stands only where nothing but
/// counting follows, and groups may come to nothing.
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
    /// With `expand.from` among them.
    public let keys: [Slot]
    public let exclusions: [Exclusion]
    /// The relationships of `expand.distinctFrom` that no exclusion covers, by their ends.
    public let taken: [CountExpand.Taken]
    public let weight: Slot
    /// The weight of the rows that come in; nil is 1.
    public let times: Slot?

    public init(
        expand: Expand, keys: [Slot], exclusions: [Exclusion], taken: [CountExpand.Taken],
        weight: Slot, times: Slot?
    ) {
        self.expand = expand
        self.keys = keys
        self.exclusions = exclusions
        self.taken = taken
        self.weight = weight
        self.times = times
    }

    /// Slots that it looks at.
    var reads: SlotSet {
        var reads = SlotSet(keys + expand.distinctFrom + exclusions.map(\.node))
        for relationship in taken {
            reads.insert(relationship.start)
            reads.insert(relationship.end)
        }
        if let times { reads.insert(times) }
        return reads
    }
}
