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

    /// Relationships of the types that one node with the labels has on the side from which it is
    /// expanded.
    func degree(
        _ types: [String], from labels: [String], _ direction: Cypher.Direction, fromLeft: Bool
    ) -> Double {
        if direction == .either {
            return degree(types, from: labels, .outgoing) + degree(types, from: labels, .incoming)
        }
        let outgoing = (direction == .outgoing) == fromLeft
        return degree(types, from: labels, outgoing ? .outgoing : .incoming)
    }

    private func degree(
        _ types: [String], from labels: [String], _ side: StoredDirection
    ) -> Double {
        guard let label = labels.first, !types.isEmpty else {
            return relationships(types) / max(1, catalog.nodeCount)
        }
        var count = 0.0
        for type in types {
            count += catalog.relationshipCount(label: label, type: type, direction: side)
        }
        return count / max(1, catalog.nodeCount(label: label))
    }

    /// The share of the types' relationships that end at a node with the labels.
    func endSelectivity(
        _ types: [String], to labels: [String], _ direction: Cypher.Direction, fromLeft: Bool
    ) -> Double {
        guard let label = labels.first else { return 1 }
        var share = selectivity(label: label)
        let total = relationships(types)
        if !types.isEmpty, total > 0 {
            let outgoing = (direction == .outgoing) == fromLeft
            var count = 0.0
            for type in types {
                if direction == .either {
                    count +=
                        (catalog.relationshipCount(label: label, type: type, direction: .outgoing)
                            + catalog.relationshipCount(
                                label: label, type: type, direction: .incoming)) / 2
                } else {
                    count += catalog.relationshipCount(
                        label: label, type: type, direction: outgoing ? .incoming : .outgoing)
                }
            }
            share = min(1, count / total)
        }
        for label in labels.dropFirst() { share *= selectivity(label: label) }
        return share
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

    /// Rows that one node's expansion of a pattern's relationship gives, whatever its form.
    func rows(of relationship: QueryRelationship, from labels: [String], fromLeft: Bool)
        -> Double
    {
        if case .quantified(let group) = relationship.shape {
            let degree = group.graph.relationships.reduce(1) {
                $0 * self.degree($1.types, from: [], $1.direction, fromLeft: fromLeft)
            }
            return walks(group.length, degree: degree)
        }
        let degree = degree(
            relationship.types, from: labels, relationship.direction, fromLeft: fromLeft)
        if case .variable(let length) = relationship.shape {
            return walks(length, degree: degree)
        }
        return degree
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
