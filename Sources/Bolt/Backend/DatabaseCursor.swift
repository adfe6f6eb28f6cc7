import Starling
import Values

/// A Starling result as records. Batches arrive in the engine's size; a pull may end inside one.
final class DatabaseCursor: BoltCursor, @unchecked Sendable {
    // The server calls one at a time: see `BoltBackend`.
    private let result: QueryResult
    private let standsAlone: Bool
    private var batch: ResultRows?
    private var offset = 0

    init(_ result: QueryResult, standsAlone: Bool) {
        self.result = result
        self.standsAlone = standsAlone
    }

    var columns: [String] { result.columns }

    func pull(_ limit: Int, into sink: (RecordBatch) throws -> Void) throws -> Bool {
        var wanted = limit < 0 ? Int.max : limit
        while wanted > 0, let batch = try currentBatch() {
            let end = min(batch.count, offset + min(wanted, batch.count))
            try sink(RecordBatch(columns: batch.columns, rows: offset..<end))
            wanted -= end - offset
            offset = end
        }
        return try currentBatch() != nil
    }

    private func currentBatch() throws -> ResultRows? {
        while batch.map({ offset >= $0.count }) ?? true {
            guard let next = try result.nextBatch() else {
                batch = nil
                return nil
            }
            batch = next
            offset = 0
        }
        return batch
    }

    func discard() throws {
        batch = nil
        result.discard()
    }

    func summary() -> BoltSummary {
        guard let summary = try? result.summary() else { return BoltSummary(type: .read) }
        var told = BoltSummary(
            type: BoltSummary.StatementType(rawValue: summary.access.rawValue) ?? .read)
        told.counters = BoltCounters(summary.counters)
        if summary.isProfile { told.profile = summary.plan } else { told.plan = summary.plan }
        told.notifications = summary.notifications.map(BoltNotification.init)
        told.bookmark = standsAlone ? summary.bookmark : nil
        return told
    }
}

extension BoltCounters {
    init(_ counters: Counters) {
        self.init()
        nodesCreated = counters.nodesCreated
        nodesDeleted = counters.nodesDeleted
        relationshipsCreated = counters.relationshipsCreated
        relationshipsDeleted = counters.relationshipsDeleted
        propertiesSet = counters.propertiesSet
        labelsAdded = counters.labelsAdded
        labelsRemoved = counters.labelsRemoved
        indexesAdded = counters.indexesAdded
        indexesRemoved = counters.indexesRemoved
        constraintsAdded = counters.constraintsAdded
        constraintsRemoved = counters.constraintsRemoved
    }
}

extension BoltNotification {
    init(_ notification: StatementNotification) {
        self.init(
            code: notification.code,
            // The general classes of the GQL standard: a warning, or informational.
            gqlStatus: notification.severity == "WARNING" ? "01N00" : "03N00",
            title: notification.title, description: notification.description,
            severity: Severity(rawValue: notification.severity) ?? .information,
            category: notification.category,
            position: notification.position.map {
                Position(offset: $0.offset, line: $0.line, column: $0.column)
            })
    }
}
