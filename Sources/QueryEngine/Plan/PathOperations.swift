public import Cypher

/// Which of the paths between two nodes are kept.
public enum PathSelection: Sendable, Equatable {
    /// The first so many, shorter ones first: `SHORTEST k`, `ANY k`, `shortestPath()`.
    case paths(Int)
    /// All of the first so many lengths: `ALL SHORTEST`, `SHORTEST k GROUPS`, `allShortestPaths()`.
    case groups(Int)

    /// Whether there is at most one.
    var isSingle: Bool { self == .paths(1) }
}

/// `((a)-[:R]->(b)-[:S]->(c) WHERE …){1,3}`: for each row the walks from `from` that repeat a
/// pattern. The second child finds one repetition: it begins with `.argument`, where it finds the
/// node that the walk has reached in `innerFrom`.
public struct QuantifiedExpand: Sendable {
    public let from: Slot
    public let to: Slot
    /// `to` is bound already: only walks that end there.
    public let into: Bool
    /// All relationships of the walk, in its order; nil where nobody looks at them.
    public let relationships: Slot?
    public let length: PathLength
    public let argument: ArgumentID
    public let rowSlot: Slot
    public let innerFrom: Slot
    public let innerTo: Slot
    /// Relationships of one repetition, in the pattern's order.
    public let innerRelationships: [Slot]
    /// Variables of the pattern, and the lists that they are outside.
    public let lists: [(inner: Slot, list: Slot)]
    /// Relationships (or lists of them) of the same MATCH, which must not be met again.
    public let distinctFrom: [Slot]
    /// Walked from the pattern's end to its beginning: lists come out the other way round.
    public let reversed: Bool

    public init(
        from: Slot, to: Slot, into: Bool, relationships: Slot?, length: PathLength,
        argument: ArgumentID, rowSlot: Slot, innerFrom: Slot, innerTo: Slot,
        innerRelationships: [Slot], lists: [(inner: Slot, list: Slot)], distinctFrom: [Slot],
        reversed: Bool
    ) {
        self.from = from
        self.to = to
        self.into = into
        self.relationships = relationships
        self.length = length
        self.argument = argument
        self.rowSlot = rowSlot
        self.innerFrom = innerFrom
        self.innerTo = innerTo
        self.innerRelationships = innerRelationships
        self.lists = lists
        self.distinctFrom = distinctFrom
        self.reversed = reversed
    }
}

/// `SHORTEST k` over repetitions of a pattern between two bound nodes.
public struct ShortestTrails: Sendable {
    /// `into` and not `reversed`.
    public let repetition: QuantifiedExpand
    public let selection: PathSelection

    public init(repetition: QuantifiedExpand, selection: PathSelection) {
        self.repetition = repetition
        self.selection = selection
    }
}
