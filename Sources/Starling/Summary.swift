public import Values

/// What a statement did, known when its last row has been read.
public struct Summary: Sendable {
    public enum Access: String, Sendable {
        case read = "r"
        case write = "w"
        case readWrite = "rw"
        case schema = "s"
    }

    public var access: Access
    public var counters: Counters
    /// The plan of EXPLAIN or PROFILE as a tree of maps in the form that drivers expect.
    public var plan: ValueMap?
    public var isProfile = false
    /// The same plan as a table for people.
    public var planText: String?
    public var notifications: [StatementNotification]
    /// Where the database stood when the statement's own transaction had ended.
    public var bookmark: String?
    /// What parsing and planning took, for EXPLAIN; nil where the plan was known from before.
    public var planningTime: Duration?
    /// From the statement's text to its last row.
    public var totalMilliseconds = 0.0

    public init(
        access: Access, counters: Counters = Counters(),
        notifications: [StatementNotification] = [], bookmark: String? = nil
    ) {
        self.access = access
        self.counters = counters
        self.notifications = notifications
        self.bookmark = bookmark
    }
}

/// What a statement changed.
public struct Counters: Sendable, Equatable {
    public var nodesCreated = 0
    public var nodesDeleted = 0
    public var relationshipsCreated = 0
    public var relationshipsDeleted = 0
    public var propertiesSet = 0
    public var labelsAdded = 0
    public var labelsRemoved = 0
    public var indexesAdded = 0
    public var indexesRemoved = 0
    public var constraintsAdded = 0
    public var constraintsRemoved = 0

    public init() {}

    /// Those that are not zero, under the names that drivers use: `nodes-created`.
    public var entries: [(name: String, count: Int)] {
        [
            ("nodes-created", nodesCreated), ("nodes-deleted", nodesDeleted),
            ("relationships-created", relationshipsCreated),
            ("relationships-deleted", relationshipsDeleted), ("properties-set", propertiesSet),
            ("labels-added", labelsAdded), ("labels-removed", labelsRemoved),
            ("indexes-added", indexesAdded), ("indexes-removed", indexesRemoved),
            ("constraints-added", constraintsAdded),
            ("constraints-removed", constraintsRemoved),
        ].filter { $0.1 != 0 }
    }
}

/// Advice that comes with a result: a Cartesian product, an unknown label.
public struct StatementNotification: Sendable {
    public enum Severity: String, Sendable {
        case warning = "WARNING"
        case information = "INFORMATION"
    }

    /// `Neo.ClientNotification.Statement.CartesianProduct` and the like.
    public let code: String
    public let title: String
    public let description: String
    public let severity: Severity
    /// `PERFORMANCE`, `HINT`, `UNRECOGNIZED`, `DEPRECATION`, `GENERIC`, …; clients switch these off
    /// one by one.
    public let category: String
    /// Offset in UTF-8 bytes, line and column from 1.
    public let position: (offset: Int, line: Int, column: Int)?

    public init(
        code: String, title: String, description: String, severity: Severity, category: String,
        position: (offset: Int, line: Int, column: Int)?
    ) {
        self.code = code
        self.title = title
        self.description = description
        self.severity = severity
        self.category = category
        self.position = position
    }
}
