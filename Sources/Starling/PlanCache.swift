internal import QueryEngine
import Synchronization
internal import Values

/// A plan, and the values of the literals that were lifted out of the text.
struct BoundPlan: Sendable {
    let statement: PreparedStatement
    var literals = ValueMap()
    /// What parsing and planning took; nil where the plan was known.
    var planningTime: Duration?
}

/// Plans by statement text, with its literals and without (see ``LiftedStatement``), at most ``capacity`` of them; the least recently used goes first.
///
/// A plan is used again while the schema is the one it was made for and the graph has not grown or
/// shrunk by more than ``driftFactor``: a plan made for an empty database is wrong for a full one.
final class PlanCache: Sendable {
    static let capacity = 1_000
    static let driftFactor = 4
    /// Longer texts are planned each time: they are bulk statements that do not come back.
    static let maximumTextBytes = 64 << 10

    /// Touched under the cache's lock only.
    private final class Entry {
        let plan: BoundPlan
        let graphSize: Int
        var lastUse: UInt64

        init(_ plan: BoundPlan, graphSize: Int, lastUse: UInt64) {
            self.plan = plan
            self.graphSize = graphSize
            self.lastUse = lastUse
        }
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var clock: UInt64 = 0
    }

    private let state = Mutex(State())

    func plan(for text: String, schemaVersion: UInt64, graphSize: Int) -> BoundPlan? {
        state.withLock { state in
            guard let entry = state.entries[text] else { return nil }
            guard entry.plan.statement.schemaVersion == schemaVersion,
                Self.isAlike(entry.graphSize, graphSize)
            else {
                state.entries[text] = nil
                return nil
            }
            state.clock += 1
            entry.lastUse = state.clock
            return entry.plan
        }
    }

    func store(_ plan: BoundPlan, for text: String, graphSize: Int) {
        guard text.utf8.count <= Self.maximumTextBytes else { return }
        state.withLock { state in
            state.clock += 1
            state.entries[text] = Entry(plan, graphSize: graphSize, lastUse: state.clock)
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
