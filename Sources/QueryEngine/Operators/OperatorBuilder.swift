import Cypher
import GraphStore
import Values

/// Makes the running operators of a plan, for one execution. Names become tokens, constants become
/// numbers, expressions are compiled; operators hold what they need and no plan is walked again.
struct OperatorBuilder {
    let context: QueryContext
    private let compiler: ExpressionCompiler
    /// A step above may want few of the rows: they are not read ahead.
    private var mayStopEarly = false

    init(context: QueryContext) {
        self.context = context
        compiler = ExpressionCompiler(context: context)
    }

    func build(_ plan: PlanNode) throws -> any Operator {
        let step = try make(plan)
        return context.profiler?.wrap(step, of: plan, context) ?? step
    }

    private func child(_ plan: PlanNode) throws -> any Operator { try build(plan.children[0]) }

    /// Builds the child for a step that reads all of it, or stops early.
    private func child(_ plan: PlanNode, stopsEarly: Bool) throws -> any Operator {
        var builder = self
        builder.mayStopEarly = stopsEarly
        return try builder.readAhead(plan.children[0])
    }

    /// A plan all of whose rows are read.
    private func whole(_ plan: PlanNode) throws -> any Operator {
        var builder = self
        builder.mayStopEarly = false
        return try builder.readAhead(plan)
    }

    /// With several threads, where that is worth it and nothing is read in vain.
    private func readAhead(_ plan: PlanNode) throws -> any Operator {
        !mayStopEarly && ParallelRowsOperator.isWorthIt(plan, context)
            ? ParallelRowsOperator(plan, context: context) : try build(plan)
    }

    private func second(_ plan: PlanNode) throws -> any Operator { try build(plan.children[1]) }

    private func make(_ plan: PlanNode) throws -> any Operator {
        switch plan.operation {
        case .unit, .argument, .allNodesScan, .labelScan, .labelUnionScan, .relationshipScan,
            .countStore:
            try makeLeaf(plan)
        case .indexSeek, .nodeByID, .relationshipByID, .expand, .countExpand, .intersect,
            .expandGroups, .variableExpand, .quantifiedExpand, .shortestPath, .shortestTrails:
            try makeReader(plan)
        case .filter, .project, .aggregate, .aggregateByRow, .distinct, .sort, .top, .skip, .limit,
            .limitGroups, .unwind, .procedureCall, .loadCSV, .eager, .produceResults:
            try makeRowStep(plan)
        case .apply, .cartesianProduct, .hashJoin, .union:
            try makeCombination(plan)
        case .create, .merge, .set, .delete, .forEach:
            try makeWrite(plan)
        }
    }
}

// MARK: Leaves and graph readers

extension OperatorBuilder {
    private func makeLeaf(_ plan: PlanNode) throws -> any Operator {
        switch plan.operation {
        case .unit: UnitOperator(context: context)
        case .argument(let id, let slots, let rowSlot):
            ArgumentOperator(id: id, slots: slots, rowSlot: rowSlot, context: context)
        case .allNodesScan(let node): NodeScanOperator(node: node, labels: nil, context: context)
        case .labelScan(let node, let label):
            NodeScanOperator(node: node, labels: [label], context: context)
        case .labelUnionScan(let node, let labels):
            NodeScanOperator(node: node, labels: labels, context: context)
        case .relationshipScan(let relationship, let start, let end, let types, let direction):
            RelationshipScanOperator(
                relationship: relationship, start: start, end: end, types: types,
                direction: direction, context: context)
        case .countStore(let count, let slot):
            CountStoreOperator(count: count, slot: slot, context: context)
        default: preconditionFailure("not a leaf")
        }
    }

    private func makeReader(_ plan: PlanNode) throws -> any Operator {
        switch plan.operation {
        case .indexSeek(let entity, let index, let seek):
            if seek.isWholeKey,
                let lookup = try UniqueLookup(
                    context.view, index: index, properties: seek.equal.count)
            {
                return try UniqueSeekOperator(
                    child: child(plan), entity: entity, kind: seek.kind, lookup: lookup,
                    values: seek.equal.map(compiler.compile), output: plan.output,
                    context: context)
            }
            return try IndexSeekOperator(
                child: child(plan), entity: entity, index: index, seek: seek, output: plan.output,
                compiler: compiler)
        case .nodeByID(let node, let seek):
            return try NodeByIDOperator(
                child: child(plan), node: node, ids: EntityIDs(.node, seek, compiler),
                output: plan.output, context: context)
        case .relationshipByID(let relationship, let start, let end, let seek, let direction):
            return try RelationshipByIDOperator(
                child: child(plan), relationship: relationship, start: start, end: end,
                ids: EntityIDs(.relationship, seek, compiler), direction: direction,
                output: plan.output, context: context)
        case .expand(let expand):
            return try ExpandOperator(
                child: child(plan), expand: expand, output: plan.output, context: context)
        case .countExpand(let count):
            return try CountExpandOperator(
                child: child(plan), count: count, output: plan.output, context: context)
        case .intersect(let intersect):
            return try IntersectOperator(
                child: child(plan), intersect: intersect, output: plan.output, context: context)
        case .expandGroups(let step):
            return try ExpandGroupsOperator(
                child: child(plan), step: step, output: plan.output, compiler: compiler,
                context: context)
        case .variableExpand(let expand):
            return try VariableExpandOperator(
                child: child(plan), expand: expand, output: plan.output, compiler: compiler)
        case .shortestPath(let search):
            return try ShortestPathOperator(
                child: child(plan), search: search, output: plan.output, compiler: compiler)
        case .quantifiedExpand(let expand):
            return try QuantifiedExpandOperator(
                child: child(plan), pattern: second(plan), expand: expand, output: plan.output,
                context: context)
        case .shortestTrails(let search):
            return try ShortestTrailsOperator(
                child: child(plan), pattern: second(plan), search: search,
                isShared: plan.children[1].argumentSlots(search.repetition.argument)
                    == [search.repetition.innerFrom],
                output: plan.output, context: context)
        default: preconditionFailure("not a graph reader")
        }
    }
}

// MARK: Rows

extension OperatorBuilder {
    func aggregation(_ plan: PlanNode) throws -> AggregateOperator {
        guard case .aggregate(let keys, let aggregates, let weight) = plan.operation else {
            preconditionFailure("not an aggregation")
        }
        let parallel = ParallelAggregation(plan, context: context)
        return try AggregateOperator(
            child: parallel == nil ? child(plan, stopsEarly: false) : child(plan), keys: keys,
            aggregates: aggregates, weight: weight,
            nodesRepeat: { !plan.children[0].scans($0) },
            parallel: parallel, context: context)
    }

    private func makeRowStep(_ plan: PlanNode) throws -> any Operator {
        switch plan.operation {
        case .filter(let conjuncts):
            let open = conjuncts.filter { !isImplied($0, over: plan.children[0]) }
            if open.isEmpty { return try child(plan) }
            return try FilterOperator(
                child: child(plan), conjuncts: open.map(compiler.compile), output: plan.output)
        case .project(let items):
            return try ProjectOperator(
                child: child(plan),
                items: items.map { ($0.slot, try compiler.compile($0.expression)) },
                output: plan.output)
        case .aggregate: return try aggregation(plan)
        case .aggregateByRow(let rows, let aggregates, let weight):
            return try AggregateByRowOperator(
                child: child(plan, stopsEarly: false), rows: rows, aggregates: aggregates,
                weight: weight, context: context)
        case .distinct(let slots):
            return try DistinctOperator(
                child: readAhead(plan.children[0]), slots: slots, context: context)
        case .sort(let keys):
            return try SortOperator(
                child: child(plan, stopsEarly: false), keys: keys, context: context)
        case .top(let keys, let limit, let skip):
            return try TopOperator(
                child: child(plan, stopsEarly: false), keys: keys, limit: rowCount(limit, "LIMIT"),
                skip: skip.map { try rowCount($0, "SKIP") } ?? 0, context: context)
        case .skip(let count):
            return try SkipOperator(child: child(plan), count: rowCount(count, "SKIP"))
        case .limit(let count):
            return try LimitOperator(
                child: child(plan, stopsEarly: true), count: rowCount(count, "LIMIT"),
                drains: plan.children[0].writes(context.procedures))
        case .limitGroups(let slot, let count):
            return try LimitGroupsOperator(
                child: child(plan, stopsEarly: true), slot: slot, count: count)
        case .unwind(.scalar(let call), let slot) where call.name == "range":
            return try UnwindRangeOperator(
                child: child(plan), bounds: call.arguments.map(compiler.compile),
                call: compiler.compile(.scalar(call)), slot: slot, output: plan.output,
                context: context)
        case .unwind(let list, let slot):
            return try UnwindOperator(
                child: child(plan), list: compiler.compile(list), slot: slot,
                output: plan.output, context: context)
        case .procedureCall(let step):
            return try ProcedureCallOperator(
                child: child(plan), step: step, output: plan.output, compiler: compiler)
        case .loadCSV(let source):
            return try LoadCSVOperator(
                child: child(plan), source: source, address: compiler.compile(source.address),
                fieldTerminator: source.fieldTerminator.map(compiler.constantValue),
                output: plan.output, context: context)
        case .eager: return try EagerOperator(child: child(plan), context: context)
        case .produceResults: return try readAhead(plan.children[0])
        default: preconditionFailure("not a step over rows")
        }
    }

    /// A statement that writes may change what the counts say while it runs; a profile shows every
    /// step of the plan.
    private func isImplied(_ conjunct: BoundExpression, over plan: PlanNode) -> Bool {
        context.writer == nil && context.profiler == nil
            && ImpliedLabels(view: context.view).hold(conjunct, over: plan)
    }

    /// The value of SKIP or LIMIT.
    private func rowCount(_ expression: BoundExpression, _ clause: String) throws -> Int {
        switch try compiler.constantValue(expression) {
        case .integer(let count) where count >= 0: return Int(count)
        case .integer(let count):
            throw QueryError(
                .syntax,
                "NegativeIntegerArgument: \(clause) takes an integer of at least 0, not \(count)")
        case let value:
            throw QueryError(
                .syntax,
                "InvalidArgumentType: \(clause) takes an integer, not \(value.excerpt) of type "
                    + value.typeText)
        }
    }
}

// MARK: Combinations

extension OperatorBuilder {
    private func makeCombination(_ plan: PlanNode) throws -> any Operator {
        switch plan.operation {
        case .apply(let apply): return try makeApply(apply, plan)
        case .cartesianProduct:
            return try CartesianProductOperator(
                left: child(plan), right: second(plan), keepsRight: keepsSecond(plan),
                drainsLeft: plan.children[0].writes(context.procedures), output: plan.output,
                context: context)
        case .hashJoin(let left, let right):
            return try HashJoinOperator(
                left: child(plan), leftWrites: plan.children[0].writes(context.procedures),
                right: whole(plan.children[1]), keepsRight: keepsSecond(plan), leftKeys: left,
                rightKeys: right, output: plan.output, context: context)
        case .union(let renames):
            return try UnionOperator(children: plan.children.map(build), renames: renames)
        default: preconditionFailure("not a combination")
        }
    }

    /// Whether the second child gives the same rows each time.
    private func keepsSecond(_ plan: PlanNode) -> Bool {
        context.writer == nil && !plan.children[1].dependsOnArguments
    }

    private func makeApply(_ apply: Apply, _ plan: PlanNode) throws -> any Operator {
        let left = try child(plan)
        guard let transactions = apply.transactions else {
            return try self.apply(
                apply, left: left, rightPlan: plan.children[1], output: plan.output)
        }
        let rows = try rowCount(transactions.rows, "OF … ROWS")
        if rows == 0 {
            throw QueryError(.argument, "A transaction takes at least one row, not 0 ROWS.")
        }
        return try TransactionApplyOperator(
            left: left, plan: plan, apply: apply, transactions: transactions, rows: rows,
            context: context)
    }

    /// An apply over left rows that are there already.
    func apply(
        _ apply: Apply, left: any Operator, rightPlan: PlanNode, output: [Slot]
    ) throws -> any Operator {
        var builder = self
        builder.mayStopEarly = true
        let right = try builder.build(rightPlan)
        if apply.perRow {
            return ApplyPerRowOperator(
                left: left, right: right, apply: apply, output: output, context: context)
        }
        switch apply.kind {
        case .semi, .antiSemi, .unit:
            return SemiApplyOperator(
                left: left, right: right, apply: apply, output: output, context: context)
        case .inner, .optional:
            return ApplyOperator(
                left: left, right: right, apply: apply,
                rightKeepsOrder: rightPlan.keepsArgumentOrder,
                rightReadsAll: rightPlan.readsAllArguments, output: output, context: context)
        }
    }
}

// MARK: Writes

extension OperatorBuilder {
    private func makeWrite(_ plan: PlanNode) throws -> any Operator {
        let writer = try context.requireWriter()
        switch plan.operation {
        case .create(let pattern):
            return try CreateOperator(
                child: child(plan),
                creator: PatternCreator(pattern, writer: writer, compiler: compiler),
                output: plan.output, context: context)
        case .merge(let merge):
            return try MergeOperator(
                child: child(plan), matchPlan: plan.children[1], match: second(plan),
                merge: merge, output: plan.output, writer: writer, compiler: compiler)
        case .set(let operations):
            return try SetOperator(
                child: child(plan),
                setter: Setter(operations, writer: writer, compiler: compiler),
                output: plan.output, context: context)
        case .delete(let expressions, let detach):
            return try DeleteOperator(
                child: child(plan), entities: expressions.map(compiler.compile), detach: detach,
                output: plan.output, writer: writer, context: context)
        case .forEach(let item, let list, let argument):
            return try ForEachOperator(
                child: child(plan), updates: second(plan),
                runsItemByItem: plan.children[1].countWrites(context.procedures) > 1, item: item,
                list: compiler.compile(list), argument: argument, output: plan.output,
                context: context)
        default: preconditionFailure("not a write")
        }
    }
}
