internal import LMDB

/// What the running write transaction has changed and not committed. Writer thread only.
final class AdjacencyChanges {
    /// A place to return to when a statement fails.
    struct Mark: Sendable { var position: Int }

    /// Sees everything committed and everything collected here.
    let snapshot: AdjacencySnapshot

    private let store: AdjacencyStore
    private let committed: PendingIndex
    private let state: LogState
    private let overlay: AdjacencyOverlay
    /// What later snapshots of this process start from once this is committed. Made before the
    /// commit, so that the first of them do not have to read it from the log.
    private var prepared: PendingIndex?

    init(
        _ store: AdjacencyStore, _ transaction: Transaction, committed: PendingIndex,
        state: LogState
    ) {
        self.store = store
        self.committed = committed
        self.state = state
        overlay = AdjacencyOverlay(base: state.end)
        snapshot = AdjacencySnapshot(store, transaction, pending: committed, overlay: overlay)
    }

    /// From now on read and write through this LMDB transaction: a nested one, or its parent.
    func use(_ transaction: Transaction) { snapshot.use(transaction) }

    func insert(_ id: RelationshipID, type: TypeID, start: NodeID, end: NodeID)
        throws(StoreError)
    {
        try record(id, type, start, end, isRemoval: false)
    }

    func remove(_ id: RelationshipID, type: TypeID, start: NodeID, end: NodeID)
        throws(StoreError)
    {
        try record(id, type, start, end, isRemoval: true)
    }

    private func record(
        _ id: RelationshipID, _ type: TypeID, _ start: NodeID, _ end: NodeID, isRemoval: Bool
    ) throws(StoreError) {
        guard type < 1 << 31 else { throw .limitExceeded("2^31 relationship types") }
        guard overlay.changes.count < Int(Int32.max) / 2 else {
            throw .limitExceeded("\(Int32.max / 2) relationship changes in one transaction")
        }
        overlay.append(
            AdjacencyChange(
                type: type, isRemoval: isRemoval, relationship: id, start: start, end: end))
        snapshot.noteChange()
    }

    var mark: Mark { Mark(position: overlay.changes.count) }

    func rollBack(to mark: Mark) {
        guard mark.position < overlay.changes.count else { return }
        overlay.removeLast(downTo: mark.position)
        snapshot.noteChange()
    }

    /// Appends the changes to the log; where too much is pending or the transaction is too large,
    /// writes chunks in line. Last step before LMDB's commit: nothing may be read here afterwards.
    func prepareCommit() throws(StoreError) {
        guard !overlay.changes.isEmpty else { return }
        let transaction = snapshot.transaction
        let limits = store.limits
        var new = state
        new.end += UInt64(overlay.changes.count)
        if overlay.changes.count > limits.loggedChanges {
            // Its own changes rest on pending ones, so those go first; in one sorted pass both
            // cost little more than its own.
            new.watermark = new.end
            new.floor = new.end
        } else {
            try store.log.append(overlay.changes, from: state.end, transaction)
            if new.pendingCount > limits.pendingChanges {
                new.watermark = new.end - UInt64(limits.pendingChanges / 2)
                new.floor = store.floor(new)
            }
        }
        let all = committed.appending(overlay.index())
        try store.advance(from: state, to: new, all, transaction)
        prepared = all.restricted(to: new.watermark..<new.end)
    }

    /// Publishes the changes to later snapshots of this process.
    func didCommit(transactionID: UInt64) {
        guard let prepared else { return }
        store.publish(prepared, transactionID: transactionID)
        store.live?.publish(overlay.index())
    }

    /// Nothing was published, so nothing is to be undone; the changes go with this object.
    func didAbort() { overlay.removeLast(downTo: 0) }
}
