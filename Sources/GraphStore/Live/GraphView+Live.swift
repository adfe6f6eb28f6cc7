internal import LMDB

extension GraphView {
    /// The column that this view may read `subject` from, if there is one or it is worth building
    /// now. Takes a lock once per view and subject as long as there is a column.
    ///
    /// The writer reads the last commit's, as long as its transaction has changed nothing in it.
    func liveColumn(_ subject: LiveSubject, reading count: Int) -> LiveColumn? {
        let live = core.live
        guard live.isOn, count >= live.limits.smallestRead else { return nil }
        if let pending {
            return pending.liveChanges.leaves(subject)
                ? lastCommit()?.liveColumn(subject, reading: count) : nil
        }
        if let known = liveColumns.first(where: { $0.subject == subject }) {
            // What was not there for few reads may be built for many.
            if known.column != nil || count < live.limits.smallestCountedRead {
                return known.column
            }
        }
        return ask(subject, reading: count, instead: nil)
    }

    /// The column, if there is one, without speaking for one.
    func knownLiveColumn(_ subject: LiveSubject) -> LiveColumn? {
        let limits = core.live.limits
        return liveColumn(
            subject, reading: max(limits.smallestRead, limits.smallestCountedRead - 1))
    }

    /// Of what was just read of `subject`, `count` had to come from LMDB: many such reads replace
    /// the column by a newer one.
    func noteReads(_ count: Int, outside column: LiveColumn, of subject: LiveSubject) {
        guard pending == nil, column.isOutdated(nextID: nextID(of: subject.kind)) else { return }
        _ = ask(subject, reading: count, instead: column)
    }

    /// Of what was just read of `subject` without a column, `far` were searches in LMDB.
    func noteReads(_ far: Int, of count: Int, without subject: LiveSubject) {
        let live = core.live
        guard far > 0, live.isOn, count >= live.limits.smallestCountedRead,
            pending?.liveChanges.leaves(subject) ?? true
        else { return }
        live.noteFarReads(far, of: subject)
    }

    private func ask(_ subject: LiveSubject, reading count: Int, instead outdated: LiveColumn?)
        -> LiveColumn?
    {
        switch core.live.column(
            subject, change: change, reading: count, of: total(subject), outdated: outdated)
        {
        case .column(let column):
            keep(column, subject)
            return column
        case .nothing:
            if outdated == nil { keep(nil, subject) }
            return nil
        case .build:
            let column = build(subject)
            core.live.publish(column, of: subject)
            keep(column ?? outdated, subject)
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

    private func keep(_ column: LiveColumn?, _ subject: LiveSubject) {
        if let place = liveColumns.firstIndex(where: { $0.subject == subject }) {
            liveColumns[place].column = column
        } else {
            liveColumns.append((subject, column))
        }
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
