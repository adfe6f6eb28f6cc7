extension AdjacencyReader {
    /// Appends rows for the neighbours of `sources`, from `position` on, until `limit` rows are
    /// there or the sources are used up (`position.source == sources.count`). Lists longer than
    /// the limit continue at the next call. `Column.absent` sources have no neighbours. Ascending
    /// sources are several times cheaper than random ones.
    public func expand(
        _ sources: UnsafeBufferPointer<NodeID>, from position: inout ExpandPosition, limit: Int,
        into rows: inout ExpandedRows, options: ExpandOptions = []
    ) {
        expand(sources, targets: nil, &position, limit, &rows, options)
    }

    /// Appends the relationships between each pair (sources[i], targets[i]).
    public func expandInto(
        _ sources: UnsafeBufferPointer<NodeID>, _ targets: UnsafeBufferPointer<NodeID>,
        from position: inout ExpandPosition, limit: Int, into rows: inout ExpandedRows,
        options: ExpandOptions = []
    ) {
        precondition(sources.count == targets.count)
        expand(sources, targets: targets, &position, limit, &rows, options)
    }

    /// Both expansions: with targets, of each list only the entries of one neighbour.
    private func expand(
        _ sources: UnsafeBufferPointer<NodeID>, targets: UnsafeBufferPointer<NodeID>?,
        _ position: inout ExpandPosition, _ limit: Int, _ rows: inout ExpandedRows,
        _ options: ExpandOptions
    ) {
        if isLending {
            return inner().expand(sources, targets: targets, &position, limit, &rows, options)
        }
        refresh()
        let withoutLoops = options.contains(.withoutLoops)
        let withRelationships = !options.contains(.withoutRelationships)
        var left = limit
        // Rows are gathered in the reader's own block and appended a block at a time.
        block.removeAll()
        // Where the transaction has changes of its own, each list is asked for them.
        var copier = (hasOwnChanges ? nil : live).map {
            LiveCopier(
                $0, block, rowSources, group, withRelationships: withRelationships,
                touchesRelationships: withRelationships && targets == nil)
        }
        while position.source < sources.count, left > 0 {
            if var fromMemory = copier, position.neighbour == nil {
                fromMemory.begin(
                    behind: block.count, room: min(left, Self.blockEntries - block.count))
                left &-= fillFromMemory(
                    &fromMemory, sources, targets, &position, withRelationships, withoutLoops)
                copier = fromMemory
                if block.count == Self.blockEntries { flush(&rows, withRelationships) }
                if position.source == sources.count || left == 0 { break }
            }
            let source = position.source
            let node = sources[source]
            let target = targets?[source]
            if node == .max || target == .max || withoutLoops && target == node {
                position.advance()
                continue
            }
            var walk = begin(
                node, from: position.neighbour ?? target ?? 0, position.relationship,
                upTo: target ?? .max)
            while true {
                let filled = block.count
                let room = min(left, Self.blockEntries - filled)
                var count = fill(
                    &walk, room: room, neighbours: block.neighbours + filled,
                    relationships: withRelationships ? block.relationships + filled : nil)
                let isFull = count == room
                if withoutLoops, target == nil, count > 0 {
                    count = dropLoops(node, filled, count, withRelationships)
                }
                rowSources.advanced(by: filled).update(
                    repeating: Int32(truncatingIfNeeded: source), count: count)
                block.take(count)
                left &-= count
                position.offset &+= count
                guard isFull else {
                    position.advance()
                    break
                }
                if block.count == Self.blockEntries { flush(&rows, withRelationships) }
                if left == 0 {
                    suspend(&walk, &position)
                    break
                }
            }
        }
        flush(&rows, withRelationships)
    }

    /// Fills the block with the rows of as many sources as there is room for, up to one whose list
    /// does not lie in memory as it is. Returns how many.
    @inline(__always)
    private func fillFromMemory(
        _ copier: inout LiveCopier, _ sources: UnsafeBufferPointer<NodeID>,
        _ targets: UnsafeBufferPointer<NodeID>?, _ position: inout ExpandPosition,
        _ withRelationships: Bool, _ withoutLoops: Bool
    ) -> Int {
        let before = copier.filled
        let mayBeTouched = !pending.isEmpty
        var source = position.source
        while source < sources.count {
            let node = sources[source]
            copier.plan(sources, for: source)
            if mayBeTouched, copier.lists.isTouched(node) { break }
            if let targets {
                let isLoop = withoutLoops && targets[source] == node
                guard isLoop || copier.copyEntries(source, to: targets[source]) else { break }
            } else {
                let start = copier.filled
                guard copier.copyList(source) else { break }
                let count = copier.filled &- start
                if withoutLoops, count > 0 {
                    copier.drop(count &- dropLoops(node, start, count, withRelationships))
                }
            }
            source &+= 1
        }
        if source > position.source {
            position = ExpandPosition()
            position.source = source
        }
        block.take(copier.filled &- before)
        return copier.filled &- before
    }

    private func suspend(_ walk: inout ListWalk, _ position: inout ExpandPosition) {
        if let (neighbour, relationship) = nextEntry(&walk) {
            position.neighbour = neighbour
            position.relationship = relationship
        } else {
            position.advance()
        }
    }

    /// Takes the node itself out of sorted neighbours; returns how many stay.
    @inline(__always)
    func dropLoops(_ node: NodeID, _ start: Int, _ count: Int, _ withRelationships: Bool)
        -> Int
    {
        let neighbours = block.neighbours + start
        guard neighbours[0] <= node, node <= neighbours[count &- 1] else { return count }
        let relationships = block.relationships + start
        var kept = 0
        for index in 0..<count where neighbours[index] != node {
            neighbours[kept] = neighbours[index]
            if withRelationships { relationships[kept] = relationships[index] }
            kept += 1
        }
        return kept
    }

    private func flush(_ rows: inout ExpandedRows, _ withRelationships: Bool) {
        let count = block.count
        guard count > 0 else { return }
        rows.sources.append(contentsOf: UnsafeBufferPointer(start: rowSources, count: count))
        rows.neighbours.append(
            contentsOf: UnsafeBufferPointer(start: block.neighbours, count: count))
        if withRelationships {
            rows.relationships.append(
                contentsOf: UnsafeBufferPointer(start: block.relationships, count: count))
        }
        block.removeAll()
    }
}

/// Where an expansion stands: the source, and how far into its list.
public struct ExpandPosition: Sendable {
    public var source = 0
    /// Rows that this source has given already.
    public var offset = 0
    /// Where its list goes on, if it is not new.
    var neighbour: NodeID?
    var relationship: RelationshipID = 0

    public init() {}

    /// To the beginning of the next source.
    @inline(__always)
    public mutating func advance() {
        source += 1
        offset = 0
        neighbour = nil
        relationship = 0
    }
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
    /// The relationships' types, where an expansion over several notes them; else empty.
    public var types: ContiguousArray<TypeID> = []
    public init() {}

    public mutating func removeAll() {
        sources.removeAll(keepingCapacity: true)
        neighbours.removeAll(keepingCapacity: true)
        relationships.removeAll(keepingCapacity: true)
        types.removeAll(keepingCapacity: true)
    }
}
