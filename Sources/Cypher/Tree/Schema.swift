/// `CREATE|DROP INDEX|CONSTRAINT …`
public enum SchemaCommand: Sendable {
    case createIndex(CreateIndex)
    case dropIndex(name: SchemaName, ifExists: Bool)
    case createConstraint(CreateConstraint)
    case dropConstraint(name: SchemaName, ifExists: Bool)
}

/// The name of an index or a constraint, as it is or in a parameter: `name` or `$name`.
public enum SchemaName: Sendable {
    case name(Name)
    case parameter(Name)
}

public struct CreateIndex: Sendable {
    public enum Kind: String, Sendable { case range, text, point, fulltext, vector, lookup }

    public var kind: Kind
    public var name: SchemaName?
    public var ifNotExists: Bool
    public var target: SchemaTarget
    /// `OPTIONS { … }`: a map literal or a parameter
    public var options: Expression?
    public var range: SourceRange

    public init(
        kind: Kind, name: SchemaName?, ifNotExists: Bool, target: SchemaTarget,
        options: Expression?,
        range: SourceRange
    ) {
        self.kind = kind
        self.name = name
        self.ifNotExists = ifNotExists
        self.target = target
        self.options = options
        self.range = range
    }
}

/// `FOR (n:A|B) ON (n.x, n.y)` or `FOR ()-[r:T]-() ON (r.x)`
public struct SchemaTarget: Sendable {
    public var isRelationship: Bool
    /// Several only for full-text indexes; none for lookup indexes.
    public var labelsOrTypes: [Name]
    public var properties: [Name]

    public init(isRelationship: Bool, labelsOrTypes: [Name], properties: [Name]) {
        self.isRelationship = isRelationship
        self.labelsOrTypes = labelsOrTypes
        self.properties = properties
    }
}

public struct CreateConstraint: Sendable {
    public enum Kind: Sendable {
        case unique
        case exists
        case key
        case type(ValueType)
    }

    public var kind: Kind
    public var name: SchemaName?
    public var ifNotExists: Bool
    public var target: SchemaTarget
    public var options: Expression?
    public var range: SourceRange

    public init(
        kind: Kind, name: SchemaName?, ifNotExists: Bool, target: SchemaTarget,
        options: Expression?,
        range: SourceRange
    ) {
        self.kind = kind
        self.name = name
        self.ifNotExists = ifNotExists
        self.target = target
        self.options = options
        self.range = range
    }
}

/// `SHOW INDEXES [YIELD … WHERE … RETURN …]` and `TERMINATE TRANSACTIONS …`
public struct ShowCommand: Sendable {
    public enum Kind: String, Sendable {
        case indexes = "INDEXES"
        case constraints = "CONSTRAINTS"
        case procedures = "PROCEDURES"
        case functions = "FUNCTIONS"
        case transactions = "TRANSACTIONS"
        case terminateTransactions = "TERMINATE TRANSACTIONS"
        case databases = "DATABASES"
        case users = "USERS"
        case currentUser = "CURRENT USER"
        case settings = "SETTINGS"
    }

    public var kind: Kind
    /// A narrower selection as written, lower case: `range`, `fulltext`, `unique`, `built in`
    public var filter: String?
    /// Transaction ids or names of settings: strings, or one list
    public var arguments: [Expression]
    public var yield: Yield?
    /// `WHERE …` written without YIELD
    public var predicate: Expression?
    public var returns: Projection?
    public var range: SourceRange

    public init(
        kind: Kind, filter: String?, arguments: [Expression], yield: Yield?,
        predicate: Expression?, returns: Projection?, range: SourceRange
    ) {
        self.kind = kind
        self.filter = filter
        self.arguments = arguments
        self.yield = yield
        self.predicate = predicate
        self.returns = returns
        self.range = range
    }
}
