import Cypher
import GraphStore
import Values

/// A way to find the nodes of a pattern's node without coming from another one.
struct NodeAccess {
    enum Kind {
        case allNodes
        case label(String)
        case seek(index: String, IndexSeek)
        case ids(BoundExpression, elementIDs: Bool)
    }

    let kind: Kind
    /// Slots of the row that the condition reads.
    let needs: SlotSet
    /// Nodes for each row.
    let rows: Double
    /// Predicates that it settles, by their place in the graph.
    let solved: [Int]
    /// The label that it settles.
    let label: String?

    /// Seeks start from a row; scans do not look at it.
    var isSeek: Bool {
        switch kind {
        case .seek, .ids: true
        case .allNodes, .label: false
        }
    }

    /// What it costs for each row, in rows touched.
    var cost: Double { isSeek ? rows + 2 : rows }
}

/// A way to find nodes or relationships in an index.
struct IndexAccess {
    let index: String
    let seek: IndexSeek
    /// Slots of the row that the condition reads.
    let needs: SlotSet
    /// Entities for each row.
    let rows: Double
    /// Predicates that it settles, by their place in the graph.
    let solved: [Int]
}

/// Lists the accesses that a node's labels, or a relationship's type, and the predicates on it
/// allow.
struct NodeAccessFinder {
    let graph: QueryGraph
    let cardinality: Cardinality

    func accesses(_ node: QueryNode) -> [NodeAccess] {
        var result: [NodeAccess] = []
        let conditions = conditions(on: node.slot)
        appendIDs(conditions, &result)
        for label in node.labels where !conditions.isEmpty {
            for index in cardinality.catalog.indexes(.node, label) {
                guard let found = seek(index, label, conditions) else { continue }
                result.append(
                    NodeAccess(
                        kind: .seek(index: index.name, found.seek), needs: found.needs,
                        rows: found.rows, solved: found.solved, label: label))
            }
        }
        if let rarest = node.labels.min(by: {
            cardinality.catalog.nodeCount(label: $0) < cardinality.catalog.nodeCount(label: $1)
        }) {
            result.append(
                NodeAccess(
                    kind: .label(rarest), needs: SlotSet(),
                    rows: max(0.01, cardinality.catalog.nodeCount(label: rarest)), solved: [],
                    label: rarest))
        } else {
            result.append(
                NodeAccess(
                    kind: .allNodes, needs: SlotSet(), rows: cardinality.nodes([]), solved: [],
                    label: nil))
        }
        return result
    }

    /// Seeks in the indexes of a relationship's only type.
    func accesses(_ relationship: QueryRelationship) -> [IndexAccess] {
        guard relationship.isSingle, !relationship.isBound, relationship.types.count == 1 else {
            return []
        }
        let conditions = conditions(on: relationship.slot)
        if conditions.isEmpty { return [] }
        let type = relationship.types[0]
        return cardinality.catalog.indexes(.relationship, type).compactMap {
            seek($0, type, conditions)
        }
    }

    // MARK: Conditions

    fileprivate enum Test {
        case equal(BoundExpression)
        case oneOf(BoundExpression)
        case prefix(BoundExpression)
        case contains(BoundExpression)
        case endsWith(BoundExpression)
        case withinBox(BoundExpression, BoundExpression)
        case near(BoundExpression, distance: BoundExpression)
        case bound(ComparisonOperator, BoundExpression)
    }

    fileprivate enum Subject {
        case property(String)
        case id
        case elementID
    }

    fileprivate struct Condition {
        let subject: Subject
        let test: Test
        let predicate: Int
        let needs: SlotSet
    }

    private func conditions(on slot: Slot) -> [Condition] {
        var found: [Condition] = []
        for (place, predicate) in graph.predicates.enumerated()
        where predicate.needs.contains(slot) {
            guard let (subject, test, value) = read(predicate.expression, slot) else { continue }
            let needs = value.slots
            if needs.contains(slot) { continue }
            found.append(
                Condition(subject: subject, test: test, predicate: place, needs: needs))
        }
        return found
    }

    private func read(_ expression: BoundExpression, _ slot: Slot)
        -> (Subject, Test, BoundExpression)?
    {
        switch expression {
        case .scalar(let call) where call.name == "point.withinBBox":
            let (lower, upper) = (call.arguments[1], call.arguments[2])
            return subject(call.arguments[0], slot).map {
                ($0, .withinBox(lower, upper), .list([lower, upper]))
            }
        case .comparison(.less, .scalar(let call), let distance),
            .comparison(.lessOrEqual, .scalar(let call), let distance),
            .comparison(.greater, let distance, .scalar(let call)),
            .comparison(.greaterOrEqual, let distance, .scalar(let call)):
            return near(call, distance, slot)
        case .comparison(let symbol, let left, let right) where symbol != .notEqual:
            if let subject = subject(left, slot) {
                return (subject, symbol == .equal ? .equal(right) : .bound(symbol, right), right)
            }
            if let subject = subject(right, slot) {
                let test: Test =
                    symbol == .equal ? .equal(left) : .bound(symbol.flipped, left)
                return (subject, test, left)
            }
            return nil
        case .inList(let left, let list):
            return subject(left, slot).map { ($0, .oneOf(list), list) }
        case .stringMatch(.startsWith, let left, let prefix):
            return subject(left, slot).map { ($0, .prefix(prefix), prefix) }
        case .stringMatch(.contains, let left, let piece):
            return subject(left, slot).map { ($0, .contains(piece), piece) }
        case .stringMatch(.endsWith, let left, let end):
            return subject(left, slot).map { ($0, .endsWith(end), end) }
        default: return nil
        }
    }

    /// `point.distance` of the property and a centre, in either order, below a distance.
    private func near(_ call: ScalarCall, _ distance: BoundExpression, _ slot: Slot)
        -> (Subject, Test, BoundExpression)?
    {
        guard call.name == "point.distance" || call.name == "distance" else { return nil }
        for (property, center) in [
            (call.arguments[0], call.arguments[1]), (call.arguments[1], call.arguments[0]),
        ] {
            if let subject = subject(property, slot) {
                return (subject, .near(center, distance: distance), .list([center, distance]))
            }
        }
        return nil
    }

    private func subject(_ expression: BoundExpression, _ slot: Slot) -> Subject? {
        switch expression {
        case .property(.slot(slot), let key): .property(key)
        case .graph(.id, let arguments): isSlot(arguments, slot) ? .id : nil
        case .graph(.elementId, let arguments): isSlot(arguments, slot) ? .elementID : nil
        default: nil
        }
    }

    private func isSlot(_ arguments: [BoundExpression], _ slot: Slot) -> Bool {
        if arguments.count == 1, case .slot(slot) = arguments[0] { return true }
        return false
    }

    // MARK: Ids

    private func appendIDs(_ conditions: [Condition], _ result: inout [NodeAccess]) {
        for condition in conditions {
            let elementIDs: Bool
            switch condition.subject {
            case .property: continue
            case .id: elementIDs = false
            case .elementID: elementIDs = true
            }
            let (ids, rows): (BoundExpression, Double)
            switch condition.test {
            case .equal(let value): (ids, rows) = (value, 1)
            case .oneOf(let list): (ids, rows) = (list, list.listLength)
            case .prefix, .contains, .endsWith, .withinBox, .near, .bound: continue
            }
            result.append(
                NodeAccess(
                    kind: .ids(ids, elementIDs: elementIDs), needs: condition.needs, rows: rows,
                    solved: [condition.predicate], label: nil))
        }
    }

    // MARK: Indexes

    private func seek(_ index: IndexDefinition, _ label: String, _ conditions: [Condition])
        -> IndexAccess?
    {
        switch index.kind {
        case .text: textSeek(index, label, conditions)
        case .point: pointSeek(index, label, conditions)
        default: valueSeek(index, label, conditions)
        }
    }

    /// A box that has all the points wanted; the predicate is tested on what is in it.
    private func pointSeek(_ index: IndexDefinition, _ label: String, _ conditions: [Condition])
        -> IndexAccess?
    {
        for condition in conditions where condition.isOn(index.properties[0]) {
            let tail: IndexSeek.Tail
            switch condition.test {
            case .withinBox(let lower, let upper):
                tail = .withinBox(lowerLeft: lower, upperRight: upper)
            case .near(let center, let distance):
                tail = .near(center: center, distance: distance)
            default: continue
            }
            return IndexAccess(
                index: index.name,
                seek: IndexSeek(
                    index.entity, tail: tail, label: label, properties: index.properties),
                needs: condition.needs, rows: count(index, label) * Cardinality.equality,
                solved: [])
        }
        return nil
    }

    /// One piece, or the end, of the string.
    private func textSeek(_ index: IndexDefinition, _ label: String, _ conditions: [Condition])
        -> IndexAccess?
    {
        for condition in conditions where condition.isOn(index.properties[0]) {
            let (tail, known): (IndexSeek.Tail, TextCondition?)
            switch condition.test {
            case .contains(let piece):
                (tail, known) = (.contains(piece), piece.constantString.map { .contains($0) })
            case .endsWith(let end):
                (tail, known) = (.endsWith(end), end.constantString.map { .endsWith($0) })
            default: continue
            }
            let count = count(index, label)
            let estimate = known.flatMap { cardinality.catalog.estimate(index, $0) }
            return IndexAccess(
                index: index.name,
                seek: IndexSeek(
                    index.entity, tail: tail, label: label, properties: index.properties),
                needs: condition.needs,
                rows: min(count, max(0.01, estimate ?? count * Cardinality.equality)),
                solved: [condition.predicate])
        }
        return nil
    }

    /// Equality on the first properties of the index, then one list, prefix or range.
    private func valueSeek(_ index: IndexDefinition, _ label: String, _ conditions: [Condition])
        -> IndexAccess?
    {
        var equal: [BoundExpression] = []
        var anyOf: BoundExpression?
        var tail = IndexSeek.Tail.none
        var solved: [Int] = []
        var needs = SlotSet()
        var properties = index.properties[...]
        while let key = properties.first {
            guard
                let condition = conditions.first(where: {
                    if case .equal = $0.test { return $0.isOn(key) }
                    return false
                }), case .equal(let value) = condition.test
            else { break }
            equal.append(value)
            solved.append(condition.predicate)
            needs.formUnion(condition.needs)
            properties = properties.dropFirst()
        }
        if let key = properties.first {
            for condition in conditions where condition.isOn(key) {
                switch condition.test {
                case .oneOf(let list):
                    // The list stands for the only property that is compared.
                    guard equal.isEmpty, anyOf == nil else { continue }
                    anyOf = list
                case .prefix(let prefix):
                    guard case .none = tail, anyOf == nil else { continue }
                    tail = .prefix(prefix)
                case .bound(let symbol, let value):
                    guard anyOf == nil, let narrowed = narrow(tail, symbol, value) else { continue }
                    tail = narrowed
                case .equal, .contains, .endsWith, .withinBox, .near: continue
                }
                solved.append(condition.predicate)
                needs.formUnion(condition.needs)
            }
        }
        if solved.isEmpty { return nil }
        let seek = IndexSeek(
            index.entity, equal: equal, anyOf: anyOf, tail: tail, label: label,
            properties: index.properties)
        return IndexAccess(
            index: index.name, seek: seek, needs: needs, rows: rows(index, label, seek),
            solved: solved)
    }

    /// The entities that the index is over.
    private func count(_ index: IndexDefinition, _ labelOrType: String) -> Double {
        switch index.entity {
        case .node: max(1, cardinality.catalog.nodeCount(label: labelOrType))
        case .relationship: max(1, cardinality.catalog.relationshipCount(type: labelOrType))
        }
    }

    private func narrow(
        _ tail: IndexSeek.Tail, _ symbol: ComparisonOperator, _ value: BoundExpression
    ) -> IndexSeek.Tail? {
        let bound = (
            expression: value, inclusive: symbol == .lessOrEqual || symbol == .greaterOrEqual
        )
        let isLower = symbol == .greater || symbol == .greaterOrEqual
        switch tail {
        case .none:
            return isLower ? .range(lower: bound, upper: nil) : .range(lower: nil, upper: bound)
        case .range(nil, let upper?) where isLower: return .range(lower: bound, upper: upper)
        case .range(let lower?, nil) where !isLower: return .range(lower: lower, upper: bound)
        default: return nil
        }
    }

    private func rows(_ index: IndexDefinition, _ label: String, _ seek: IndexSeek) -> Double {
        let nodes = count(index, label)
        let isWhole = seek.equal.count == index.properties.count
        if index.isUnique, isWhole { return 1 }
        if let condition = seek.condition,
            let known = cardinality.catalog.estimate(index, condition)
        {
            return max(0.01, known)
        }
        let perKey = index.isUnique && index.properties.count == 1 ? 1 : nodes.squareRoot()
        if let anyOf = seek.anyOf { return min(nodes, perKey * anyOf.listLength) }
        var rows = seek.equal.isEmpty ? nodes : perKey
        switch seek.tail {
        case .none: break
        case .prefix, .contains, .endsWith, .withinBox, .near: rows *= Cardinality.equality
        case .range(_?, _?): rows *= Cardinality.range * Cardinality.range
        case .range: rows *= Cardinality.range
        }
        return max(0.01, rows)
    }
}

extension NodeAccessFinder.Condition {
    fileprivate func isOn(_ key: String) -> Bool {
        if case .property(let own) = subject { return sameName(own, key) }
        return false
    }
}

extension IndexSeek {
    /// The condition, where all its values are known now.
    fileprivate var condition: IndexCondition? {
        var values: [Value] = []
        for expression in equal {
            guard case .constant(let value) = expression else { return nil }
            values.append(value)
        }
        if anyOf != nil { return nil }
        switch tail {
        case .none: return IndexCondition(equal: values)
        case .prefix(.constant(.string(let prefix))):
            return IndexCondition(equal: values, tail: .prefix(prefix))
        case .prefix, .contains, .endsWith, .withinBox, .near: return nil
        case .range(let lower, let upper):
            var bounds: [IndexCondition.Bound?] = []
            for bound in [lower, upper] {
                guard let bound else {
                    bounds.append(nil)
                    continue
                }
                guard case .constant(let value) = bound.expression else { return nil }
                bounds.append(IndexCondition.Bound(value, inclusive: bound.inclusive))
            }
            return IndexCondition(equal: values, tail: .range(lower: bounds[0], upper: bounds[1]))
        }
    }
}

extension BoundExpression {
    fileprivate var constantString: String? {
        if case .constant(.string(let text)) = self { text } else { nil }
    }

    /// How many items a list has, as far as one can tell.
    var listLength: Double {
        switch self {
        case .constant(.list(let items)): Double(items.count)
        case .list(let items): Double(items.count)
        default: Cardinality.listLength
        }
    }
}

extension ComparisonOperator {
    /// The operator with its sides exchanged.
    var flipped: ComparisonOperator {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        case .equal, .notEqual: self
        }
    }
}
