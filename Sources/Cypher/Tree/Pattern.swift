/// The comma-separated patterns of one MATCH, CREATE or MERGE.
public struct Pattern: Sendable {
    public var paths: [PathPattern]

    public init(paths: [PathPattern]) {
        self.paths = paths
    }
}

/// One path: `name = selector (a)-[r]->(b) …`.
public struct PathPattern: Sendable {
    /// `p = …`
    public var variable: Name?
    public var selector: PathSelector
    /// Alternates between nodes (or quantified groups) and relationships; starts and ends with
    /// a node or a quantified group.
    public var elements: [PatternElement]
    public var range: SourceRange

    public init(
        variable: Name?, selector: PathSelector, elements: [PatternElement], range: SourceRange
    ) {
        self.variable = variable
        self.selector = selector
        self.elements = elements
        self.range = range
    }
}

public enum PathSelector: Sendable, Equatable {
    case all
    /// `shortestPath((a)-[*]-(b))`
    case shortestPath
    /// `allShortestPaths((a)-[*]-(b))`
    case allShortestPaths
    /// `ALL SHORTEST`
    case allShortest
    /// `SHORTEST k`
    case shortest(Int)
    /// `SHORTEST k GROUPS`
    case shortestGroups(Int)
    /// `ANY SHORTEST`
    case anyShortest
    /// `ANY k`
    case any(Int)
}

public indirect enum PatternElement: Sendable {
    case node(NodePattern)
    case relationship(RelationshipPattern)
    /// `((a)-[:R]->(b) WHERE …){1,3}`
    case quantified(QuantifiedPath)
}

public struct NodePattern: Sendable {
    public var variable: Name?
    public var labels: LabelExpression?
    /// A map literal or a parameter.
    public var properties: Expression?
    public var predicate: Expression?
    public var range: SourceRange

    public init(
        variable: Name?, labels: LabelExpression?, properties: Expression?,
        predicate: Expression?, range: SourceRange
    ) {
        self.variable = variable
        self.labels = labels
        self.properties = properties
        self.predicate = predicate
        self.range = range
    }
}

public enum Direction: Sendable, Equatable {
    /// `-[]->`
    case outgoing
    /// `<-[]-`
    case incoming
    /// `-[]-` or `<-[]->`
    case either
}

public struct RelationshipPattern: Sendable {
    public var variable: Name?
    public var types: LabelExpression?
    public var properties: Expression?
    public var predicate: Expression?
    public var direction: Direction
    /// `*`, `*2`, `*1..3`, and quantifiers written behind a relationship: `-[:R]->{1,3}`, `+`, `*`
    public var length: PathLength?
    public var range: SourceRange

    public init(
        variable: Name?, types: LabelExpression?, properties: Expression?, predicate: Expression?,
        direction: Direction, length: PathLength?, range: SourceRange
    ) {
        self.variable = variable
        self.types = types
        self.properties = properties
        self.predicate = predicate
        self.direction = direction
        self.length = length
        self.range = range
    }
}

/// Hop bounds; no upper bound is "any number".
public struct PathLength: Sendable, Equatable {
    public var minimum: Int
    public var maximum: Int?

    public init(minimum: Int, maximum: Int?) {
        self.minimum = minimum
        self.maximum = maximum
    }
}

public struct QuantifiedPath: Sendable {
    public var elements: [PatternElement]
    public var predicate: Expression?
    public var length: PathLength
    public var range: SourceRange

    public init(
        elements: [PatternElement], predicate: Expression?, length: PathLength, range: SourceRange
    ) {
        self.elements = elements
        self.predicate = predicate
        self.length = length
        self.range = range
    }
}

/// `:A`, `:A&B`, `:A|B`, `:!A`, `:%`, `:$(expression)`; the old `:A:B` reads as a conjunction.
public indirect enum LabelExpression: Sendable {
    case name(Name)
    case and(LabelExpression, LabelExpression)
    case or(LabelExpression, LabelExpression)
    case not(LabelExpression)
    /// `%`: any label at all
    case wildcard(SourceRange)
    /// `$(expression)`, a string or a list of strings
    case dynamic(Expression)
    /// `$any(expression)`: at least one of a list of strings
    case dynamicAny(Expression)
}
