/// Turns a draft into the plan, from the top down: each step learns which slots are needed above
/// it, carries those and no others, and asks its children for them and for what it reads itself.
/// What nobody needs is not computed: relationships of an expand, columns of a projection.
struct PlanFinisher {
    /// What `.argument` leaves ask of the rows that are passed in.
    private var argumentNeeds: [(id: ArgumentID, slots: SlotSet)] = []

    mutating func finish(_ draft: PlanDraft, needed: SlotSet) -> PlanNode {
        if let subquery = draft.finished {
            ask(of: subquery.argument, SlotSet(subquery.imports))
            return subquery.plan
        }
        let output = needed.intersection(draft.bound)
        switch draft.operation {
        case .unit, .allNodesScan, .labelScan, .labelUnionScan, .relationshipScan, .countStore:
            return node(draft, draft.operation, [], output)
        case .argument(let id, _, let rowSlot): return argument(draft, id, rowSlot, output)
        case .project(let items): return project(draft, items, output)
        case .aggregate(let keys, let aggregates, let weight):
            return aggregate(draft, keys, aggregates, weight, output)
        case .aggregateByRow(let rows, let aggregates, let weight):
            return aggregate(draft, rows, aggregates, weight, output)
        case .expand(let expand):
            let slim = slimmed(expand, needed)
            return oneChild(draft, .expand(slim), output, reads: reads(of: slim))
        case .countExpand(let count):
            return oneChild(draft, draft.operation, output, reads: count.reads)
        case .expandGroups(let step):
            return oneChild(draft, draft.operation, output, reads: step.reads)
        case .intersect(let intersect):
            let slim = Intersect(
                first: slimmed(intersect.first, needed), second: slimmed(intersect.second, needed),
                node: intersect.node, mayMeet: intersect.mayMeet)
            return oneChild(draft, .intersect(slim), output, reads: slim.reads)
        case .variableExpand(let walk):
            let slim = slimmed(walk, needed)
            return oneChild(draft, .variableExpand(slim), output, reads: reads(of: slim))
        case .shortestPath(let path):
            let slim = path.predicate == nil ? slimmed(path.expand, needed) : path.expand
            var reads = reads(of: slim)
            path.predicate?.addSlots(to: &reads)
            let operation = PlanOperation.shortestPath(
                ShortestPath(
                    expand: slim, selection: path.selection, predicate: path.predicate,
                    optional: path.optional))
            return oneChild(draft, operation, output, reads: reads)
        case .quantifiedExpand(let expand):
            return quantified(draft, expand, needed, output) { .quantifiedExpand($0) }
        case .shortestTrails(let search):
            return quantified(draft, search.repetition, needed, output) {
                .shortestTrails(ShortestTrails(repetition: $0, selection: search.selection))
            }
        case .procedureCall(let step): return procedureCall(draft, step, output)
        case .apply(let apply): return self.apply(draft, apply, needed, output)
        case .cartesianProduct:
            let children = [
                finish(draft.children[0], needed: needed),
                finish(draft.children[1], needed: needed),
            ]
            return node(draft, draft.operation, children, output)
        case .hashJoin(let left, let right):
            let children = [
                finish(draft.children[0], needed: output.union(SlotSet(left))),
                finish(draft.children[1], needed: output.union(SlotSet(right))),
            ]
            return node(draft, draft.operation, children, output)
        case .union(let renames): return union(draft, renames, output)
        case .merge(let merge): return self.merge(draft, merge, needed, output)
        case .forEach(_, let list, let id):
            return forEach(draft, list, id, needed, output)
        case .produceResults(let columns):
            let reads = SlotSet(columns.map(\.slot))
            let child = finish(draft.children[0], needed: reads)
            return node(draft, draft.operation, [child], reads)
        default:
            return oneChild(draft, draft.operation, output, reads: draft.operation.reads)
        }
    }

    private func node(
        _ draft: PlanDraft, _ operation: PlanOperation, _ children: [PlanNode], _ output: SlotSet
    ) -> PlanNode {
        PlanNode(
            operation, children: children, estimatedRows: draft.rows, output: output.sorted)
    }

    private mutating func oneChild(
        _ draft: PlanDraft, _ operation: PlanOperation, _ output: SlotSet, reads: SlotSet
    ) -> PlanNode {
        let below = draft.children[0]
        let child = finish(below, needed: output.union(reads).intersection(below.bound))
        return node(draft, operation, [child], output)
    }

    // MARK: Leaves and columns

    private mutating func argument(
        _ draft: PlanDraft, _ id: ArgumentID, _ rowSlot: Slot?, _ output: SlotSet
    ) -> PlanNode {
        var slots = output
        if let rowSlot { slots.remove(rowSlot) }
        ask(of: id, slots)
        return node(
            draft, .argument(id, slots: slots.sorted, rowSlot: rowSlot), [], output)
    }

    private mutating func project(
        _ draft: PlanDraft, _ items: [(slot: Slot, expression: BoundExpression)],
        _ output: SlotSet
    ) -> PlanNode {
        var below = output
        for item in items where output.contains(item.slot) { below.remove(item.slot) }
        for item in items where output.contains(item.slot) {
            item.expression.addSlots(to: &below)
        }
        let child = finish(draft.children[0], needed: below)
        if items.allSatisfy({ output.contains($0.slot) }) {
            return node(draft, draft.operation, [child], output)
        }
        let kept = items.filter { output.contains($0.slot) }
        return kept.isEmpty ? child : node(draft, .project(kept), [child], output)
    }

    private mutating func aggregate(
        _ draft: PlanDraft, _ keys: [(slot: Slot, expression: BoundExpression)],
        _ aggregates: [(slot: Slot, call: AggregateCall)], _ weight: Slot?, _ output: SlotSet
    ) -> PlanNode {
        let kept = aggregates.filter { output.contains($0.slot) }
        var below = slots(of: kept, weight)
        for key in keys { key.expression.addSlots(to: &below) }
        let child = finish(draft.children[0], needed: below)
        return node(
            draft, .aggregate(keys: keys, aggregates: kept, weight: weight), [child], output)
    }

    private mutating func aggregate(
        _ draft: PlanDraft, _ rows: RowNumbers,
        _ aggregates: [(slot: Slot, call: AggregateCall)], _ weight: Slot?, _ output: SlotSet
    ) -> PlanNode {
        let kept = aggregates.filter { output.contains($0.slot) }
        var below = slots(of: kept, weight)
        below.insert(rows.slot)
        let child = finish(draft.children[0], needed: below)
        return node(draft, .aggregateByRow(rows, aggregates: kept, weight: weight), [child], output)
    }

    private func slots(of aggregates: [(slot: Slot, call: AggregateCall)], _ weight: Slot?)
        -> SlotSet
    {
        var slots = SlotSet()
        for aggregate in aggregates {
            aggregate.call.argument?.addSlots(to: &slots)
            aggregate.call.second?.addSlots(to: &slots)
        }
        if let weight { slots.insert(weight) }
        return slots
    }

    private mutating func procedureCall(
        _ draft: PlanDraft, _ step: ProcedureStep, _ output: SlotSet
    ) -> PlanNode {
        let kept = step.yields.filter { output.contains($0.slot) }
        var reads = SlotSet()
        step.condition?.predicate.addSlots(to: &reads)
        if let condition = step.condition { reads.remove(condition.entity) }
        for argument in step.arguments { argument.addSlots(to: &reads) }
        let slim = ProcedureStep(
            name: step.name, arguments: step.arguments, yields: kept, optional: step.optional,
            condition: step.condition, range: step.range)
        return oneChild(draft, .procedureCall(slim), output, reads: reads)
    }

    private mutating func union(
        _ draft: PlanDraft, _ renames: [[(from: Slot, to: Slot)]], _ output: SlotSet
    ) -> PlanNode {
        var kept: [[(from: Slot, to: Slot)]] = []
        var children: [PlanNode] = []
        for (child, pairs) in zip(draft.children, renames) {
            var all = pairs.filter { output.contains($0.to) }
            // The number of the outer row goes through under its own name.
            for slot in output.ascending where !pairs.contains(where: { $0.to == slot }) {
                all.append((from: slot, to: slot))
            }
            children.append(finish(child, needed: SlotSet(all.map(\.from))))
            kept.append(all)
        }
        return node(draft, .union(kept), children, output)
    }

    // MARK: Expands

    private func slimmed(_ expand: Expand, _ needed: SlotSet) -> Expand {
        guard let relationship = expand.relationship, !needed.contains(relationship) else {
            return expand
        }
        return Expand(
            from: expand.from, relationship: nil, to: expand.to, types: expand.types,
            direction: expand.direction, into: expand.into, distinctFrom: expand.distinctFrom)
    }

    private func slimmed(_ side: Intersect.Side, _ needed: SlotSet) -> Intersect.Side {
        guard let relationship = side.relationship, !needed.contains(relationship) else {
            return side
        }
        return Intersect.Side(
            from: side.from, relationship: nil, type: side.type, direction: side.direction,
            distinctFrom: side.distinctFrom)
    }

    private func slimmed(_ walk: VariableExpand, _ needed: SlotSet) -> VariableExpand {
        VariableExpand(
            expand: slimmed(walk.expand, needed), minimum: walk.minimum, maximum: walk.maximum,
            stepPredicate: walk.stepPredicate, stepRelationship: walk.stepRelationship,
            stepNode: walk.stepNode, reversed: walk.reversed)
    }

    private func reads(of expand: Expand) -> SlotSet {
        var reads = SlotSet(expand.distinctFrom)
        reads.insert(expand.from)
        if expand.into { reads.insert(expand.to) }
        return reads
    }

    private func reads(of walk: VariableExpand) -> SlotSet {
        var reads = reads(of: walk.expand)
        walk.stepPredicate?.addSlots(to: &reads)
        if let step = walk.stepRelationship { reads.remove(step) }
        if let step = walk.stepNode { reads.remove(step) }
        return reads
    }

    // MARK: Right sides

    private mutating func apply(
        _ draft: PlanDraft, _ apply: Apply, _ needed: SlotSet, _ output: SlotSet
    ) -> PlanNode {
        let (left, right) = (draft.children[0], draft.children[1])
        var wanted = SlotSet()
        var kind = apply.kind
        switch apply.kind {
        case .inner: wanted = needed.intersection(right.bound).subtracting(left.bound)
        case .optional(let slots):
            wanted = needed.intersection(right.bound).subtracting(left.bound)
            kind = .optional(slots.filter { needed.contains($0) })
        case .semi, .antiSemi, .unit: break
        }
        if !apply.perRow, !apply.kind.isUnit { wanted.insert(apply.rowSlot) }
        let rightNode = finish(right, needed: wanted)
        let argument = needs(of: apply.argument)
        let leftNode = finish(
            left, needed: output.union(argument).intersection(left.bound))
        let slim = Apply(
            kind: kind, argument: apply.argument, rowSlot: apply.rowSlot, perRow: apply.perRow,
            transactions: apply.transactions)
        return node(draft, .apply(slim), [leftNode, rightNode], output)
    }

    private mutating func quantified(
        _ draft: PlanDraft, _ expand: QuantifiedExpand, _ needed: SlotSet, _ output: SlotSet,
        _ operation: (QuantifiedExpand) -> PlanOperation
    ) -> PlanNode {
        let (left, right) = (draft.children[0], draft.children[1])
        let lists = expand.lists.filter { needed.contains($0.list) }
        let inner = expand.innerRelationships + lists.map(\.inner)
        let rightNode = finish(
            right, needed: SlotSet(inner + [expand.rowSlot, expand.innerTo]))
        var wanted = output.union(needs(of: expand.argument))
        wanted.formUnion(SlotSet(expand.distinctFrom + [expand.from]))
        if expand.into { wanted.insert(expand.to) }
        let leftNode = finish(left, needed: wanted.intersection(left.bound))
        let isListed = expand.relationships.map { needed.contains($0) } ?? false
        let slim = QuantifiedExpand(
            from: expand.from, to: expand.to, into: expand.into,
            relationships: isListed ? expand.relationships : nil, length: expand.length,
            argument: expand.argument, rowSlot: expand.rowSlot, innerFrom: expand.innerFrom,
            innerTo: expand.innerTo, innerRelationships: expand.innerRelationships,
            lists: lists, distinctFrom: expand.distinctFrom, reversed: expand.reversed)
        return node(draft, operation(slim), [leftNode, rightNode], output)
    }

    private mutating func merge(
        _ draft: PlanDraft, _ merge: Merge, _ needed: SlotSet, _ output: SlotSet
    ) -> PlanNode {
        let (left, right) = (draft.children[0], draft.children[1])
        let reads = draft.operation.reads
        let made = SlotSet(
            merge.pattern.nodes.map(\.slot) + merge.pattern.relationships.map(\.slot))
        let rightNode = finish(right, needed: needed.union(reads).intersection(made))
        let argument = needs(of: merge.argument)
        let leftNode = finish(
            left, needed: output.union(reads).union(argument).intersection(left.bound))
        return node(draft, draft.operation, [leftNode, rightNode], output)
    }

    private mutating func forEach(
        _ draft: PlanDraft, _ list: BoundExpression, _ id: ArgumentID,
        _ needed: SlotSet, _ output: SlotSet
    ) -> PlanNode {
        let (left, right) = (draft.children[0], draft.children[1])
        let rightNode = finish(right, needed: SlotSet())
        var wanted = output.union(needs(of: id))
        list.addSlots(to: &wanted)
        let leftNode = finish(left, needed: wanted.intersection(left.bound))
        return node(draft, draft.operation, [leftNode, rightNode], output)
    }

    /// What the outer row must bring for a finished right side.
    func needs(of argument: ArgumentID) -> SlotSet {
        argumentNeeds.first { $0.id == argument }?.slots ?? SlotSet()
    }

    private mutating func ask(of argument: ArgumentID, _ slots: SlotSet) {
        if let place = argumentNeeds.firstIndex(where: { $0.id == argument }) {
            argumentNeeds[place].slots.formUnion(slots)
        } else {
            argumentNeeds.append((id: argument, slots: slots))
        }
    }
}

extension Apply.Kind {
    var isUnit: Bool {
        if case .unit = self { return true }
        return false
    }
}
