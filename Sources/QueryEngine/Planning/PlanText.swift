import Cypher
import Values

/// Writes what a step does in Cypher's notation, with variables under their names.
struct PlanText {
    let slotNames: [String]

    func name(_ slot: Slot) -> String {
        let name = slotNames[slot]
        return name.hasPrefix("anon_") ? name : Printer.identifier(name)
    }

    /// A named variable; nothing for a temporary.
    private func visibleName(_ slot: Slot?) -> String {
        guard let slot, !slotNames[slot].hasPrefix("anon_") else { return "" }
        return Printer.identifier(slotNames[slot])
    }

    func details(_ plan: PlanNode) -> String {
        switch plan.operation {
        case .unit, .eager, .cartesianProduct, .union: return ""
        case .argument(_, let slots, _): return names(slots)
        case .allNodesScan(let node): return name(node)
        case .labelScan(let node, let label): return "\(name(node)):\(Printer.identifier(label))"
        case .labelUnionScan(let node, let labels):
            return "\(name(node)):" + labels.map(Printer.identifier).joined(separator: "|")
        case .relationshipScan(let relationship, let start, let end, let types, let direction):
            return arrow(
                visibleName(start), visibleName(relationship) + list(types), visibleName(end),
                direction)
        case .countStore(let count, let slot): return details(count, slot)
        case .indexSeek(let entity, _, let seek): return details(seek, entity)
        case .nodeByID(let entity, let seek), .relationshipByID(let entity, _, _, let seek, _):
            return "\(seek.elementIDs ? "elementId" : "id")(\(name(entity))) "
                + "\(seek.isList ? "IN" : "=") \(text(seek.ids))"
        case .expand(let expand): return details(expand, length: "")
        case .countExpand(let count): return details(count)
        case .intersect(let intersect): return details(intersect)
        case .expandGroups(let step): return details(step)
        case .variableExpand(let walk): return details(walk)
        case .shortestPath(let path):
            return details(path.expand) + (path.predicate.map { " WHERE \(text($0))" } ?? "")
        case .quantifiedExpand(let expand): return details(expand)
        case .shortestTrails(let search): return details(search)
        case .limitGroups(let slot, let count): return "\(count) of \(name(slot))"
        case .filter(let predicates):
            return predicates.map { text($0, inside: predicates.count > 1) }
                .joined(separator: " AND ")
        case .project(let items): return projections(items)
        case .aggregate(let keys, let aggregates, let weight):
            let all = details(aggregates, weight)
            return ((keys.isEmpty ? [] : [projections(keys)]) + all).joined(separator: ", ")
        case .aggregateByRow(_, let aggregates, let weight):
            return (["by row"] + details(aggregates, weight)).joined(separator: ", ")
        case .distinct(let slots): return names(slots)
        case .sort(let keys): return text(keys)
        case .top(let keys, let limit, let skip):
            return text(keys) + (skip.map { " SKIP \(text($0))" } ?? "") + " LIMIT \(text(limit))"
        case .skip(let count), .limit(let count): return text(count)
        case .unwind(let list, let slot): return "\(text(list)) AS \(name(slot))"
        case .procedureCall(let step): return details(step)
        case .loadCSV(let source): return "\(text(source.address)) AS \(name(source.record))"
        case .apply(let apply): return details(apply)
        case .hashJoin(let left, let right):
            return zip(left, right)
                .map { $0 == $1 ? name($0) : "\(name($0)) = \(name($1))" }
                .joined(separator: ", ")
        case .create(let pattern): return details(pattern)
        case .merge(let merge): return details(merge)
        case .set(let operations): return operations.map(text).joined(separator: ", ")
        case .delete(let targets, _): return targets.map { text($0) }.joined(separator: ", ")
        case .forEach(let item, let list, _): return "\(name(item)) IN \(text(list))"
        case .produceResults(let columns): return columns.map(\.name).joined(separator: ", ")
        }
    }

    // MARK: Parts

    private func names(_ slots: [Slot]) -> String { slots.map(name).joined(separator: ", ") }

    private func projections(_ items: [(slot: Slot, expression: BoundExpression)]) -> String {
        items.map { item in
            if case .slot(item.slot) = item.expression { return name(item.slot) }
            return "\(text(item.expression)) AS \(name(item.slot))"
        }.joined(separator: ", ")
    }

    private func list(_ types: [String]) -> String {
        types.isEmpty ? "" : ":" + types.map(Printer.identifier).joined(separator: "|")
    }

    private func arrow(
        _ left: String, _ middle: String, _ right: String, _ direction: Cypher.Direction
    ) -> String {
        let inner = middle.isEmpty ? "" : "[\(middle)]"
        let tail = direction == .incoming ? "<-" : "-"
        let head = direction == .outgoing ? "->" : "-"
        return "(\(left))\(tail)\(inner)\(head)(\(right))"
    }

    private func details(_ aggregates: [(slot: Slot, call: AggregateCall)], _ weight: Slot?)
        -> [String]
    {
        aggregates.map { "\(text($0.call)) AS \(name($0.slot))" }
            + (weight.map { ["weighted by \(name($0))"] } ?? [])
    }

    private func details(_ expand: Expand, length: String) -> String {
        let others = expand.distinctFrom.map(name)
        let pattern = arrow(
            name(expand.from), visibleName(expand.relationship) + list(expand.types) + length,
            name(expand.to), expand.direction)
        return others.isEmpty
            ? pattern : "\(pattern) not \(others.joined(separator: ", "))"
    }

    private func details(_ count: CountExpand) -> String {
        var factors = count.hops.map { details($0, from: count.from) }
        if let times = count.times { factors.insert(name(times), at: 0) }
        let pattern = "\(factors.joined(separator: " × ")) AS \(name(count.weight))"
        if count.taken.isEmpty { return pattern }
        let taken = count.taken.map { "(\(name($0.start)), \(name($0.end)))" }
        return "\(pattern) not \(taken.joined(separator: ", "))"
    }

    private func details(_ hop: CountExpand.Hop, from: Slot) -> String {
        let labels = hop.labels.map { ":" + Printer.identifier($0) }.joined()
        return arrow(name(from), list(hop.types), labels, hop.direction)
    }

    private func details(_ step: ExpandGroups) -> String {
        var factors = [details(step.expand, length: "")]
        if let times = step.times { factors.insert(name(times), at: 0) }
        if let hop = step.counted { factors.append(details(hop, from: step.expand.from)) }
        var pattern = factors.joined(separator: " × ")
        if !step.keys.isEmpty { pattern += " by \(names(step.keys))" }
        pattern += " AS \(name(step.weight))"
        let conditions = step.exclusions.map { text($0.condition) }
        return conditions.isEmpty
            ? pattern : "\(pattern) WHERE \(conditions.joined(separator: " AND "))"
    }

    private func details(_ intersect: Intersect) -> String {
        let sides = [intersect.first, intersect.second].map { side in
            let pattern = arrow(
                name(side.from), visibleName(side.relationship) + list([side.type]),
                name(intersect.node), side.direction)
            let others = side.distinctFrom.map(name)
            return others.isEmpty
                ? pattern : "\(pattern) not \(others.joined(separator: ", "))"
        }
        return sides.joined(separator: ", ")
    }

    private func details(_ walk: VariableExpand) -> String {
        var length = "*"
        if walk.minimum != 1 || walk.maximum != nil {
            length +=
                walk.minimum == walk.maximum
                ? "\(walk.minimum)" : "\(walk.minimum)..\(walk.maximum.map(String.init) ?? "")"
        }
        let pattern = details(walk.expand, length: length)
        guard let predicate = walk.stepPredicate else { return pattern }
        return "\(pattern) each \(text(predicate))"
    }

    private func details(_ expand: QuantifiedExpand) -> String {
        let length = expand.length
        let bounds = "{\(length.minimum),\(length.maximum.map { " \($0)" } ?? "")}"
        let inner = arrow(visibleName(expand.innerFrom), "…", visibleName(expand.innerTo), .either)
        return "(\(name(expand.from))) (\(inner))\(bounds) (\(name(expand.to)))"
    }

    private func details(_ search: ShortestTrails) -> String {
        let selection =
            switch search.selection {
            case .paths(let count): "SHORTEST \(count) "
            case .groups(let count): "SHORTEST \(count) GROUPS "
            }
        return selection + details(search.repetition)
    }

    private func details(_ seek: IndexSeek, _ entity: Slot) -> String {
        var conditions: [String] = []
        for (key, value) in zip(seek.properties, seek.equal) {
            conditions.append("\(Printer.identifier(key)) = \(text(value))")
        }
        if seek.equal.count < seek.properties.count {
            let key = Printer.identifier(seek.properties[seek.equal.count])
            if let anyOf = seek.anyOf { conditions.append("\(key) IN \(text(anyOf))") }
            switch seek.tail {
            case .none: break
            case .prefix(let prefix): conditions.append("\(key) STARTS WITH \(text(prefix))")
            case .contains(let piece): conditions.append("\(key) CONTAINS \(text(piece))")
            case .endsWith(let end): conditions.append("\(key) ENDS WITH \(text(end))")
            case .withinBox(let lower, let upper):
                conditions.append("point.withinBBox(\(key), \(text(lower)), \(text(upper)))")
            case .near(let center, let distance):
                conditions.append("point.distance(\(key), \(text(center))) <= \(text(distance))")
            case .range(let lower, let upper):
                if let lower {
                    conditions.append(
                        "\(key) >\(lower.inclusive ? "=" : "") \(text(lower.expression))")
                }
                if let upper {
                    conditions.append(
                        "\(key) <\(upper.inclusive ? "=" : "") \(text(upper.expression))")
                }
            }
        }
        let keys = seek.properties.map(Printer.identifier).joined(separator: ", ")
        return "\(name(entity)):\(Printer.identifier(seek.label ?? "?"))(\(keys)) WHERE "
            + conditions.joined(separator: " AND ")
    }

    private func details(_ count: CountStore, _ slot: Slot) -> String {
        switch count {
        case .nodes(let label):
            return "count((\(label.map { ":" + Printer.identifier($0) } ?? ""))) AS \(name(slot))"
        case .relationships(let types, let label, let direction):
            let end = label.map { ":" + Printer.identifier($0) } ?? ""
            return "count(\(arrow(end, list(types), "", direction))) AS \(name(slot))"
        }
    }

    private func details(_ apply: Apply) -> String {
        var text = apply.perRow ? "row by row" : ""
        if let transactions = apply.transactions {
            text = "IN TRANSACTIONS OF \(self.text(transactions.rows)) ROWS"
        }
        return text
    }

    private func details(_ step: ProcedureStep) -> String {
        let arguments = step.arguments.map { text($0) }.joined(separator: ", ")
        let yields = step.yields.map { pair in
            let name = name(pair.slot)
            return sameName(pair.column, name) ? name : "\(pair.column) AS \(name)"
        }
        return "\(step.name)(\(arguments))"
            + (yields.isEmpty ? "" : " YIELD \(yields.joined(separator: ", "))")
            + (step.condition.map { " WHERE \(text($0.predicate))" } ?? "")
    }

    private func details(_ pattern: CreatePattern) -> String {
        var parts: [String] = []
        for node in pattern.nodes {
            let labels = node.labels.map { ":" + text($0) }.joined()
            parts.append("(\(visibleName(node.slot))\(labels))")
        }
        for relationship in pattern.relationships {
            parts.append(
                arrow(
                    visibleName(relationship.start),
                    "\(visibleName(relationship.slot)):\(text(relationship.type))",
                    visibleName(relationship.end), .outgoing))
        }
        return parts.joined(separator: ", ")
    }

    private func details(_ merge: Merge) -> String {
        var result = details(merge.pattern)
        if !merge.onCreate.isEmpty {
            result += " ON CREATE SET " + merge.onCreate.map(text).joined(separator: ", ")
        }
        if !merge.onMatch.isEmpty {
            result += " ON MATCH SET " + merge.onMatch.map(text).joined(separator: ", ")
        }
        return result
    }

    private func text(_ keys: [SortKey]) -> String {
        keys.map { "\(name($0.slot)) \($0.descending ? "DESC" : "ASC")" }
            .joined(separator: ", ")
    }

    private func text(_ call: AggregateCall) -> String {
        if call.function == .countStar { return "count(*)" }
        let arguments = [call.argument, call.second].compactMap { $0 }.map { text($0) }
        let distinct = call.distinct ? "DISTINCT " : ""
        return "\(call.function.rawValue)(\(distinct)\(arguments.joined(separator: ", ")))"
    }

    private func text(_ operation: SetOperation) -> String {
        switch operation {
        case .property(let target, let key, let value):
            return "\(text(target)).\(Printer.identifier(key)) = \(text(value))"
        case .dynamicProperty(let target, let key, let value):
            return "\(text(target))[\(text(key))] = \(text(value))"
        case .replace(let target, let map): return "\(text(target)) = \(text(map))"
        case .merge(let target, let map): return "\(text(target)) += \(text(map))"
        case .addLabels(let target, let labels):
            return text(target) + labels.map { ":" + text($0) }.joined()
        case .removeLabels(let target, let labels):
            return "REMOVE " + text(target) + labels.map { ":" + text($0) }.joined()
        }
    }
}
