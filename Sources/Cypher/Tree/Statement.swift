/// One statement, with what stands before it.
public struct Statement: Sendable {
    public enum Mode: Sendable { case execute, explain, profile }

    public var mode: Mode
    public var body: Body

    public init(mode: Mode, body: Body) {
        self.mode = mode
        self.body = body
    }

    public enum Body: Sendable {
        case query(Query)
        case schema(SchemaCommand)
        case show(ShowCommand)
    }
}

/// One or more single queries joined by UNION; all joins of one query are of one kind.
public struct Query: Sendable {
    public var parts: [SingleQuery]
    /// Whether duplicates stay: `UNION ALL`. Meaningless for a single part.
    public var unionAll: Bool
    public var range: SourceRange

    public init(parts: [SingleQuery], unionAll: Bool, range: SourceRange) {
        self.parts = parts
        self.unionAll = unionAll
        self.range = range
    }
}

public struct SingleQuery: Sendable {
    public var clauses: [Clause]

    public init(clauses: [Clause]) {
        self.clauses = clauses
    }
}

public struct Clause: Sendable {
    public var kind: Kind
    public var range: SourceRange

    public init(_ kind: Kind, _ range: SourceRange) {
        self.kind = kind
        self.range = range
    }

    public indirect enum Kind: Sendable {
        case match(optional: Bool, Pattern, predicate: Expression?, hints: [IndexHint])
        case unwind(Expression, as: Name)
        case with(Projection, predicate: Expression?)
        // swift-format-ignore: AlwaysUseLowerCamelCase
        case return_(Projection)
        case create(Pattern)
        case merge(PathPattern, onCreate: [SetItem], onMatch: [SetItem])
        case set([SetItem])
        case remove([RemoveItem])
        case delete([Expression], detach: Bool)
        case forEach(variable: Name, list: Expression, updates: [Clause])
        case call(ProcedureCall)
        case callSubquery(CallSubquery)
        case loadCSV(withHeaders: Bool, from: Expression, as: Name, fieldTerminator: Expression?)
        /// `FINISH`
        case finish
        /// `USE graph`: accepted when it names the one database
        case use(Name)
        /// `SEARCH n IN (VECTOR INDEX name FOR vector LIMIT k) SCORE AS score`
        case search(SearchClause)
    }
}

/// What follows WITH and RETURN.
public struct Projection: Sendable {
    public var distinct: Bool
    /// `*`
    public var all: Bool
    public var items: [ProjectionItem]
    public var orderBy: [SortItem]
    public var skip: Expression?
    public var limit: Expression?

    public init(
        distinct: Bool, all: Bool, items: [ProjectionItem], orderBy: [SortItem],
        skip: Expression?, limit: Expression?
    ) {
        self.distinct = distinct
        self.all = all
        self.items = items
        self.orderBy = orderBy
        self.skip = skip
        self.limit = limit
    }
}

public struct ProjectionItem: Sendable {
    public var expression: Expression
    public var alias: Name?
    /// The expression as written: the column's name where there is no alias.
    public var text: String

    public init(expression: Expression, alias: Name?, text: String) {
        self.expression = expression
        self.alias = alias
        self.text = text
    }
}

public struct SortItem: Sendable {
    public var expression: Expression
    public var descending: Bool

    public init(expression: Expression, descending: Bool) {
        self.expression = expression
        self.descending = descending
    }
}

public enum SetItem: Sendable {
    /// `SET n.key = value`; the target is any expression that yields an entity or a map
    case property(Expression, Name, Expression)
    /// `SET n[key] = value`
    case dynamicProperty(Expression, key: Expression, Expression)
    /// `SET n = map`
    case replace(Name, Expression)
    /// `SET n += map`
    case merge(Name, Expression)
    /// `SET n:A:B`
    case labels(Name, LabelExpression)
}

public enum RemoveItem: Sendable {
    case property(Expression, Name)
    case dynamicProperty(Expression, key: Expression)
    case labels(Name, LabelExpression)
}

public struct ProcedureCall: Sendable {
    /// With its namespace: `db.labels`
    public var name: Name
    /// nil when written without parentheses: arguments come from the parameters of the same names
    public var arguments: [Expression]?
    public var yield: Yield?
    public var optional: Bool

    public init(name: Name, arguments: [Expression]?, yield: Yield?, optional: Bool) {
        self.name = name
        self.arguments = arguments
        self.yield = yield
        self.optional = optional
    }
}

/// `YIELD a AS x, b WHERE …` or `YIELD *`
public struct Yield: Sendable {
    public var all: Bool
    public var items: [YieldItem]
    public var predicate: Expression?
    /// Only behind SHOW: `YIELD … ORDER BY … SKIP … LIMIT …`
    public var orderBy: [SortItem]
    public var skip: Expression?
    public var limit: Expression?

    public init(
        all: Bool, items: [YieldItem], predicate: Expression?, orderBy: [SortItem] = [],
        skip: Expression? = nil, limit: Expression? = nil
    ) {
        self.all = all
        self.items = items
        self.predicate = predicate
        self.orderBy = orderBy
        self.skip = skip
        self.limit = limit
    }
}

public struct YieldItem: Sendable {
    public var name: Name
    public var alias: Name?

    public init(name: Name, alias: Name?) {
        self.name = name
        self.alias = alias
    }
}

public struct CallSubquery: Sendable {
    public enum Scope: Sendable {
        /// `CALL { WITH a … }`: the importing WITH says what comes in
        case importingWith
        /// `CALL (a, b) { … }`
        case variables([Name])
        /// `CALL (*) { … }`
        case all
    }

    public struct Transactions: Sendable {
        // swift-format-ignore: AlwaysUseLowerCamelCase
        public enum OnError: Sendable { case fail, break_, continue_ }

        /// `OF n ROWS`
        public var rows: Expression?
        public var onError: OnError
        /// `REPORT STATUS AS name`
        public var report: Name?

        public init(rows: Expression?, onError: OnError, report: Name?) {
            self.rows = rows
            self.onError = onError
            self.report = report
        }
    }

    public var scope: Scope
    public var query: Query
    public var transactions: Transactions?
    public var optional: Bool

    public init(scope: Scope, query: Query, transactions: Transactions?, optional: Bool) {
        self.scope = scope
        self.query = query
        self.transactions = transactions
        self.optional = optional
    }
}

/// `USING INDEX n:Label(property)`, `USING SCAN n:Label`, `USING JOIN ON n`: parsed, and advice
/// to the planner only.
public struct IndexHint: Sendable {
    public enum Kind: Sendable { case index, scan, join }

    public var kind: Kind
    public var variable: Name
    public var label: Name?
    public var properties: [Name]

    public init(kind: Kind, variable: Name, label: Name?, properties: [Name]) {
        self.kind = kind
        self.variable = variable
        self.label = label
        self.properties = properties
    }
}

public struct SearchClause: Sendable {
    public var variable: Name
    public var index: Name
    public var vector: Expression
    public var predicate: Expression?
    public var limit: Expression
    public var score: Name?

    public init(
        variable: Name, index: Name, vector: Expression, predicate: Expression?,
        limit: Expression, score: Name?
    ) {
        self.variable = variable
        self.index = index
        self.vector = vector
        self.predicate = predicate
        self.limit = limit
        self.score = score
    }
}
