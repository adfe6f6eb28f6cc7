public import Cypher
public import GraphStore

/// Ties an `.argument` leaf to the operator that feeds it.
public typealias ArgumentID = Int

/// A step of a plan and what feeds it. Immutable: a cached plan is shared by sessions; tokens and
/// indexes are looked up by name when an execution opens.
public final class PlanNode: Sendable {
    public let operation: PlanOperation
    public let children: [PlanNode]
    public let estimatedRows: Double
    /// Slots that the rows of this step carry: what is needed above, and nothing else.
    public let output: [Slot]

    public init(
        _ operation: PlanOperation, children: [PlanNode] = [], estimatedRows: Double,
        output: [Slot]
    ) {
        self.operation = operation
        self.children = children
        self.estimatedRows = estimatedRows
        self.output = output
    }
}

/// What a step does. One operator class executes each.
public indirect enum PlanOperation: Sendable {
    // Leaves
    /// One row without columns.
    case unit
    /// The rows that an apply, merge or subquery passes in.
    case argument(ArgumentID, slots: [Slot], rowSlot: Slot?)
    case allNodesScan(node: Slot)
    case labelScan(node: Slot, label: String)
    /// Nodes with at least one of the labels, each once.
    case labelUnionScan(node: Slot, labels: [String])
    /// Relationships of the types (empty: all), with both ends; each once, or twice (once in each
    /// direction) for `.either`.
    case relationshipScan(
        relationship: Slot, start: Slot, end: Slot, types: [String], direction: Cypher.Direction)
    /// One row with a number that the store keeps: nothing is enumerated.
    case countStore(CountStore, into: Slot)

    // One child
    /// For each row: the nodes or relationships that the index holds for the condition
    /// (expressions over the row).
    case indexSeek(entity: Slot, index: String, IndexSeek)
    /// For each row: the node with an id, or those with ids of a list.
    case nodeByID(node: Slot, IDSeek)
    /// Relationships by their ids, with both ends; each twice, once in each direction, for
    /// `.either`.
    case relationshipByID(
        relationship: Slot, start: Slot, end: Slot, IDSeek, direction: Cypher.Direction)
    case expand(Expand)
    case countExpand(CountExpand)
    case intersect(Intersect)
    case expandGroups(ExpandGroups)
    case variableExpand(VariableExpand)
    case shortestPath(ShortestPath)
    /// Children: input, and the repeated pattern as a plan that begins with `.argument`.
    case quantifiedExpand(QuantifiedExpand)
    case shortestTrails(ShortestTrails)
    case filter([BoundExpression])
    /// Adds slots computed from the row; others stay.
    case project([(slot: Slot, expression: BoundExpression)])
    /// `weight`: how many rows each row stands for.
    case aggregate(
        keys: [(slot: Slot, expression: BoundExpression)],
        aggregates: [(slot: Slot, call: AggregateCall)], weight: Slot?)
    /// An aggregation without keys inside a right side: one for each row that was passed in, also
    /// where nothing comes of that row.
    case aggregateByRow(
        RowNumbers, aggregates: [(slot: Slot, call: AggregateCall)], weight: Slot?)
    /// Rows that are equivalent in these slots stay once.
    case distinct([Slot])
    case sort([SortKey])
    /// The first rows in order: `skip` + `limit` of them are kept on a heap.
    case top([SortKey], limit: BoundExpression, skip: BoundExpression?)
    case skip(BoundExpression)
    case limit(BoundExpression)
    /// Of rows that come in groups of equal values, the first so many groups.
    case limitGroups(Slot, count: Int)
    case unwind(BoundExpression, into: Slot)
    case procedureCall(ProcedureStep)
    case loadCSV(LoadCSV)
    /// All rows of the child are read before the first goes on: a write must not feed a read.
    case eager

    // Two children: the left one's rows drive, the right one begins with `.argument`
    case apply(Apply)
    case cartesianProduct
    /// The right side is built, the left one probes; equal by equivalence of the paired slots.
    case hashJoin(left: [Slot], right: [Slot])
    /// Children's rows one after the other; each child's slots are renamed to the output's.
    case union([[(from: Slot, to: Slot)]])

    // Writes, one child (merge and forEach have a second: see their types)
    case create(CreatePattern)
    case merge(Merge)
    case set([SetOperation])
    case delete([BoundExpression], detach: Bool)
    /// Children: input, and the updates as a plan that begins with `.argument`.
    case forEach(item: Slot, list: BoundExpression, argument: ArgumentID)

    /// The root: the result's columns in order. No columns: run for the effects.
    case produceResults([(name: String, slot: Slot)])
}

/// A count that is there without counting.
public enum CountStore: Sendable {
    /// nil: of all nodes.
    case nodes(label: String?)
    /// Of the types together (empty: all); with a label, those that stand at nodes with it: at
    /// their starts for `outgoing`, at their ends for `incoming`. Never `.either`.
    case relationships(types: [String], label: String?, direction: Cypher.Direction)
}

public struct SortKey: Sendable {
    public let slot: Slot
    public let descending: Bool

    public init(slot: Slot, descending: Bool) {
        self.slot = slot
        self.descending = descending
    }
}

/// `id(n) = 5`, `elementId(n) IN $ids`
public struct IDSeek: Sendable {
    public let ids: BoundExpression
    /// `IN` a list of ids; else a single one.
    public let isList: Bool
    /// Element ids are strings.
    public let elementIDs: Bool

    public init(_ ids: BoundExpression, isList: Bool = false, elementIDs: Bool = false) {
        self.ids = ids
        self.isList = isList
        self.elementIDs = elementIDs
    }
}

public struct IndexSeek: Sendable {
    public enum Tail: Sendable {
        case none
        case range(
            lower: (expression: BoundExpression, inclusive: Bool)?,
            upper: (expression: BoundExpression, inclusive: Bool)?)
        case prefix(BoundExpression)
        /// Text indexes only.
        case contains(BoundExpression)
        case endsWith(BoundExpression)
        /// Point indexes only. What is found is in a box; the predicate itself stays.
        case withinBox(lowerLeft: BoundExpression, upperRight: BoundExpression)
        case near(center: BoundExpression, distance: BoundExpression)
    }

    public let kind: EntityKind
    /// Equality on the first properties. A single `IN` list is `anyOf`.
    public let equal: [BoundExpression]
    public let anyOf: BoundExpression?
    public let tail: Tail
    /// The label or type and the properties that the index is over: for descriptions, and to know
    /// what a seek reads. Execution goes by the index's name.
    public let label: String?
    public let properties: [String]
    /// Whether no two entities have the same values of all of them.
    public let isUnique: Bool

    /// Whether it says all that the index is over, each with one value.
    var isWholeKey: Bool {
        if case .none = tail, anyOf == nil { equal.count == properties.count } else { false }
    }

    public init(
        _ kind: EntityKind = .node, equal: [BoundExpression] = [], anyOf: BoundExpression? = nil,
        tail: Tail = .none, label: String? = nil, properties: [String] = [],
        isUnique: Bool = false
    ) {
        self.isUnique = isUnique
        self.kind = kind
        self.equal = equal
        self.anyOf = anyOf
        self.tail = tail
        self.label = label
        self.properties = properties
    }
}

public struct Expand: Sendable {
    public let from: Slot
    /// nil where nobody looks at the relationship.
    public let relationship: Slot?
    public let to: Slot
    /// Empty: every type.
    public let types: [String]
    public let direction: Cypher.Direction
    /// `to` is bound already: only relationships that end there.
    public let into: Bool
    /// Relationships (or lists of them) of the same MATCH, which must not be met again.
    public let distinctFrom: [Slot]

    public init(
        from: Slot, relationship: Slot?, to: Slot, types: [String], direction: Cypher.Direction,
        into: Bool, distinctFrom: [Slot]
    ) {
        self.from = from
        self.relationship = relationship
        self.to = to
        self.types = types
        self.direction = direction
        self.into = into
        self.distinctFrom = distinctFrom
    }
}

public struct VariableExpand: Sendable {
    public let expand: Expand
    public let minimum: Int
    public let maximum: Int?
    /// Tested at each step with the relationship in `stepRelationship` and the node reached in
    /// `stepNode`; other slots are the row's.
    public let stepPredicate: BoundExpression?
    public let stepRelationship: Slot?
    public let stepNode: Slot?
    /// The list must come out from `to` to `from` (the pattern was planned backwards).
    public let reversed: Bool

    public init(
        expand: Expand, minimum: Int, maximum: Int?, stepPredicate: BoundExpression?,
        stepRelationship: Slot?, stepNode: Slot?, reversed: Bool
    ) {
        self.expand = expand
        self.minimum = minimum
        self.maximum = maximum
        self.stepPredicate = stepPredicate
        self.stepRelationship = stepRelationship
        self.stepNode = stepNode
        self.reversed = reversed
    }
}

/// Between two bound nodes; the relationships go to `expand.relationship` as a list.
public struct ShortestPath: Sendable {
    public let expand: VariableExpand
    public let selection: PathSelection
    /// Tested on whole paths once found, with the list in the relationship slot.
    public let predicate: BoundExpression?
    /// Rows without a path stay, with null (`shortestPath` used as an expression).
    public let optional: Bool

    public init(
        expand: VariableExpand, selection: PathSelection, predicate: BoundExpression?,
        optional: Bool
    ) {
        self.expand = expand
        self.selection = selection
        self.predicate = predicate
        self.optional = optional
    }
}

/// Rows that are passed into a right side together, and where each has its number there.
public struct RowNumbers: Sendable {
    public let argument: ArgumentID
    public let slot: Slot
}

public struct Apply: Sendable {
    public enum Kind: Sendable {
        /// Each left row with each of its right rows.
        case inner
        /// Left rows without right rows stay, with null in these slots.
        case optional([Slot])
        /// Left rows that have, or have not, a right row.
        case semi
        case antiSemi
        /// The left row once, whatever the right side does: a unit subquery, FOREACH's kin.
        case unit
    }

    /// `IN TRANSACTIONS OF n ROWS`
    public struct Transactions: Sendable {
        public let rows: BoundExpression
        public let onError: CallSubquery.Transactions.OnError
        public let report: Slot?

        public init(
            rows: BoundExpression, onError: CallSubquery.Transactions.OnError, report: Slot?
        ) {
            self.rows = rows
            self.onError = onError
            self.report = report
        }
    }

    public let kind: Kind
    public let argument: ArgumentID
    /// Where the right side finds the number of its left row, when rows enter together.
    public let rowSlot: Slot
    public let perRow: Bool
    public let transactions: Transactions?

    public init(
        kind: Kind, argument: ArgumentID, rowSlot: Slot, perRow: Bool,
        transactions: Transactions? = nil
    ) {
        self.kind = kind
        self.argument = argument
        self.rowSlot = rowSlot
        self.perRow = perRow
        self.transactions = transactions
    }
}

public struct CreatePattern: Sendable {
    public struct Node: Sendable {
        public let slot: Slot
        public let labels: [BoundLabels]
        public let properties: BoundExpression?

        public init(slot: Slot, labels: [BoundLabels], properties: BoundExpression?) {
            self.slot = slot
            self.labels = labels
            self.properties = properties
        }
    }

    public struct Relationship: Sendable {
        public let slot: Slot
        public let type: BoundLabels
        public let start: Slot
        public let end: Slot
        public let properties: BoundExpression?

        public init(
            slot: Slot, type: BoundLabels, start: Slot, end: Slot, properties: BoundExpression?
        ) {
            self.slot = slot
            self.type = type
            self.start = start
            self.end = end
            self.properties = properties
        }
    }

    /// Nodes first, then relationships.
    public let nodes: [Node]
    public let relationships: [Relationship]

    public init(nodes: [Node], relationships: [Relationship]) {
        self.nodes = nodes
        self.relationships = relationships
    }
}

/// Row by row: the second child looks for the pattern (it begins with `.argument`); where it finds
/// nothing, the pattern is created. Null in a merged property is an error.
public struct Merge: Sendable {
    public let argument: ArgumentID
    public let pattern: CreatePattern
    public let onCreate: [SetOperation]
    public let onMatch: [SetOperation]

    public init(
        argument: ArgumentID, pattern: CreatePattern, onCreate: [SetOperation],
        onMatch: [SetOperation]
    ) {
        self.argument = argument
        self.pattern = pattern
        self.onCreate = onCreate
        self.onMatch = onMatch
    }
}

public enum SetOperation: Sendable {
    case property(BoundExpression, String, BoundExpression)
    case dynamicProperty(BoundExpression, key: BoundExpression, BoundExpression)
    /// `SET n = map`
    case replace(BoundExpression, BoundExpression)
    /// `SET n += map`
    case merge(BoundExpression, BoundExpression)
    case addLabels(BoundExpression, [BoundLabels])
    case removeLabels(BoundExpression, [BoundLabels])
}

public struct ProcedureStep: Sendable {
    public let name: String
    public let arguments: [BoundExpression]
    public let yields: [(column: String, slot: Slot)]
    /// Rows for which the procedure yields nothing stay, with nulls: OPTIONAL CALL.
    public let optional: Bool
    /// What the entities in a slot must meet to be found: `SEARCH … WHERE`.
    public let condition: (entity: Slot, predicate: BoundExpression)?
    public let range: SourceRange

    public init(
        name: String, arguments: [BoundExpression], yields: [(column: String, slot: Slot)],
        optional: Bool, condition: (entity: Slot, predicate: BoundExpression)? = nil,
        range: SourceRange
    ) {
        self.condition = condition
        self.name = name
        self.arguments = arguments
        self.yields = yields
        self.optional = optional
        self.range = range
    }
}
