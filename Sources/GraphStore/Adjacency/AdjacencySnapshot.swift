internal import LMDB

/// Whether a chunk was met that cannot be read: lists may have been cut short.
final class AdjacencyDamage {
    var isMet = false
}

/// Adjacency at one moment. Belongs to one view, and is used on one thread at a time.
final class AdjacencySnapshot {
    private let store: AdjacencyStore
    private var pending: PendingIndex
    private let overlay: AdjacencyOverlay?
    private(set) var transaction: Transaction
    /// Grows whenever readers must look again: after changes, and after a change of transaction.
    private(set) var version: UInt64 = 0
    /// What readers have met: they themselves cannot throw.
    let damage = AdjacencyDamage()
    private var live: LiveAdjacency?
    /// The lists in memory that this snapshot uses.
    private var liveLists: [(family: ListFamily, lists: LiveAdjacency.Lists)] = []

    init(
        _ store: AdjacencyStore, _ transaction: Transaction, pending: PendingIndex,
        overlay: AdjacencyOverlay? = nil
    ) {
        self.store = store
        self.transaction = transaction
        self.pending = pending
        self.overlay = overlay
        live = store.live
    }

    /// A reader keeps a cursor and a block of memory: one per operator.
    func reader(_ type: TypeID, _ direction: Direction) -> AdjacencyReader {
        AdjacencyReader(self, ListFamily(type, direction))
    }

    /// Called when the view closes: memory kept for this snapshot may go. Readers must not be
    /// used afterwards.
    func close() {
        pending = PendingIndex(emptyAt: pending.range.upperBound)
        live = nil
        liveLists = []
        version &+= 1
    }

    func use(_ transaction: Transaction) {
        self.transaction = transaction
        version &+= 1
    }

    func noteChange() { version &+= 1 }

    /// The committed changes that chunks lack, oldest first.
    func runs(_ family: ListFamily) -> [PendingRun] { pending.runs(family) }

    /// The transaction's own changes.
    func uncommittedRuns(_ family: ListFamily) -> [PendingRun] {
        overlay?.index().runs(family) ?? []
    }

    /// Nil where LMDB refuses: the transaction has failed and can only be aborted.
    func cursor(_ family: ListFamily) -> ChunkCursor? {
        do throws(LMDBError) {
            return try ChunkCursor(family, store.chunks, transaction, noting: damage)
        } catch { return nil }
    }

    /// Changes that were committed before this moment, over the life of the database.
    var changeCount: UInt64 { pending.range.upperBound }

    /// Those after the first `count`, and the transaction's own; nil where the log does not reach
    /// back so far.
    func changes(since count: UInt64) throws(StoreError) -> ContiguousArray<AdjacencyChange>? {
        var changes: ContiguousArray<AdjacencyChange> = []
        if count < changeCount {
            guard try store.log.state(transaction).floor <= count else { return nil }
            changes = try store.log.changes(count..<changeCount, transaction)
        }
        if let overlay { changes += overlay.changes }
        return changes
    }

    // MARK: Live lists

    /// From now on everything is read from the file.
    func ignoreLiveLists() {
        live = nil
        liveLists = []
        version &+= 1
    }

    /// The lists in memory that replace chunks and committed changes, where there are any.
    func lists(_ family: ListFamily) -> LiveAdjacency.Lists? {
        guard let live else { return nil }
        if let known = liveLists.first(where: { $0.family == family }) { return known.lists }
        let end = pending.range.upperBound
        guard let lists = live.lists(family, upTo: end, store.log, transaction) else { return nil }
        liveLists.append((family, lists))
        return lists
    }

    /// Work that a reader does before it speaks up.
    var reportedWork: Int { live?.limits.reportedWork ?? .max }

    /// A reader has done so much work in the chunks: builds lists in memory where that pays, and
    /// then says so by the version.
    func note(work: Int, _ family: ListFamily) {
        // The writer does not stop to build what readers want.
        guard let live, overlay == nil, work >= live.limits.smallestWork else { return }
        let entries = store.entryCount(family.type, transaction)
        guard live.isWorthBuilding(family, work: work, entries: entries) else { return }
        let base = build(family, entries: entries, live)
        if let lists = live.publish(base, pending.only(family), of: family) {
            liveLists.append((family, lists))
            version &+= 1
        }
    }

    /// Reads all chunks in order: for a million entries about ten milliseconds of one processor.
    private func build(_ family: ListFamily, entries: Int, _ live: LiveAdjacency) -> LiveLists? {
        let bounds = live.bounds(entries: entries)
        guard let cursor = cursor(family) else { return nil }
        var nodes: Range<NodeID> = 0..<0
        if let first = cursor.nextNode(from: 0) {
            guard let last = cursor.lastNode(), first <= last, last < .max else { return nil }
            nodes = first..<last + 1
        }
        let chunks = store.chunks
        let parts = SnapshotParts.read(
            nodes, entities: entries, byteLimit: bounds.byteLimit, live.limits, transaction
        ) { nodes, count, transaction in
            var bounds = bounds
            bounds.expected /= count
            return Self.build(family, nodes, bounds, chunks, transaction)
        }
        return parts.flatMap { LiveLists.joining($0, bounds) }
    }

    /// Damaged chunks are left to whoever reads them one by one.
    private static func build(
        _ family: ListFamily, _ nodes: Range<NodeID>, _ bounds: LiveListsBuilder.Bounds,
        _ chunks: NamedDatabase, _ transaction: Transaction
    ) -> LiveLists? {
        LiveListsBuilder.build(bounds) { builder in
            guard let cursor = try? ChunkCursor(family, chunks, transaction) else { return false }
            var node = cursor.nextNode(from: nodes.lowerBound)
            while let here = node, here < nodes.upperBound {
                guard builder.begin(here), var chunk = cursor.find(here) else { return false }
                while true {
                    guard builder.append(chunk) else { return false }
                    if chunk.isWhole { break }
                    guard let next = cursor.next() else { break }
                    chunk = next
                }
                if cursor.isDamaged { return false }
                node = cursor.nextNode(from: here + 1)
            }
            return true
        }
    }
}

/// The changes of the running write transaction: a list in the order they were made, and an index
/// of it that is brought up to date when somebody reads.
final class AdjacencyOverlay {
    /// The sequence number that the first change gets when it is committed.
    let base: UInt64
    private(set) var changes: ContiguousArray<AdjacencyChange> = []
    private var indexed: PendingIndex

    init(base: UInt64) {
        self.base = base
        indexed = PendingIndex(emptyAt: base)
    }

    func append(_ change: AdjacencyChange) { changes.append(change) }

    func removeLast(downTo count: Int) {
        changes.removeLast(changes.count - count)
        if indexed.count > count {
            indexed = indexed.restricted(to: base..<base + UInt64(count))
        }
    }

    /// All changes, indexed. Proportional to what is new since the last call, amortised.
    func index() -> PendingIndex {
        if indexed.count < changes.count {
            let new = PendingSegment(
                changes[indexed.count...], from: base + UInt64(indexed.count))
            indexed = indexed.appending(new)
        }
        return indexed
    }
}
