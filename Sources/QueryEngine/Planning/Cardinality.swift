import Cypher
internal import GraphStore
import Values

/// How many rows a step is expected to give. Counts come from the catalogue; what no count says
/// is guessed by the constants below, which only have to put plans in a sensible order.
struct Cardinality {
    let catalog: any Catalog

    static let equality = 0.1
    static let range = 0.3
    static let otherPredicate = 0.5
    static let existence = 0.75
    /// Lists of unknown length.
    static let listLength = 10.0
    /// Rows of a procedure or a file.
    static let procedureRows = 10.0
    static let fileRows = 1000.0
    /// Further hops of an unbounded walk are not worth telling apart.
    static let longestWalk = 6

    // MARK: Nodes

    func nodes(_ labels: [String]) -> Double {
        guard !labels.isEmpty else { return max(1, catalog.nodeCount) }
        var rows = catalog.nodeCount(label: labels[0])
        for label in labels.dropFirst() { rows *= selectivity(label: label) }
        return max(rows, 0.01)
    }

    func selectivity(label: String) -> Double {
        min(1, catalog.nodeCount(label: label) / max(1, catalog.nodeCount))
    }

    // MARK: Relationships

    func relationships(_ types: [String]) -> Double {
        if types.isEmpty { return catalog.relationshipCount }
        return types.reduce(0) { $0 + catalog.relationshipCount(type: $1) }
    }

    /// Relationships of the types; twice where the direction is open, once for each way.
    func relationships(_ types: [String], _ direction: Cypher.Direction) -> Double {
        relationships(types) * (direction == .either ? 2 : 1)
    }

    /// Relationships of the types that have a node with the label at the pattern's left or right
    /// end; where the direction is open, those that have it at either end.
    func relationships(
        _ types: [String], at label: String, _ direction: Cypher.Direction, isLeft: Bool
    ) -> Double {
        let isEither = direction == .either
        let isStart = (direction == .outgoing) == isLeft
        var count = 0.0
        for type in types {
            if isEither || isStart {
                count += catalog.relationshipCount(label: label, type: type, direction: .outgoing)
            }
            if isEither || !isStart {
                count += catalog.relationshipCount(label: label, type: type, direction: .incoming)
            }
        }
        return count
    }

    /// Walks of one starting node, for a degree per hop.
    func walks(_ length: PathLength, degree: Double) -> Double {
        let last = max(length.minimum, min(length.maximum ?? .max, Cardinality.longestWalk))
        var rows = length.minimum == 0 ? 1.0 : 0
        var level = 1.0
        for hop in 1...max(1, last) {
            level = min(level * degree, 1e12)
            if hop >= length.minimum, hop <= last { rows += level }
        }
        return min(rows, 1e12)
    }

    /// Rows that one node's expansion of a pattern's relationship gives, whatever its form;
    /// `degree`: of the node, for one hop.
    func rows(of relationship: QueryRelationship, degree: Double) -> Double {
        switch relationship.shape {
        case .single, .shortest, .selected: return degree
        case .variable(let length): return walks(length, degree: degree)
        case .quantified(let group):
            let degree = group.graph.relationships.reduce(1) {
                $0 * relationships($1.types, $1.direction) / max(1, catalog.nodeCount)
            }
            return walks(group.length, degree: degree)
        }
    }

    // MARK: Predicates

    func selectivity(_ predicate: BoundExpression) -> Double {
        switch predicate {
        case .comparison(.equal, _, _): Cardinality.equality
        case .comparison(.notEqual, _, _): 1 - Cardinality.equality
        case .comparison: Cardinality.range
        case .inList(_, .constant(.list(let items))):
            min(1, Cardinality.equality * Double(max(1, items.count)))
        case .inList: Cardinality.range
        case .stringMatch: Cardinality.equality
        case .isNull: 1 - Cardinality.existence
        case .not(.isNull): Cardinality.existence
        case .not(.hasLabels(_, .name(let label))): 1 - selectivity(label: label)
        case .not(let inner): max(0.1, 1 - selectivity(inner))
        case .hasLabels(_, .name(let label)): selectivity(label: label)
        case .and(let operands): operands.reduce(1) { $0 * selectivity($1) }
        case .or(let operands): min(1, operands.reduce(0) { $0 + selectivity($1) })
        case .subquery: Cardinality.existence
        case .constant(.boolean(let value)): value ? 1 : 0
        default: Cardinality.otherPredicate
        }
    }
}
