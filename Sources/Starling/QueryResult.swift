internal import GraphStore
internal import QueryEngine
public import Values

/// Rows of one statement, pulled in batches.
///
/// A result of a reading statement holds a snapshot until it is used up, discarded or released; one
/// of a writing statement has everything in memory. Used on one thread at a time.
public final class QueryResult: @unchecked Sendable {
    // Handed from thread to thread by its owner, never used by two at once; LMDB's readers allow
    // that (MDB_NOTLS).
    public let columns: [String]
    private var source: Source
    private var text: String
    private var onEnd: (() -> Void)?
    private var finalSummary: Summary?
    private let start: ContinuousClock.Instant

    enum Source {
        case streaming(Execution, PreparedStatement, GraphView, closesView: Bool)
        /// `bytes`: about what the rows hold.
        case buffered([ResultBatch], next: Int, bytes: Int)
        case finished
    }

    /// `summary` is that of a statement that has run. `onEnd` is called once, when the last row has
    /// been read, or none will be any more.
    init(
        columns: [String], source: Source, text: String, start: ContinuousClock.Instant,
        summary: Summary? = nil, onEnd: (() -> Void)? = nil
    ) {
        self.columns = columns
        self.source = source
        self.text = text
        self.start = start
        self.onEnd = onEnd
        finalSummary = summary
    }

    deinit { discard() }

    /// The next rows as columns in the order of ``columns``, or nil at the end.
    public func nextBatch() throws(DatabaseError) -> ResultRows? {
        switch source {
        case .finished: return nil
        case .buffered(let batches, let next, let bytes):
            guard next < batches.count else {
                end(finalSummary)
                return nil
            }
            source = .buffered(batches, next: next + 1, bytes: bytes)
            return ResultRows(batches[next])
        case .streaming(let execution, let plan, let view, let closesView):
            do {
                if let batch = try execution.next() { return ResultRows(batch) }
            } catch {
                if closesView { view.close() }
                end(nil)
                throw DatabaseError(error, in: text)
            }
            if closesView { view.close() }
            end(Summary(plan, execution, since: start, text: text))
            return nil
        }
    }

    var isOpen: Bool {
        if case .finished = source { false } else { true }
    }

    /// What it holds in memory until it has ended, about.
    var heldBytes: Int {
        switch source {
        case .streaming(let execution, _, _, _): execution.memoryInUse
        case .buffered(_, _, let bytes): bytes
        case .finished: 0
        }
    }

    /// Ends the result early: the snapshot is given back.
    public func discard() {
        switch source {
        case .finished: return
        case .buffered: end(finalSummary)
        case .streaming(let execution, let plan, let view, let closesView):
            if closesView { view.close() }
            end(Summary(plan, execution, since: start, text: text))
        }
    }

    /// What the statement did. Reads what is left of the rows first, and drops them.
    public func summary() throws(DatabaseError) -> Summary {
        while try nextBatch() != nil {}
        if let finalSummary { return finalSummary }
        throw DatabaseError(
            code: "Neo.ClientError.Statement.ExecutionFailed", message: "The statement failed.")
    }

    /// All rows that are left, as values.
    public func rows() throws(DatabaseError) -> [[Value]] {
        var rows: [[Value]] = []
        while let batch = try nextBatch() {
            for row in 0..<batch.count { rows.append(batch.columns.map { $0.value(row) }) }
        }
        return rows
    }

    private func end(_ summary: Summary?) {
        source = .finished
        finalSummary = summary
        onEnd?()
        onEnd = nil
    }
}

/// Some rows of a result, column by column.
public struct ResultRows: Sendable {
    public let count: Int
    public let columns: [Column]

    public init(count: Int, columns: [Column]) {
        self.count = count
        self.columns = columns
    }

    init(_ batch: ResultBatch) { self.init(count: batch.count, columns: batch.columns) }

    /// The first rows. Copies them.
    public func prefix(_ limit: Int) -> ResultRows {
        let rows = ContiguousArray(0..<Int32(min(limit, count)))
        return ResultRows(count: rows.count, columns: columns.map { $0.gathered(rows: rows) })
    }
}
