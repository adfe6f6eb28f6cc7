import NIOCore
import Starling
import Values

/// How much of a result is wanted next.
struct TurnRequest: Sendable {
    let result: Int64
    /// How many records the client still wants; nil means all.
    var limit: Int?
    /// Whether they are sent, or only passed over.
    let keep: Bool
    var size = TurnSize()
}

/// How many records are read before the event loop hears of them.
///
/// A worker that wakes the loop for every record spends its time in waking; one that encodes a
/// whole result keeps it in memory. Between them: about as many records as fill `targetBytes`.
struct TurnSize: Sendable {
    static let targetBytes = 256 << 10
    static let mostRows = 16_384
    static let fewestRows = 8

    private(set) var rows = 1_024

    mutating func adapt(rows: Int, bytes: Int) {
        guard rows > 0, bytes > 0 else { return }
        let fitting = Self.targetBytes / max(1, bytes / rows)
        self.rows = min(max(fitting, Self.fewestRows), Self.mostRows)
    }
}

/// What one turn has read. An object, as it is handed on more than once.
final class Turn: Sendable {
    enum End: Sendable {
        /// More records follow.
        case more
        case last(ResultEnd)
        case failed(DatabaseError)
    }

    enum Records: Sendable {
        /// RECORD messages, ready to be sent.
        case encoded([UInt8])
        /// The only one.
        case row([Value])
    }

    let records: Records
    let rows: Int
    /// For the next one.
    let size: TurnSize
    let end: End

    init(_ encoded: [UInt8] = [], rows: Int = 0, size: TurnSize = TurnSize(), end: End) {
        records = .encoded(encoded)
        self.rows = rows
        self.size = size
        self.end = end
    }

    init(row: [Value]?, end: End) {
        records = row.map { .row($0) } ?? .encoded([])
        rows = row == nil ? 0 : 1
        size = TurnSize()
        self.end = end
    }

    /// Whether the result is over.
    var isLast: Bool { if case .more = end { false } else { true } }

    static func failed(_ error: DatabaseError) -> Turn { Turn(end: .failed(error)) }
}

/// A result that is being read, turn by turn.
struct ResultReader: Sendable {
    private let cursor: any BoltCursor
    private let opened = NIODeadline.now()
    private var hadRecords = false

    init(_ cursor: any BoltCursor) { self.cursor = cursor }

    mutating func read(_ request: TurnRequest, dialect: PackStreamDialect) -> Turn {
        var encoder = PackStreamEncoder(dialect: dialect)
        var rows = 0
        var end = Turn.End.more
        do {
            let more: Bool
            if !request.keep, request.limit == nil {
                try cursor.discard()
                hadRecords = true
                more = false
            } else {
                let limit = min(request.limit ?? .max, request.size.rows)
                more = try cursor.pull(limit) { batch in
                    rows += batch.rows.count
                    if request.keep { try RecordEncoder.write(batch, to: &encoder) }
                }
            }
            hadRecords = hadRecords || rows > 0
            if !more {
                end = .last(
                    ResultEnd(
                        summary: cursor.summary(), hadRecords: hadRecords,
                        consumedMilliseconds: opened.millisecondsAgo))
            }
        } catch {
            end = .failed(DatabaseError(reporting: error))
        }
        var size = request.size
        size.adapt(rows: rows, bytes: encoder.bytes.count)
        return Turn(encoder.bytes, rows: rows, size: size, end: end)
    }
}

extension NIODeadline {
    /// Whole milliseconds that have passed since.
    var millisecondsAgo: Int64 { (.now() - self).nanoseconds / 1_000_000 }
}
