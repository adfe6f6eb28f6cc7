/// A plan under construction: which slots each step could carry is known, which it must is not yet.
/// `PlanFinisher` turns it into the final plan, top down.
final class PlanDraft {
    let operation: PlanOperation
    var children: [PlanDraft]
    let rows: Double
    /// Steps on the longest way down.
    let depth: Int
    /// Slots that can be read above this step.
    let bound: SlotSet
    /// Slots that hold another entity in every row.
    let distinct: SlotSet
    /// A subquery that was planned before; then there is nothing below.
    let finished: BoundSubquery?

    init(
        _ operation: PlanOperation, _ children: [PlanDraft] = [], rows: Double, bound: SlotSet,
        distinct: SlotSet = SlotSet()
    ) {
        self.operation = operation
        self.children = children
        self.rows = min(rows, Cardinality.most)
        depth = 1 + (children.lazy.map(\.depth).max() ?? 0)
        self.bound = bound
        self.distinct = distinct
        finished = nil
    }

    init(_ subquery: BoundSubquery) {
        operation = subquery.plan.operation
        children = []
        rows = subquery.plan.estimatedRows
        depth = 1
        bound = SlotSet([subquery.rowSlot])
        distinct = SlotSet()
        finished = subquery
    }

    /// One row without columns.
    static var unit: PlanDraft { PlanDraft(.unit, rows: 1, bound: SlotSet()) }

    var isUnit: Bool {
        if case .unit = operation { return true }
        return false
    }

    /// Whether it gives a single row, or probably so: what one look-up finds, as of a node by its key,
    /// or an aggregate of all rows.
    var isSingleRow: Bool {
        guard rows <= 1, let below = children.first else { return false }
        switch operation {
        case .indexSeek, .nodeByID: return below.isUnit
        case .filter, .project: return below.isUnit || below.isSingleRow
        case .aggregate(let keys, _, _): return keys.isEmpty
        default: return false
        }
    }

    /// A step on top that keeps all slots and adds some.
    func adding(
        _ operation: PlanOperation, _ slots: SlotSet = SlotSet(), rows: Double? = nil,
        keepsRowsDistinct: Bool = true, newDistinct: SlotSet = SlotSet()
    ) -> PlanDraft {
        PlanDraft(
            operation, [self], rows: rows ?? self.rows, bound: bound.union(slots),
            distinct: keepsRowsDistinct ? distinct.union(newDistinct) : newDistinct)
    }

    /// The fewest rows that a step on the way to this one gives while all of the slots are bound.
    func fewestRows(with slots: SlotSet) -> Double {
        var rows = self.rows
        var draft = self
        while let below = draft.children.first, slots.isSubset(of: below.bound) {
            draft = below
            rows = min(rows, draft.rows)
        }
        return rows
    }

    /// Slots of which no two rows of one outer row, whose number is in `rowSlot`, have the same value.
    func distinct(byRow rowSlot: Slot) -> SlotSet {
        switch operation {
        case .expandGroups(let step):
            step.endsDiffer && step.keys == [rowSlot] ? [step.expand.to] : []
        case .filter: children[0].distinct(byRow: rowSlot)
        default: []
        }
    }

    /// Whether the step reads all of its input before it gives anything.
    var isBarrier: Bool {
        switch operation {
        case .aggregate, .aggregateByRow, .sort, .top, .eager: true
        default: false
        }
    }
}
