internal import LMDB

/// Adjacency at one moment. Belongs to one view, and is used on one thread at a time.
final class AdjacencySnapshot {
    private let chunks: NamedDatabase
    private var pending: PendingIndex
    private let overlay: AdjacencyOverlay?
    private(set) var transaction: Transaction
    /// Grows whenever readers must look again: after changes, and after a change of transaction.
    private(set) var version: UInt64 = 0

    init(
        _ transaction: Transaction, chunks: NamedDatabase, pending: PendingIndex,
        overlay: AdjacencyOverlay? = nil
    ) {
        self.transaction = transaction
        self.chunks = chunks
        self.pending = pending
        self.overlay = overlay
    }

    /// A reader keeps a cursor and a block of memory: one per operator.
    func reader(_ type: TypeID, _ direction: Direction) -> AdjacencyReader {
        AdjacencyReader(self, ListFamily(type, direction))
    }

    /// Called when the view closes: memory kept for this snapshot may go. Readers must not be
    /// used afterwards.
    func close() {
        pending = PendingIndex(emptyAt: pending.range.upperBound)
        version &+= 1
    }

    func use(_ transaction: Transaction) {
        self.transaction = transaction
        version &+= 1
    }

    func noteChange() { version &+= 1 }

    func runs(_ family: ListFamily) -> [PendingRun] {
        let committed = pending.runs(family)
        guard let overlay else { return committed }
        return committed + overlay.index().runs(family)
    }

    /// Nil where LMDB refuses: the transaction has failed and can only be aborted.
    func cursor(_ family: ListFamily) -> ChunkCursor? {
        do throws(LMDBError) { return try ChunkCursor(family, chunks, transaction) } catch {
            return nil
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
