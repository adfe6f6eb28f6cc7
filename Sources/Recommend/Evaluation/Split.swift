public import GraphStore
import LinearAlgebra
public import Values

/// Which interactions are kept from training. Decided by the seed and the interactions alone, so
/// that `evaluate.split` shows what `evaluate.run` tests.
///
/// Parallel relationships are one interaction and stay together.
public struct Split: Sendable {
    public enum Method: String, Sendable, CaseIterable {
        /// A share of all interactions, at random.
        case random
        /// That share of each user's: the latest where times are known, else at random; at least one
        /// stays for training.
        case perUser
        /// One of each user who has two or more: the latest where times are known, else any.
        case leaveOneOut
        /// What happened at or after a moment.
        case time
        /// Each interaction is in the test of one of `folds` parts, at random.
        case kFold
    }

    public var method = Method.perUser
    /// Share of interactions in the test, above 0 and below 1.
    public var ratio = 0.2
    public var folds = 5
    public var seed: UInt64 = 42
    /// Where the test of ``Method/time`` begins; nil: so that ``ratio`` of the interactions are in it.
    public var moment: Double?

    public init() {}

    /// For each entry of the matrix the part that tests it: 0 for all tests but those of k-fold; -1
    /// for training only.
    ///
    /// Cost: a few passes; sorting where times decide. Errors: ``MethodError`` where times are
    /// needed and not there.
    public func parts(_ interactions: InteractionMatrix) throws -> [Int32] {
        var random = RandomSource(seed: seed)
        let count = interactions.matrix.count
        switch method {
        case .random: return (0..<count).map { _ in random.nextUnit() < ratio ? 0 : -1 }
        case .kFold:
            var parts = [Int32](repeating: 0, count: count)
            for (place, entry) in random.permutation(count).enumerated() {
                parts[Int(entry)] = Int32(place % folds)
            }
            return parts
        case .time:
            guard let times = interactions.times else {
                throw MethodError("a split by time needs `timestamp`, the property with the time")
            }
            let moment = moment ?? Self.quantile(times, 1 - ratio)
            return times.map { $0 >= moment ? 0 : -1 }
        case .perUser, .leaveOneOut: return perUser(interactions, &random)
        }
    }

    private func perUser(_ interactions: InteractionMatrix, _ random: inout RandomSource)
        -> [Int32]
    {
        var parts = [Int32](repeating: -1, count: interactions.matrix.count)
        for row in interactions.users.indices {
            let range = interactions.matrix.range(row)
            let share = (Double(range.count) * ratio).rounded()
            let wanted = method == .leaveOneOut ? 1 : Int(share)
            let test = min(wanted, range.count - 1)
            guard test > 0 else { continue }
            var order = random.permutation(range.count)
            if let times = interactions.times {
                order = Self.latestFirst(times[range])
            }
            for place in order.prefix(test) { parts[range.lowerBound + Int(place)] = 0 }
        }
        return parts
    }

    private static func latestFirst(_ times: ArraySlice<Double>) -> [Int32] {
        let start = times.startIndex
        return (0..<Int32(times.count)).sorted {
            let (a, b) = (times[start + Int($0)], times[start + Int($1)])
            return a != b ? a > b : $0 < $1
        }
    }

    private static func quantile(_ times: [Double], _ share: Double) -> Double {
        let sorted = times.sorted()
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
}

extension InteractionMatrix {
    /// The entries for which `isKept` holds; users and items without any are gone.
    public func subset(where isKept: (_ entry: Int) -> Bool) -> InteractionMatrix {
        var number = [Int32](repeating: -1, count: items.count)
        for entry in 0..<matrix.count where isKept(entry) { number[Int(matrix.indices[entry])] = 0 }
        var keptItems: [NodeID] = []
        for item in items.indices where number[item] == 0 {
            number[item] = Int32(keptItems.count)
            keptItems.append(items[item])
        }
        var keptUsers: [NodeID] = []
        var offsets: ContiguousArray<Int> = [0]
        var indices: ContiguousArray<Int32> = []
        var values: ContiguousArray<Float> = []
        var keptTimes: [Double] = []
        for row in users.indices {
            for entry in matrix.range(row) where isKept(entry) {
                indices.append(number[Int(matrix.indices[entry])])
                values.append(matrix.values[entry])
                if let times { keptTimes.append(times[entry]) }
            }
            if indices.count == offsets[offsets.count - 1] { continue }
            keptUsers.append(users[row])
            offsets.append(indices.count)
        }
        return InteractionMatrix(
            users: keptUsers, items: keptItems,
            matrix: SparseMatrix(
                rows: keptUsers.count, columns: keptItems.count, offsets: offsets,
                indices: indices, values: values),
            times: times == nil ? nil : keptTimes, type: type)
    }
}

extension ModelSource {
    /// Lends the relationships behind each entry of a matrix that was read from this source and
    /// view, in the order of entries.
    public func forEachEntry(
        of interactions: InteractionMatrix, _ view: GraphView, _ monitor: WorkMonitor = .none,
        _ body: (_ entry: Int, _ relationship: RelationshipID) throws -> Void
    ) throws {
        guard let id = view.type(type) else { return }
        let lists = view.adjacency(id, direction)
        var relationships: [RelationshipID] = []
        var nodes: [NodeID] = []
        for (row, user) in interactions.users.enumerated() {
            if row & 0x3FF == 0 { try monitor.checkpoint() }
            relationships.removeAll(keepingCapacity: true)
            nodes.removeAll(keepingCapacity: true)
            lists.forEachRun(of: user) {
                nodes.append(contentsOf: $0)
                relationships.append(contentsOf: $1)
            }
            var entry = interactions.matrix.range(row).lowerBound
            for (place, node) in nodes.enumerated() {
                if place > 0, node != nodes[place - 1] { entry += 1 }
                try body(entry, relationships[place])
            }
        }
    }
}
