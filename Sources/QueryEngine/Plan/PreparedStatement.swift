public import Cypher

/// A statement that is ready to run, any number of times, from any session. An object, because
/// each run hands it on several times.
public final class PreparedStatement: Sendable {
    public enum Body: Sendable {
        case query(PlanNode)
        case schema(SchemaOperation)
    }

    public enum Access: Sendable { case read, write, readWrite, schema }

    public let mode: Statement.Mode
    public let body: Body
    public let access: Access
    /// Empty for statements without RETURN.
    public let columns: [String]
    /// One more than the highest slot.
    public let slotCount: Int
    /// Slots' variables, for EXPLAIN: temporaries have names such as `anon_3`.
    public let slotNames: [String]
    public let notifications: [Notification]
    /// `CALL { … } IN TRANSACTIONS`: runs only as an auto-commit statement.
    public let managesTransactions: Bool
    /// What it was planned with: see `GraphView.schemaVersion`.
    public let schemaVersion: UInt64
    /// What of the plan depended on the values of parameters.
    public let estimates: ParameterEstimates
    /// How many of its steps may run inside of each other.
    let steps: Int
    /// How it is run where it reads one node by its key.
    public let pointRead: PointRead?

    public init(
        mode: Statement.Mode, body: Body, access: Access, columns: [String], slotCount: Int,
        slotNames: [String], notifications: [Notification], managesTransactions: Bool,
        schemaVersion: UInt64, estimates: ParameterEstimates = ParameterEstimates(),
        steps: Int = 0
    ) {
        self.steps = steps
        self.mode = mode
        self.body = body
        self.access = access
        self.columns = columns
        self.slotCount = slotCount
        self.slotNames = slotNames
        self.notifications = notifications
        self.managesTransactions = managesTransactions
        self.schemaVersion = schemaVersion
        self.estimates = estimates
        // A profile shows the steps.
        if case .query(let plan) = body, mode == .execute {
            pointRead = PointRead(plan)
        } else {
            pointRead = nil
        }
    }

    /// Whether it mentions names that were not there when it was planned, and says so.
    public var advisesOnNames: Bool {
        notifications.contains { $0.category == Notification.unknownNames }
    }

    /// Whether running it changes data, all in one transaction.
    public var writesData: Bool {
        guard case .query = body, mode != .explain, !managesTransactions else { return false }
        return access != .read
    }
}

/// Advice that comes with a result: an unknown label, a Cartesian product.
public struct Notification: Sendable {
    public enum Severity: String, Sendable { case warning = "WARNING", information = "INFORMATION" }

    /// The category of advice on names that nothing has.
    static let unknownNames = "UNRECOGNIZED"

    /// `Neo.ClientNotification.Statement.UnknownLabelWarning`
    public let code: String
    public let title: String
    public let description: String
    public let severity: Severity
    public let category: String
    public let range: SourceRange?

    public init(
        code: String, title: String, description: String, severity: Severity, category: String,
        range: SourceRange?
    ) {
        self.code = code
        self.title = title
        self.description = description
        self.severity = severity
        self.category = category
        self.range = range
    }
}
