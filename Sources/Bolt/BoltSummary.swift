public import Values

/// What a statement did, as it is told after its last record.
public struct BoltSummary: Sendable {
    public enum StatementType: String, Sendable {
        case read = "r"
        case write = "w"
        case readWrite = "rw"
        case schema = "s"
    }

    public var type: StatementType
    public var counters: BoltCounters
    /// The plan of EXPLAIN: `operatorType`, `identifiers`, `args`, `children`.
    public var plan: ValueMap?
    /// The plan of PROFILE: as above, with `dbHits`, `rows`, `time` and the like in each operator.
    public var profile: ValueMap?
    public var notifications: [BoltNotification]
    /// Where the database stood when the statement's own transaction had ended; nil inside an
    /// explicit transaction.
    public var bookmark: String?

    public init(
        type: StatementType, counters: BoltCounters = BoltCounters(), plan: ValueMap? = nil,
        profile: ValueMap? = nil, notifications: [BoltNotification] = [], bookmark: String? = nil
    ) {
        self.type = type
        self.counters = counters
        self.plan = plan
        self.profile = profile
        self.notifications = notifications
        self.bookmark = bookmark
    }
}

/// How many of what a statement changed.
public struct BoltCounters: Sendable, Equatable {
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
    /// Users and the like, which belong to no graph.
    public var systemUpdates = 0

    public init() {}
}

/// Advice that comes with a result: a cartesian product, an unknown label, a deprecation.
public struct BoltNotification: Sendable {
    public enum Severity: String, Sendable {
        case warning = "WARNING"
        case information = "INFORMATION"
    }

    /// A place in the statement; line and column count from one, the offset from zero.
    public struct Position: Sendable {
        public var offset: Int
        public var line: Int
        public var column: Int

        public init(offset: Int, line: Int, column: Int) {
            self.offset = offset
            self.line = line
            self.column = column
        }
    }

    /// `Neo.ClientNotification.Statement.CartesianProduct` and the like.
    public var code: String
    /// The GQLSTATUS of it: `03N90` and the like.
    public var gqlStatus: String
    public var title: String
    public var description: String
    public var severity: Severity
    /// `PERFORMANCE`, `HINT`, `UNRECOGNIZED`, `DEPRECATION`, `GENERIC`, …; clients switch these off
    /// one by one.
    public var category: String
    public var position: Position?

    public init(
        code: String, gqlStatus: String, title: String, description: String, severity: Severity,
        category: String, position: Position? = nil
    ) {
        self.code = code
        self.gqlStatus = gqlStatus
        self.title = title
        self.description = description
        self.severity = severity
        self.category = category
        self.position = position
    }
}
