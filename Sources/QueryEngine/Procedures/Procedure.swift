public import GraphStore
public import Values

/// Something that `CALL` can call. Implementations live with what they do; a registry hands them
/// to the binder (names, types) and to the execution.
public protocol Procedure: Sendable {
    var signature: ProcedureSignature { get }
    /// Runs for one row of arguments, already coerced to the signature's types and with defaults
    /// filled in. Appends rows to `output`, in whose columns' order they are declared.
    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
}

public struct ProcedureSignature: Sendable {
    public struct Field: Sendable {
        public let name: String
        public let type: TypeText
        /// An optional argument's default.
        public let fallback: Value?
        public let description: String

        public init(_ name: String, _ type: TypeText, fallback: Value? = nil, _ description: String)
        {
            self.name = name
            self.type = type
            self.fallback = fallback
            self.description = description
        }
    }

    /// Types as signatures print them.
    public enum TypeText: String, Sendable {
        case any = "ANY", boolean = "BOOLEAN", integer = "INTEGER", float = "FLOAT"
        case number = "INTEGER | FLOAT", string = "STRING", map = "MAP", node = "NODE"
        case relationship = "RELATIONSHIP", path = "PATH", list = "LIST<ANY>"
        case listOfStrings = "LIST<STRING>", listOfFloats = "LIST<FLOAT>"
        case listOfNodes = "LIST<NODE>", listOfMaps = "LIST<MAP>"
    }

    public enum Access: String, Sendable {
        case read = "READ", write = "WRITE", schema = "SCHEMA", dbms = "DBMS"
    }

    public let name: String
    public let inputs: [Field]
    public let outputs: [Field]
    public let access: Access
    /// One or two sentences, then the formula and its source where there is one.
    public let description: String
    /// It commits by itself (``ProcedureContext/commit``), and so runs only in a statement that is
    /// sent alone.
    public let managesTransactions: Bool

    public init(
        name: String, inputs: [Field], outputs: [Field], access: Access = .read,
        managesTransactions: Bool = false, description: String
    ) {
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.access = access
        self.managesTransactions = managesTransactions
        self.description = description
    }
}

/// What a procedure may use. `node`-typed arguments arrive as `.nodeReference`; outputs may be
/// references too.
public struct ProcedureContext {
    public let view: GraphView
    public let writer: GraphWriter?
    public let cancellation: Cancellation
    public let procedures: ProcedureRegistry
    /// The statement's.
    public let parameters: ValueMap
    public let limits: QueryLimits
    /// The only directory whose files a procedure may read or write; nil forbids all.
    public let importDirectory: String?
    /// Whether an entity may be found, where the statement says so: `SEARCH … WHERE`.
    public let accepts: ((UInt64) throws -> Bool)?
    private let transactionRunner: TransactionRunner?

    public init(
        view: GraphView, writer: GraphWriter?, cancellation: Cancellation,
        procedures: ProcedureRegistry, parameters: ValueMap, limits: QueryLimits,
        importDirectory: String?, transactionRunner: TransactionRunner?,
        accepts: ((UInt64) throws -> Bool)? = nil
    ) {
        self.accepts = accepts
        self.view = view
        self.writer = writer
        self.cancellation = cancellation
        self.procedures = procedures
        self.parameters = parameters
        self.limits = limits
        self.importDirectory = importDirectory
        self.transactionRunner = transactionRunner
    }

    /// Runs its argument as a transaction of its own, on another thread and perhaps more than
    /// once, and returns when it is on disk. Only for procedures that say `managesTransactions`.
    public func commit(_ body: @escaping @Sendable (GraphWriter) throws -> Void) throws {
        guard let transactionRunner else { throw QueryError.managesTransactions }
        _ = try transactionRunner(body)
    }

    /// What long work asks and tells.
    public var monitor: WorkMonitor {
        WorkMonitor(
            checkpoint: { [cancellation] in try cancellation.check() },
            report: { [cancellation] in cancellation.report($0, $1) })
    }
}

/// Rows that a procedure yields: one column builder for each declared output.
public struct ProcedureOutput {
    public var columns: [ColumnBuilder]

    public init(width: Int) { columns = Array(repeating: ColumnBuilder(), count: width) }

    public var count: Int { columns.first?.count ?? rowsWithoutColumns }
    /// Rows of a procedure without outputs: at most one.
    public var rowsWithoutColumns = 0

    public mutating func append(_ row: Value...) {
        for (place, value) in row.enumerated() { columns[place].append(value) }
    }
}
