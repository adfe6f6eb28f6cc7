internal import GraphAlgorithms
public import GraphStore
public import LinearAlgebra
internal import Synchronization
public import Values

/// # Results of networks on the whole graph, kept current
///
/// Rows of every layer in memory, which follow the commits: an answer is that of the network applied
/// to the whole graph that the view sees.
///
/// ```
///  a view asks for some nodes' results
///     │  what has changed since the last one?     the change log and live columns: InputChanges
///     ├─ rows that this reaches go                layer after layer, along the relationships, and
///     │                                           only from rows that are there
///     └─ rows that are missing are computed       those of the nodes that were asked for, and of
///                                                 what they depend on: IncrementalPass
/// ```
///
/// Marking is done at once and computing when somebody asks. With two or three layers a click on a
/// popular item reaches a large part of the graph; to mark that is a walk over lists, and no row is
/// marked twice before it is computed again; to compute it all for every click would cost as much as
/// the whole graph. The one user who clicked needs few of these rows.
///
/// Nothing of it is stored, so a crash can leave nothing wrong. A view of an earlier moment, or the
/// writer's, gets what differs for it computed beside the kept rows, for this call alone; where what
/// has changed is not known any more (past the change log's bound; properties without memory for
/// live columns, or changed by another process), all begins anew. Results are those of a
/// recomputation from scratch up to the order of Float32 sums.
///
/// Thread-safe; calls for one network wait for each other.
public final class CurrentEmbeddings: Sendable {
    public static let standardMemoryBytes = 1 << 30
    /// Networks, or one network with other inputs.
    private static let maximumNetworks = 8

    /// A network that is kept.
    public struct Status: Sendable {
        public let name: String
        /// Rows in memory, of layers and inputs.
        public fileprivate(set) var rows = 0
        public fileprivate(set) var byteCount = 0
        /// Rows of layers that the last call computed.
        public fileprivate(set) var lastComputed = 0
        /// Those of all calls.
        public fileprivate(set) var computed = 0
    }

    fileprivate struct Key: Hashable {
        /// The entry keeps the model, so that no other can have its place in memory.
        let model: ObjectIdentifier
        let lists: [[SampledRelation.List]]
        let features: KeyID?
        let labels: [LabelID]
        let weight: KeyID?
    }

    fileprivate struct Entry {
        let key: Key
        let network: CurrentNetwork
        var status: Status
        var lastUse: UInt64
    }

    fileprivate struct State {
        var entries: [Entry] = []
        var clock: UInt64 = 0
    }

    private let memoryBytes: Int
    private let state = Mutex(State())

    /// `memoryBytes`: for the rows of all networks. Past it those go that were used least recently.
    public init(memoryBytes: Int = standardMemoryBytes) { self.memoryBytes = memoryBytes }

    /// What is kept, the last one used first.
    public var statuses: [Status] {
        state.withLock { $0.entries.sorted { $0.lastUse > $1.lastUse }.map(\.status) }
    }

    /// The network's result for each node, a row each, in their order. The fan-outs of `inputs` mean
    /// nothing here. `name` is for ``statuses``.
    ///
    /// Cost: that of the rows which are missing. Errors: ``NetworkError/input(_:)``, also where what
    /// the nodes depend on exceeds the memory; the store's and the monitor's.
    public func embeddings(
        of nodes: [NodeID], _ name: String, _ model: NetworkModel, _ view: GraphView,
        _ inputs: GraphInputs, monitor: WorkMonitor = .none
    ) throws -> Matrix {
        let key = Key(
            model: ObjectIdentifier(model), lists: inputs.relations.map(\.lists),
            features: inputs.features, labels: inputs.labels, weight: inputs.weight)
        let network = find(key) ?? add(key, name, CurrentNetwork(model, inputs), view)
        let (rows, report) = try network.embeddings(of: nodes, in: view, monitor: monitor) {
            try self.note($0, of: network)
        }
        update(network) { status in
            status.rows = report.rows
            status.byteCount = report.byteCount
            status.lastComputed = report.computed
            status.computed += report.computed
        }
        return rows
    }

    /// The inner product of the user's result with each item's.
    public func scores(
        of user: NodeID, items: [NodeID], _ name: String, _ model: NetworkModel, _ view: GraphView,
        _ inputs: GraphInputs, monitor: WorkMonitor = .none
    ) throws -> [Float] {
        try embeddings(of: [user] + items, name, model, view, inputs, monitor: monitor)
            .productsWithFirstRow()
    }

    // MARK: Networks

    private func find(_ key: Key) -> CurrentNetwork? {
        state.withLock { state in
            state.clock += 1
            guard let place = state.entries.firstIndex(where: { $0.key == key }) else {
                return nil
            }
            state.entries[place].lastUse = state.clock
            return state.entries[place].network
        }
    }

    /// Keeps the network, unless a writer asks, whose model and names may never be.
    private func add(
        _ key: Key, _ name: String, _ network: CurrentNetwork, _ view: GraphView
    ) -> CurrentNetwork {
        if view.isWritable { return network }
        return state.withLock { state in
            if let other = state.entries.first(where: { $0.key == key }) { return other.network }
            if state.entries.count == Self.maximumNetworks { state.removeOldest(but: network) }
            state.entries.append(
                Entry(
                    key: key, network: network, status: Status(name: name), lastUse: state.clock))
            return network
        }
    }

    private func note(_ bytes: Int, of network: CurrentNetwork) throws {
        guard bytes <= memoryBytes else { throw CurrentNetwork.TooManyRows() }
        update(network) { $0.byteCount = bytes }
        state.withLock { state in
            while state.byteCount > memoryBytes, state.removeOldest(but: network) {}
        }
    }

    private func update(_ network: CurrentNetwork, _ change: (inout Status) -> Void) {
        state.withLock { state in
            guard let place = state.entries.firstIndex(where: { $0.network === network }) else {
                return
            }
            change(&state.entries[place].status)
        }
    }
}

extension CurrentEmbeddings.State {
    fileprivate var byteCount: Int { entries.reduce(0) { $0 + $1.status.byteCount } }

    /// False where there is none.
    @discardableResult
    fileprivate mutating func removeOldest(but network: CurrentNetwork?) -> Bool {
        let oldest = entries.indices.filter { entries[$0].network !== network }
            .min { entries[$0].lastUse < entries[$1].lastUse }
        guard let oldest else { return false }
        entries.remove(at: oldest)
        return true
    }
}

extension Matrix {
    /// The inner product of each row but the first one with the first one.
    func productsWithFirstRow() -> [Float] {
        (1..<max(rows, 1)).map { Vectors.dot(row(0), row($0), columns) }
    }
}
