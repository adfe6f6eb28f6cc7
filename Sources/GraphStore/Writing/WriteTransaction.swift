internal import LMDB

/// What the writer has changed in memory and not committed. Copied whole as a savepoint: its
/// parts are values or immutable.
struct UncommittedState {
    var header: StoreHeader
    var catalogue: Catalogue
    var schema: Schema
    /// Differences to what `counts` stores.
    var counts: [CountKey: Int64] = [:]
    /// Graphs of the vector indexes that were changed.
    var vectorGraphs: [UInt32: VectorGraph] = [:]

    mutating func count(_ key: CountKey, by difference: Int64) {
        counts[key, default: 0] += difference
    }

    /// Counts an entity's words in or out of a full-text index.
    mutating func count(lengths: [Int?], of index: UInt32, by sign: Int64) {
        for (field, length) in lengths.enumerated() {
            guard let length else { continue }
            count(.documents(index, field), by: sign)
            count(.words(index, field), by: sign * Int64(length))
        }
    }
}

/// The uncommitted state as the writer's view shares it.
final class PendingState {
    var state: UncommittedState
    let adjacency: AdjacencyChanges
    /// What live columns must not show any more once this is committed.
    var liveChanges: LiveChanges
    /// Counts as they are stored, which they stay until the end: each deletion of a node asks for
    /// those of its labels.
    private var storedCounts: [CountKey: Int64] = [:]

    init(
        _ state: UncommittedState, _ adjacency: AdjacencyChanges, _ liveChanges: LiveChanges
    ) {
        self.state = state
        self.adjacency = adjacency
        self.liveChanges = liveChanges
    }

    /// A count with what is not committed.
    func count(_ key: CountKey, stored: () -> Int64) -> Int64 {
        let base: Int64
        if let known = storedCounts[key] {
            base = known
        } else {
            base = stored()
            storedCounts[key] = base
        }
        return base + (state.counts[key] ?? 0)
    }
}

/// One of LMDB's write transactions with everything in memory that lives and dies with it.
/// Writer thread only.
///
/// A statement of a group is a nested transaction between ``beginStatement()`` and
/// ``endStatement(_:)`` or ``rollBack(_:)``: what it changed on disk and in memory goes together.
final class WriteTransaction {
    let core: StoreCore
    private let root: Transaction
    private(set) var current: Transaction
    let pending: PendingState
    let view: GraphView
    private let begun: StoreHeader
    /// Records, entries and lists written: what bounds a group.
    var work = 0

    init(_ core: StoreCore) throws(StoreError) {
        self.core = core
        let transaction = try lmdb { () throws(LMDBError) in try core.environment.beginWrite() }
        root = transaction
        current = transaction
        begun = try StoreHeader(transaction, core.databases.meta)
        let catalogue = try core.catalogue(transaction)
        let schema = try core.schema(transaction, version: begun.schemaVersion, catalogue)
        pending = PendingState(
            UncommittedState(header: begun, catalogue: catalogue, schema: schema),
            try core.adjacency.beginChanges(transaction),
            LiveChanges(
                nextNode: begun.nextNode, nextRelationship: begun.nextRelationship,
                limit: core.live.limits.collectedChanges))
        view = GraphView(core, transaction, pending: pending)
    }

    var id: UInt64 { root.id }
    var lastChange: UInt64 { begun.lastChange }
    var schema: Schema { pending.state.schema }

    // MARK: Statements of a group

    struct Savepoint {
        fileprivate let state: UncommittedState
        fileprivate let mark: AdjacencyChanges.Mark
    }

    func beginStatement() throws(StoreError) -> Savepoint {
        let savepoint = Savepoint(state: pending.state, mark: pending.adjacency.mark)
        // No cursor of the parent is open while the child lives.
        view.use(root)
        let child = try lmdb { () throws(LMDBError) in try root.beginChild() }
        use(child)
        return savepoint
    }

    func endStatement() throws(StoreError) {
        let child = current
        use(root)
        try lmdb { () throws(LMDBError) in try child.commit() }
    }

    func rollBack(to savepoint: Savepoint) {
        let child = current
        use(root)
        if child !== root, child.isOpen { child.abort() }
        pending.state = savepoint.state
        pending.adjacency.rollBack(to: savepoint.mark)
    }

    private func use(_ transaction: Transaction) {
        current = transaction
        view.use(transaction)
        pending.adjacency.use(transaction)
    }

    // MARK: End

    /// Writes what is still in memory, commits and syncs, and publishes. The transaction is over
    /// either way. Cost: one sync to disk.
    func commit() throws(StoreError) -> CommitInfo {
        if work == 0, pending.state.header == begun {
            // LMDB gives the id of an empty transaction to the next one.
            abort()
            return CommitInfo(transactionID: root.id - 1)
        }
        do throws(StoreError) {
            try pending.adjacency.prepareCommit()
            try writeVectorGraphs()
            try writeCounts()
            try writeHeader()
            view.close()
            core.live.announce(
                pending.liveChanges, change: root.id, after: begun.lastChange)
            core.vectors.announce(root.id)
            try lmdb { () throws(LMDBError) in try root.commit() }
        } catch {
            core.live.withdraw()
            core.vectors.withdraw()
            abort()
            throw error
        }
        pending.adjacency.didCommit(transactionID: root.id)
        core.live.publish(pending.liveChanges, change: root.id, after: begun.lastChange)
        core.vectors.publish(
            pending.state.vectorGraphs, change: root.id, after: begun.lastChange)
        core.publish(pending.state.catalogue)
        core.publish(pending.state.schema)
        return CommitInfo(transactionID: root.id)
    }

    /// After an error that may have come from ``commit()``.
    func abortIfOpen() { if root.isOpen { abort() } }

    func abort() {
        view.close()
        if current !== root, current.isOpen { current.abort() }
        if root.isOpen { root.abort() }
        pending.adjacency.didAbort()
    }

    private func writeCounts() throws(StoreError) {
        for (key, difference) in pending.state.counts where difference != 0 {
            let sum = key.stored(root, core.databases.counts) + difference
            if sum == 0 {
                try root.remove(core.databases.counts, key.encoded)
            } else {
                var value: [UInt8] = []
                value.append(littleEndian: sum)
                try root.write(core.databases.counts, key.encoded, value)
            }
        }
    }

    private func writeHeader() throws(StoreError) {
        pending.state.header.lastChange = root.id
        try pending.state.header.write(root, core.databases.meta)
    }
}
