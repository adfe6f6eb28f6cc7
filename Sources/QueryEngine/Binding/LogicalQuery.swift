import Cypher

/// A bound query: names are slots, scopes are checked, aggregates are split off. What is left to
/// decide is in which order and by which means the graph is read.
struct LogicalQuery: Sendable {
    var parts: [LogicalPart]
    /// For several parts: the result's slots, and for each part the slots that become them.
    var union: [[(from: Slot, to: Slot)]]
    var distinct: Bool
    /// Columns in order; empty without RETURN.
    var columns: [LogicalColumn]
    /// Whether the query ends in RETURN (or is a standalone call with results).
    var returns: Bool
}

struct LogicalColumn: Sendable {
    var name: String
    var slot: Slot
    var type: StaticType
}

struct LogicalPart: Sendable {
    var steps: [LogicalStep] = []
    var columns: [LogicalColumn] = []
    var returns = false
}

enum LogicalStep: Sendable {
    case match(QueryGraph, optional: Bool)
    case project(LogicalProjection)
    case unwind(BoundExpression, into: Slot)
    case create(CreatePattern)
    case merge(LogicalMerge)
    case set([SetOperation])
    case delete([BoundExpression], detach: Bool)
    case forEach(item: Slot, list: BoundExpression, updates: [LogicalStep])
    case procedure(ProcedureStep, access: ProcedureSignature.Access)
    case filter([BoundExpression])
    case subquery(LogicalSubquery)
    case loadCSV(LoadCSV)
    /// `FINISH`: no rows come out.
    case finish
}

/// WITH or RETURN, in the order in which its parts take effect.
struct LogicalProjection: Sendable {
    /// With aggregates: the grouping keys. Without: every item that is not just a variable.
    var items: [(slot: Slot, expression: BoundExpression)] = []
    var aggregates: [(slot: Slot, call: AggregateCall)] = []
    var isAggregating = false
    /// Larger expressions around aggregates, computed from keys and aggregates.
    var afterAggregation: [(slot: Slot, expression: BoundExpression)] = []
    /// All columns, where they are DISTINCT.
    var distinct: [Slot]?
    /// Expressions that are sorted by and are not columns.
    var sortItems: [(slot: Slot, expression: BoundExpression)] = []
    var sortKeys: [SortKey] = []
    var skip: BoundExpression?
    var limit: BoundExpression?
    /// What stands behind WITH as WHERE, split.
    var predicates: [BoundExpression] = []
}

struct LogicalMerge: Sendable {
    var graph: QueryGraph
    var pattern: CreatePattern
    var onCreate: [SetOperation]
    var onMatch: [SetOperation]
}

struct LogicalSubquery: Sendable {
    var query: LogicalQuery
    /// Whether it may look at variables of the outer row.
    var isCorrelated: Bool
    var optional: Bool
    var transactions: Apply.Transactions?
}
