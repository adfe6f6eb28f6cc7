internal import LMDB
internal import Values

/// The work that schema changes leave behind, in bounded transactions between the other writes:
/// filling new indexes in id order, and emptying dropped ones. Each step moves a watermark that is
/// committed with its entries, so a build goes on where it was, after a crash too, and in whichever
/// process comes first.
enum IndexBuild {
    enum Progress {
        case more
        case finished
        /// Two entities that the uniqueness in the making does not allow; the constraint is gone.
        case failed(StoreError)
    }

    /// One step of an index's build. Writer thread.
    static func step(_ core: StoreCore, index id: UInt32) throws(StoreError) -> Progress {
        let transaction = try WriteTransaction(core)
        do throws(StoreError) {
            guard let index = transaction.schema.indexes.first(where: { $0.id == id }),
                let watermark = index.watermark
            else {
                transaction.abort()
                return .finished
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

    /// One step of whatever is unfinished; returns whether there is more. Writer thread.
    static func continueAny(_ core: StoreCore) throws(StoreError) -> Bool {
        let transaction = try WriteTransaction(core)
        if let index = transaction.schema.indexes.first(where: { !$0.isOnline }) {
            transaction.abort()
            _ = try step(core, index: index.id)
            return true
        }
        guard let dropped = transaction.schema.dropped.first else {
            transaction.abort()
            return false
        }
        do throws(StoreError) {
            try transaction.removeEntries(ofDropped: dropped, limit: WriterLimits.buildStep)
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
        let view = transaction.view
        var entries: [IndexEntry] = []
        let next = try walk(index, from: watermark, transaction) { id, properties in
            if let entry = IndexEntry(index, id, properties) { entries.append(entry) }
        }
        // Sorted, so that the pages of the index are touched one after another.
        entries.sort { $0.key.lexicographicallyPrecedes($1.key) }
        for entry in entries {
            try transaction.current.write(
                transaction.core.databases.indexes, entry.key, entry.value)
        }
        if index.definition.isUnique {
            for entry in entries where !entry.component.contains(.neverEqual) {
                if let other = try view.duplicate(of: entry, in: index) {
                    throw view.violation(of: index, entry.entity, other)
                }
            }
        }
        transaction.pending.state.count(.index(index.id), by: Int64(entries.count))
        try transaction.update(index, watermark: next)
        return next == nil
    }

    /// Visits the next entities with the index's label or type; returns where to go on.
    private static func walk(
        _ index: Schema.Index, from watermark: UInt64, _ transaction: WriteTransaction,
        _ visit: (UInt64, PropertyBlob) -> Void
    ) throws(StoreError) -> UInt64? {
        let databases = transaction.core.databases
        var count = 0
        if index.definition.entity == .node {
            let cursor = try transaction.current.openCursor(databases.labels)
            var found = LabelKey.encode(index.token, watermark).lend { cursor.seek($0) }
            while found, cursor.key.big(UInt32.self, at: 0) == index.token {
                let id = cursor.key.big(UInt64.self, at: 4)
                if count == WriterLimits.buildStep { return id }
                if let record = transaction.view.nodeRecord(id) { visit(id, record.properties) }
                count += 1
                found = cursor.next()
            }
            return nil
        }
        let cursor = try transaction.current.openCursor(databases.relationships)
        var found = cursor.seek(watermark)
        while found {
            let id = cursor.integerKey
            if count == WriterLimits.buildStep { return id }
            if let stored = StoredRelationship(cursor.value), stored.type == index.token {
                visit(id, stored.properties)
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
