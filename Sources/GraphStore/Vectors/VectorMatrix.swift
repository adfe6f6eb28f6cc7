internal import Synchronization

/// The rows of one vector index as of one commit, one behind the other in memory.
///
/// The rows never change. What later commits change is remembered as *stale*: whoever searches
/// passes over those rows and reads LMDB for them in its own snapshot, so that one matrix serves
/// all snapshots from its commit on and a deleted entity never comes back.
final class VectorMatrix: Sendable {
    /// The number of the last change that the matrix holds.
    let change: UInt64
    /// Ascending.
    let ids: ContiguousArray<UInt64>
    /// `stride` floats for each id.
    let rows: ContiguousArray<Float>
    let stride: Int
    let quantized: QuantizedRows
    private let stale = Mutex<Set<UInt64>>([])

    init(change: UInt64, ids: ContiguousArray<UInt64>, rows: ContiguousArray<Float>, stride: Int) {
        self.change = change
        self.ids = ids
        self.rows = rows
        self.stride = stride
        quantized = QuantizedRows(rows, stride: stride)
    }

    /// Besides five bytes for each element: id, scales and sums.
    static let bytesPerRow = 20

    var byteCount: Int { ids.count * 8 + rows.count * 4 + quantized.byteCount }

    func markStale(_ changed: some Sequence<UInt64>) {
        stale.withLock { $0.formUnion(changed) }
    }

    /// Ids whose rows must not be trusted, in the matrix or not.
    var staleIDs: Set<UInt64> { stale.withLock { $0 } }

    /// Where the id's row is.
    func place(_ id: UInt64) -> Int? {
        var low = 0
        var high = ids.count
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low < ids.count && ids[low] == id ? low : nil
    }
}

/// The matrices of an open store: a cache that every commit keeps current, as `LiveColumns` is.
///
/// A matrix is built by whoever searches first, from its own snapshot, where that is of the last
/// known commit; what is committed meanwhile is remembered and marked when the matrix is shared. A
/// snapshot beyond the last known commit, other than of the one that is being made, shows that
/// another process has written: all matrices go.
final class VectorMatrices: Sendable {
    fileprivate struct Entry {
        let matrix: VectorMatrix
        var lastUse: UInt64
        /// Ids marked since the matrix was built.
        var staleCount = 0
    }

    /// A matrix on its way.
    fileprivate struct Build {
        /// Committed since its snapshot.
        var changed: Set<UInt64> = []
        /// Whether more was committed than is known.
        var isOutdated = false
    }

    fileprivate struct State {
        var latest: UInt64?
        /// The commit that this process is about to make.
        var announced: UInt64?
        var matrices: [UInt32: Entry] = [:]
        var builds: [UInt32: Build] = [:]
        var clock: UInt64 = 0
    }

    /// A matrix is built again when more than this share of its rows is stale.
    private static let staleShare = 16
    /// Fewer stale rows than this cost nothing worth building for.
    private static let fewestStale = 1024

    private let byteLimit: Int
    private let state = Mutex(State())

    /// A `byteLimit` of 0 turns matrices off.
    init(byteLimit: Int) { self.byteLimit = byteLimit }

    enum Answer {
        case matrix(VectorMatrix)
        case nothing
        /// Build it, then call `share` or `giveUp`.
        case build
    }

    /// The matrix for a snapshot that sees `change`, of an index with rows of `rowBytes`.
    func matrix(_ index: UInt32, change: UInt64, bytes: Int) -> Answer {
        if bytes > byteLimit { return .nothing }
        return state.withLock { state in
            if state.latest.map({ $0 < change }) ?? true {
                if state.announced == change { return .nothing }
                state.forget(upTo: change)
            }
            state.clock += 1
            if let entry = state.matrices[index], entry.matrix.change <= change {
                let limit = max(Self.fewestStale, entry.matrix.ids.count / Self.staleShare)
                if entry.staleCount < limit || state.latest != change
                    || state.builds[index] != nil
                {
                    state.matrices[index]?.lastUse = state.clock
                    return .matrix(entry.matrix)
                }
            }
            guard state.latest == change, state.builds[index] == nil else { return .nothing }
            state.builds[index] = Build()
            return .build
        }
    }

    func giveUp(_ index: UInt32) {
        state.withLock { _ = $0.builds.removeValue(forKey: index) }
    }

    func share(_ matrix: VectorMatrix, of index: UInt32) {
        state.withLock { state in
            guard let build = state.builds.removeValue(forKey: index), !build.isOutdated else {
                return
            }
            matrix.markStale(build.changed)
            state.clock += 1
            state.matrices[index] = Entry(
                matrix: matrix, lastUse: state.clock, staleCount: build.changed.count)
            while state.matrices.values.reduce(0, { $0 + $1.matrix.byteCount }) > byteLimit,
                let oldest = state.matrices.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
            {
                state.matrices.removeValue(forKey: oldest)
            }
        }
    }

    // MARK: Commits of this process

    /// Before the commit: a snapshot may see it before it is published here.
    func announce(_ change: UInt64) { state.withLock { $0.announced = change } }

    func withdraw() { state.withLock { $0.announced = nil } }

    /// After the commit. `previous` is the last change before it.
    func publish(_ changes: [UInt32: Set<UInt64>], change: UInt64, after previous: UInt64) {
        state.withLock { state in
            state.announced = nil
            guard state.latest == previous else { return state.forget(upTo: change) }
            state.latest = change
            for (index, changed) in changes {
                if let entry = state.matrices[index] {
                    entry.matrix.markStale(changed)
                    state.matrices[index]?.staleCount += changed.count
                }
                state.builds[index]?.changed.formUnion(changed)
            }
        }
    }
}

extension VectorMatrices.State {
    /// Begins anew at a commit: nothing is known of what came before.
    fileprivate mutating func forget(upTo change: UInt64) {
        latest = change
        matrices = [:]
        for index in builds.keys { builds[index]?.isOutdated = true }
    }
}
