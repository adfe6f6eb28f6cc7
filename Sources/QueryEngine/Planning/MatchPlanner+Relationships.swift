import Cypher
import Values

/// The steps of a match that go along relationships.
extension MatchPlanner {
    mutating func scan(_ place: Int, _ base: PlanDraft) -> PlanDraft {
        let relationship = graph.relationships[place]
        let conditions = uniqueness(of: SlotSet([place]), against: solved)
        solved.insert(place)
        let isForward = relationship.direction != .incoming
        let bound = SlotSet([relationship.slot, relationship.left, relationship.right])
        let isEither = relationship.direction == .either
        let count = max(0.01, order.links[place].count)
        var draft = PlanDraft(
            .relationshipScan(
                relationship: relationship.slot,
                start: isForward ? relationship.left : relationship.right,
                end: isForward ? relationship.right : relationship.left,
                types: relationship.types, direction: isEither ? .either : .outgoing),
            rows: count, bound: bound,
            distinct: isEither ? SlotSet() : SlotSet([relationship.slot]))
        if !base.isUnit {
            draft = PlanDraft(
                .cartesianProduct, [base, draft], rows: base.rows * count,
                bound: base.bound.union(bound))
        }
        let link = order.links[place]
        for (end, hop) in [(link.left, link.fromRight), (link.right, link.fromLeft)] {
            draft = filterLabels(end, on: draft, rows: draft.rows * hop.share)
        }
        return filter(conditions, on: draft)
    }

    /// Finds relationships in an index, then reads their ends, or by their ids with their ends.
    mutating func seek(_ place: Int, _ access: SeekAccess, _ base: PlanDraft) -> PlanDraft {
        done.formUnion(access.solved)
        switch access.seek {
        case .index(let index, let seek):
            let slot = graph.relationships[place].slot
            let found = base.adding(
                .indexSeek(entity: slot, index: index, seek), [slot],
                rows: base.rows * access.rows, keepsRowsDistinct: base.isUnit,
                newDistinct: base.isUnit ? [slot] : [])
            return ends(place, found)
        case .ids(let ids):
            return relationshipsByID(place, ids, base.rows * access.rows, base)
        }
    }

    private mutating func relationshipsByID(
        _ place: Int, _ ids: IDSeek, _ rows: Double, _ base: PlanDraft
    ) -> PlanDraft {
        let relationship = graph.relationships[place]
        let (slot, left) = (relationship.slot, relationship.left)
        let isLoop = left == relationship.right
        let right = isLoop ? context.makeTemporary() : relationship.right
        let isEither = relationship.direction == .either
        let isDistinct = base.isUnit && !isEither
        let found = base.adding(
            .relationshipByID(
                relationship: slot, start: left, end: right, ids,
                direction: relationship.direction),
            [slot, left, right], rows: isEither ? rows * 2 : rows, keepsRowsDistinct: isDistinct,
            newDistinct: isDistinct ? [slot] : [])
        var conditions = relationship.typeCondition.map { [$0] } ?? []
        if isLoop { conditions.append(.comparison(.equal, .slot(left), .slot(right))) }
        conditions += uniqueness(of: SlotSet([place]), against: solved)
        solved.insert(place)
        let draft = filterLabels(left, on: filter(conditions, on: found))
        return isLoop ? draft : filterLabels(right, on: draft)
    }

    mutating func expand(_ place: Int, _ fromLeft: Bool, _ rows: PlanDraft) -> PlanDraft {
        let relationship = graph.relationships[place]
        let from = fromLeft ? relationship.left : relationship.right
        let to = fromLeft ? relationship.right : relationship.left
        let isInto = rows.bound.contains(to)
        let base = isInto ? rows : grouped(place, from: from, on: rows)
        // A bound list of relationships is found again and compared.
        let slot = relationship.isBound ? context.makeTemporary() : relationship.slot
        let step = Expand(
            from: from, relationship: slot, to: to, types: relationship.types,
            direction: fromLeft ? relationship.direction : relationship.direction.reversed,
            into: isInto, distinctFrom: distinctFrom(place))
        solved.insert(place)
        let hop = order.links[place].hop(fromLeft: fromLeft)
        let count = base.rows * (isInto ? min(1, hop.rows / max(1, hop.targets)) : hop.rows)
        if case .quantified(let group) = relationship.shape {
            return expand(group, relationship, step, fromLeft, count, on: base)
        }
        let operation: PlanOperation
        if case .variable(let length) = relationship.shape {
            if length.isEmpty { return nothing([slot, to], on: base) }
            operation = .variableExpand(walk(relationship, length, step, reversed: !fromLeft))
        } else {
            operation = .expand(step)
        }
        var draft = base.adding(
            operation, [slot, to], rows: count, keepsRowsDistinct: false)
        if relationship.isBound {
            draft = filter(
                [.comparison(.equal, .slot(slot), .slot(relationship.slot))], on: draft)
        }
        if isInto { return draft }
        let share = order.links[place].hop(fromLeft: fromLeft).share
        return filterLabels(to, on: draft, rows: draft.rows * share)
    }

    /// An expand to a node from which a later step leads back to a bound one: both at once, by
    /// intersecting two lists. nil where there is no such step.
    mutating func intersect(
        _ place: Int, _ fromLeft: Bool, _ later: ArraySlice<JoinStep>, _ base: PlanDraft
    ) -> PlanDraft? {
        let one = graph.relationships[place]
        let from = fromLeft ? one.left : one.right
        let node = one.end(otherThan: from)
        guard canIntersect(one), !base.bound.contains(node) else { return nil }
        for step in later {
            guard case .expand(let other, _) = step else { continue }
            let two = graph.relationships[other]
            guard canIntersect(two), two.left == node || two.right == node,
                base.bound.contains(two.end(otherThan: node))
            else { continue }
            return intersect(place, other, at: node, on: base)
        }
        return nil
    }

    private func canIntersect(_ relationship: QueryRelationship) -> Bool {
        relationship.isSingle && !relationship.isBound && relationship.types.count == 1
            && relationship.direction != .either && relationship.left != relationship.right
    }

    private mutating func intersect(
        _ one: Int, _ two: Int, at node: Slot, on base: PlanDraft
    ) -> PlanDraft {
        let (first, second) = (side(one, to: node), side(two, to: node))
        let mayMeet = meetings[one].contains(two)
        let hops = [one, two].map { order.links[$0].hop(fromLeft: order.links[$0].right == node) }
        solved.insert(one)
        solved.insert(two)
        let operation = PlanOperation.intersect(
            Intersect(first: first, second: second, node: node, mayMeet: mayMeet))
        let draft = base.adding(
            operation,
            [node, graph.relationships[one].slot, graph.relationships[two].slot],
            rows: base.rows * hops[0].rows * hops[1].rows / max(1, hops[0].targets),
            keepsRowsDistinct: false)
        return filterLabels(node, on: draft)
    }

    private func side(_ place: Int, to node: Slot) -> Intersect.Side {
        let relationship = graph.relationships[place]
        let isRight = relationship.right == node
        return Intersect.Side(
            from: relationship.end(otherThan: node), relationship: relationship.slot,
            type: relationship.types[0],
            direction: isRight ? relationship.direction : relationship.direction.reversed,
            distinctFrom: distinctFrom(place))
    }

    /// No rows, where a pattern such as `*2..1` has no matches.
    func nothing(_ slots: SlotSet, on base: PlanDraft) -> PlanDraft {
        base.adding(.filter([.constant(.boolean(false))]), slots, rows: 0)
    }

    func walk(
        _ relationship: QueryRelationship, _ length: PathLength, _ step: Expand, reversed: Bool
    ) -> VariableExpand {
        let predicates = relationship.stepPredicates
        return VariableExpand(
            expand: step, minimum: length.minimum, maximum: length.maximum,
            stepPredicate: predicates.count > 1 ? .and(predicates) : predicates.first,
            stepRelationship: relationship.stepRelationship, stepNode: relationship.stepNode,
            reversed: reversed)
    }

    /// The relationships found that this one could be, by place.
    func taken(from place: Int) -> SlotSet { meetings[place].intersection(solved) }

    /// Their slots.
    func distinctFrom(_ place: Int) -> [Slot] {
        var slots: [Slot] = []
        for other in taken(from: place).ascending { slots.append(graph.relationships[other].slot) }
        return slots
    }

    /// Conditions that keep relationships of one MATCH apart where no expand sees to it.
    func uniqueness(of places: SlotSet, against others: SlotSet) -> [BoundExpression] {
        var conditions: [BoundExpression] = []
        for place in places.ascending {
            let one = graph.relationships[place]
            for other in meetings[place].intersection(others).ascending {
                conditions.append(different(one, graph.relationships[other]))
            }
        }
        return conditions
    }

    private func different(_ one: QueryRelationship, _ two: QueryRelationship) -> BoundExpression {
        let (left, right) = (BoundExpression.slot(one.slot), BoundExpression.slot(two.slot))
        switch (one.isSingle, two.isSingle) {
        case (true, true): return .comparison(.notEqual, left, right)
        case (true, false): return .not(.inList(left, list: right))
        case (false, true): return .not(.inList(right, list: left))
        case (false, false):
            let item = context.makeTemporary()
            return .quantifier(
                .none, left, item: item, predicate: .inList(.slot(item), list: right))
        }
    }

    /// The ends of a relationship that is there: read off it, in each direction that fits.
    mutating func ends(_ place: Int, _ base: PlanDraft) -> PlanDraft {
        let relationship = graph.relationships[place]
        let own = BoundExpression.slot(relationship.slot)
        var conditions: [BoundExpression] = [.not(.isNull(own))]
        if let condition = relationship.typeCondition { conditions.append(condition) }
        conditions += uniqueness(of: SlotSet([place]), against: solved)
        solved.insert(place)
        var draft = filter(conditions, on: base)
        let start = BoundExpression.graph(.startNode, [own])
        let end = BoundExpression.graph(.endNode, [own])
        var left = relationship.direction == .incoming ? end : start
        var right = relationship.direction == .incoming ? start : end
        if relationship.direction == .either {
            // A loop has one way only.
            let forward = context.makeTemporary()
            let ways = BoundExpression.caseWhen(
                subject: nil,
                branches: [
                    (
                        condition: .comparison(.equal, start, end),
                        result: .constant(.list([.boolean(true)]))
                    )
                ], otherwise: .constant(.list([.boolean(true), .boolean(false)])))
            draft = draft.adding(
                .unwind(ways, into: forward), [forward], rows: draft.rows * 2,
                keepsRowsDistinct: false)
            left = .caseWhen(
                subject: nil, branches: [(condition: .slot(forward), result: start)],
                otherwise: end)
            right = .caseWhen(
                subject: nil, branches: [(condition: .slot(forward), result: end)],
                otherwise: start)
        }
        draft = bindEnd(relationship.left, left, on: draft)
        return bindEnd(relationship.right, right, on: draft)
    }

    private mutating func bindEnd(_ slot: Slot, _ value: BoundExpression, on base: PlanDraft)
        -> PlanDraft
    {
        if base.bound.contains(slot) {
            return filter([.comparison(.equal, .slot(slot), value)], on: base)
        }
        let draft = base.adding(.project([(slot: slot, expression: value)]), [slot])
        return filterLabels(slot, on: draft)
    }
}

extension QueryRelationship {
    /// That it has one of its types; nil where any will do.
    fileprivate var typeCondition: BoundExpression? {
        guard let first = types.first else { return nil }
        let labels = types.dropFirst().reduce(BoundLabels.name(first)) { .or($0, .name($1)) }
        return .hasLabels(.slot(slot), labels)
    }
}

extension PathLength {
    /// Whether no number of hops fits.
    var isEmpty: Bool { maximum.map { $0 < minimum } ?? false }
}

extension Cypher.Direction {
    var reversed: Cypher.Direction {
        switch self {
        case .outgoing: .incoming
        case .incoming: .outgoing
        case .either: .either
        }
    }
}
