/// The neighbours of nodes along one type in one direction, as a view sees them: lists in memory or
/// packed chunks, merged with pending changes and the transaction's own. Every list is sorted by
/// neighbour, then relationship. Keeps a cursor: make one per operator, not per row.
///
/// In a write transaction it may be kept across writes: each call sees the changes made before it.
public final class AdjacencyReader {
    public let type: TypeID
    public let direction: Direction

    private let snapshot: AdjacencySnapshot
    let family: ListFamily
    private var version: UInt64
    /// Where the lists come from: memory, or else chunks on LMDB's pages.
    private(set) var live: LiveLists.View?
    private var chunks: ChunkCursor?
    /// Owners of what `live` and `pending` point to.
    private var owners: (lists: LiveLists?, runs: [PendingRun]) = (nil, [])
    /// Uncommitted changes, and those that `live` or the chunks lack, oldest first; mostly empty.
    private(set) var pending: ContiguousArray<PendingRun.View> = []
    /// Whether some of `pending` is not marked in the live lists.
    private(set) var hasOwnChanges = false
    var delta = ListDelta()
    let block = EntryBuffer(capacity: blockEntries)
    /// The source row of each entry in the block.
    let rowSources = UnsafeMutablePointer<Int32>.allocate(capacity: blockEntries)
    let group = LiveCopier.Group()
    /// While a list is lent, everything else goes through `inner()`.
    var isLending = false
    private var nested: AdjacencyReader?

    /// Entries decoded at a time, and the longest run that is lent.
    static let blockEntries = 2_048

    init(_ snapshot: AdjacencySnapshot, _ family: ListFamily) {
        type = family.type
        direction = family.direction
        self.snapshot = snapshot
        self.family = family
        version = snapshot.version
        look()
    }

    deinit {
        rowSources.deallocate()
        if let chunks { report(chunks) }
    }

    /// Brings the reader up to its snapshot. To be called before anything is read.
    @inline(__always)
    func refresh() {
        if let chunks, chunks.work >= snapshot.reportedWork { report(chunks) }
        if version != snapshot.version { look() }
    }

    private func look() {
        version = snapshot.version
        let own = snapshot.uncommittedRuns(family)
        if let lists = snapshot.lists(family) {
            live = lists.base.view
            owners = (lists.base, lists.runs + own)
            chunks = nil
        } else {
            live = nil
            owners = (nil, snapshot.runs(family) + own)
            if chunks?.transaction !== snapshot.transaction { chunks = snapshot.cursor(family) }
        }
        hasOwnChanges = !own.isEmpty
        pending = ContiguousArray(owners.runs.map(\.view))
    }

    private func report(_ chunks: ChunkCursor) {
        let work = chunks.work
        chunks.work = 0
        snapshot.note(work: work, family)
    }

    /// Where the lists come from, if that is memory.
    var liveLists: LiveLists? {
        refresh()
        return owners.lists
    }

    // MARK: Lists

    /// Whether the node's list lies in memory as it is.
    @inline(__always)
    func isPlain(_ node: NodeID, _ live: LiveLists.View) -> Bool {
        pending.isEmpty || !hasOwnChanges && !live.isTouched(node)
    }

    /// The list's first chunk, or nil where it has none.
    @inline(__always)
    func firstChunk(_ node: NodeID) -> Chunk? {
        if let live { return live.chunk(node) }
        return chunks?.find(node)
    }

    /// The chunk in which the entry lies or would.
    @inline(__always)
    func chunk(_ node: NodeID, _ neighbour: NodeID, _ relationship: RelationshipID) -> Chunk? {
        if let live { return live.chunk(node) }
        return chunks?.find(node, neighbour, relationship)
    }

    /// The list's next chunk, where the last was not the whole list.
    func nextChunk() -> Chunk? { chunks?.next() }

    // MARK: Degrees

    /// Entries of the node's list. Reads one key.
    public func degree(_ node: NodeID) -> Int {
        if isLending { return inner().degree(node) }
        refresh()
        return node == .max ? 0 : degreeOfList(node)
    }

    @inline(__always)
    func degreeOfList(_ node: NodeID) -> Int {
        var degree = live?.range(node).count ?? chunks?.find(node)?.degree ?? 0
        if let live, isPlain(node, live) { return degree }
        for run in pending {
            let part = run.part(of: node)
            if part >= 0 { degree &+= Int(run.degrees[part]) }
        }
        return degree
    }

    /// Appends the degree of each source. From memory a load each; else ascending sources are
    /// cheaper.
    public func degrees(
        _ sources: UnsafeBufferPointer<NodeID>, into counts: inout ContiguousArray<Int64>
    ) {
        if isLending { return inner().degrees(sources, into: &counts) }
        refresh()
        let first = counts.count
        counts.append(contentsOf: repeatElement(0, count: sources.count))
        counts.withUnsafeMutableBufferPointer { counts in
            if let live, pending.isEmpty {
                for row in 0..<sources.count {
                    counts[first &+ row] = Int64(live.range(sources[row]).count)
                }
            } else {
                for row in 0..<sources.count where sources[row] != .max {
                    counts[first &+ row] = Int64(degreeOfList(sources[row]))
                }
            }
        }
    }

    /// The smallest node not below `node` that may have a list, or nil: how to visit all lists of
    /// the type. A list that pending changes have emptied may be named still.
    public func nextNode(from node: NodeID) -> NodeID? {
        if isLending { return inner().nextNode(from: node) }
        refresh()
        var next = live.map { $0.nextNode(from: node) } ?? chunks?.nextNode(from: node)
        for run in pending {
            let part = run.firstPart(from: node)
            if part < run.nodeCount { next = min(next ?? .max, run.nodes[part]) }
        }
        return next
    }

    /// Lends the whole list as runs in ascending order. The buffers are valid inside `body` only,
    /// which may use this reader for other lists (it reads them through a second cursor).
    ///
    /// With `withoutRelationships` the second buffer is empty; about twice as fast.
    public func forEachRun(
        of node: NodeID, options: ExpandOptions = [],
        _ body: (UnsafeBufferPointer<NodeID>, UnsafeBufferPointer<RelationshipID>) throws -> Void
    ) rethrows {
        if isLending { return try inner().forEachRun(of: node, options: options, body) }
        refresh()
        guard node != .max else { return }
        isLending = true
        defer { isLending = false }
        let withRelationships = !options.contains(.withoutRelationships)
        if let count = readShortList(node, withRelationships) {
            if count > 0 { try lend(node, count, options, body) }
            return
        }
        var walk = begin(node)
        while true {
            let count = fill(
                &walk, room: Self.blockEntries, neighbours: block.neighbours,
                relationships: withRelationships ? block.relationships : nil)
            if count == 0 { return }
            let isLast = count < Self.blockEntries
            try lend(node, count, options, body)
            if isLast { return }
        }
    }

    @inline(__always)
    private func lend(
        _ node: NodeID, _ count: Int, _ options: ExpandOptions,
        _ body: (UnsafeBufferPointer<NodeID>, UnsafeBufferPointer<RelationshipID>) throws -> Void
    ) rethrows {
        let withRelationships = !options.contains(.withoutRelationships)
        let kept =
            options.contains(.withoutLoops) ? dropLoops(node, 0, count, withRelationships) : count
        try body(
            UnsafeBufferPointer(start: block.neighbours, count: kept),
            UnsafeBufferPointer(start: block.relationships, count: withRelationships ? kept : 0))
    }

    /// Copies a list that lies in memory as it is into the block, and returns its length. Nil
    /// where it does not, or is too long.
    @inline(__always)
    private func readShortList(_ node: NodeID, _ withRelationships: Bool) -> Int? {
        guard let live, isPlain(node, live) else { return nil }
        let (start, count) = live.range(node)
        guard count <= Self.blockEntries else { return nil }
        let list = live.chunk(start, count)
        list.neighbours.decode(0, count, into: block.neighbours)
        if withRelationships { list.relationships.decode(0, count, into: block.relationships) }
        return count
    }

    /// The reader to use while this one's memory is lent.
    func inner() -> AdjacencyReader {
        if let nested { return nested }
        let reader = AdjacencyReader(snapshot, family)
        nested = reader
        return reader
    }
}
