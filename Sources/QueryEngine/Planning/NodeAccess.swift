import Cypher
import GraphStore
import Values

/// A way to find the nodes of a pattern's node without coming from another one.
struct NodeAccess {
    enum Kind {
        case allNodes
        case label(String)
        case anyLabel([String])
        case seek(EntitySeek)
        /// What is found by each of several ways, once.
        case union([Branch])
    }

    /// An alternative of a condition with OR.
    struct Branch {
        let access: NodeAccess
        /// What else the alternative asks of the node.
        let tests: [BoundExpression]
    }

    let kind: Kind
    /// Slots of the row that the condition reads.
    let needs: SlotSet
    /// Nodes for each row.
    let rows: Double
    /// Predicates that it settles, by their place in the graph.
    let solved: SlotSet
    /// The label that it settles.
    let label: String?
    /// The share of the nodes found that have the other labels, too.
    let kept: Double

    /// Seeks start from a row; scans do not look at it.
    var isSeek: Bool {
        switch kind {
        case .seek: true
        case .union(let branches): branches.allSatisfy(\.access.isSeek)
        case .allNodes, .label, .anyLabel: false
        }
    }

    /// What it costs for each row, in rows touched.
    var cost: Double {
        switch kind {
        case .seek(let seek): seek.cost(rows, entry: Self.entryCost)
        case .union(let branches): branches.reduce(rows) { $0 + $1.access.cost }
        case .allNodes, .label, .anyLabel: rows
        }
    }

    /// An entry of an index, found behind the first, is as dear as so many nodes of a scan and
    /// their test: it stands on a page of its own kind, and nodes do not come in the order in which
    /// what is read of them next lies. Measured: a third of a label is where scanning it begins to
    /// win.
    private static let entryCost = 5.0
}

/// Lists the accesses that a node's labels, or a relationship's type, and the predicates on it
/// allow.
struct NodeAccessFinder {
    let graph: QueryGraph
    let cardinality: Cardinality

    func accesses(_ node: QueryNode) -> [NodeAccess] {
        simpleAccesses(node) + unions(node)
    }

    func simpleAccesses(_ node: QueryNode) -> [NodeAccess] {
        var result: [NodeAccess] = []
        let conditions = conditions(on: node.slot)
        func append(_ found: SeekAccess, label: String?) {
            result.append(
                NodeAccess(
                    kind: .seek(found.seek), needs: found.needs, rows: found.rows,
                    solved: found.solved, label: label, kept: kept(node, except: label)))
        }
        for found in idSeeks(conditions) { append(found, label: nil) }
        appendAnyLabel(node, &result)
        for label in node.labels where !conditions.isEmpty {
            for index in cardinality.catalog.indexes(.node, label) {
                if let found = seek(index, label, conditions) { append(found, label: label) }
            }
        }
        if let rarest = node.labels.min(by: {
            cardinality.catalog.nodeCount(label: $0) < cardinality.catalog.nodeCount(label: $1)
        }) {
            result.append(
                NodeAccess(
                    kind: .label(rarest), needs: SlotSet(),
                    rows: max(0.01, cardinality.catalog.nodeCount(label: rarest)),
                    solved: SlotSet(),
                    label: rarest, kept: kept(node, except: rarest)))
        } else {
            result.append(
                NodeAccess(
                    kind: .allNodes, needs: SlotSet(), rows: cardinality.nodes([]),
                    solved: SlotSet(), label: nil, kept: 1))
        }
        return result
    }

    /// `n:A|B`: the nodes of each label, once.
    private func appendAnyLabel(_ node: QueryNode, _ result: inout [NodeAccess]) {
        for place in graph.predicates.indices
        where graph.predicates[place].needs.contains(node.slot) {
            guard
                case .hasLabels(.slot(node.slot), let labels) = graph.predicates[place].expression,
                let names = labels.alternatives
            else { continue }
            let rows = names.reduce(0) { $0 + cardinality.catalog.nodeCount(label: $1) }
            result.append(
                NodeAccess(
                    kind: .anyLabel(names), needs: SlotSet(), rows: max(0.01, rows),
                    solved: SlotSet([place]), label: nil, kept: kept(node, except: nil)))
        }
    }

    func kept(_ node: QueryNode, except settled: String?) -> Double {
        var share = 1.0
        for label in node.labels {
            if let settled, sameName(settled, label) { continue }
            share *= cardinality.selectivity(label: label)
        }
        return share
    }

    /// Seeks by a relationship's id, and in the indexes of its only type.
    func accesses(_ relationship: QueryRelationship) -> [SeekAccess] {
        guard relationship.isSingle, !relationship.isBound else { return [] }
        let conditions = conditions(on: relationship.slot)
        if conditions.isEmpty { return [] }
        let byID = idSeeks(conditions)
        guard relationship.types.count == 1 else { return byID }
        let type = relationship.types[0]
        return byID
            + cardinality.catalog.indexes(.relationship, type).compactMap {
                seek($0, type, conditions)
            }
    }

    // MARK: Conditions

    enum Test {
        case equal(BoundExpression)
        case oneOf(BoundExpression)
        case prefix(BoundExpression)
        case contains(BoundExpression)
        case endsWith(BoundExpression)
        case withinBox(BoundExpression, BoundExpression)
        case near(BoundExpression, distance: BoundExpression)
        case bound(ComparisonOperator, BoundExpression)
    }

    enum Subject {
        case property(String)
        case id
        case elementID
    }

    struct Condition {
        let subject: Subject
        let test: Test
        let predicate: Int
        let needs: SlotSet
    }

    private func conditions(on slot: Slot) -> [Condition] {
        var found: [Condition] = []
        for place in graph.predicates.indices where graph.predicates[place].needs.contains(slot) {
            guard let (subject, test, value) = read(graph.predicates[place].expression, slot)
            else { continue }
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
        case .comparison(.less, .scalar(let call), let distance) where call.isDistance,
            .comparison(.lessOrEqual, .scalar(let call), let distance) where call.isDistance,
            .comparison(.greater, let distance, .scalar(let call)) where call.isDistance,
            .comparison(.greaterOrEqual, let distance, .scalar(let call)) where call.isDistance:
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

    private func idSeeks(_ conditions: [Condition]) -> [SeekAccess] {
        conditions.compactMap { condition in
            let elementIDs: Bool
            switch condition.subject {
            case .property: return nil
            case .id: elementIDs = false
            case .elementID: elementIDs = true
            }
            let (ids, rows): (IDSeek, Double)
            switch condition.test {
            case .equal(let value): (ids, rows) = (IDSeek(value, elementIDs: elementIDs), 1)
            case .oneOf(let list):
                ids = IDSeek(list, isList: true, elementIDs: elementIDs)
                rows = list.listLength
            case .prefix, .contains, .endsWith, .withinBox, .near, .bound: return nil
            }
            return SeekAccess(
                seek: .ids(ids), needs: condition.needs, rows: rows,
                solved: SlotSet([condition.predicate]))
        }
    }
}

extension NodeAccessFinder.Condition {
    var isList: Bool {
        if case .oneOf = test { true } else { false }
    }

    func isOn(_ key: String) -> Bool {
        if case .property(let own) = subject { return sameName(own, key) }
        return false
    }
}

extension ScalarCall {
    fileprivate var isDistance: Bool { name == "point.distance" || name == "distance" }
}

extension BoundExpression {
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
