internal import Synchronization

/// The properties that are in memory in the order of live lists. A cache of copies: whoever finds
/// none here reads by id.
///
/// A copy is of one base of lists and one column by id, and serves who reads just these.
final class ListColumns: Sendable {
    struct Subject: Hashable {
        let family: ListFamily
        let key: KeyID
    }

    private struct Entry {
        let lists: Identity
        let values: Identity
        /// Nil where none was worth it, or had room.
        let column: ListColumn?
        let share: LiveShare?

        func isOf(_ lists: LiveLists, _ values: LiveColumn) -> Bool {
            self.lists === lists.identity && self.values === values.identity
        }
    }

    private struct State {
        var entries: [Subject: Entry] = [:]
        /// Relationships read by id since the last build.
        var reads: [Subject: Int] = [:]
        var building: Set<Subject> = []
    }

    private let budget: LiveBudget
    private let limits: LiveLimits
    private let state = Mutex(State())

    init(_ budget: LiveBudget, limits: LiveLimits) {
        self.budget = budget
        self.limits = limits
    }

    var subjects: Set<Subject> {
        state.withLock { Set($0.entries.filter { $0.value.column != nil }.keys) }
    }

    /// The copy of a column for lists of which so many entries are going to be read. Made here, by
    /// the caller's thread, once some part of as many as the lists have were read by id: who has
    /// read these mostly goes on.
    func column(
        _ subject: Subject, _ values: LiveColumn, over lists: LiveLists, reading count: Int
    ) -> ListColumn? {
        let (known, isWanted): (ListColumn?, Bool) = state.withLock { state in
            if let entry = state.entries[subject], entry.isOf(lists, values) {
                if let share = entry.share { budget.use(share) }
                return (entry.column, false)
            }
            let reads = state.reads[subject, default: 0] + count
            state.reads[subject] = reads
            guard reads >= max(limits.fewestReads, lists.count / limits.listedShare),
                state.building.insert(subject).inserted
            else { return (nil, false) }
            return (nil, true)
        }
        guard isWanted else { return known }
        // A copy that drove out what it was made from would be of no use.
        let byteCount = ListColumn.byteCount(of: values, over: lists)
        let hasRoom = lists.byteCount + values.byteCount + byteCount <= budget.byteLimit
        let column = hasRoom ? ListColumn(values, over: lists, limits) : nil
        publish(column, subject, values, lists)
        return column
    }

    private func publish(
        _ column: ListColumn?, _ subject: Subject, _ values: LiveColumn, _ lists: LiveLists
    ) {
        let share = column.map { column in
            LiveShare(byteCount: column.byteCount) { [weak self] in self?.drop(column, of: subject)
            }
        }
        state.withLock { state in
            state.building.remove(subject)
            state.reads[subject] = nil
            if let old = state.entries[subject]?.share { budget.release(old) }
            state.entries[subject] = Entry(
                lists: lists.identity, values: values.identity, column: column, share: share)
        }
        if let share { budget.admit(share) }
    }

    private func drop(_ column: ListColumn, of subject: Subject) {
        state.withLock { state in
            if state.entries[subject]?.column === column { state.entries[subject] = nil }
        }
    }
}
