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

    func summary() -> Summary {
        guard var summary = try? result.summary() else { return Summary(access: .read) }
        if !standsAlone { summary.bookmark = nil }
        return summary
    }
}
