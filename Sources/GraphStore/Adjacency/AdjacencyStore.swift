internal import LMDB
internal import Synchronization

/// # Adjacency
///
/// Who is next to whom: for each relationship type and direction, each node's list of
/// (neighbour, relationship) entries, sorted by neighbour, then relationship. Parallel
/// relationships and loops are entries like others; every relationship lies in two lists, at its
/// start (outgoing) and at its end (incoming).
///
/// ```
///  insert, remove ──► overlay of the transaction            AdjacencyOverlay
///                        │ commit
///                        ▼
///  sub-database "adjacency.log"    changes in order         ChangeLog
///     floor ········ watermark ──────────── end
///     kept for those    │      pending: indexed in memory   PendingIndex
///     who catch up      │ merge, in sorted batches          ChunkMerger
///                       ▼
///  sub-database "adjacency"        packed lists             Chunk
///     key   | type, direction | node | neighbour | relationship |   big-endian, 28 bytes
///              4 bytes          8      8           8
///     value | header | neighbour column | relationship column |     at most 2,000 bytes
/// ```
///
/// A list is one or several chunks. A chunk's key names the first entry that may be in it, and the
/// first chunk's is (0, 0), so that an entry is looked for in the last chunk whose key is not
/// greater. The first chunk also holds the list's degree.
///
/// What a snapshot sees is the chunks, plus the log from its watermark to its end, both of which
/// it reads in its own LMDB transaction: a merge is invisible to it. The log's tail is kept in
/// memory as immutable sorted segments (`PendingIndex`); this process adds its commits to them and
/// reads those of other processes from the log when the next snapshot opens. Where nothing is
/// pending, a reader does not even ask.
///
/// Lists that are read much are kept in memory as of one place in the log (`LiveAdjacency`); the
/// rest of the log is read on top of them as it is on top of the chunks.
///
/// Invariants: a chunk is never empty; no entry occurs twice; pending changes refer to what the
/// chunks and earlier pending changes hold; a change has a sequence number that is never used
/// again. `check` verifies the first two and that both directions agree.
///
/// One `AdjacencyStore` per open database, shared by all threads.
final class AdjacencyStore: Sendable {
    let chunks: NamedDatabase
    let log: ChangeLog
    let limits: AdjacencyLimits
    /// Lists in memory; nil where everything is to be read from the file.
    let live: LiveAdjacency?
    /// Where the types' numbers of relationships stand; nil where nobody counts.
    private let counts: NamedDatabase?
    private let latest: Mutex<Latest>

    /// The newest committed pending index that this process knows.
    private struct Latest {
        var index: PendingIndex
        /// The last transaction whose snapshot has exactly this index; nil where nobody knows.
        var transactionID: UInt64?
        /// What a merge that has not been committed yet will make of it.
        var merged: Range<UInt64>?
    }

    /// Opens the sub-databases, creating them in a write transaction.
    init(
        _ transaction: Transaction, limits: AdjacencyLimits = .standard,
        live: LiveAdjacency? = nil, counts: NamedDatabase? = nil
    ) throws(StoreError) {
        do throws(LMDBError) {
            chunks = try transaction.openDatabase(
                "adjacency", transaction.isWritable ? .create : [])
        } catch { throw .storage(error) }
        log = try ChangeLog(transaction)
        self.limits = limits
        self.live = live
        self.counts = counts
        let watermark = try log.state(transaction).watermark
        latest = Mutex(Latest(index: PendingIndex(emptyAt: watermark)))
    }

    /// Adjacency as `transaction` sees it. Brings the in-memory index of pending changes up to the
    /// transaction's snapshot first (commits of other processes too); nothing new costs
    /// nanoseconds.
    func snapshot(_ transaction: Transaction) throws(StoreError) -> AdjacencySnapshot {
        AdjacencySnapshot(self, transaction, pending: try pending(transaction))
    }

    /// Begins collecting a write transaction's changes. Writer thread only.
    func beginChanges(_ transaction: Transaction) throws(StoreError) -> AdjacencyChanges {
        let state = try log.state(transaction)
        let committed = try pending(transaction)
        return AdjacencyChanges(self, transaction, committed: committed, state: state)
    }

    /// Committed relationships of a type: about the entries of each of its families.
    func entryCount(_ type: TypeID, _ transaction: Transaction) -> Int {
        counts.map { Int(clamping: CountKey.type(type).stored(transaction, $0)) } ?? 0
    }

    /// Whether so many changes are pending that the writer should merge when it is idle.
    var wantsMerge: Bool {
        latest.withLock { $0.index.count >= limits.mergeThreshold }
    }

    /// The committed changes that `transaction` must add to its chunks.
    private func pending(_ transaction: Transaction) throws(StoreError) -> PendingIndex {
        // A writer's id is that of the commit to come.
        let id = transaction.isWritable ? nil : transaction.id
        return try latest.withLock { (latest) throws(StoreError) in
            if let id, id == latest.transactionID { return latest.index }
            let state = try log.state(transaction)
            let range = state.watermark..<state.end
            if range == latest.index.range {
                if let id { latest.transactionID = id }
                return latest.index
            }
            let known = latest.index.range
            if range.upperBound >= known.upperBound, range.lowerBound >= known.lowerBound {
                latest.index = try catchUp(latest.index, range, transaction)
                latest.transactionID = id
                return latest.index
            }
            // The snapshot is older than what this process knows already.
            if range.lowerBound >= known.lowerBound {
                return latest.index.restricted(to: range)
            }
            return try catchUp(PendingIndex(emptyAt: range.lowerBound), range, transaction)
        }
    }

    /// Moves an index forward to `range`, reading what it lacks from the log.
    private func catchUp(
        _ index: PendingIndex, _ range: Range<UInt64>, _ transaction: Transaction
    ) throws(StoreError) -> PendingIndex {
        let known = index.range
        let kept =
            range.lowerBound < known.upperBound
            ? index.restricted(to: range.lowerBound..<known.upperBound)
            : PendingIndex(emptyAt: range.lowerBound)
        let missing = kept.range.upperBound..<range.upperBound
        let changes = try log.changes(missing, transaction)
        return kept.appending(PendingSegment(changes, from: missing.lowerBound))
    }

    // MARK: Merging

    /// Folds one bounded, sorted batch of pending changes into the chunks inside `transaction`
    /// (a write transaction of its own) and moves the watermark. Call `didMerge` after its commit.
    /// Returns whether more is left.
    func merge(_ transaction: Transaction) throws(StoreError) -> Bool {
        let state = try log.state(transaction)
        var new = state
        new.watermark += UInt64(min(limits.mergeBatch, state.pendingCount))
        new.floor = floor(new)
        let pending = try pending(transaction)
        try advance(from: state, to: new, pending, transaction)
        let merged = new == state ? nil : new.watermark..<new.end
        latest.withLock { $0.merged = merged }
        return new.pendingCount > 0
    }

    /// Nothing is published where the merge had nothing to do: LMDB gives the id of an empty
    /// transaction to the next one.
    func didMerge(transactionID: UInt64) {
        latest.withLock { latest in
            guard let merged = latest.merged else { return }
            latest.merged = nil
            let known = latest.index.range
            guard known.upperBound == merged.upperBound, known.lowerBound <= merged.lowerBound
            else { return }
            latest.index = latest.index.restricted(to: merged)
            latest.transactionID = transactionID
        }
    }

    /// The floor that keeps the named number of changes behind a state's watermark.
    func floor(_ state: LogState) -> UInt64 {
        let kept = UInt64(limits.keptChanges)
        return max(state.floor, state.watermark > kept ? state.watermark - kept : 0)
    }

    /// Folds the changes between two states' watermarks into the chunks and writes the new state.
    /// `pending` must hold those changes.
    func advance(
        from old: LogState, to new: LogState, _ pending: PendingIndex, _ transaction: Transaction
    ) throws(StoreError) {
        guard new != old else { return }
        let folded = pending.restricted(to: old.watermark..<new.watermark)
        if let segment = folded.flattened() {
            do throws(LMDBError) {
                let merger = try ChunkMerger(transaction, chunks, limits)
                for (family, run) in segment.runs.sorted(by: { $0.key < $1.key }) {
                    try merger.merge(run.view, family)
                }
            } catch { throw .storage(error) }
        }
        if new.floor > old.floor { try log.trim(before: new.floor, transaction) }
        try log.setState(new, transaction)
    }

    /// Makes a commit's index the one that later snapshots start from.
    func publish(_ index: PendingIndex, transactionID: UInt64) {
        latest.withLock { latest in
            let known = latest.index.range
            guard index.range.upperBound >= known.upperBound,
                index.range.lowerBound >= known.lowerBound
            else { return }
            latest.index = index
            latest.transactionID = transactionID
        }
    }
}
