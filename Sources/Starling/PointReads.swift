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
/// index. So both are kept from one to the next, while nobody commits and until ``endRound()``. It
/// waits for nobody, though the disk may let it wait; so a thread may ask that must not be kept.
///
/// Used on one thread at a time.
public final class PointReads {
    /// A known statement, ready to be read.
    private struct Reader {
        let known: PlanCache.Known
        let reader: PointReader
        let literals: ValueMap
        let columns: [String]
        let summary: Summary
    }

    /// Statements that are kept ready at a time.
    private static let capacity = 8
    /// A larger record is left to others: it takes long to read, and to send.
    static let largestRecord = 32 << 10

    private let database: Database
    // No access overlaps another; the run-time checks of that would only cost.
    @exclusivity(unchecked) private var view: GraphView?
    @exclusivity(unchecked) private var readers: [Reader] = []

    init(_ database: Database) { self.database = database }

    deinit { endRound() }

    /// Nil, with nothing done, where the statement is another, where its plan is not known or out
    /// of date, where the session is in a transaction, or where the record is large.
    public func answer(_ statement: String, _ parameters: ValueMap, in session: Session)
        throws(DatabaseError) -> PointResult?
    {
        guard let known = session.pointRead(statement) else { return nil }
        do {
            guard let reader = try reader(for: known, statement) else { return nil }
            let values = parameters.with(reader.literals)
            let row: [Value]?
            switch try reader.reader.row(values, within: Self.largestRecord) {
            case .none: row = nil
            case .values(let values): row = values
            case .large: return nil
            }
            return PointResult(columns: reader.columns, row: row, summary: reader.summary)
        } catch {
            endRound()
            throw DatabaseError(error, in: statement)
        }
    }

    /// Gives the snapshot back. To be called soon after the last answer: LMDB reuses no page that a
    /// snapshot sees.
    public func endRound() {
        readers.removeAll(keepingCapacity: true)
        view?.close()
        view = nil
    }

    private func reader(for known: PlanCache.Known, _ statement: String) throws -> Reader? {
        if let view, !view.isLatest { endRound() }
        if let reader = readers.first(where: { $0.known === known }) { return reader }
        let view = try self.view ?? database.store.beginRead()
        self.view = view
        guard let bound = database.plans.plan(known, ValueMap(), view),
            let read = bound.statement.pointRead,
            let point = try PointReader(read, in: view)
        else { return nil }
        let reader = Reader(
            known: known, reader: point, literals: bound.literals,
            columns: bound.statement.columns,
            summary: Summary(bound.statement, WriteCounters(), text: statement))
        if readers.count == Self.capacity { readers.removeFirst() }
        readers.append(reader)
        return reader
    }
}
