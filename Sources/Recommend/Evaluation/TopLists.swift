import LinearAlgebra
import Synchronization
public import Values

/// The best items of each test user, those of training left out.
public struct TopLists: Sendable {
    /// Room for each list.
    public let k: Int
    /// `k` for each test user, the best first; -1 where there are fewer.
    let items: [Int32]
    /// By test user, where it was asked for.
    let auc: [Double]?

    /// Scores that are in memory at once: 256 MB.
    public static let scoreLimit = 64 << 20
    /// Users who are scored at once: more make no product of matrices faster.
    public static let blockUsers = 1024
    /// Places in all lists: 800 MB.
    public static let placeLimit = 200_000_000

    /// Lists that something else has made: of each test user, the best first.
    public init(_ lists: [[Int32]], k: Int) {
        self.k = k
        items = lists.flatMap { list in
            list.prefix(k) + Array(repeating: -1, count: max(0, k - list.count))
        }
        auc = nil
    }

    /// Scores all items for all test users, in blocks; see ``scoreLimit``.
    ///
    /// Cost: the model's for each user, and a pass over all items; for `auc` some more.
    /// Errors: ``MethodError`` past ``placeLimit``; the model's, the monitor's.
    public init(
        _ model: any FittedModel, _ test: HeldOut, k: Int, auc wantsAUC: Bool = false,
        monitor: WorkMonitor = .none
    ) throws {
        guard test.users.count * k <= Self.placeLimit else {
            throw MethodError(
                "\(test.users.count) lists of \(k) items are more than \(Self.placeLimit) places; "
                    + "ask for fewer")
        }
        let rows = max(1, min(Self.blockUsers, Self.scoreLimit / max(1, model.itemCount)))
        var items = [Int32](repeating: -1, count: test.users.count * k)
        var auc = wantsAUC ? [Double](repeating: 0, count: test.users.count) : nil
        var begin = 0
        var scores: Matrix?
        while begin < test.users.count {
            try monitor.checkpoint()
            monitor.report("score", Double(begin) / Double(test.users.count))
            let users = begin..<min(begin + rows, test.users.count)
            let block = try ScoredBlock(model, test, users, reusing: scores)
            scores = block.scores
            let lists = block.lists(k, test, wantsAUC)
            for (place, list) in lists.enumerated() {
                let start = (begin + place) * k
                items.replaceSubrange(start..<start + list.items.count, with: list.items)
                auc?[begin + place] = list.auc
            }
            begin = users.upperBound
        }
        self.k = k
        self.items = items
        self.auc = auc
    }

    /// At most `limit` items, the best first.
    func list(_ user: Int, _ limit: Int) -> ArraySlice<Int32> {
        items[user * k..<user * k + min(k, limit)].prefix { $0 >= 0 }
    }
}

/// The scores of some test users, what they have in training at -infinity.
private struct ScoredBlock {
    let users: Range<Int>
    let scores: Matrix

    /// Takes another block's memory where it has the same size: fresh pages take as long as scores.
    init(
        _ model: any FittedModel, _ test: HeldOut, _ users: Range<Int>, reusing memory: Matrix?
    ) throws {
        self.users = users
        if let memory, memory.rows == users.count {
            scores = memory
        } else {
            scores = Matrix(rows: users.count, columns: model.itemCount)
        }
        let histories = users.map { test.history($0) }
        try model.score(histories, into: scores)
        for (row, history) in histories.enumerated() {
            for item in history.items { scores.row(row)[Int(item)] = -.infinity }
        }
    }

    struct List {
        var items: [Int32] = []
        var auc = 0.0
    }

    /// On all processors.
    func lists(_ k: Int, _ test: HeldOut, _ wantsAUC: Bool) -> [List] {
        let lists = Mutex([List](repeating: List(), count: users.count))
        Parallel.forEachRange(users.count) { range in
            for row in range {
                let all = UnsafeBufferPointer(start: scores.row(row), count: scores.columns)
                var list = List(items: TopItems.best(k, all) { _ in false })
                if wantsAUC { list.auc = areaUnderCurve(all, test, users.lowerBound + row) }
                lists.withLock { $0[row] = list }
            }
        }
        return lists.withLock { $0 }
    }

    /// Test items that are unknown lose against all others.
    private func areaUnderCurve(
        _ scores: UnsafeBufferPointer<Float>, _ test: HeldOut, _ user: Int
    ) -> Double {
        let own = test.items[test.range(user)]
        let wanted = own.map { scores[Int($0)] }.sorted()
        // How many others have a score below, and how many the same, summed over what is wanted.
        var (below, equal, others) = (0, 0, 0)
        func count(_ score: Float) {
            let higher = wanted.count - wanted.place { $0 > score }
            let same = wanted.count - higher - wanted.place { $0 >= score }
            below += higher
            equal += same
        }
        for score in scores where score > -.infinity {
            count(score)
            others += 1
        }
        for score in wanted where score > -.infinity {
            // The wanted were counted with the others.
            below -= wanted.count - wanted.place { $0 > score }
            equal -= wanted.place { $0 > score } - wanted.place { $0 >= score }
            others -= 1
        }
        let pairs = others * test.relevantCount(user)
        return pairs == 0 ? 0.5 : (Double(below) + Double(equal) / 2) / Double(pairs)
    }
}

extension [Float] {
    /// Where the first element is for which `isPast` holds, in a list where it holds from there on.
    fileprivate func place(_ isPast: (Float) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isPast(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
