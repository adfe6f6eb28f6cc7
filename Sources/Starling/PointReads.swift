internal import GraphStore
internal import QueryEngine
public import Values

/// The answer of a statement that reads one node by its key.
public struct PointResult: Sendable {
    public let columns: [String]
    /// Nil where no node has the key.
    public let row: [Value]?
    public let summary: Summary

    public init(columns: [String], row: [Value]?, summary: Summary) {
        self.columns = columns
        self.row = row
        self.summary = summary
    }
}

/// Answers statements that read one node by its key, for all sessions that one thread serves.
///
/// Such a read takes microseconds, most of which go into beginning a snapshot and finding the
/// index. So both are kept from one to the next, while nobody commits and until ``endRound()``;
/// explicit transactions have snapshots of their own. It waits for nobody, though the disk may let
/// it wait; so a thread may ask that must not be kept.
///
/// Used on one thread at a time.
public final class PointReads {
    /// Statements that are kept ready at a time.
    private static let capacity = 8

    private let database: Database
    // No access overlaps another; the run-time checks of that would only cost.
    @exclusivity(unchecked) private var view: GraphView?
    @exclusivity(unchecked) private var statements: [PointStatement] = []

    init(_ database: Database) { self.database = database }

    deinit { endRound() }

    /// Nil, with nothing done, where the statement is another, where its plan is not known or out
    /// of date, where the session's transaction does more than read nodes by their keys, or where
    /// the read would take long.
    ///
    /// Errors: those of the statement; a transaction has failed then.
    public func answer(_ text: String, _ parameters: ValueMap, in session: Session)
        throws(DatabaseError) -> PointResult?
    {
        guard let known = session.pointRead(text) else { return nil }
        do {
            if let transaction = session.transaction {
                return try transaction.answer(known, parameters)
            }
            return try statement(known)?.result(parameters)
        } catch {
            endRound()
            session.transaction?.fail()
            throw DatabaseError(error, in: text)
        }
    }

    /// Gives the snapshot back. To be called soon after the last answer: LMDB reuses no page that a
    /// snapshot sees.
    public func endRound() {
        statements.removeAll(keepingCapacity: true)
        view?.close()
        view = nil
    }

    private func statement(_ known: PlanCache.Known) throws -> PointStatement? {
        if let view, !view.isLatest { endRound() }
        if let statement = statements.first(where: { $0.known === known }) { return statement }
        let view = try self.view ?? database.store.beginRead()
        self.view = view
        guard let statement = try PointStatement(known, database.plans, view) else { return nil }
        if statements.count == Self.capacity { statements.removeFirst() }
        statements.append(statement)
        return statement
    }
}

/// A known statement that reads one node by its key, ready to be asked over one snapshot.
final class PointStatement {
    /// What takes more is left to others: it would keep the thread for longer than microseconds.
    static let largestRecord = 32 << 10
    static let largestRow = 256 << 10
    static let mostEntries = 16

    let known: PlanCache.Known
    private let reader: PointReader
    private let limits: PointReader.Limits
    private let literals: ValueMap
    private let columns: [String]
    private let summary: Summary

    /// Nil where the plan is out of date.
    init?(_ known: PlanCache.Known, _ plans: PlanCache, _ view: GraphView) throws {
        guard let bound = plans.pointRead(known, view),
            let read = bound.statement.pointRead,
            let reader = try PointReader(read, in: view)
        else { return nil }
        self.known = known
        self.reader = reader
        var limits = PointReader.Limits()
        limits.recordBytes = min(Self.largestRecord, Self.largestRow / max(1, read.width))
        limits.entries = Self.mostEntries
        self.limits = limits
        literals = bound.literals
        columns = bound.statement.columns
        summary = Summary(bound.statement, WriteCounters(), text: known.text)
    }

    /// Nil where it would take more than the limits.
    func result(_ parameters: ValueMap) throws -> PointResult? {
        let row: [Value]?
        switch try reader.row(parameters.with(literals), within: limits) {
        case .none: row = nil
        case .values(let values): row = values
        case .beyondLimits: return nil
        }
        return PointResult(columns: columns, row: row, summary: summary)
    }
}
