internal import GraphStore
internal import QueryEngine
import Synchronization
internal import Values

/// A plan, and the values of the literals that were lifted out of the text.
struct BoundPlan: Sendable {
    let statement: PreparedStatement
    var literals = ValueMap()
    /// What parsing and planning took; nil where the plan was known.
    var planningTime: Duration?

    /// What the plan's parameters come to in a call with these.
    func values(_ parameters: ValueMap) -> ValueMap { parameters.with(literals) }
}

/// Plans by statement text, with its literals and without (see ``LiftedStatement``), at most
/// ``capacity`` texts; the least recently used goes first.
///
/// A plan is used again while the schema is the one it was made for and the graph has not grown or
/// shrunk by more than ``driftFactor``: a plan made for an empty database is wrong for a full one.
///
/// Where estimates of a plan depended on parameters (a range, a value that may be common or rare),
/// a text has up to ``variants`` plans: one that was made for values that give estimates like those
/// of the call's values is used. Other statements, such as reads of a single node by its key, pay
/// nothing for that.
final class PlanCache: Sendable {
    static let capacity = 1_000
    static let driftFactor = 4
    /// Longer texts are planned each time: they are bulk statements that do not come back.
    static let maximumTextBytes = 64 << 10
    /// Plans of one text.
    static let variants = 4
    /// How often a text is planned with other values. Then its variants must do, the one with the
    /// nearest estimates for each call: there may be more kinds of values than variants.
    static let maximumPlannings = 32

    private struct Variant {
        let plan: BoundPlan
        let buckets: EstimateBuckets
        var lastUse: UInt64
    }

    private struct Entry {
        /// Those of the first plan: what all variants are compared by.
        let estimates: ParameterEstimates
        let schemaVersion: UInt64
        let graphSize: Int
        var variants: [Variant] = []
        var plannings = 0
        var lastUse: UInt64 = 0
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var clock: UInt64 = 0
    }

    private let state = Mutex(State())

    /// For tests.
    func planCount(of text: String) -> Int {
        state.withLock { $0.entries[text]?.variants.count ?? 0 }
    }

    /// The plan for a text, or for a key without literals, whose values are among `parameters`.
    func plan(for text: String, _ parameters: ValueMap, _ view: GraphView) -> BoundPlan? {
        let (version, size) = (view.schemaVersion, view.size)
        let found: Entry? = state.withLock { state in
            guard let place = state.entries.index(forKey: text) else { return nil }
            let entry = state.entries.values[place]
            guard entry.schemaVersion == version, Self.isAlike(entry.graphSize, size) else {
                state.entries.remove(at: place)
                return nil
            }
            state.clock += 1
            state.entries.values[place].lastUse = state.clock
            return entry
        }
        guard let found else { return nil }
        if found.estimates.isEmpty { return found.variants[0].plan }
        let values = found.variants[0].plan.values(parameters)
        return plan(found, for: text, found.estimates.buckets(values, view))
    }

    private func plan(_ entry: Entry, for text: String, _ buckets: EstimateBuckets) -> BoundPlan? {
        let distances = entry.variants.map { $0.buckets.distance(to: buckets) }
        guard let nearest = distances.indices.min(by: { distances[$0] < distances[$1] }),
            distances[nearest] == 0 || entry.plannings >= Self.maximumPlannings
        else { return nil }
        let chosen = entry.variants[nearest]
        state.withLock { state in
            let place = state.entries[text]?.variants.firstIndex { $0.buckets == chosen.buckets }
            if let place { state.entries[text]?.variants[place].lastUse = state.clock }
        }
        return chosen.plan
    }

    /// Keeps a plan that was made for these values of its parameters.
    func store(_ plan: BoundPlan, for text: String, _ values: ValueMap, _ view: GraphView) {
        guard text.utf8.count <= Self.maximumTextBytes else { return }
        let version = plan.statement.schemaVersion
        let known = state.withLock { $0.entries[text]?.estimates }
        let estimates = known ?? plan.statement.estimates
        let buckets = estimates.buckets(values, view)
        state.withLock { state in
            state.clock += 1
            // Plans for another schema may name indexes that this one does not have.
            let isCurrent = state.entries[text]?.schemaVersion == version
            var entry =
                (isCurrent ? state.entries[text] : nil)
                ?? Entry(estimates: estimates, schemaVersion: version, graphSize: view.size)
            entry.lastUse = state.clock
            entry.plannings += 1
            entry.variants.removeAll { $0.buckets == buckets }
            if entry.variants.count == Self.variants {
                let oldest = entry.variants.indices.min {
                    entry.variants[$0].lastUse < entry.variants[$1].lastUse
                }
                if let oldest { entry.variants.remove(at: oldest) }
            }
            entry.variants.append(Variant(plan: plan, buckets: buckets, lastUse: state.clock))
            state.entries[text] = entry
            if state.entries.count > Self.capacity { Self.evict(&state) }
        }
    }

    func removeAll() { state.withLock { $0.entries.removeAll() } }

    /// Drops the older half at once, so that the sort's cost is spread over many insertions.
    private static func evict(_ state: inout State) {
        let byAge = state.entries.sorted { $0.value.lastUse < $1.value.lastUse }
        for (text, _) in byAge.prefix(byAge.count / 2) { state.entries[text] = nil }
    }

    private static func isAlike(_ a: Int, _ b: Int) -> Bool {
        let (low, high) = (min(a, b), max(a, b))
        return high <= max(low, 256) * driftFactor
    }
}

extension ValueMap {
    /// Both maps' entries; the other's where both have one.
    func with(_ other: ValueMap) -> ValueMap {
        var values = self
        for (name, value) in other { values[name] = value }
        return values
    }
}

extension GraphView {
    /// Nodes and relationships.
    fileprivate var size: Int { nodeCount + relationshipCount }
}
