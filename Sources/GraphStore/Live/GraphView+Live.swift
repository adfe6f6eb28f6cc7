internal import LMDB

/// A property or label that a view has read much of.
struct KnownLiveColumn {
    let subject: LiveSubject
    var column: LiveColumn?
    var isAskedFor = false
    /// Entities read without a column that nobody was told of: small reads add up.
    var reads = 0
    /// Of those, searches in LMDB.
    var farReads = 0
}

extension GraphView {
    /// The column that this view may read `subject` from, if there is one or it is worth building
    /// now, for so many entities. Takes a lock once per view and subject as long as there is a column.
    ///
    /// The writer reads the last commit's, as long as its transaction has changed nothing in it.
    func liveColumn(_ subject: LiveSubject, reading count: Int) -> LiveColumn? {
        let live = core.live
        guard live.isOn else { return nil }
        if let pending {
            guard count >= live.limits.smallestRead, pending.liveChanges.leaves(subject) else {
                return nil
            }
            return lastCommit()?.liveColumn(subject, reading: count)
        }
        fewReads += count
        if fewReads < live.limits.smallestRead { return nil }
        let place = placeOfKnown(subject)
        if let column = liveColumns[place].column { return column }
        liveColumns[place].reads += count
        let reads = liveColumns[place].reads
        if reads < live.limits.smallestCountedRead {
            return liveColumns[place].isAskedFor ? nil : ask(subject, place, reading: 0)
        }
        live.noteFarReads(liveColumns[place].farReads, of: subject)
        liveColumns[place].reads = 0
        liveColumns[place].farReads = 0
        return ask(subject, place, reading: reads)
    }

    /// The column, if there is one, without speaking for one.
    func knownLiveColumn(_ subject: LiveSubject) -> LiveColumn? {
        guard core.live.isOn else { return nil }
        if let pending {
            return pending.liveChanges.leaves(subject)
                ? lastCommit()?.knownLiveColumn(subject) : nil
        }
        let place = placeOfKnown(subject)
        let limits = core.live.limits
        let count = max(limits.smallestRead, limits.smallestCountedRead - 1)
        if let column = liveColumns[place].column { return column }
        // Tests have limits at which every read counts.
        if liveColumns[place].isAskedFor, count < limits.smallestCountedRead { return nil }
        return ask(subject, place, reading: count)
    }

    /// Of what was just read of `subject`, `count` had to come from LMDB: many such reads replace
    /// the column by a newer one.
    func noteReads(_ count: Int, outside column: LiveColumn, of subject: LiveSubject) {
        guard pending == nil, column.isOutdated(nextID: nextID(of: subject.kind)) else { return }
        _ = ask(subject, placeOfKnown(subject), reading: count, instead: column)
    }

    /// Of what was just read of `subject` without a column, `far` were searches in LMDB.
    func noteReads(_ far: Int, of count: Int, without subject: LiveSubject) {
        let live = core.live
        guard far > 0, live.isOn, pending?.liveChanges.leaves(subject) ?? true else { return }
        if count >= live.limits.smallestCountedRead {
            live.noteFarReads(far, of: subject)
        } else if let place = liveColumns.firstIndex(where: { $0.subject == subject }) {
            liveColumns[place].farReads += far
        }
    }

    private func placeOfKnown(_ subject: LiveSubject) -> Int {
        if let place = liveColumns.firstIndex(where: { $0.subject == subject }) { return place }
        liveColumns.append(KnownLiveColumn(subject: subject))
        return liveColumns.count - 1
    }

    private func ask(
        _ subject: LiveSubject, _ place: Int, reading count: Int,
        instead outdated: LiveColumn? = nil
    ) -> LiveColumn? {
        liveColumns[place].isAskedFor = true
        switch core.live.column(
            subject, change: change, reading: count, of: total(subject), outdated: outdated)
        {
        case .column(let column):
            liveColumns[place].column = column
            return column
        case .nothing:
            if outdated == nil { liveColumns[place].column = nil }
            return nil
        case .build:
            let column = build(subject)
            core.live.publish(column, of: subject)
            liveColumns[place].column = column ?? outdated
            return column
        }
    }

    /// How many entities building a column of the subject reads.
    private func total(_ subject: LiveSubject) -> Int {
        switch subject {
        case .property(.node, _): nodeCount
        case .property(.relationship, _): relationshipCount
        case .label(let label): nodeCount(label: label)
        }
    }

    private func nextID(of kind: EntityKind) -> UInt64 {
        kind == .node ? currentHeader.nextNode : currentHeader.nextRelationship
    }

    // MARK: Building

    private func build(_ subject: LiveSubject) -> LiveColumn? {
        let ids = 0..<nextID(of: subject.kind)
        let limits = core.live.limits
        let parts = SnapshotParts.read(
            ids, entities: total(subject), byteLimit: core.budget.byteLimit, limits, transaction
        ) { range, _, transaction in collect(subject, range, transaction) }
        guard let parts, var whole = parts.first else { return nil }
        for part in parts.dropFirst() where !whole.append(part) {
            // What the first part holds decides of which kind the column is.
            guard let all = collect(subject, ids, transaction) else { return nil }
            return all.finish(change: change, limits)
        }
        return whole.finish(change: change, limits)
    }

    /// Reads records in order; nil past the limit. Damaged ones are left to whoever reads them one
    /// by one.
    private func collect(
        _ subject: LiveSubject, _ range: Range<UInt64>, _ transaction: Transaction
    ) -> LiveColumnBuilder? {
        var builder = LiveColumnBuilder(
            end: nextID(of: subject.kind), byteLimit: core.budget.byteLimit)
        let isComplete =
            switch subject {
            case .property(let kind, let key):
                collect(key, of: kind, range, transaction, into: &builder)
            case .label(let label): collect(label, range, transaction, into: &builder)
            }
        return isComplete ? builder : nil
    }

    private func collect(
        _ key: KeyID, of kind: EntityKind, _ range: Range<UInt64>, _ transaction: Transaction,
        into builder: inout LiveColumnBuilder
    ) -> Bool {
        guard let cursor = try? transaction.openCursor(core.databases.database(of: kind)) else {
            return false
        }
        var found = cursor.seek(range.lowerBound)
        while found, cursor.integerKey < range.upperBound {
            switch PropertyBlob.find(key, inRecordOf: kind, cursor.value) {
            case .absent: break
            case .damaged: return false
            case .found(let stored):
                guard builder.append(stored, of: cursor.integerKey) else { return false }
            }
            found = cursor.next()
        }
        return true
    }

    private func collect(
        _ label: LabelID, _ range: Range<UInt64>, _ transaction: Transaction,
        into builder: inout LiveColumnBuilder
    ) -> Bool {
        guard let cursor = try? transaction.openCursor(core.databases.labels) else { return false }
        var found = LabelKey.encode(label, range.lowerBound).lend { cursor.seek($0) }
        while found, cursor.key.count == LabelKey.byteCount,
            cursor.key.big(UInt32.self, at: 0) == label
        {
            let node = cursor.key.big(UInt64.self, at: 4)
            guard node < range.upperBound else { break }
            guard builder.appendMember(node) else { return false }
            found = cursor.next()
        }
        return true
    }
}
