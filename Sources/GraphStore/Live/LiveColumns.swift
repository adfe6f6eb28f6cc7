internal import Synchronization

/// # Live columns
///
/// Properties and labels that queries read in bulk, in memory by id. A cache: LMDB is the truth,
/// and a query is right, only slower, without it.
///
/// ```
///  a view reads a property of many ids
///     │ first time: is there a column?            LiveColumns, one lock
///     ├─ yes: a load per id                       LiveColumn
///     │     └─ changed or created since: LMDB, in the view's own snapshot
///     └─ no: LMDB, and counted; enough counted: the view builds the column and all share it
///
///  a commit  ──► marks what it changed in every column, and becomes the latest
/// ```
///
/// Which snapshots may use a column: those from its own commit to the latest known one, because
/// everything changed in between is marked. Commits are numbered by the header's last change, so
/// that merges, which change no data, are no reason to drop anything. A snapshot beyond the latest
/// known commit, other than that of a commit being published, shows that another process has
/// written: what it changed is not known, so all columns go.
///
/// A column is built from the snapshot of the view that wants it. What was committed meanwhile is
/// remembered, within a bound, and marked when the column is published.
final class LiveColumns: Sendable {
    fileprivate struct Entry {
        let column: LiveColumn
        let share: LiveShare
    }

    fileprivate struct Commit {
        let change: UInt64
        let changes: LiveChanges
    }

    fileprivate struct Announced {
        let commit: Commit
        /// The last change before it.
        let previous: UInt64
    }

    fileprivate struct State {
        /// The last commit that is marked in the columns; nil before the first question.
        var latest: UInt64?
        /// The commit that this process is about to make, or has made and not published yet.
        var announced: Announced?
        var columns: [LiveSubject: Entry] = [:]
        /// Entities read without a column since the last build, far ones several times.
        var reads: [LiveSubject: Int] = [:]
        var building: Set<LiveSubject> = []
        /// Those whose values a column cannot hold, or that do not fit the budget.
        var unsuitable: Set<LiveSubject> = []
        /// The commits behind `memoryFloor`, in order.
        var commits: ContiguousArray<Commit> = []
        var memoryFloor: UInt64 = 0
        var rememberedChanges = 0
    }

    let budget: LiveBudget
    let limits: LiveLimits
    private let state = Mutex(State())

    init(_ budget: LiveBudget, limits: LiveLimits) {
        self.budget = budget
        self.limits = limits
    }

    var isOn: Bool { budget.isOn }
    var subjects: Set<LiveSubject> { state.withLock { Set($0.columns.keys) } }

    enum Answer {
        case column(LiveColumn)
        case nothing
        /// Enough has been read: build it, then call `publish`.
        case build
    }

    /// The column for a snapshot that sees `change`, which is going to read `count` of `total`
    /// entities. `outdated` is the column that did not hold these.
    func column(
        _ subject: LiveSubject, change: UInt64, reading count: Int, of total: Int,
        outdated: LiveColumn? = nil
    ) -> Answer {
        state.withLock { state in
            guard state.notice(change, budget) else { return .nothing }
            if let found = state.columns[subject], found.column.change <= change,
                found.column !== outdated
            {
                budget.use(found.share)
                return .column(found.column)
            }
            guard count >= limits.smallestCountedRead || outdated != nil,
                !state.unsuitable.contains(subject)
            else { return .nothing }
            let reads = state.reads[subject, default: 0] + count
            state.reads[subject] = reads
            let isWanted = reads >= max(limits.fewestReads, total / limits.readShare)
            guard isWanted, change >= state.memoryFloor, state.lacks(subject, of: change),
                state.building.insert(subject).inserted
            else { return .nothing }
            state.reads[subject] = 0
            return .build
        }
    }

    /// Of what was read without the column, so many reads were as dear as several others.
    func noteFarReads(_ count: Int, of subject: LiveSubject) {
        if count == 0 { return }
        let weight = limits.farReadWeight * limits.builders
        state.withLock { $0.reads[subject, default: 0] += count * (weight - 1) }
    }

    /// Shares what a view has built; nil where the values are such that none can be.
    func publish(_ column: LiveColumn?, of subject: LiveSubject) {
        let entry: Entry? = state.withLock { state in
            state.building.remove(subject)
            guard let column, column.byteCount <= budget.byteLimit else {
                state.unsuitable.insert(subject)
                return nil
            }
            guard column.change >= state.memoryFloor, state.lacks(subject, of: column.change)
            else { return nil }
            for commit in state.commits where commit.change > column.change {
                guard Self.mark(commit.changes, in: column, of: subject) else { return nil }
            }
            state.remove(subject, budget)
            let share = LiveShare(byteCount: column.byteCount) { [weak self] in
                self?.drop(column, of: subject)
            }
            let entry = Entry(column: column, share: share)
            state.columns[subject] = entry
            return entry
        }
        if let entry { budget.admit(entry.share) }
    }

    private func drop(_ column: LiveColumn, of subject: LiveSubject) {
        state.withLock { state in
            if state.columns[subject]?.column === column { state.remove(subject, budget) }
        }
    }

    // MARK: Commits of this process

    /// Before the commit: a snapshot may see it before it is published here. `previous` is the last
    /// change before it.
    func announce(_ changes: LiveChanges, change: UInt64, after previous: UInt64) {
        guard isOn else { return }
        let commit = Commit(change: change, changes: changes)
        state.withLock { $0.announced = Announced(commit: commit, previous: previous) }
    }

    func withdraw() {
        guard isOn else { return }
        state.withLock { $0.announced = nil }
    }

    /// After the commit. `previous` is the last change before it.
    func publish(_ changes: LiveChanges, change: UInt64, after previous: UInt64) {
        guard isOn else { return }
        state.withLock { state in
            state.announced = nil
            if state.latest != previous || changes.isEverything {
                state.forget(upTo: change, budget)
                return
            }
            state.latest = change
            state.unsuitable.subtract(changes.changed.keys)
            for (subject, entry) in state.columns
            where !Self.mark(changes, in: entry.column, of: subject) {
                state.remove(subject, budget)
            }
            state.commits.append(Commit(change: change, changes: changes))
            state.rememberedChanges += changes.count
            state.forgetOldCommits(limits)
        }
    }

    /// A snapshot sees `change`: what is committed after it will be remembered, within the bound.
    func notice(_ change: UInt64) {
        guard isOn else { return }
        state.withLock { _ = $0.notice(change, budget) }
    }

    /// The entities of which `subject` changed after one commit, up to another that a snapshot
    /// sees; nil where it is not known: without memory for columns, for commits of other processes,
    /// and past the bound.
    func changed(_ subject: LiveSubject, after first: UInt64, upTo last: UInt64) -> [UInt64]? {
        state.withLock { state in
            guard let latest = state.latest, first >= state.memoryFloor else { return nil }
            var changed: [UInt64] = []
            if last > latest {
                // Committed, as it is seen, and about to be published.
                guard let next = state.announced, next.commit.change == last,
                    next.previous == latest, !next.commit.changes.isEverything
                else { return nil }
                changed += next.commit.changes.changed[subject] ?? []
            }
            for commit in state.commits.reversed() where commit.change <= last {
                if commit.change <= first { break }
                changed += commit.changes.changed[subject] ?? []
            }
            return changed
        }
    }

    private static func mark(
        _ changes: LiveChanges, in column: LiveColumn, of subject: LiveSubject
    ) -> Bool {
        let deleted =
            subject.kind == .node ? changes.deletedNodes : changes.deletedRelationships
        // What is deleted outside the column was null in it and reads as null.
        _ = column.mark(deleted)
        guard let changed = changes.changed[subject] else { return true }
        return column.mark(changed)
    }
}

extension LiveColumns.State {
    /// There is no column so recent.
    fileprivate func lacks(_ subject: LiveSubject, of change: UInt64) -> Bool {
        columns[subject].map { $0.column.change < change } ?? true
    }

    /// Takes note of a commit that a snapshot sees; false where it is about to be published. One
    /// that is later than the latest was made by another process.
    fileprivate mutating func notice(_ change: UInt64, _ budget: LiveBudget) -> Bool {
        if let latest, change <= latest { return true }
        if announced?.commit.change == change { return false }
        forget(upTo: change, budget)
        return true
    }

    fileprivate mutating func remove(_ subject: LiveSubject, _ budget: LiveBudget) {
        guard let entry = columns.removeValue(forKey: subject) else { return }
        budget.release(entry.share)
    }

    /// Begins anew at a commit: nothing is known of what came before.
    fileprivate mutating func forget(upTo change: UInt64, _ budget: LiveBudget) {
        latest = change
        for entry in columns.values { budget.release(entry.share) }
        columns = [:]
        unsuitable = []
        commits = []
        rememberedChanges = 0
        memoryFloor = change
    }

    /// Half of them at once, so that the rest is seldom moved.
    fileprivate mutating func forgetOldCommits(_ limits: LiveLimits) {
        guard
            commits.count > limits.rememberedCommits
                || rememberedChanges > limits.rememberedChanges
        else { return }
        var dropped = 0
        while let last = commits.dropFirst(dropped).first,
            commits.count - dropped > limits.rememberedCommits / 2
                || rememberedChanges > limits.rememberedChanges / 2
        {
            rememberedChanges -= last.changes.count
            memoryFloor = last.change
            dropped += 1
        }
        commits.removeFirst(dropped)
    }
}
