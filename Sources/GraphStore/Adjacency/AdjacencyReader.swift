/// The neighbours of nodes along one type in one direction, as a view sees them: packed chunks,
/// merged with pending changes and the transaction's own. Every list is sorted by neighbour, then
/// relationship. Keeps a cursor: make one per operator, not per row.
public final class AdjacencyReader {
    public let type: TypeID
    public let direction: Direction

    init(type: TypeID, direction: Direction) {
        self.type = type
        self.direction = direction
    }

    public func degree(_ node: NodeID) -> Int { fatalError("contract") }

    /// Lends the whole list as runs in ascending order. The buffers are valid inside `body` only.
    public func forEachRun(
        of node: NodeID,
        _ body: (UnsafeBufferPointer<NodeID>, UnsafeBufferPointer<RelationshipID>) throws -> Void
    ) rethrows { fatalError("contract") }

    /// Appends rows for the neighbours of `sources`, from `position` on, until `limit` rows are
    /// there or the sources are used up (`position.source == sources.count`). Lists longer than
    /// the limit continue at the next call. `Column.absent` sources have no neighbours.
    public func expand(
        _ sources: UnsafeBufferPointer<NodeID>, from position: inout ExpandPosition, limit: Int,
        into rows: inout ExpandedRows, options: ExpandOptions = []
    ) { fatalError("contract") }

    /// Appends the relationships between each pair (sources[i], targets[i]).
    public func expandInto(
        _ sources: UnsafeBufferPointer<NodeID>, _ targets: UnsafeBufferPointer<NodeID>,
        from position: inout ExpandPosition, limit: Int, into rows: inout ExpandedRows,
        options: ExpandOptions = []
    ) { fatalError("contract") }

    /// Appends the degree of each source.
    public func degrees(
        _ sources: UnsafeBufferPointer<NodeID>, into counts: inout ContiguousArray<Int64>
    ) { fatalError("contract") }
}

extension GraphView {
    public func adjacency(_ type: TypeID, _ direction: Direction) -> AdjacencyReader {
        fatalError("contract")
    }
}

/// Where an expansion stands: the source, and how far into its list.
public struct ExpandPosition: Sendable {
    public var source = 0
    public var offset = 0
    public init() {}
}

public struct ExpandOptions: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Leaves relationship ids out: cheaper where nobody looks at them.
    public static let withoutRelationships = ExpandOptions(rawValue: 1)
    /// Leaves out relationships from a node to itself: the second reader of an undirected
    /// expansion must not show them again.
    public static let withoutLoops = ExpandOptions(rawValue: 2)
}

/// Parallel columns: which source row, its neighbour, and the relationship between them.
public struct ExpandedRows: Sendable {
    public var sources: ContiguousArray<Int32> = []
    public var neighbours: ContiguousArray<NodeID> = []
    public var relationships: ContiguousArray<RelationshipID> = []
    public init() {}

    public mutating func removeAll() {
        sources.removeAll(keepingCapacity: true)
        neighbours.removeAll(keepingCapacity: true)
        relationships.removeAll(keepingCapacity: true)
    }
}
