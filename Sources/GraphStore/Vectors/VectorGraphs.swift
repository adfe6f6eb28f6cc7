internal import Synchronization

/// The vector graphs of an open store in memory: a cache of whole versions, each as of a commit.
///
/// Whoever searches first reads the graph from its own snapshot, where that is of the last known
/// commit; from then on every commit that changes the index adds a version, which shares what it did
/// not change. A few versions are kept, so that a snapshot that was taken just before a commit finds
/// its own; older ones read the file. A snapshot beyond the last known commit, other than of the one
/// that is being made, shows that another process has written: all versions go.
final class VectorGraphs: Sendable {
    fileprivate struct Version {
        let change: UInt64
        let graph: VectorGraph
    }

    fileprivate struct Entry {
        /// Ascending. Each holds from its change to the next one's, the last until now.
        var versions: [Version]
        var lastUse: UInt64
        var byteCount: Int { versions.last?.graph.byteCount ?? 0 }
    }

    fileprivate struct State {
        var latest: UInt64?
        /// The commit that this process is about to make.
        var announced: UInt64?
        var entries: [UInt32: Entry] = [:]
        /// Indexes that somebody is reading, and whether they have changed since.
        var builds: [UInt32: Bool] = [:]
        /// Indexes that were changed without being in memory: next time they are worth reading.
        var written: Set<UInt32> = []
        var clock: UInt64 = 0
    }

    /// Versions of one index. One costs what its commit has changed.
    fileprivate static let keptVersions = 8
    /// A graph goes, to be read anew, when more than this share of its places is empty.
    private static let emptyShare = 4
    /// Fewer empty places than this cost nothing worth reading for.
    private static let fewestEmpty = 4096

    let byteLimit: Int
    /// A search looks at all rows where there are at most so many for each candidate that it would
    /// keep. An estimate for 64 dimensions: some 5 ns for a row in a pass over all of them (the
    /// products of its bytes are 1.9 ns of it), and some 20 comparisons at random places, of 20 to
    /// 80 ns each as the cache has them or not, for a candidate.
    let exactRowsPerCandidate: Int
    static let standardExactRowsPerCandidate = 160

    private let state = Mutex(State())
    private let scratches = Mutex<[ScratchBox]>([])

    /// A `byteLimit` of 0 turns memory off.
    init(byteLimit: Int, exactRowsPerCandidate: Int) {
        self.byteLimit = byteLimit
        self.exactRowsPerCandidate = exactRowsPerCandidate
    }

    // MARK: Versions

    enum Answer {
        case graph(VectorGraph)
        case nothing
        /// Read it, then call `share` or `giveUp`.
        case build
    }

    /// The version for a snapshot that sees `change`, of an index that takes about so many bytes.
    func graph(_ index: UInt32, change: UInt64, bytes: Int) -> Answer {
        if bytes > byteLimit { return .nothing }
        return state.withLock { state in
            if state.latest.map({ $0 < change }) ?? true {
                if state.announced == change { return .nothing }
                state.forget(upTo: change)
            }
            if let graph = state.version(index, change) { return .graph(graph) }
            guard state.latest == change, state.builds[index] == nil else { return .nothing }
            state.builds[index] = false
            return .build
        }
    }

    func giveUp(_ index: UInt32) {
        state.withLock { _ = $0.builds.removeValue(forKey: index) }
    }

    /// A graph that was read from a snapshot of `change`.
    func share(_ graph: VectorGraph, of index: UInt32, change: UInt64) {
        state.withLock { state in
            guard state.builds.removeValue(forKey: index) == false else { return }
            state.add(graph, index, change, byteLimit)
        }
    }

    // MARK: Commits of this process

    /// The version for the writer. `isWorthReading` where there is none, and it has come before.
    func graphForWriter(_ index: UInt32, change: UInt64, bytes: Int) -> (
        graph: VectorGraph?, isWorthReading: Bool
    ) {
        state.withLock { state in
            if state.latest == change, let graph = state.version(index, change) {
                return (graph, false)
            }
            let isFirst = state.written.insert(index).inserted
            return (nil, !isFirst && bytes <= byteLimit)
        }
    }

    /// Before the commit: a snapshot may see it before it is published here.
    func announce(_ change: UInt64) { state.withLock { $0.announced = change } }

    func withdraw() { state.withLock { $0.announced = nil } }

    /// After the commit. `previous` is the last change before it.
    func publish(_ graphs: [UInt32: VectorGraph], change: UInt64, after previous: UInt64) {
        state.withLock { state in
            state.announced = nil
            if state.latest != previous { state.forget(upTo: change) }
            state.latest = change
            for (index, graph) in graphs {
                if state.builds[index] != nil { state.builds[index] = true }
                let empty = graph.rows.count - graph.liveCount
                let limit = max(Self.fewestEmpty, graph.rows.count / Self.emptyShare)
                if graph.isComplete, empty <= limit {
                    state.add(graph, index, change, byteLimit)
                } else {
                    state.entries.removeValue(forKey: index)
                }
            }
        }
    }

    // MARK: Scratches

    private final class ScratchBox: Sendable {
        // One search at a time takes a box out of the pool.
        nonisolated(unsafe) var scratch = SearchScratch()
    }

    private static let keptScratches = 16

    func withScratch<R>(_ body: (inout SearchScratch) throws -> R) rethrows -> R {
        let box = scratches.withLock { $0.popLast() } ?? ScratchBox()
        defer {
            scratches.withLock { if $0.count < Self.keptScratches { $0.append(box) } }
        }
        return try body(&box.scratch)
    }
}

extension VectorGraphs.State {
    /// Begins anew at a commit: nothing is known of what came before.
    fileprivate mutating func forget(upTo change: UInt64) {
        latest = change
        entries = [:]
        for index in builds.keys { builds[index] = true }
    }

    fileprivate mutating func version(_ index: UInt32, _ change: UInt64) -> VectorGraph? {
        let versions = entries[index]?.versions
        guard let found = versions?.last(where: { $0.change <= change }) else { return nil }
        clock += 1
        entries[index]?.lastUse = clock
        return found.graph
    }

    fileprivate mutating func add(
        _ graph: VectorGraph, _ index: UInt32, _ change: UInt64, _ byteLimit: Int
    ) {
        clock += 1
        var entry = entries[index] ?? VectorGraphs.Entry(versions: [], lastUse: clock)
        entry.lastUse = clock
        entry.versions.append(VectorGraphs.Version(change: change, graph: graph))
        if entry.versions.count > VectorGraphs.keptVersions { entry.versions.removeFirst() }
        entries[index] = entry
        while entries.values.reduce(0, { $0 + $1.byteCount }) > byteLimit,
            let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
        {
            entries.removeValue(forKey: oldest)
        }
    }
}
