import Foundation
import LinearAlgebra
import Synchronization

/// Metrics of lists: see ``Metric`` for the formulae.
public struct RankingMetrics: Sendable {
    private let test: HeldOut
    private let lists: TopLists

    public init(_ lists: TopLists, of test: HeldOut) {
        precondition(lists.items.count == test.users.count * lists.k)
        self.test = test
        self.lists = lists
    }

    /// Over some of the test users, or all. Nil where there are none, and for ``Metric/auc`` where
    /// the lists were made without.
    ///
    /// Cost: the lists' places; ``Metric/diversity`` besides the degrees of all items in them.
    public func value(_ metric: Metric, at k: Int, users: [Int]? = nil) -> Double? {
        precondition(!metric.isOfRatings)
        let users = users ?? Array(test.users.indices)
        guard !users.isEmpty, k > 0 else { return nil }
        switch metric {
        case .auc:
            guard let auc = lists.auc else { return nil }
            return users.reduce(0) { $0 + auc[$1] } / Double(users.count)
        case .coverage:
            let counts = places(k, users)
            return counts.isEmpty
                ? 0 : Double(counts.count { $0 > 0 }) / Double(counts.count)
        case .gini: return Self.gini(places(k, users))
        case .novelty: return novelty(k, users)
        case .diversity: return diversity(k, users)
        default:
            return users.reduce(0) { $0 + hits(metric, $1, k) } / Double(users.count)
        }
    }

    /// One user's metric, from where the test items are in the list.
    private func hits(_ metric: Metric, _ user: Int, _ k: Int) -> Double {
        let relevant = test.relevantCount(user)
        let possible = min(k, relevant)
        var (hits, first, gain, precisions) = (0, 0, 0.0, 0.0)
        for (place, item) in lists.list(user, k).enumerated() where test.isRelevant(item, user) {
            hits += 1
            if first == 0 { first = place + 1 }
            gain += 1 / log2(Double(place + 2))
            precisions += Double(hits) / Double(place + 1)
        }
        guard hits > 0 else { return 0 }
        let precision = Double(hits) / Double(k)
        let recall = Double(hits) / Double(relevant)
        switch metric {
        case .precision: return precision
        case .recall: return recall
        case .f1: return 2 * precision * recall / (precision + recall)
        case .hitRate: return 1
        case .ndcg: return gain / (0..<possible).reduce(0) { $0 + 1 / log2(Double($1 + 2)) }
        case .map: return precisions / Double(possible)
        case .mrr: return 1 / Double(first)
        default: preconditionFailure("\(metric) is no metric of one user's list")
        }
    }

    /// In how many lists each item is.
    private func places(_ k: Int, _ users: [Int]) -> [Int] {
        var counts = [Int](repeating: 0, count: test.training.items.count)
        for user in users { for item in lists.list(user, k) { counts[Int(item)] += 1 } }
        return counts
    }

    /// `Σ (2i - n - 1) xᵢ / (n Σ xᵢ)` over the ascending counts, i from 1.
    private static func gini(_ counts: [Int]) -> Double {
        let total = counts.reduce(0, +)
        guard total > 0 else { return 0 }
        let number = Double(counts.count)
        var sum = 0.0
        for (place, count) in counts.sorted().enumerated() {
            sum += (2 * Double(place + 1) - number - 1) * Double(count)
        }
        return sum / (number * Double(total))
    }

    private func novelty(_ k: Int, _ users: [Int]) -> Double {
        let information = test.training.itemCounts.map {
            -log2(Double(max(1, $0)) / Double(test.training.users.count))
        }
        return users.reduce(0) { sum, user in
            let list = lists.list(user, k)
            guard !list.isEmpty else { return sum }
            return sum + list.reduce(0) { $0 + information[Int($1)] } / Double(list.count)
        } / Double(users.count)
    }

    /// The sum of the cosines of all pairs is half of `|Σ vᵢ / |vᵢ||² - n`: one pass over the
    /// items' vectors instead of one for each pair.
    private func diversity(_ k: Int, _ users: [Int]) -> Double {
        let columns = test.training.matrix.transposed()
        // Summed up in the users' order: in that of the threads the last digit would be chance.
        let each = Mutex([Double](repeating: 0, count: users.count))
        Parallel.forEachRange(users.count) { range in
            var sums = [Double](repeating: 0, count: columns.columns)
            let found = range.map { diversity(lists.list(users[$0], k), columns, &sums) }
            each.withLock { $0.replaceSubrange(range, with: found) }
        }
        return each.withLock { $0.reduce(0, +) } / Double(users.count)
    }

    private func diversity(
        _ list: ArraySlice<Int32>, _ columns: SparseMatrix, _ sums: inout [Double]
    ) -> Double {
        guard list.count > 1 else { return 0 }
        var squares = 0.0
        for item in list {
            let range = columns.range(Int(item))
            let share = 1 / Double(max(1, range.count)).squareRoot()
            for place in range {
                let user = Int(columns.indices[place])
                // (s + x)² - s²
                squares += share * (2 * sums[user] + share)
                sums[user] += share
            }
        }
        for item in list {
            for place in columns.range(Int(item)) { sums[Int(columns.indices[place])] = 0 }
        }
        let count = Double(list.count)
        return 1 - (squares - count) / (count * (count - 1))
    }
}

extension InteractionMatrix {
    /// How many users have each item.
    var itemCounts: [Int] {
        var counts = [Int](repeating: 0, count: items.count)
        for item in matrix.indices { counts[Int(item)] += 1 }
        return counts
    }
}
