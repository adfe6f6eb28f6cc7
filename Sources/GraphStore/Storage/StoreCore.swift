import Foundation
internal import LMDB
import Synchronization

/// What an open store is made of: the environment, its databases, and the caches that views and
/// the writer share. Views hold it, so that a closed store's open views stay valid.
final class StoreCore: Sendable {
    let environment: Environment
    let databases: Databases
    let adjacency: AdjacencyStore
    let budget: LiveBudget
    let live: LiveColumns
    let listColumns: ListColumns
    let vectors: VectorGraphs
    let statistics = StatisticsCache()
    private let lock: DirectoryLock?
    private let cachedCommit = Mutex<Commit?>(nil)
    private let cachedCatalogue = Mutex(Catalogue.empty)
    private let cachedSchema = Mutex(Schema.empty)
    /// Indexes whose creator waits for their build and does its steps: what it finds against them is
    /// for the creator to hear.
    let awaitedBuilds = Mutex<Set<UInt32>>([])

    init(directory: String, options: GraphStore.Options, lock: DirectoryLock?) throws(StoreError) {
        self.lock = lock
        budget = LiveBudget(byteLimit: options.liveMemoryBytes)
        var limits = options.liveLimits
        limits.builders = max(limits.builders, options.threads)
        live = LiveColumns(budget, limits: limits)
        listColumns = ListColumns(budget, limits: limits)
        vectors = VectorGraphs(
            byteLimit: options.vectorMemoryBytes,
            exactRowsPerCandidate: options.vectorExactRowsPerCandidate)
        do throws(LMDBError) {
            environment = try Environment(
                path: directory, readOnly: options.readOnly, syncOnCommit: options.syncOnCommit)
        } catch {
            guard error.isUnreadable else { throw .storage(error) }
            throw .unusable(path: directory, reason: "\(error)")
        }
        let lists = budget.isOn ? LiveAdjacency(budget, limits: options.liveLimits) : nil
        (databases, adjacency) = try Self.prepare(environment, options, lists)
    }

    /// Opens the databases through a reader where they are there, so that opening waits for no
    /// writer; creates them where the file is empty, and those that a version before did not have.
    private static func prepare(
        _ environment: Environment, _ options: GraphStore.Options, _ live: LiveAdjacency?
    ) throws(StoreError) -> (Databases, AdjacencyStore) {
        let reader = try lmdb { () throws(LMDBError) in try environment.beginRead() }
        if try !lmdb({ () throws(LMDBError) in try reader.isFileEmpty() }) {
            guard let meta = try? reader.openDatabase("meta", []) else {
                throw .unusable(path: environment.path, reason: "it is not a Starling database")
            }
            try StoreHeader.checkFormat(reader, meta)
            do throws(StoreError) {
                let databases = try Databases(reader)
                let adjacency = try AdjacencyStore(reader, live: live, counts: databases.counts)
                // Handles opened in a reader outlive it only if it is committed.
                try lmdb { () throws(LMDBError) in try reader.commit() }
                return (databases, adjacency)
            } catch {
                reader.abort()
                guard error.isMissingDatabase else { throw error }
                guard !options.readOnly else {
                    throw .unusable(
                        path: environment.path,
                        reason: "an earlier version made it, and it lacks what this one keeps: "
                            + "open it once for writing, which adds that")
                }
                return try create(environment, live)
            }
        }
        reader.abort()
        guard options.createIfMissing, !options.readOnly else {
            throw .unusable(path: environment.path, reason: "there is no database")
        }
        return try create(environment, live)
    }

    private static func create(_ environment: Environment, _ live: LiveAdjacency?)
        throws(StoreError) -> (Databases, AdjacencyStore)
    {
        let writer = try lmdb { () throws(LMDBError) in try environment.beginWrite() }
        let databases = try Databases(writer)
        let adjacency = try AdjacencyStore(writer, live: live, counts: databases.counts)
        // Another process may have been quicker.
        if StoreHeader.formatKey.lend({ writer.get(databases.meta, $0) }) == nil {
            try StoreHeader.writeFormat(writer, databases.meta)
            try StoreHeader().write(writer, databases.meta)
        }
        try lmdb { () throws(LMDBError) in try writer.commit() }
        try FileSync.directory(environment.path)
        return (databases, adjacency)
    }

    // MARK: Caches

    /// What all snapshots of one commit have in common.
    struct Commit: Sendable {
        /// The transaction that made it.
        let id: UInt64
        let header: StoreHeader
        let catalogue: Catalogue
    }

    /// The commit that a snapshot sees, read once for all snapshots of it.
    func commit(of reader: Transaction) throws(StoreError) -> Commit {
        if let known = cachedCommit.withLock({ $0 }), known.id == reader.id { return known }
        let commit = Commit(
            id: reader.id, header: try StoreHeader(reader, databases.meta),
            catalogue: try catalogue(reader))
        cachedCommit.withLock { $0 = commit }
        return commit
    }

    /// A catalogue that knows at least the transaction's names.
    func catalogue(_ transaction: Transaction) throws(StoreError) -> Catalogue {
        let cached = cachedCatalogue.withLock { $0 }
        guard transaction.count(databases.tokens) > cached.count else { return cached }
        let loaded = try Catalogue.load(transaction, databases)
        publish(loaded)
        return loaded
    }

    /// Committed names only.
    func publish(_ catalogue: Catalogue) {
        cachedCatalogue.withLock { if catalogue.count > $0.count { $0 = catalogue } }
    }

    /// The schema of exactly this version, which the transaction sees.
    func schema(_ transaction: Transaction, version: UInt64, _ catalogue: Catalogue)
        throws(StoreError) -> Schema
    {
        if version == 0 { return Schema.empty }
        let cached = cachedSchema.withLock { $0 }
        if cached.version == version { return cached }
        let loaded = try Schema.load(transaction, databases, version: version, catalogue)
        publish(loaded)
        return loaded
    }

    func publish(_ schema: Schema) {
        cachedSchema.withLock { if schema.version > $0.version { $0 = schema } }
    }
}

extension StoreError {
    /// One of the databases of a file is not in it.
    fileprivate var isMissingDatabase: Bool {
        if case .storage(let error) = self { return error.isNotFound }
        return false
    }
}
