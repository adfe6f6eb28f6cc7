import Cypher
import GraphStore
import Values

/// What each operation reads and writes.
extension Effects {
    mutating func add(_ operation: PlanOperation) {
        switch operation {
        case .unit, .argument, .eager, .skip, .limit, .limitGroups, .top, .sort, .distinct,
            .cartesianProduct,
            .hashJoin, .union, .apply, .produceResults:
            break
        case .allNodesScan(let node):
            reads.scans.append(nil)
            reads.scannedSlots.append(node)
        case .labelScan(let node, let label):
            reads.scans.append(label)
            reads.scannedSlots.append(node)
        case .labelUnionScan(let node, let labels):
            for label in labels { reads.scans.append(label) }
            reads.scannedSlots.append(node)
        case .relationshipScan(_, _, _, let types, _),
            .countStore(.relationships(let types, _, _), _):
            addTypes(types)
        case .countStore(.nodes(let label), _): reads.scans.append(label)
        case .indexSeek(let entity, _, let seek):
            switch seek.kind {
            case .node:
                reads.scannedSlots.append(entity)
                reads.scans.append(seek.label)
            case .relationship: addTypes(seek.label.map { [$0] } ?? [])
            }
            for key in seek.properties { reads.indexedKeys.insert(key) }
            add(seek)
        case .nodeByID(let node, let seek):
            reads.scannedSlots.append(node)
            reads.labelSlots.append(node)
            add(seek.ids)
        case .relationshipByID(_, _, _, let seek, _):
            reads.types.insertAll()
            add(seek.ids)
        case .expand(let expand): addTypes(expand.types)
        case .countExpand(let count): for hop in count.hops { add(hop) }
        case .expandGroups(let step):
            addTypes(step.expand.types)
            if let hop = step.counted { add(hop) }
            for exclusion in step.exclusions { add(exclusion.condition) }
        case .intersect(let intersect): addTypes([intersect.first.type, intersect.second.type])
        case .variableExpand(let expand): add(expand)
        case .shortestPath(let path):
            add(path.expand)
            if let predicate = path.predicate { add(predicate) }
        // The pattern's own plan, a right side, says what it reads.
        case .quantifiedExpand, .shortestTrails: break
        case .filter(let predicates): for predicate in predicates { add(predicate) }
        case .project(let items): for item in items { add(item.expression) }
        case .aggregate(let keys, let aggregates, _):
            for key in keys { add(key.expression) }
            for aggregate in aggregates { add(aggregate.call) }
        case .aggregateByRow(_, let aggregates, _):
            for aggregate in aggregates { add(aggregate.call) }
        case .unwind(let list, _): add(list)
        case .procedureCall(let step):
            reads.scans.append(nil)
            reads.types.insertAll()
            reads.properties.append(PropertyAccess(key: nil, slot: nil))
            for argument in step.arguments { add(argument) }
            if let condition = step.condition { add(condition.predicate) }
        case .loadCSV(let source): add(source.address)
        case .create(let pattern): add(pattern)
        case .merge(let merge):
            add(merge.pattern)
            for operation in merge.onCreate + merge.onMatch { add(operation) }
        case .set(let operations): for operation in operations { add(operation) }
        case .delete(let targets, let detach):
            for target in targets {
                if case .slot(let slot) = target {
                    writes.deletes.append(slot)
                } else {
                    writes.deletes.append(nil)
                }
                add(target)
            }
            if detach { writes.types.insertAll() }
        case .forEach(_, let list, _): add(list)
        }
    }

    private mutating func add(_ call: AggregateCall) {
        if let argument = call.argument { add(argument) }
        if let second = call.second { add(second) }
    }

    private mutating func addTypes(_ types: [String]) {
        if types.isEmpty { reads.types.insertAll() }
        for type in types { reads.types.insert(type) }
    }

    private mutating func add(_ hop: CountExpand.Hop) {
        addTypes(hop.types)
        for label in hop.labels { reads.labels.insert(label) }
        if !hop.labels.isEmpty { reads.labelSlots.append(nil) }
    }

    private mutating func add(_ walk: VariableExpand) {
        addTypes(walk.expand.types)
        if let predicate = walk.stepPredicate { add(predicate) }
    }

    private mutating func add(_ seek: IndexSeek) {
        for expression in seek.expressions { add(expression) }
    }

    /// A new entity's own labels and properties can be met by scans and expands only, not by a
    /// slot that was bound before.
    private mutating func add(_ pattern: CreatePattern) {
        for node in pattern.nodes {
            var names: [String]? = []
            for label in node.labels {
                if case .name(let name) = label { names?.append(name) } else { names = nil }
            }
            writes.nodes.append(names)
            if let properties = node.properties { add(properties) }
        }
        let made = pattern.nodes.map(\.slot)
        for relationship in pattern.relationships {
            for end in [relationship.start, relationship.end] where !made.contains(end) {
                writes.connected.append(end)
            }
            if case .name(let type) = relationship.type {
                writes.types.insert(type)
            } else {
                writes.types.insertAll()
            }
            if let properties = relationship.properties { add(properties) }
        }
    }

    private mutating func add(_ operation: SetOperation) {
        switch operation {
        case .property(let target, let key, let value):
            addWrite(key, of: target)
            add(value)
        case .dynamicProperty(let target, let key, let value):
            addWrite(nil, of: target)
            add(key)
            add(value)
        case .replace(let target, let value), .merge(let target, let value):
            addWrite(nil, of: target)
            add(value)
            // The properties of a node that is copied from are all read.
            addWhole(value)
        case .addLabels(let target, let labels), .removeLabels(let target, let labels):
            writes.labelSlots.append(slot(target))
            for label in labels {
                if case .name(let name) = label {
                    writes.labels.insert(name)
                } else {
                    writes.labels.insertAll()
                }
            }
        }
    }

    private mutating func addWrite(_ key: String?, of target: BoundExpression) {
        writes.properties.append(PropertyAccess(key: key, slot: slot(target)))
    }

    private func slot(_ expression: BoundExpression) -> Slot? {
        if case .slot(let slot) = expression { return slot }
        return nil
    }

    /// What an expression reads of the graph.
    mutating func add(_ expression: BoundExpression) {
        var found = Effects()
        expression.visit { part in
            switch part {
            case .property(let base, let key):
                found.reads.properties.append(
                    PropertyAccess(key: key, slot: found.slot(base)))
            case .element(let base, _): found.addWhole(base)
            case .graph(.properties, let arguments), .graph(.keys, let arguments):
                for argument in arguments { found.addWhole(argument) }
            case .graph(.labels, let arguments):
                found.reads.labels.insertAll()
                for argument in arguments { found.reads.labelSlots.append(found.slot(argument)) }
            case .hasLabels(let base, let labels):
                found.reads.labelSlots.append(found.slot(base))
                labels.addNames(to: &found.reads.labels)
            case .subquery(let subquery): found.add(subquery.plan)
            default: break
            }
        }
        formUnion(found)
    }

    private mutating func addWhole(_ expression: BoundExpression) {
        reads.properties.append(PropertyAccess(key: nil, slot: slot(expression)))
    }

    /// A whole plan, as it stands inside an expression.
    mutating func add(_ plan: PlanNode) {
        add(plan.operation)
        for child in plan.children { add(child) }
    }
}

extension BoundLabels {
    fileprivate func addNames(to names: inout NameSet) {
        switch self {
        case .name(let name): names.insert(name)
        case .and(let left, let right), .or(let left, let right):
            left.addNames(to: &names)
            right.addNames(to: &names)
        case .not(let inner): inner.addNames(to: &names)
        case .wildcard, .dynamic, .dynamicAny: names.insertAll()
        }
    }
}

extension IndexSeek {
    /// The values that are looked for.
    var expressions: [BoundExpression] {
        var all = equal
        if let anyOf { all.append(anyOf) }
        switch tail {
        case .none: break
        case .prefix(let text), .contains(let text), .endsWith(let text): all.append(text)
        case .withinBox(let first, let second), .near(let first, let second):
            all += [first, second]
        case .range(let lower, let upper):
            if let lower { all.append(lower.expression) }
            if let upper { all.append(upper.expression) }
        }
        return all
    }
}
