internal import LMDB

/// What a statement reads: a snapshot, or the writer's own uncommitted state. Ids, tokens, counts,
/// records, properties, adjacency and indexes as of one moment.
///
/// One thread at a time. Damage of the file traps no one: what can throw throws
/// `StoreError.unusable`; the rest treats the damaged record as absent and says so in ``damage``.
public final class GraphView {
    let core: StoreCore
    /// The writer's current transaction changes with every nested one.
    private(set) var transaction: Transaction
    /// The writer's uncommitted state; nil for a snapshot.
    let pending: PendingState?
    private let header: StoreHeader
    private let committedCatalogue: Catalogue
    private var loadedSchema: Schema?
    /// A snapshot's, made when it is first asked for: many statements read no relationships.
    private var ownAdjacency: AdjacencySnapshot?
    private var cursors: (node: Cursor?, relationship: Cursor?)
    private var isOpen = true
    /// The writer's: a snapshot of what its transaction stands on, if something asked for it.
    private var committed: GraphView?
    /// What this view has read much of, and the columns that it found.
    var liveColumns: [KnownLiveColumn] = []
    /// Entities read before anything was looked for in memory.
    var fewReads = 0
    /// Vector graphs that this snapshot has met: later commits do not take them away.
    var heldGraphs: [UInt32: VectorGraph] = [:]
    /// The writer's own: readers are dear to make and cheap to keep.
    private var readers: [UInt64: AdjacencyReader] = [:]
    /// The first damaged record that a reader which cannot throw has met.
    public private(set) var damage: String?

    /// The id of the last commit that this view sees.
    public let snapshotID: UInt64

    /// A snapshot. About a microsecond; nothing is read before it is asked for.
    init(_ core: StoreCore) throws(StoreError) {
        let reader = try lmdb { () throws(LMDBError) in try core.environment.beginRead() }
        self.core = core
        transaction = reader
        pending = nil
        snapshotID = reader.id
        let commit = try core.commit(of: reader)
        header = commit.header
        committedCatalogue = commit.catalogue
    }

    /// The writer's view.
    init(_ core: StoreCore, _ transaction: Transaction, pending: PendingState) {
        self.core = core
        self.transaction = transaction
        self.pending = pending
        snapshotID = transaction.id - 1
        header = pending.state.header
        committedCatalogue = pending.state.catalogue
    }

    deinit { close() }

    /// Whether nothing has been committed since, by this process or another. Some nanoseconds.
    public var isLatest: Bool { core.environment.lastTransactionID == snapshotID }

    /// Grows with every schema change: plans made for another version are stale.
    public var schemaVersion: UInt64 { currentHeader.schemaVersion }
    /// The number of the last change to data that a snapshot sees.
    var change: UInt64 { header.lastChange }
    public var isWritable: Bool { pending != nil }

    /// Ends the snapshot. Readers and scans made from it must not be used afterwards. Closing
    /// twice does nothing.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        cursors = (nil, nil)
        readers = [:]
        liveColumns = []
        heldGraphs = [:]
        committed?.close()
        committed = nil
        guard pending == nil else { return }
        ownAdjacency?.close()
        transaction.abort()
    }

    var currentHeader: StoreHeader { pending?.state.header ?? header }
    var catalogue: Catalogue { pending?.state.catalogue ?? committedCatalogue }

    var adjacencySnapshot: AdjacencySnapshot {
        if let pending { return pending.adjacency.snapshot }
        if let ownAdjacency { return ownAdjacency }
        let snapshot = makeAdjacencySnapshot()
        ownAdjacency = snapshot
        return snapshot
    }

    private func makeAdjacencySnapshot() -> AdjacencySnapshot {
        if isOpen {
            do {
                return try core.adjacency.snapshot(transaction)
            } catch {
                noteDamage("the log of changes to relationships cannot be read: \(error)")
            }
        }
        return AdjacencySnapshot(
            core.adjacency, transaction, pending: PendingIndex(emptyAt: 0))
    }

    /// Whether closing gives back no more than a snapshot: nothing was read in bulk.
    public var holdsLittle: Bool {
        ownAdjacency == nil && liveColumns.isEmpty && heldGraphs.isEmpty && committed == nil
    }

    func schema() throws(StoreError) -> Schema {
        if let pending { return pending.state.schema }
        if let loadedSchema { return loadedSchema }
        let schema = try core.schema(transaction, version: header.schemaVersion, catalogue)
        loadedSchema = schema
        return schema
    }

    /// From now on read through this transaction of the writer: a nested one, or its parent.
    func use(_ transaction: Transaction) {
        cursors = (nil, nil)
        readers = [:]
        self.transaction = transaction
    }

    /// The cursor over a kind's records, kept so that ascending ids are found where it stands.
    func cursor(of kind: EntityKind) -> Cursor? {
        switch kind {
        case .node:
            if cursors.node == nil { cursors.node = try? transaction.cursor(core.databases.nodes) }
            return cursors.node
        case .relationship:
            if cursors.relationship == nil {
                cursors.relationship = try? transaction.cursor(core.databases.relationships)
            }
            return cursors.relationship
        }
    }

    /// What the writer's transaction stands on; nil where that cannot be read.
    func lastCommit() -> GraphView? {
        if let committed { return committed }
        guard let view = try? GraphView(core) else { return nil }
        guard view.snapshotID == snapshotID else {
            view.close()
            return nil
        }
        committed = view
        return view
    }

    /// A reader for the writer's own questions.
    func keptReader(_ type: TypeID, _ direction: Direction) -> AdjacencyReader {
        let place = UInt64(type) << 1 | UInt64(direction.rawValue)
        if let reader = readers[place] { return reader }
        let reader = adjacencySnapshot.reader(type, direction)
        readers[place] = reader
        return reader
    }

    /// Another view of the same snapshot, for another thread; nil where a commit has come between,
    /// and for the writer's view. To be closed.
    public func sibling() throws(StoreError) -> GraphView? {
        guard pending == nil else { return nil }
        let view = try GraphView(core)
        if view.snapshotID == snapshotID { return view }
        view.close()
        return nil
    }

    /// Takes over what a sibling has met.
    public func noteDamage(of sibling: GraphView) {
        if let damage = sibling.metDamage { noteDamage(damage) }
    }

    private var metDamage: String? {
        let adjacency = pending?.adjacency.snapshot ?? ownAdjacency
        guard damage == nil, let adjacency, adjacency.damage.isMet else { return damage }
        return "a list of relationships cannot be read"
    }

    func noteDamage(_ what: @autoclosure () -> String) {
        if damage == nil { damage = what() }
    }

    /// Throws `unusable` where a reader that cannot throw has met damage.
    public func checkDamage() throws(StoreError) {
        if let metDamage { throw unusable(metDamage) }
    }

    func unusable(_ reason: String) -> StoreError {
        .unusable(path: core.environment.path, reason: reason)
    }
}
