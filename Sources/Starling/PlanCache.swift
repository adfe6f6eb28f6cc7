internal import GraphStore
internal import QueryEngine
import Synchronization
internal import Values

/// A plan, and the values of the literals that were lifted out of the text.
struct BoundPlan: Sendable {
    let statement: PreparedStatement
    var literals = ValueMap()
    /// How many names there were when it was made, where it mentions others: when there are more,
    /// it is out of date, and what it says of them may be wrong.
    private var nameCount: Int?
    /// What parsing and planning took; nil where the plan was known.
    var planningTime: Duration?

    init(_ statement: PreparedStatement, _ view: GraphView) {
        self.statement = statement
        nameCount = statement.advisesOnNames ? view.nameCount : nil
    }

    func isCurrent(_ view: GraphView) -> Bool { nameCount.map { $0 == view.nameCount } ?? true }

    /// What the plan's parameters come to in a call with these.
    func values(_ parameters: ValueMap) -> ValueMap { parameters.with(literals) }
}

/// Plans by statement text, with its literals and without (see ``LiftedStatement``), at most
/// ``capacity`` texts; the least recently used goes first.
///
/// A plan is used again while the schema is the one it was made for, the graph has not grown or
/// shrunk by more than ``driftFactor`` (a plan made for an empty database is wrong for a full one),
/// and no name has come that it may have missed.
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

    fileprivate struct Variant {
        let plan: BoundPlan
        let buckets: EstimateBuckets
    }

    /// Touched under the cache's lock only.
    fileprivate final class Entry {
        /// Those of the first plan: what all variants are compared by.
        let estimates: ParameterEstimates
        let schemaVersion: UInt64
        let graphSize: Int
        /// At least one; the last used is last.
        var variants: [Variant] = []
        var plannings = 0
        /// What callers were told last: the same object for all of them.
        var known: Known?
        var lastUse: UInt64 = 0

        init(_ estimates: ParameterEstimates, schemaVersion: UInt64, graphSize: Int) {
            self.estimates = estimates
            self.schemaVersion = schemaVersion
            self.graphSize = graphSize
        }
    }

    /// What is known of a text: the plans to choose from, which may be out of date.
    final class Known: Sendable {
        let text: String
        fileprivate let generation: UInt64
        fileprivate let schemaVersion: UInt64
        fileprivate let graphSize: Int
        fileprivate let estimates: ParameterEstimates
        fileprivate let variants: [Variant]
        fileprivate let takesNearest: Bool

        /// Whether it writes data, in a transaction of its own. The text alone decides that, so a
        /// plan of any age tells.
        var writesData: Bool { variants.first?.plan.statement.writesData ?? false }

        /// Whether it may be run as the read of one node by its key.
        let isPointRead: Bool

        fileprivate init(_ text: String, _ entry: Entry, generation: UInt64) {
            self.text = text
            self.generation = generation
            schemaVersion = entry.schemaVersion
            graphSize = entry.graphSize
            estimates = entry.estimates
            variants = entry.variants
            takesNearest = entry.plannings >= PlanCache.maximumPlannings
            isPointRead = variants.contains { $0.plan.statement.pointRead != nil }
        }
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var clock: UInt64 = 0
    }

    private let state = Mutex(State())
    /// Grows with each plan that comes or goes; under the lock.
    private let generation = Atomic<UInt64>(0)

    /// For tests.
    func planCount(of text: String) -> Int {
        state.withLock { $0.entries[text]?.variants.count ?? 0 }
    }

    /// What is known of a text, or of a key without literals.
    func known(_ text: String) -> Known? {
        state.withLock { state in
            guard let entry = state.entries[text] else { return nil }
            state.clock += 1
            entry.lastUse = state.clock
            let generation = generation.load(ordering: .relaxed)
            if let known = entry.known, known.generation == generation { return known }
            let known = Known(text, entry, generation: generation)
            entry.known = known
            return known
        }
    }

    /// The plan for a call with these parameters, among them the literals that were lifted; nil
    /// where none is good for this view.
    func plan(_ known: Known, _ parameters: ValueMap, _ view: GraphView) -> BoundPlan? {
        guard isCurrent(known, view) else { return nil }
        let first = known.variants[0].plan
        if known.estimates.isEmpty { return first }
        let buckets = known.estimates.buckets(first.values(parameters), view)
        return choose(buckets, among: known)
    }

    /// The plan that reads one node by its key, whatever the parameters are: nothing is quicker.
    func pointRead(_ known: Known, _ view: GraphView) -> BoundPlan? {
        guard isCurrent(known, view) else { return nil }
        return known.variants.first { $0.plan.statement.pointRead != nil }?.plan
    }

    /// Whether the plans are good for the view; else they are forgotten.
    private func isCurrent(_ known: Known, _ view: GraphView) -> Bool {
        if known.schemaVersion == view.schemaVersion, Self.isAlike(known.graphSize, view.size),
            known.variants[0].plan.isCurrent(view)
        {
            return true
        }
        forget(known)
        return false
    }

    /// Whether it was said of this text, and no plan has come or gone since.
    func isCurrent(_ known: Known, for text: String) -> Bool {
        known.generation == generation.load(ordering: .relaxed) && haveSameBytes(known.text, text)
    }

    private func forget(_ known: Known) {
        state.withLock { state in
            generation.add(1, ordering: .relaxed)
            guard let entry = state.entries[known.text],
                entry.schemaVersion == known.schemaVersion, entry.graphSize == known.graphSize
            else { return }
            state.entries[known.text] = nil
        }
    }

    private func choose(_ buckets: EstimateBuckets, among known: Known) -> BoundPlan? {
        let distances = known.variants.map { $0.buckets.distance(to: buckets) }
        guard let nearest = distances.indices.min(by: { distances[$0] < distances[$1] }),
            distances[nearest] == 0 || known.takesNearest
        else { return nil }
        let chosen = known.variants[nearest]
        if nearest < distances.count - 1 {
            state.withLock { state in
                guard let entry = state.entries[known.text],
                    let place = entry.variants.firstIndex(where: { $0.buckets == chosen.buckets })
                else { return }
                entry.variants.append(entry.variants.remove(at: place))
            }
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
        let size = view.size
        state.withLock { state in
            generation.add(1, ordering: .relaxed)
            state.clock += 1
            // Plans for another schema may name indexes that this one does not have.
            if state.entries[text]?.schemaVersion != version {
                state.entries[text] = Entry(estimates, schemaVersion: version, graphSize: size)
            }
            guard let entry = state.entries[text] else { return }
            entry.lastUse = state.clock
            entry.plannings += 1
            entry.variants.removeAll { $0.buckets == buckets }
            if entry.variants.count == Self.variants { entry.variants.removeFirst() }
            entry.variants.append(Variant(plan: plan, buckets: buckets))
            if state.entries.count > Self.capacity { Self.evict(&state) }
        }
    }

    func removeAll() {
        state.withLock { state in
            generation.add(1, ordering: .relaxed)
            state.entries.removeAll()
        }
    }

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
        if other.isEmpty { return self }
        var values = self
        for (name, value) in other { values[name] = value }
        return values
    }
}

extension GraphView {
    /// Nodes and relationships.
    fileprivate var size: Int { nodeCount + relationshipCount }
}
