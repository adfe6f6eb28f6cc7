import GraphStore
import LinearAlgebra
import Synchronization
import Values

/// # The item side of itemKNN, kept current
///
/// Rows of similar items in memory, which follow every commit: an answer is that of a fit to the
/// snapshot that asks.
///
/// ```
///  a view asks for the rows of a user's items
///     │  what has changed since the last one?     the change log: users and items at its ends
///     ├─ statistics                               norms of the items whose vectors changed
///     └─ each row, when it is asked for
///          ├─ no item changed since it was made:  as it is
///          ├─ others changed:                     compared again, one by one   ItemRow.replacing
///          └─ its own item did, or too many:      made anew                    ItemRowMaker.make
/// ```
///
/// A click changes the vector of one item, and with it that item's similarity to all that share a
/// user with it; measures that weigh users (TF-IDF, BM25, adjusted cosine) compare all other items
/// of the user otherwise as well. Nothing else: similarities are of two vectors. So a row is right
/// as soon as it has been compared with the changed items again, and what a writer does costs
/// nobody but who reads.
///
/// Nothing of it is stored, as nothing of it is needed: a crash can leave nothing wrong. The rows
/// of the fit are where it begins, where the change log still tells what came after them. Snapshots
/// that are older than the newest one seen get rows of their own moment, which are not kept.
///
/// Up to rounding of Float32 sums, answers are those of a refit, except that the number of items
/// and their mean length, for TF-IDF and BM25, may have moved by ``ItemStatistics/tolerance``, which
/// moves a similarity by less, and that of items exactly as similar as the last of a full row other
/// ones may be in it. Any thread; rows are made outside of the lock.
final class CurrentItemRows: Sendable {
    private struct Kept {
        let row: ItemRow
        /// As of which version it is right.
        let version: Int

        init(_ row: ItemRow, as version: Int) {
            self.row = row
            self.version = version
        }

        /// Of a fit; nil where that did not know the item.
        init?(_ fitted: SparseMatrix, _ item: Int32) {
            guard Int(item) < fitted.rows else { return nil }
            row = fitted.withRow(Int(item)) { items, similarities in
                ItemRow(
                    items: ContiguousArray(items), similarities: ContiguousArray(similarities))
            }
            version = 0
        }
    }

    private struct State {
        var statistics: ItemStatistics
        var moment: GraphMoment
        var changes = ItemChanges()
        var rows: [Int32: Kept] = [:]
        /// Entries of them.
        var entryCount = 0
        /// The rows of the fit, by number, as of version 0.
        var fitted: SparseMatrix?
        /// Another one whenever everything is begun anew: numbers mean something else then.
        let numbering = Numbering()
    }

    fileprivate final class Numbering: Sendable {}

    let source: ModelSource
    private let measure: RowSimilarity
    private let shrinkage: Float
    /// Similar items that a row has at most.
    private let limit: Int
    /// What it begins with; nil once it has begun.
    private let fit: Mutex<Fit?>
    private let state = Mutex<State?>(nil)
    private let makers = Mutex<[ItemRowMaker]>([])

    private struct Fit {
        let rows: SparseMatrix
        let items: [NodeID]
        let moment: GraphMoment
    }

    /// About 500 MB of rows; past it all are forgotten, and made again when they are asked for.
    static let keptEntryLimit = 64_000_000
    /// More than this share of all entries changed: all is begun anew.
    private static let rebuildShare = 4
    /// Comparing costs an entry of the changed items' vectors what making costs an entry of the
    /// item's own times that many, the length of a user's vector.
    private static let remakingCost = 32

    /// `rows`: of a fit, by place in `items`, as of `moment`; nil where that is not known.
    init(
        _ source: ModelSource, _ options: MethodOptions, rows: SparseMatrix, items: [NodeID],
        moment: GraphMoment?
    ) throws {
        self.source = source
        measure = try RowSimilarity(options)
        shrinkage = options.float("shrinkage")
        limit = options.integer("neighbours")
        // What properties have changed since then is not known; nor the mean length.
        let isUsable = source.weight == nil && measure != .bm25
        fit = Mutex(moment.flatMap { isUsable ? Fit(rows: rows, items: items, moment: $0) : nil })
    }

    /// What one view may use: the statistics of its moment, and from which rows it may start.
    struct Sight {
        fileprivate(set) var statistics: ItemStatistics
        /// Of this version; nil: there are no rows to start from.
        fileprivate var version: Int?
        fileprivate var numbering: Numbering?
        /// Changed between this view's moment and the version.
        fileprivate var newer: [Int32] = []
    }

    // MARK: Following commits

    /// Brings the statistics up to the view, or takes its own for one that cannot be followed.
    func sight(of view: GraphView, _ type: TypeID) throws -> Sight {
        guard let moment = view.moment else {
            return Sight(statistics: try begin(view, numbering: []))
        }
        let reader = VectorReader(view, type, source)
        let found = try state.withLock { state throws -> Sight? in
            // Where following fails, the next call begins anew.
            var known = try state.take() ?? makeState(view, type, moment, reader)
            if known.moment.isUpTo(moment) {
                try follow(view, type, moment, reader, &known)
                state = known
                return Sight(
                    statistics: known.statistics, version: known.changes.version,
                    numbering: known.numbering)
            }
            state = known
            guard let newer = known.changes.since(moment) else { return nil }
            var sight = Sight(
                statistics: known.statistics, version: known.changes.version,
                numbering: known.numbering)
            sight.newer = sight.statistics.update(newer, reader)
            return sight
        }
        return try found ?? Sight(statistics: begin(view, numbering: []))
    }

    private func begin(_ view: GraphView, numbering items: [NodeID]) throws -> ItemStatistics {
        ItemStatistics(
            try source.interactions(view, .none), measure, shrinkage: shrinkage, numbering: items)
    }

    private func makeState(
        _ view: GraphView, _ type: TypeID, _ moment: GraphMoment, _ reader: VectorReader
    ) throws -> State {
        let fit = fit.withLock { $0.take() }
        var state = State(
            statistics: try begin(view, numbering: fit?.items ?? []), moment: moment)
        guard let fit, !state.statistics.isOutdated(fittedTo: fit.items.count),
            let changed = try view.relationshipsChanged(type, property: nil, since: fit.moment)
        else { return state }
        state.fitted = fit.rows
        take(changed, from: fit.moment, reader, &state)
        return state
    }

    private func follow(
        _ view: GraphView, _ type: TypeID, _ moment: GraphMoment, _ reader: VectorReader,
        _ state: inout State
    ) throws {
        let property = source.weight.flatMap { view.key($0) }
        if state.moment == moment { return }
        let changed = try view.relationshipsChanged(
            type, property: property, since: state.moment)
        if let changed, changed.count <= state.statistics.entryCount / Self.rebuildShare + 64 {
            take(changed, from: state.moment, reader, &state)
            state.moment = moment
            if !state.statistics.isOutdated { return }
        }
        state = State(statistics: try begin(view, numbering: []), moment: moment)
    }

    private func take(
        _ changed: [(start: NodeID, end: NodeID)], from begin: GraphMoment,
        _ reader: VectorReader, _ state: inout State
    ) {
        if changed.isEmpty { return }
        let isOutgoing = source.direction == .outgoing
        let users = Set(changed.map { isOutgoing ? $0.start : $0.end })
        let items = Set(changed.map { isOutgoing ? $0.end : $0.start })
        let numbers = state.statistics.update(users: users, items: items, reader)
        state.changes.append(numbers.items, numbers.users, from: begin)
    }

    // MARK: Rows

    /// The rows of some items as the view would have them fitted.
    ///
    /// Cost: nothing but a look-up where nothing has changed; else see above. `checkpoint` may throw
    /// to stop.
    func rows(
        of items: [Int32], _ sight: Sight, _ reader: VectorReader, _ maker: ItemRowMaker,
        checkpoint: () throws -> Void
    ) throws -> [ItemRow] {
        let starts = state.withLock { state in items.map { Self.start(state, $0, sight) } }
        var remade: [(place: Int, row: ItemRow)] = []
        let rows = try items.enumerated().map { place, item in
            let start = starts[place]
            if let row = start.row, start.changed.isEmpty { return row }
            try checkpoint()
            let row = row(item, start, sight.statistics, reader, maker)
            remade.append((place, row))
            return row
        }
        if !remade.isEmpty, sight.newer.isEmpty, let version = sight.version {
            keep(remade.map { (items[$0.place], Kept($0.row, as: version)) }, sight)
        }
        return rows
    }

    /// A row to start from, and the items that are to be compared with it again; some come twice.
    private struct Start {
        var row: ItemRow?
        var changed: ArraySlice<Int32> = []
    }

    private static func start(_ state: State?, _ item: Int32, _ sight: Sight) -> Start {
        guard let state, let version = sight.version, state.numbering === sight.numbering else {
            return Start()
        }
        let kept = state.rows[item] ?? state.fitted.flatMap { Kept($0, item) }
        // Others may have brought rows up to later versions meanwhile.
        guard let kept, let changed = state.changes.items(since: min(kept.version, version)) else {
            return Start()
        }
        // Kept as a slice, which costs nothing while the lock is held.
        return Start(
            row: kept.row, changed: sight.newer.isEmpty ? changed : changed + sight.newer)
    }

    private func row(
        _ item: Int32, _ start: Start, _ statistics: ItemStatistics, _ reader: VectorReader,
        _ maker: ItemRowMaker
    ) -> ItemRow {
        if let row = start.row,
            let changed = Self.worthComparing(start.changed, with: item, statistics),
            let row = row.replacing(
                maker.similarities(of: item, to: changed, statistics, reader), limit: limit)
        {
            return row
        }
        return maker.make(item, statistics, reader, limit: limit)
    }

    /// The changed items, ascending; nil where making the row anew costs less, or has to be.
    private static func worthComparing(
        _ changed: ArraySlice<Int32>, with item: Int32, _ statistics: ItemStatistics
    ) -> [Int32]? {
        let bound = remakingCost * Int(statistics.lengths[Int(item)])
        var cost = 0
        for other in changed {
            cost += 1 + Int(statistics.lengths[Int(other)])
            if other == item || cost > bound { return nil }
        }
        var numbers: [Int32] = []
        for other in changed.sorted() where numbers.last != other { numbers.append(other) }
        return numbers
    }

    private func keep(_ rows: [(item: Int32, kept: Kept)], _ sight: Sight) {
        state.withLock { state in
            guard state?.numbering === sight.numbering else { return }
            for (item, kept) in rows {
                let old = state?.rows[item]
                if let old, old.version > kept.version { continue }
                state?.rows[item] = kept
                state?.entryCount += kept.row.items.count - (old?.row.items.count ?? 0)
            }
            if state?.entryCount ?? 0 > Self.keptEntryLimit {
                state?.rows = [:]
                state?.entryCount = 0
            }
        }
    }
}

extension CurrentItemRows {
    /// More are not worth their memory.
    private static let keptMakers = 16

    func takeMaker() -> ItemRowMaker { makers.withLock { $0.popLast() } ?? ItemRowMaker() }

    func giveBack(_ maker: ItemRowMaker) {
        makers.withLock { if $0.count < Self.keptMakers { $0.append(maker) } }
    }
}
