import Values

extension BoundExpression {
    /// Slots of the row that the expression reads; its own local variables are not among them.
    var slots: SlotSet {
        var slots = SlotSet()
        addSlots(to: &slots)
        return slots
    }

    func addSlots(to slots: inout SlotSet) {
        switch self {
        case .constant, .parameter: break
        case .slot(let slot): slots.insert(slot)
        case .property(let base, _), .not(let base), .negate(let base), .isNull(let base),
            .isType(let base, _):
            base.addSlots(to: &slots)
        case .element(let left, let right), .xor(let left, let right),
            .arithmetic(_, let left, let right), .comparison(_, let left, let right),
            .inList(let left, list: let right), .stringMatch(_, let left, let right):
            left.addSlots(to: &slots)
            right.addSlots(to: &slots)
        case .slice(let base, let from, let to):
            base.addSlots(to: &slots)
            from?.addSlots(to: &slots)
            to?.addSlots(to: &slots)
        case .list(let items), .and(let items), .or(let items), .coalesce(let items),
            .graph(_, let items):
            for item in items { item.addSlots(to: &slots) }
        case .scalar(let call):
            for argument in call.arguments { argument.addSlots(to: &slots) }
        case .map(let entries):
            for entry in entries { entry.value.addSlots(to: &slots) }
        case .hasLabels(let base, let labels):
            base.addSlots(to: &slots)
            labels.addSlots(to: &slots)
        case .caseWhen(let subject, let branches, let otherwise):
            subject?.addSlots(to: &slots)
            for branch in branches {
                branch.condition.addSlots(to: &slots)
                branch.result.addSlots(to: &slots)
            }
            otherwise?.addSlots(to: &slots)
        case .letIn(let slot, let value, let body):
            value.addSlots(to: &slots)
            slots.formUnion(body.slots(without: slot))
        case .comprehension(let list, let item, let predicate, let projection):
            list.addSlots(to: &slots)
            if let predicate { slots.formUnion(predicate.slots(without: item)) }
            if let projection { slots.formUnion(projection.slots(without: item)) }
        case .quantifier(_, let list, let item, let predicate):
            list.addSlots(to: &slots)
            slots.formUnion(predicate.slots(without: item))
        case .reduce(let accumulator, let initial, let item, let list, let step):
            initial.addSlots(to: &slots)
            list.addSlots(to: &slots)
            slots.formUnion(step.slots(without: item, accumulator))
        case .subquery(let subquery):
            for slot in subquery.imports { slots.insert(slot) }
        case .path(let parts):
            for part in parts { slots.insert(part.slot) }
        }
    }

    private func slots(without locals: Slot...) -> SlotSet {
        var slots = self.slots
        for local in locals { slots.remove(local) }
        return slots
    }

    /// Whether it has one value for one row, as far as its functions tell.
    var isDeterministic: Bool {
        var isDeterministic = true
        visit { part in
            if case .scalar(let call) = part, let function = ScalarFunctions.named(call.name),
                !function.isDeterministic
            {
                isDeterministic = false
            }
        }
        return isDeterministic
    }

    var hasSubquery: Bool {
        var hasSubquery = false
        visit { if case .subquery = $0 { hasSubquery = true } }
        return hasSubquery
    }

    /// Calls back with the expression and everything in it, outside in; plans of subqueries are
    /// not entered.
    func visit(_ body: (BoundExpression) -> Void) {
        body(self)
        switch self {
        case .constant, .parameter, .slot, .subquery, .path: break
        case .property(let base, _), .not(let base), .negate(let base), .isNull(let base),
            .isType(let base, _):
            base.visit(body)
        case .element(let left, let right), .xor(let left, let right),
            .arithmetic(_, let left, let right), .comparison(_, let left, let right),
            .inList(let left, list: let right), .stringMatch(_, let left, let right):
            left.visit(body)
            right.visit(body)
        case .slice(let base, let from, let to):
            base.visit(body)
            from?.visit(body)
            to?.visit(body)
        case .list(let items), .and(let items), .or(let items), .coalesce(let items),
            .graph(_, let items):
            for item in items { item.visit(body) }
        case .scalar(let call):
            for argument in call.arguments { argument.visit(body) }
        case .map(let entries):
            for entry in entries { entry.value.visit(body) }
        case .hasLabels(let base, let labels):
            base.visit(body)
            labels.visit(body)
        case .caseWhen(let subject, let branches, let otherwise):
            subject?.visit(body)
            for branch in branches {
                branch.condition.visit(body)
                branch.result.visit(body)
            }
            otherwise?.visit(body)
        case .letIn(_, let value, let inner):
            value.visit(body)
            inner.visit(body)
        case .comprehension(let list, _, let predicate, let projection):
            list.visit(body)
            predicate?.visit(body)
            projection?.visit(body)
        case .quantifier(_, let list, _, let predicate):
            list.visit(body)
            predicate.visit(body)
        case .reduce(_, let initial, _, let list, let step):
            initial.visit(body)
            list.visit(body)
            step.visit(body)
        }
    }

    var isConstant: Bool {
        if case .constant = self { return true }
        return false
    }

    /// The operands of a conjunction; anything else is its only conjunct.
    var conjuncts: [BoundExpression] {
        guard case .and(let operands) = self else { return [self] }
        return operands.contains(where: \.isConjunction) ? operands.flatMap(\.conjuncts) : operands
    }

    var isConjunction: Bool {
        if case .and = self { true } else { false }
    }
}

extension PathPart {
    var slot: Slot {
        switch self {
        case .node(let slot), .relationship(let slot), .relationships(let slot): slot
        }
    }
}

extension BoundLabels {
    func addSlots(to slots: inout SlotSet) {
        switch self {
        case .name, .wildcard: break
        case .and(let left, let right), .or(let left, let right):
            left.addSlots(to: &slots)
            right.addSlots(to: &slots)
        case .not(let inner): inner.addSlots(to: &slots)
        case .dynamic(let expression), .dynamicAny(let expression):
            expression.addSlots(to: &slots)
        }
    }

    func visit(_ body: (BoundExpression) -> Void) {
        switch self {
        case .name, .wildcard: break
        case .and(let left, let right), .or(let left, let right):
            left.visit(body)
            right.visit(body)
        case .not(let inner): inner.visit(body)
        case .dynamic(let expression), .dynamicAny(let expression): expression.visit(body)
        }
    }
}

extension [BoundExpression] {
    /// The variable whose value alone says what all of them are; nil where there is no such one.
    var onlyVariable: Slot? {
        guard var variables = variables?.ascending, let only = variables.next(),
            variables.next() == nil
        else { return nil }
        return only
    }

    /// The variables whose values alone say what all of them are; nil where they do not.
    var variables: SlotSet? {
        guard allSatisfy({ $0.isDeterministic && !$0.hasSubquery }) else { return nil }
        var slots = SlotSet()
        for expression in self { expression.addSlots(to: &slots) }
        return slots
    }
}
