internal import LMDB
import Synchronization
internal import Values

/// The work that schema changes leave behind, in bounded transactions between the other writes:
/// filling new indexes in id order, and emptying dropped ones. Each step moves a watermark that is
/// committed with its entries, so a build goes on where it was, after a crash too, and in whichever
/// process comes first.
enum IndexBuild {
    enum Progress {
        case more
        case finished
        /// The index is not there any more.
        case gone
        /// Two entities that the uniqueness in the making does not allow; the constraint is gone.
        case failed(StoreError)
    }

    /// One step of an index's build. Writer thread.
    static func step(_ core: StoreCore, index id: UInt32) throws(StoreError) -> Progress {
        let transaction = try WriteTransaction(core)
        do throws(StoreError) {
            let index = transaction.schema.indexes.first { $0.id == id }
            guard let index, let watermark = index.watermark else {
                transaction.abort()
                return index == nil ? .gone : .finished
            }
            let isFinished = try fill(index, from: watermark, transaction)
            _ = try transaction.commit()
            return isFinished ? .finished : .more
        } catch {
            // A failed commit has ended the transaction itself.
            transaction.abortIfOpen()
            guard case .constraintViolation = error else { throw error }
            try abandon(core, index: id)
            return .failed(error)
        }
    }

    /// Says that the creator of an index does its build, and takes the first step of one of values
    /// in the transaction that creates it, so that a small one costs one sync. Errors: also `constraintViolation`. Writer thread.
    static func begin(_ name: String, _ transaction: WriteTransaction) throws(StoreError) {
        guard let index = transaction.schema.index(named: name), let watermark = index.watermark
        else { return }
        _ = transaction.core.awaitedBuilds.withLock { $0.insert(index.id) }
        guard case .values = index.settings else { return }
        do throws(StoreError) {
            _ = try fill(index, from: watermark, transaction)
        } catch {
            _ = transaction.core.awaitedBuilds.withLock { $0.remove(index.id) }
            throw error
        }
    }

    /// One step of whatever is unfinished and nobody waits for; returns whether there is more. Writer thread.
    static func continueAny(_ core: StoreCore) throws(StoreError) -> Bool {
        let transaction = try WriteTransaction(core)
        let awaited = core.awaitedBuilds.withLock { $0 }
        let unfinished = transaction.schema.indexes.first {
            !$0.isOnline && !awaited.contains($0.id)
        }
        if let index = unfinished {
            transaction.abort()
            _ = try step(core, index: index.id)
            return true
        }
        guard let dropped = transaction.schema.dropped.first else {
            transaction.abort()
            return false
        }
        do throws(StoreError) {
            try transaction.removeEntries(ofDropped: dropped, limit: WriterLimits.removalStep)
            _ = try transaction.commit()
        } catch {
            transaction.abortIfOpen()
            throw error
        }
        return true
    }

    private static func abandon(_ core: StoreCore, index id: UInt32) throws(StoreError) {
        let transaction = try WriteTransaction(core)
        do throws(StoreError) {
            let schema = transaction.schema
            if let index = schema.indexes.first(where: { $0.id == id }) {
                if let owner = index.definition.owningConstraint,
                    let constraint = schema.constraint(named: owner)
                {
                    try transaction.drop(constraint)
                } else {
                    try transaction.drop(index)
                }
            }
            _ = try transaction.commit()
        } catch {
            transaction.abortIfOpen()
            throw error
        }
    }

    /// Puts the next entities into the index and moves the watermark; true at the end.
    private static func fill(
        _ index: Schema.Index, from watermark: UInt64, _ transaction: WriteTransaction
    ) throws(StoreError) -> Bool {
        let next =
            if case .values = index.settings {
                try fillValues(index, from: watermark, transaction)
            } else {
                try fillPostings(index, from: watermark, transaction)
            }
        try transaction.update(index, watermark: next)
        return next == nil
    }

    private static func fillValues(
        _ index: Schema.Index, from watermark: UInt64, _ transaction: WriteTransaction
    ) throws(StoreError) -> UInt64? {
        var run = IndexRun(index)
        let deadline = ContinuousClock.now + .milliseconds(WriterLimits.buildMilliseconds)
        let next = try walk(index, from: watermark, transaction) { id, properties in
            run.append(id, properties)
            // The clock costs as much as an entry.
            if run.count % 256 == 0, ContinuousClock.now > deadline { return false }
            return run.byteCount < WriterLimits.buildBytes
        }
        let mayRepeat = try run.write(transaction.current, transaction.core.databases.indexes)
        if index.definition.isUnique, mayRepeat {
            try checkUnique(run.entities, index, transaction.view)
        }
        transaction.pending.state.count(.index(index.id), by: Int64(run.count))
        return next
    }

    private static func fillPostings(
        _ index: Schema.Index, from watermark: UInt64, _ transaction: WriteTransaction
    ) throws(StoreError) -> UInt64? {
        var contents: [IndexContent] = []
        var bytes = 0
        var limit = WriterLimits.buildTexts
        if case .vectors = index.settings { limit = WriterLimits.buildVectors }
        let next = try walk(index, from: watermark, transaction) { id, properties in
            if let content = IndexContent(index, id, properties) {
                bytes += content.byteCount
                contents.append(content)
            }
            return bytes < WriterLimits.buildBytes && contents.count < limit
        }
        try transaction.openVectorGraph(index)
        // Sorted, so that the pages of the index are touched one after another.
        var entries = contents.flatMap(\.entries)
        entries.sort { $0.key.lexicographicallyPrecedes($1.key) }
        for entry in entries {
            try transaction.current.write(
                transaction.core.databases.indexes, entry.key, entry.value)
        }
        for content in contents {
            try transaction.changeVector(
                index, of: content.entity, from: nil, to: content.entries.first)
        }
        transaction.pending.state.count(.index(index.id), by: Int64(entries.count))
        for content in contents {
            transaction.pending.state.count(lengths: content.lengths, of: index.id, by: 1)
        }
        return next
    }

    /// Names the first of the entities, by id, that is not alone with its properties. Errors:
    /// `constraintViolation`.
    private static func checkUnique(
        _ entities: [UInt64], _ index: Schema.Index, _ view: GraphView
    ) throws(StoreError) {
        let cursor = try view.transaction.openCursor(view.core.databases.indexes)
        for entity in entities {
            guard let entry = view.indexEntry(index, of: entity),
                !entry.component.contains(.neverEqual)
            else { continue }
            if let other = view.duplicate(of: entry, in: index, cursor) {
                throw view.violation(of: index, entity, other)
            }
        }
    }

    /// Visits the next entities with the index's labels or types in id order, as long as `visit`
    /// says so and the step is not full; returns where to go on.
    private static func walk(
        _ index: Schema.Index, from watermark: UInt64, _ transaction: WriteTransaction,
        _ visit: (UInt64, PropertyBlob) -> Bool
    ) throws(StoreError) -> UInt64? {
        switch index.definition.entity {
        case .node: try walkNodes(index, from: watermark, transaction, visit)
        case .relationship: try walkRelationships(index, from: watermark, transaction, visit)
        }
    }

    private static func walkNodes(
        _ index: Schema.Index, from watermark: UInt64, _ transaction: WriteTransaction,
        _ visit: (UInt64, PropertyBlob) -> Bool
    ) throws(StoreError) -> UInt64? {
        let records = try transaction.current.openCursor(transaction.core.databases.nodes)
        // The next node of each label: the least of them comes next.
        var heads: [(cursor: Cursor, node: UInt64?)] = []
        func read(_ cursor: Cursor, _ found: Bool, _ label: LabelID) -> UInt64? {
            guard found, cursor.key.big(UInt32.self, at: 0) == label else { return nil }
            return cursor.key.big(UInt64.self, at: 4)
        }
        for label in index.tokens {
            let cursor = try transaction.current.openCursor(transaction.core.databases.labels)
            let found = LabelKey.encode(label, watermark).lend { cursor.seek($0) }
            heads.append((cursor, read(cursor, found, label)))
        }
        var count = 0
        var goesOn = true
        while let id = least(heads) {
            if count == WriterLimits.buildStep || !goesOn { return id }
            // A cursor finds what lies on its page without a search from the root.
            let found = records.find(id) ? NodeRecord(records.value) : nil
            if let record = found ?? transaction.view.nodeRecord(id) {
                goesOn = visit(id, record.properties)
            }
            count += 1
            for place in heads.indices where heads[place].node == id {
                let cursor = heads[place].cursor
                heads[place].node = read(cursor, cursor.next(), index.tokens[place])
            }
        }
        return nil
    }

    private static func least(_ heads: [(cursor: Cursor, node: UInt64?)]) -> UInt64? {
        var least: UInt64?
        for head in heads {
            guard let node = head.node else { continue }
            if least.map({ node < $0 }) ?? true { least = node }
        }
        return least
    }

    private static func walkRelationships(
        _ index: Schema.Index, from watermark: UInt64, _ transaction: WriteTransaction,
        _ visit: (UInt64, PropertyBlob) -> Bool
    ) throws(StoreError) -> UInt64? {
        let databases = transaction.core.databases
        let cursor = try transaction.current.openCursor(databases.relationships)
        var found = cursor.seek(watermark)
        var count = 0
        var goesOn = true
        while found {
            let id = cursor.integerKey
            if count == WriterLimits.buildStep || !goesOn { return id }
            if let stored = StoredRelationship(cursor.value), index.tokens.contains(stored.type) {
                goesOn = visit(id, stored.properties)
            }
            count += 1
            found = cursor.next()
        }
        return nil
    }
}

extension WriterThread {
    /// Goes on with unfinished builds, a step at a time in line with other work.
    func continueBuilds() {
        let again: Job = .alone { [weak self] core in
            // What fails now is tried again when the store is opened next.
            if (try? IndexBuild.continueAny(core)) ?? false { self?.continueBuilds() }
        }
        try? enqueue(again)
    }
}
