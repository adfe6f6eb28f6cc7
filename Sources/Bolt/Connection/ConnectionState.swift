import Starling
import Values

/// Where a connection stands, in the words of the protocol's documentation.
enum ConnectionState: String, Sendable {
    /// The versions are agreed; HELLO is due.
    case negotiation = "NEGOTIATION"
    /// LOGON is due.
    case authentication = "AUTHENTICATION"
    case ready = "READY"
    /// A statement's own transaction has a result open.
    case streaming = "STREAMING"
    /// An explicit transaction is open, without an open result.
    case txReady = "TX_READY"
    /// An explicit transaction is open, with one or more open results.
    case txStreaming = "TX_STREAMING"
    /// A request failed; all are ignored until RESET.
    case failed = "FAILED"
    /// A RESET has come; all before it are ignored.
    case interrupted = "INTERRUPTED"
    /// The connection is over.
    case defunct = "DEFUNCT"
}

/// What a state machine asks for, in order.
enum ConnectionAction: Sendable {
    case send(Response)
    /// Do this, wherever; one at a time. Its outcome comes back as an event.
    case perform(Job)
    /// Make the job that runs end soon.
    case cancel
    /// Stop or go on reading from the client.
    case setReading(Bool)
    /// Send what is left, then close.
    case close
}

/// Work that needs the database. What is large is boxed: jobs are handed on more than once.
enum Job: Sendable {
    /// Make a request of a large message.
    case read(ArraySlice<UInt8>, BoltVersion)
    case authenticate(BoltCredentials)
    case endSession
    /// - Parameters:
    ///   - result: the number under which the result is pulled.
    ///   - readAhead: a request for its records is waiting already.
    indirect case run(RunRequest, result: Int64, readAhead: Request.Portion?)
    indirect case begin(RunOptions)
    case commit
    case rollback
    /// `count` nil: all. Records that are not kept are not sent.
    case pull(result: Int64, count: Int?, keep: Bool)
    case reset
}

/// How a job ended.
enum JobOutcome: Sendable {
    case read(Request)
    /// Authentication, LOGOFF, BEGIN, ROLLBACK and RESET tell no more than this.
    case done
    case opened(columns: [String], availableMilliseconds: Int64)
    case committed(bookmark: String)
    /// The records have been sent; more follow.
    case streamed
    /// The records have been sent, and those were the last.
    case finished(ResultEnd)
    case failed(DatabaseError)
}

/// How a result ended. An object, as it is handed on more than once and is large.
final class ResultEnd: Sendable {
    let summary: Summary
    /// Whether the result had any record, in this portion or an earlier one.
    let hadRecords: Bool
    let consumedMilliseconds: Int64

    init(summary: Summary, hadRecords: Bool, consumedMilliseconds: Int64) {
        self.summary = summary
        self.hadRecords = hadRecords
        self.consumedMilliseconds = consumedMilliseconds
    }
}
