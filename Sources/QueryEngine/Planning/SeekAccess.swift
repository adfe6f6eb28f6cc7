import Cypher
import GraphStore
import Values

/// Where nodes or relationships are found one by one.
indirect enum EntitySeek {
    case index(String, IndexSeek)
    case ids(IDSeek)

    /// What it costs in rows touched: the way down, and what is found; `entry`: for each further
    /// one in an index.
    func cost(_ rows: Double, entry: Double) -> Double {
        switch self {
        case .index: 2 + min(rows, 1) + entry * max(0, rows - 1)
        case .ids: 2 + rows
        }
    }
}

/// A way to find nodes or relationships by what they hold, or by their ids.
struct SeekAccess {
    let seek: EntitySeek
    /// Slots of the row that the condition reads.
    let needs: SlotSet
    /// Entities for each row.
    let rows: Double
    /// Predicates that it settles, by their place in the graph.
    let solved: SlotSet
}

/// Seeks: what the conditions on an entity make of an index.
extension NodeAccessFinder {
    func seek(_ index: IndexDefinition, _ label: String, _ conditions: [Condition])
        -> SeekAccess?
    {
        switch index.kind {
        case .text: textSeek(index, label, conditions)
        case .point: pointSeek(index, label, conditions)
        default: valueSeek(index, label, conditions)
        }
    }

    /// A box that has all the points wanted; the predicate is tested on what is in it.
    private func pointSeek(_ index: IndexDefinition, _ label: String, _ conditions: [Condition])
        -> SeekAccess?
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
            return SeekAccess(
                seek: .index(
                    index.name,
                    IndexSeek(
                        index.entity, tail: tail, label: label, properties: index.properties)),
                needs: condition.needs, rows: count(index, label) * Cardinality.equality,
                solved: SlotSet())
        }
        return nil
    }

    /// One piece, or the end, of the string.
    private func textSeek(_ index: IndexDefinition, _ label: String, _ conditions: [Condition])
        -> SeekAccess?
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
            return SeekAccess(
                seek: .index(
                    index.name,
                    IndexSeek(
                        index.entity, tail: tail, label: label, properties: index.properties)),
                needs: condition.needs,
                rows: min(count, max(0.01, estimate ?? count * Cardinality.equality)),
                solved: SlotSet([condition.predicate]))
        }
        return nil
    }

    /// Equality on the first properties of the index, then one list, prefix or range.
    private func valueSeek(_ index: IndexDefinition, _ label: String, _ conditions: [Condition])
        -> SeekAccess?
    {
        var equal: [BoundExpression] = []
        var anyOf: BoundExpression?
        var tail = IndexSeek.Tail.none
        var solved = SlotSet()
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
            solved.insert(condition.predicate)
            needs.formUnion(condition.needs)
            properties = properties.dropFirst()
        }
        if let key = properties.first {
            // A list stands for all that is asked of the property, and only of the first one.
            let list = equal.isEmpty ? conditions.first { $0.isOn(key) && $0.isList } : nil
            for condition in list.map({ [$0] }) ?? conditions where condition.isOn(key) {
                switch condition.test {
                case .oneOf(let list) where equal.isEmpty: anyOf = list
                case .prefix(let prefix):
                    guard case .none = tail else { continue }
                    tail = .prefix(prefix)
                case .bound(let symbol, let value):
                    guard let narrowed = narrow(tail, symbol, value) else { continue }
                    tail = narrowed
                case .oneOf, .equal, .contains, .endsWith, .withinBox, .near: continue
                }
                solved.insert(condition.predicate)
                needs.formUnion(condition.needs)
            }
        }
        if solved.isEmpty { return nil }
        let seek = IndexSeek(
            index.entity, equal: equal, anyOf: anyOf, tail: tail, label: label,
            properties: index.properties, isUnique: index.isUnique)
        return SeekAccess(
            seek: .index(index.name, seek), needs: needs, rows: rows(index, label, seek),
            solved: solved)
    }

    /// The entities that the index is over.
    private func count(_ index: IndexDefinition, _ labelOrType: String) -> Double {
        max(1, cardinality.count(index.entity, labelOrType))
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
        if let condition = condition(of: seek),
            let known = cardinality.catalog.estimate(index, condition)
        {
            return max(0.01, known)
        }
        if let anyOf = seek.anyOf,
            let share = cardinality.share(
                of: index.properties[0], index.entity, label, in: anyOf)
        {
            return max(0.01, nodes * share)
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

extension NodeAccessFinder {
    /// The condition, where all its values are known now. What it says of parameters is noted where
    /// the predicates that it settles are estimated.
    private func condition(of seek: IndexSeek) -> IndexCondition? {
        var values: [Value] = []
        for expression in seek.equal {
            guard let value = cardinality.value(expression) else { return nil }
            values.append(value)
        }
        if seek.anyOf != nil { return nil }
        switch seek.tail {
        case .none: return IndexCondition(equal: values)
        case .prefix(let prefix):
            guard case .string(let prefix)? = cardinality.value(prefix) else { return nil }
            return IndexCondition(equal: values, tail: .prefix(prefix))
        case .contains, .endsWith, .withinBox, .near: return nil
        case .range(let lower, let upper):
            var bounds: [IndexCondition.Bound?] = []
            for bound in [lower, upper] {
                guard let bound else {
                    bounds.append(nil)
                    continue
                }
                guard let value = cardinality.value(bound.expression) else { return nil }
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
}
