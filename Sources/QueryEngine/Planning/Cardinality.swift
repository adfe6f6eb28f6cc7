import Cypher
internal import GraphStore
import Values

/// How many rows a step is expected to give. Counts and the distributions of properties come from
/// the catalogue; what these do not say is guessed by the constants below, which only have to put
/// plans in a sensible order.
struct Cardinality {
    let context: BindingContext

    var catalog: any Catalog { context.catalog }

    static let equality = 0.1
    static let range = 0.3
    static let otherPredicate = 0.5
    static let existence = 0.75
    /// Lists of unknown length.
    static let listLength = 10.0
    /// Rows of a procedure or a file.
    static let procedureRows = 10.0
    static let fileRows = 1000.0
    /// Where estimates end: products of two stay finite, so that any plan is better than none.
    static let most = 1e100
    /// Further hops of an unbounded walk are not worth telling apart.
    static let longestWalk = 6

    // MARK: Nodes

    func nodes(_ labels: [String]) -> Double {
        guard !labels.isEmpty else { return max(1, catalog.nodeCount) }
        var rows = catalog.nodeCount(label: labels[0])
        for label in labels.dropFirst() { rows *= selectivity(label: label) }
        return max(rows, 0.01)
    }

    /// What patterns say of a node so far.
    func labels(_ slot: Slot) -> [String] {
        guard let entity = context.entity(slot), entity.kind == .node else { return [] }
        return entity.names
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

    /// The share of the rows that each of several conditions keeps of those that the ones before it
    /// leave. Bounds of one property from both sides are one range: its share is the first's, and
    /// the second takes nothing more away.
    func shares(_ predicates: [BoundExpression]) -> [Double] {
        var shares = predicates.map { _ in 1.0 }
        var settled = SlotSet()
        for (place, predicate) in predicates.enumerated() where !settled.contains(place) {
            guard var test = PropertyTest(predicate) else {
                shares[place] = guess(predicate)
                continue
            }
            if test.isBound {
                for other in predicates.indices.dropFirst(place + 1) where !settled.contains(other)
                {
                    guard let second = PropertyTest(predicates[other]), test.isClosed(by: second)
                    else { continue }
                    settled.insert(other)
                    test = test.range(with: second)
                    break
                }
            }
            shares[place] = share(test) ?? guess(predicate)
        }
        return shares
    }

    func selectivity(_ predicate: BoundExpression) -> Double {
        if let test = PropertyTest(predicate), let share = share(test) { return share }
        return guess(predicate)
    }

    private func guess(_ predicate: BoundExpression) -> Double {
        switch predicate {
        case .comparison(.equal, _, _): Cardinality.equality
        case .comparison(.notEqual, _, _): 1 - Cardinality.equality
        case .comparison: Cardinality.range
        case .inList(_, .constant(.list(let items))): guess(valuesOf: items.count)
        case .inList(_, .list(let items)): guess(valuesOf: items.count)
        case .inList: Cardinality.range
        case .stringMatch: Cardinality.equality
        case .isNull(let operand): 1 - selectivity(.not(.isNull(operand)))
        case .not(.isNull): Cardinality.existence
        case .not(.hasLabels(_, .name(let label))): 1 - selectivity(label: label)
        case .not(let inner): max(0.1, 1 - selectivity(inner))
        case .hasLabels(_, .name(let label)): selectivity(label: label)
        case .and(let operands): shares(operands).reduce(1, *)
        case .or(let operands): min(1, operands.reduce(0) { $0 + selectivity($1) })
        case .subquery: Cardinality.existence
        case .constant(.boolean(let value)): value ? 1 : 0
        default: Cardinality.otherPredicate
        }
    }

    private func guess(valuesOf count: Int) -> Double {
        min(1, Cardinality.equality * Double(max(1, count)))
    }

    // MARK: Properties

    /// What the statistics say of a test; nil where they do not. Where that depended on a
    /// parameter, the statement's plan is noted to.
    private func share(_ test: PropertyTest) -> Double? {
        guard let entity = context.entity(test.slot) else { return nil }
        if let rows = uniqueRows(test, of: entity) { return rows }
        for name in entity.names {
            let estimate = PropertyEstimate(
                entity: entity.kind, labelOrType: name, property: test.key, test: test.test)
            guard let statistics = statistics(for: estimate),
                let share = estimate.share(statistics, context.parameters)
            else { continue }
            return test.isNegated ? max(0, statistics.presentShare - share) : share
        }
        return nil
    }

    /// Of a test that a unique property is equal to something: one of all has it.
    private func uniqueRows(_ test: PropertyTest, of entity: PatternEntity) -> Double? {
        guard case .equal = test.test, !test.isNegated else { return nil }
        for name in entity.names {
            let isUnique = catalog.indexes(entity.kind, name).contains {
                $0.isUnique && $0.properties.count == 1 && sameName($0.properties[0], test.key)
            }
            if isUnique { return 1 / max(1, count(entity.kind, name)) }
        }
        return nil
    }

    /// Nil where nothing is known, or the estimate looks at a parameter that has no value.
    private func statistics(for estimate: PropertyEstimate) -> PropertyStatistics? {
        if estimate.hasParameters { context.note(estimate) }
        guard estimate.hasValues(context.parameters) else { return nil }
        return catalog.statistics(
            of: estimate.property, estimate.entity, estimate.labelOrType)
    }

    func count(_ entity: EntityKind, _ labelOrType: String) -> Double {
        switch entity {
        case .node: catalog.nodeCount(label: labelOrType)
        case .relationship: catalog.relationshipCount(type: labelOrType)
        }
    }

    /// What an expression is expected to come to: its value in this plan's first run.
    func value(_ expression: BoundExpression) -> Value? {
        KnownValue(expression)?.value(context.parameters)
    }

    /// How many of all entities with a label or of a type have one of the values of a list.
    func share(
        of property: String, _ entity: EntityKind, _ labelOrType: String,
        in list: BoundExpression
    ) -> Double? {
        guard let list = KnownValue(list) else { return nil }
        let estimate = PropertyEstimate(
            entity: entity, labelOrType: labelOrType, property: property, test: .oneOf(list))
        return statistics(for: estimate).flatMap { estimate.share($0, context.parameters) }
    }
}
