public import Cypher
public import Values

/// A column of a batch. Each variable and each temporary of a query has its own number, so a row
/// never needs a name.
public typealias Slot = Int

/// An expression whose names are resolved: variables to slots, functions to implementations. Local
/// variables (of comprehensions, reduce, …) have slots of their own.
public indirect enum BoundExpression: Sendable {
    case constant(Value)
    case parameter(String)
    case slot(Slot)
    /// Of a node, relationship, map, temporal value, duration or point; null of null.
    case property(BoundExpression, String)
    /// `list[i]`, `map[key]`, `node[key]`
    case element(BoundExpression, BoundExpression)
    case slice(BoundExpression, from: BoundExpression?, to: BoundExpression?)
    case list([BoundExpression])
    case map([(key: String, value: BoundExpression)])

    case not(BoundExpression)
    /// Evaluate operands in order, each only for the rows that still need it.
    case and([BoundExpression])
    case or([BoundExpression])
    case xor(BoundExpression, BoundExpression)
    case negate(BoundExpression)
    case arithmetic(ArithmeticOperator, BoundExpression, BoundExpression)
    /// Chains are already conjunctions.
    case comparison(ComparisonOperator, BoundExpression, BoundExpression)
    case isNull(BoundExpression)
    case isType(BoundExpression, ValueType)
    case inList(BoundExpression, list: BoundExpression)
    case stringMatch(StringMatch, BoundExpression, BoundExpression)
    case hasLabels(BoundExpression, BoundLabels)

    /// A function of `ScalarFunctions`.
    case scalar(ScalarCall)
    case graph(GraphFunction, [BoundExpression])
    /// Lazily: the first that is not null.
    case coalesce([BoundExpression])
    /// `subject` nil: conditions are predicates; else values compared with it.
    case caseWhen(
        subject: BoundExpression?,
        branches: [(condition: BoundExpression, result: BoundExpression)],
        otherwise: BoundExpression?)
    /// Evaluates `value` once into `slot` for `body`.
    case letIn(Slot, value: BoundExpression, body: BoundExpression)

    case comprehension(
        BoundExpression, item: Slot, predicate: BoundExpression?, projection: BoundExpression?)
    case quantifier(Quantifier, BoundExpression, item: Slot, predicate: BoundExpression)
    case reduce(
        accumulator: Slot, initial: BoundExpression, item: Slot, list: BoundExpression,
        step: BoundExpression)
    /// EXISTS, COUNT, COLLECT, pattern predicates and pattern comprehensions.
    case subquery(BoundSubquery)
    /// A path put together from slots.
    case path([PathPart])
}

public enum ArithmeticOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case power = "^"
    case concatenate = "||"
}

public enum StringMatch: String, Sendable {
    case startsWith = "STARTS WITH"
    case endsWith = "ENDS WITH"
    case contains = "CONTAINS"
    case matches = "=~"
}

public indirect enum BoundLabels: Sendable {
    case name(String)
    case and(BoundLabels, BoundLabels)
    case or(BoundLabels, BoundLabels)
    case not(BoundLabels)
    case wildcard
    case dynamic(BoundExpression)
    case dynamicAny(BoundExpression)
}

/// Functions that look at the graph.
public enum GraphFunction: String, Sendable, CaseIterable {
    case id, elementId, labels, type, properties, keys, startNode, endNode, nodes, relationships
    /// `length(path)`
    case length
    /// `size`, `reverse`, `isEmpty` of a value that may be a path are scalar functions.
    case startNodeOfPath
}

public struct ScalarCall: Sendable {
    public let name: String
    public let arguments: [BoundExpression]
    public let range: SourceRange

    public init(name: String, arguments: [BoundExpression], range: SourceRange) {
        self.name = name
        self.arguments = arguments
        self.range = range
    }
}

/// A node slot, a relationship slot, or a slot with the list of a variable-length relationship;
/// the path alternates and is walked from the first node.
public enum PathPart: Sendable {
    case node(Slot)
    case relationship(Slot)
    case relationships(Slot)
}

/// A correlated plan inside an expression. All rows of the batch enter together, each with its
/// number in `rowSlot`, and results are grouped by that number; with `perRow` (the plan counts or
/// orders rows itself) they enter one by one.
public final class BoundSubquery: Sendable {
    public enum Kind: Sendable {
        case exists
        case count
        /// A list of this slot's values, in the plan's order.
        case collect(Slot)
    }

    public let kind: Kind
    public let plan: PlanNode
    public let argument: ArgumentID
    public let rowSlot: Slot
    /// Slots of the outer row that the plan reads.
    public let imports: [Slot]
    public let perRow: Bool
    /// Where a count's rows say how many each stands for; nil: one.
    public let weight: Slot?
    /// What it was planned from.
    let source: SubquerySource?

    init(
        kind: Kind, plan: PlanNode, argument: ArgumentID, rowSlot: Slot, imports: [Slot],
        perRow: Bool, weight: Slot? = nil, source: SubquerySource? = nil
    ) {
        self.source = source
        self.kind = kind
        self.plan = plan
        self.argument = argument
        self.rowSlot = rowSlot
        self.imports = imports
        self.perRow = perRow
        self.weight = weight
    }
}

/// A subquery before it is planned, and the slots of the outer row.
struct SubquerySource: Sendable {
    let query: LogicalQuery
    let available: SlotSet
}

/// One aggregate of a RETURN or WITH.
public struct AggregateCall: Sendable {
    public enum Function: String, Sendable {
        case countStar = "count(*)"
        case count, sum, avg, min, max, collect, stDev, stDevP, percentileCont, percentileDisc
    }

    public let function: Function
    /// nil for `count(*)`
    public let argument: BoundExpression?
    /// The percentile, constant over the rows of a group.
    public let second: BoundExpression?
    public let distinct: Bool
    public let range: SourceRange

    public init(
        function: Function, argument: BoundExpression?, second: BoundExpression?, distinct: Bool,
        range: SourceRange
    ) {
        self.function = function
        self.argument = argument
        self.second = second
        self.distinct = distinct
        self.range = range
    }
}
