internal import LMDB

/// The adjacency half of an open store: packed chunks on disk, the change log, and the in-memory
/// index of the log's pending tail. One per `GraphStore`; shared by all threads.
final class AdjacencyStore: Sendable {
    /// Opens the sub-databases, creating them in a write transaction.
    init(_ transaction: Transaction) throws(StoreError) { fatalError("contract") }

    /// Adjacency as `transaction` sees it. Brings the in-memory index of pending changes up to the
    /// transaction's snapshot first (commits of other processes too); nothing new costs
    /// nanoseconds.
    func snapshot(_ transaction: Transaction) throws(StoreError) -> AdjacencySnapshot {
        fatalError("contract")
    }

    /// Begins collecting a write transaction's changes. Writer thread only.
    func beginChanges(_ transaction: Transaction) throws(StoreError) -> AdjacencyChanges {
        fatalError("contract")
    }

    /// Whether so many changes are pending that the writer should merge when it is idle.
    var wantsMerge: Bool { fatalError("contract") }

    /// Folds one bounded, sorted batch of pending changes into the chunks inside `transaction`
    /// (a write transaction of its own) and moves the watermark. Call `didMerge` after its commit.
    /// Returns whether more is left.
    func merge(_ transaction: Transaction) throws(StoreError) -> Bool { fatalError("contract") }
    func didMerge(transactionID: UInt64) { fatalError("contract") }

    /// Verifies chunk invariants (sorted, degrees, both directions agree); reports each finding.
    func check(_ transaction: Transaction, report: (String) -> Void) throws(StoreError) {
        fatalError("contract")
    }
}

/// Adjacency at one moment. Belongs to one view.
final class AdjacencySnapshot {
    func reader(_ type: TypeID, _ direction: Direction) -> AdjacencyReader {
        fatalError("contract")
    }
    /// Called when the view closes: memory kept for this snapshot may go.
    func close() { fatalError("contract") }
}

/// What the running write transaction has changed and not committed.
final class AdjacencyChanges {
    /// A place to return to when a statement fails.
    struct Mark: Sendable { var position: Int }

    /// Sees everything committed and everything collected here.
    var snapshot: AdjacencySnapshot { fatalError("contract") }

    /// From now on read and write through this LMDB transaction: a nested one, or its parent.
    func use(_ transaction: Transaction) { fatalError("contract") }

    func insert(_ id: RelationshipID, type: TypeID, start: NodeID, end: NodeID)
        throws(StoreError)
    { fatalError("contract") }
    func remove(_ id: RelationshipID, type: TypeID, start: NodeID, end: NodeID)
        throws(StoreError)
    { fatalError("contract") }

    var mark: Mark { fatalError("contract") }
    func rollBack(to mark: Mark) { fatalError("contract") }

    /// Appends the changes to the log; where too much is pending or the transaction is too large,
    /// writes chunks in line. Last step before LMDB's commit.
    func prepareCommit() throws(StoreError) { fatalError("contract") }
    /// Publishes the changes to later snapshots of this process.
    func didCommit(transactionID: UInt64) { fatalError("contract") }
    func didAbort() { fatalError("contract") }
}
