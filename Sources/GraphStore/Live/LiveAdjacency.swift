import Dispatch
internal import LMDB
internal import Synchronization

/// # Live adjacency
///
/// Neighbour lists in memory, by node: what an expansion costs near the memory limit instead of a
/// search in LMDB for each node. A cache: chunks and change log are the truth, and a query is
/// right, only slower, without it.
///
/// ```
///   base: all lists at change b          LiveLists, one per type and direction
///     + changes b ..< end, indexed       PendingIndex, as over the chunks
///     + the transaction's own            AdjacencyOverlay
/// ```
///
/// That is what readers do with chunks, whose b is the log's watermark: so one reader serves both,
/// and a snapshot that ends at change e may use every base with b ≤ e. What the index lacks, of
/// this process or others, is read from the log by the first view that needs it; a commit of this
/// process puts its changes in at once. A base that has fallen behind the log's floor is dropped.
///
/// Lists are built by the view that wants them, when what has been read from the chunks has cost
/// about as much, by several threads where processors are free; from then on also for the rest of
/// its own query. When many changes are behind a
/// base they are folded into a new one on a thread in the background; nobody waits for it, and
/// views keep what they have.
final class LiveAdjacency: Sendable {
    /// What a snapshot reads of one family.
    struct Lists {
        let base: LiveLists
        /// The changes behind it, oldest first.
        let runs: [PendingRun]
    }

    fileprivate struct Entry {
        let base: LiveLists
        /// Of this family only. Its range begins with the first change that is not in the base.
        var deltas: PendingIndex
        let share: LiveShare
        var isFolding = false
        /// When the base may be replaced again.
        var mayFoldFrom: ContinuousClock.Instant?
    }

    private struct State {
        var entries: [ListFamily: Entry] = [:]
        /// Work in the chunks since the last build.
        var work: [ListFamily: Int] = [:]
        var building: Set<ListFamily> = []
        /// Builds that came to nothing: each doubles what the next must be paid with.
        var failures: [ListFamily: Int] = [:]
    }

    let budget: LiveBudget
    let limits: LiveLimits
    private let state = Mutex(State())
    private let folding = DispatchQueue(label: "starling.live-adjacency", qos: .utility)

    init(_ budget: LiveBudget, limits: LiveLimits) {
        self.budget = budget
        self.limits = limits
    }

    var families: Set<ListFamily> { state.withLock { Set($0.entries.keys) } }

    /// The lists for a snapshot of all changes before `end`, whose transaction is used to catch up.
    func lists(
        _ family: ListFamily, upTo end: UInt64, _ log: ChangeLog, _ transaction: Transaction
    ) -> Lists? {
        state.withLock { state in
            guard let known = state.entries[family]?.deltas.range, end >= known.lowerBound else {
                return nil
            }
            if end > known.upperBound {
                let missing = known.upperBound..<end
                guard let changes = Self.changes(missing, log, transaction) else {
                    drop(family, &state)
                    return nil
                }
                add(PendingSegment(changes, from: missing.lowerBound), &state)
            }
            guard let entry = state.entries[family] else { return nil }
            budget.use(entry.share)
            let deltas = entry.deltas.restricted(to: known.lowerBound..<end)
            return Lists(base: entry.base, runs: deltas.runs(family))
        }
    }

    /// Nil where the log does not reach back so far, or is damaged, which others will say.
    private static func changes(
        _ range: Range<UInt64>, _ log: ChangeLog, _ transaction: Transaction
    ) -> ContiguousArray<AdjacencyChange>? {
        guard let floor = try? log.state(transaction).floor, floor <= range.lowerBound else {
            return nil
        }
        return try? log.changes(range, transaction)
    }

    // MARK: Building

    /// Notes what reading a family of so many entries from the chunks has cost. True: build its
    /// lists, then call `publish`.
    func isWorthBuilding(_ family: ListFamily, work: Int, entries: Int) -> Bool {
        state.withLock { state in
            let sum = state.work[family, default: 0] + work
            state.work[family] = sum
            let price = max(limits.fewestWork, entries * limits.workPerEntry)
            let failures = min(state.failures[family, default: 0], Self.countedFailures)
            guard sum >= price << failures, state.entries[family] == nil,
                state.building.insert(family).inserted
            else { return false }
            state.work[family] = 0
            return true
        }
    }

    private static let countedFailures = 20

    /// What the builder of lists of so many entries has to keep to.
    func bounds(entries: Int) -> LiveListsBuilder.Bounds {
        LiveListsBuilder.Bounds(
            byteLimit: budget.byteLimit, expected: entries,
            span: limits.spannedNodes + entries * limits.spanPerEntry)
    }

    /// Shares what a view has built from its chunks, with the family's changes behind them; nil
    /// where nothing came of it. Returns what the view itself reads.
    func publish(_ base: LiveLists?, _ deltas: PendingIndex, of family: ListFamily) -> Lists? {
        let share: LiveShare? = state.withLock { state in
            state.building.remove(family)
            guard let base, base.byteCount <= budget.byteLimit else {
                state.failures[family, default: 0] += 1
                return nil
            }
            guard state.entries[family] == nil else { return nil }
            state.failures[family] = nil
            return insert(base, deltas, family, &state)
        }
        if let share { budget.admit(share) }
        return base.map { Lists(base: $0, runs: deltas.runs(family)) }
    }

    private func insert(
        _ base: LiveLists, _ deltas: PendingIndex, _ family: ListFamily, _ state: inout State
    ) -> LiveShare {
        let share = LiveShare(byteCount: base.byteCount) { [weak self] in
            self?.drop(base, of: family)
        }
        for run in deltas.runs(family) { base.touch(run.view) }
        state.entries[family] = Entry(base: base, deltas: deltas, share: share)
        return share
    }

    private func drop(_ base: LiveLists, of family: ListFamily) {
        state.withLock { state in
            if state.entries[family]?.base === base { drop(family, &state) }
        }
    }

    private func drop(_ family: ListFamily, _ state: inout State) {
        guard let entry = state.entries.removeValue(forKey: family) else { return }
        budget.release(entry.share)
    }

    // MARK: Changes

    /// Takes in what this process has committed. Families that have missed earlier changes catch up
    /// from the log.
    func publish(_ changes: PendingIndex) {
        state.withLock { state in
            guard !state.entries.isEmpty else { return }
            for segment in changes.segments { add(segment, &state) }
        }
    }

    /// Adds the next changes to each family that ends before them.
    private func add(_ segment: PendingSegment, _ state: inout State) {
        for (family, entry) in state.entries
        where entry.deltas.range.upperBound == segment.range.lowerBound {
            let own = segment.only(family)
            // Before anybody can see the changes.
            if let run = own.runs[family] { entry.base.touch(run.view) }
            state.entries[family]?.deltas = entry.deltas.appending(own)
            foldIfWorth(family, &state)
        }
    }

    private func foldIfWorth(_ family: ListFamily, _ state: inout State) {
        guard let entry = state.entries[family], !entry.isFolding else { return }
        let changes = entry.deltas.runs(family).reduce(0) { $0 + $1.entryCount }
        guard changes > max(limits.fewestDeltas, entry.base.count / limits.deltaShare) else {
            return
        }
        if let pause = entry.mayFoldFrom, ContinuousClock.now < pause { return }
        state.entries[family]?.isFolding = true
        let (base, deltas) = (entry.base, entry.deltas)
        folding.async { [weak self] in self?.fold(deltas, into: base, of: family) }
    }

    private func fold(_ deltas: PendingIndex, into old: LiveLists, of family: ListFamily) {
        let begun = ContinuousClock.now
        let run = deltas.flattened()?.runs[family]
        let new = run.flatMap { old.folding($0, byteLimit: budget.byteLimit) }
        let share: LiveShare? = state.withLock { state in
            guard let entry = state.entries[family], entry.base === old else { return nil }
            drop(family, &state)
            guard let new else { return nil }
            let later = deltas.range.upperBound..<entry.deltas.range.upperBound
            let share = insert(new, entry.deltas.restricted(to: later), family, &state)
            let now = ContinuousClock.now
            state.entries[family]?.mayFoldFrom = now + (now - begun) * limits.foldingPause
            return share
        }
        if let share { budget.admit(share) }
    }

    /// Waits until nothing is being folded: for tests.
    func finishFolding() { folding.sync {} }
}
