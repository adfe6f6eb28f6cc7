import Values

/// The procedures that every database has: what tools and drivers ask about the database itself.
///
/// `SHOW …` commands are calls too: the planner rewrites them to procedures named `show.…`, which
/// yield Neo4j's columns.
public enum BuiltInProcedures {
    /// `functions` are listed by `SHOW FUNCTIONS`; the rest of what the library knows about itself
    /// comes in `server`.
    public static func all(functions: [FunctionDescription], server: ServerInformation)
        -> [any Procedure]
    {
        tokenProcedures + schemaOverviewProcedures + schemaListProcedures + waitingProcedures
            + fullTextProcedures + vectorProcedures + registryProcedures(functions)
            + serverProcedures(server)
    }
}

/// A function as `SHOW FUNCTIONS` lists it.
public struct FunctionDescription: Sendable {
    public let name: String
    public let category: String
    public let description: String
    /// `toUpper(input :: STRING) :: STRING`
    public let signature: String
    public let isAggregating: Bool

    public init(
        name: String, category: String, description: String, signature: String,
        isAggregating: Bool
    ) {
        self.name = name
        self.category = category
        self.description = description
        self.signature = signature
        self.isAggregating = isAggregating
    }
}

/// What the library above knows about the running process. The closures are called from whatever
/// thread runs the statement.
public struct ServerInformation: Sendable {
    public struct Transaction: Sendable {
        public var id: String
        public var query: String
        public var username: String
        /// ISO 8601
        public var startTime: String
        public var elapsedMilliseconds: Int64
        public var status: String

        public init(
            id: String, query: String, username: String, startTime: String,
            elapsedMilliseconds: Int64, status: String
        ) {
            self.id = id
            self.query = query
            self.username = username
            self.startTime = startTime
            self.elapsedMilliseconds = elapsedMilliseconds
            self.status = status
        }
    }

    /// As `SHOW SETTINGS` lists it: fixed when the database is opened.
    public struct Setting: Sendable {
        public var name: String
        public var value: String
        public var defaultValue: String
        public var description: String

        public init(name: String, value: String, defaultValue: String, description: String) {
            self.name = name
            self.value = value
            self.defaultValue = defaultValue
            self.description = description
        }
    }

    /// The version of Neo4j whose behaviour clients may count on.
    public var compatibleVersion: String
    public var version: String
    public var databaseName: String
    /// Identifies the database, as long as it lives.
    public var databaseID: String
    /// ISO 8601
    public var creationDate: String
    /// Where clients reach it: `localhost:7687`.
    public var address: String
    public var isReadOnly: Bool
    public var settings: [Setting]
    public var transactions: @Sendable () -> [Transaction]
    /// Returns a message about what happened, nil where there is no such transaction.
    public var terminate: @Sendable (_ transactionID: String) -> String?

    public init(
        compatibleVersion: String, version: String, databaseName: String, databaseID: String,
        creationDate: String, address: String, isReadOnly: Bool = false,
        settings: [Setting] = [],
        transactions: @escaping @Sendable () -> [Transaction],
        terminate: @escaping @Sendable (_ transactionID: String) -> String?
    ) {
        self.compatibleVersion = compatibleVersion
        self.version = version
        self.databaseName = databaseName
        self.databaseID = databaseID
        self.creationDate = creationDate
        self.address = address
        self.isReadOnly = isReadOnly
        self.settings = settings
        self.transactions = transactions
        self.terminate = terminate
    }
}

/// A procedure that is a signature and a function.
struct BuiltInProcedure: Procedure {
    typealias Body = @Sendable ([Value], ProcedureContext, inout ProcedureOutput) throws -> Void

    let signature: ProcedureSignature
    let body: Body

    init(
        _ name: String, inputs: [ProcedureSignature.Field] = [],
        yields outputs: [ProcedureSignature.Field], access: ProcedureSignature.Access = .read,
        _ description: String, body: @escaping Body
    ) {
        signature = ProcedureSignature(
            name: name, inputs: inputs, outputs: outputs, access: access,
            description: description)
        self.body = body
    }

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    { try body(arguments, context, &output) }
}
