import Cypher
internal import GraphStore
import Values

/// What the whole of one statement shares while it is bound and planned: its slots, its arguments,
/// the advice collected on the way. One thread has it, and nothing that is told to change it calls
/// back: what changes often is not checked for accesses that overlap.
final class BindingContext {
    let catalog: any Catalog
    let functions: any FunctionCatalog
    let procedures: ProcedureRegistry
    /// The values that the statement is planned for: estimates may look at them, and nothing else.
    let parameters: ValueMap
    /// Estimates that depended on them.
    private(set) var estimates = ParameterEstimates()
    /// What patterns say of nodes and relationships, by slot.
    @exclusivity(unchecked)
    private var entities: ContiguousArray<PatternEntity?> = []
    @exclusivity(unchecked)
    private(set) var slotNames: [String] = []
    private(set) var notifications: [Notification] = []
    private var argumentCount = 0
    var managesTransactions = false
    /// Known when the statement is bound: nothing in it writes.
    var onlyReads = false
    /// Of the rows that the step being planned gives, so many are asked for: a LIMIT cuts the rest.
    var wantedRows = Double.infinity
    var callsWritingProcedure = false
    /// How deep expressions and subqueries are nested here.
    @exclusivity(unchecked)
    var depth = 0

    /// Deeper statements are refused rather than risked: every level costs stack.
    static let maximumDepth = 400

    /// Steps of all plans of the statement that run inside of each other, or may.
    private(set) var steps = 0

    /// Each step runs inside the one above: so many fit into the stack of a thread of ours.
    static let mostSteps = CallStack.bytes / Execution.stackBytes - 100
    /// Nodes and relationships of one MATCH: the time to plan it grows with their square.
    static let mostElements = 1_000

    /// Refuses a plan before anything walks down into it.
    func add(planOf draft: PlanDraft) throws(QueryError) {
        steps += draft.depth
        if steps > Self.mostSteps { throw Self.tooManySteps(at: nil) }
        try Execution.requireStack(steps: steps)
    }

    func check(_ clauses: [Clause]) throws(QueryError) {
        guard clauses.count > Self.mostSteps else { return }
        throw Self.tooManySteps(at: clauses[Self.mostSteps].range)
    }

    private static func tooManySteps(at range: SourceRange?) -> QueryError {
        QueryError(
            .syntax,
            "The statement has more than \(mostSteps) steps, one behind the other. "
                + "Divide it into several, or give many values as one list: UNWIND $rows AS row.",
            at: range)
    }

    init(
        catalog: any Catalog, functions: any FunctionCatalog, procedures: ProcedureRegistry,
        parameters: ValueMap = ValueMap()
    ) {
        self.catalog = catalog
        self.functions = functions
        self.procedures = procedures
        self.parameters = parameters
        slotNames.reserveCapacity(16)
    }

    func makeSlot(_ name: String) -> Slot {
        slotNames.append(name)
        return slotNames.count - 1
    }

    /// A temporary that turns out to be a column is shown under the column's name.
    func name(_ slot: Slot, _ name: String) {
        if slotNames[slot].hasPrefix("anon_") { slotNames[slot] = name }
    }

    func makeTemporary() -> Slot {
        let (place, names) = (slotNames.count, Self.temporaryNames)
        return makeSlot(place < names.count ? names[place] : "anon_\(place)")
    }

    /// Of the first slots: putting a name together takes longer than most of what is done with it.
    private static let temporaryNames = (0..<64).map { "anon_\($0)" }

    func makeArgument() -> ArgumentID {
        argumentCount += 1
        return argumentCount - 1
    }

    // MARK: Estimates

    /// What a slot is known to hold: the pattern that binds it says so.
    func entity(_ slot: Slot) -> PatternEntity? {
        slot < entities.count ? entities[slot] : nil
    }

    func note(_ graph: QueryGraph) { Self.note(graph, in: &entities) }

    /// What was known before says no less.
    private static func note(
        _ graph: QueryGraph, in entities: inout ContiguousArray<PatternEntity?>
    ) {
        let lastNode = graph.nodes.lazy.map(\.slot).max() ?? -1
        let lastRelationship = graph.relationships.lazy.map(\.slot).max() ?? -1
        entities.grow(to: max(entities.count, lastNode + 1, lastRelationship + 1), with: nil)
        for node in graph.nodes where !node.labels.isEmpty && entities[node.slot] == nil {
            entities[node.slot] = PatternEntity(kind: .node, names: node.labels)
        }
        for place in graph.relationships.indices
        where graph.relationships[place].types.count == 1 {
            let slot = graph.relationships[place].slot
            if entities[slot] != nil { continue }
            entities[slot] = PatternEntity(
                kind: .relationship, names: graph.relationships[place].types)
        }
    }

    func note(_ estimate: PropertyEstimate) { estimates.add(estimate) }

    func notify(_ notification: Notification) {
        let known = notifications.contains {
            $0.code == notification.code && $0.description == notification.description
        }
        if !known { notifications.append(notification) }
    }
}
