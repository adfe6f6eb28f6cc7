import Starling
import Values

/// A message from the client. What is large is boxed: requests are handed on more than once.
enum Request: Sendable {
    indirect case hello(Hello)
    case logon(BoltCredentials)
    case logoff
    case run(RunRequest)
    indirect case begin(RunOptions, NotificationFilter)
    case commit
    case rollback
    case pull(Portion)
    case discard(Portion)
    case route(Route)
    case telemetry
    case reset
    case goodbye
    /// A large message that has not been read, which takes longer than an event loop should.
    case unread(ArraySlice<UInt8>)
    /// A message that came whole but means nothing that can be done.
    case refused(DatabaseError)

    struct Hello: Sendable {
        var userAgent = ""
        /// The address that the client used, where it means to route.
        var routingAddress: String?
        /// The client asked for date-times in UTC, where the version leaves it open.
        var wantsUTCDateTimes = false
        /// Before 5.1 credentials come here.
        var credentials: BoltCredentials?
        var notifications = NotificationFilter()
    }

    /// A larger message is read by a worker: an event loop reads so much in a millisecond. It has
    /// more than one chunk, so that it is no part of what the assembler goes on to use.
    static let quicklyReadBytes = Chunking.largestChunk

    /// How much of which result.
    struct Portion: Sendable, Equatable {
        /// How many records; nil means all.
        var count: Int?
        /// The result's number; nil means the last one opened.
        var result: Int64?
    }

    struct Route: Sendable, Equatable {
        var address: String?
        var database: String?
    }
}

/// A statement that is to be run. An object, as it is handed on more than once and is large.
final class RunRequest: Sendable {
    let statement: String
    let parameters: ValueMap
    let options: RunOptions
    let filter: NotificationFilter
    /// Whether what comes with it may take an event loop too long.
    let isLarge: Bool

    init(
        _ statement: String, _ parameters: ValueMap = ValueMap(),
        _ options: RunOptions = RunOptions(), _ filter: NotificationFilter = NotificationFilter(),
        isLarge: Bool = false
    ) {
        self.isLarge = isLarge
        self.statement = statement
        self.parameters = parameters
        self.options = options
        self.filter = filter
    }
}

/// Which advice the client wants to hear.
struct NotificationFilter: Sendable, Equatable {
    enum Least: Sendable { case information, warning, off }

    /// nil: as the connection says, and in the connection's: everything.
    var least: Least?
    var disabledCategories: [String]?

    /// This filter, where it says nothing the other.
    func orElse(_ other: NotificationFilter) -> NotificationFilter {
        NotificationFilter(
            least: least ?? other.least,
            disabledCategories: disabledCategories ?? other.disabledCategories)
    }

    func lets(_ notification: StatementNotification) -> Bool {
        switch (least, notification.severity) {
        case (.off, _), (.warning, .information): return false
        default: break
        }
        return disabledCategories?.contains { $0.utf8.elementsEqual(notification.category.utf8) }
            != true
    }
}
