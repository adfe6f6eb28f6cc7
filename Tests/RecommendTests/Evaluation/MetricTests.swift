import Foundation
import GraphStore
import LinearAlgebra
import Testing

@testable import Recommend

/// A matrix from rows of items; users and items are nodes from 100 and from 0.
func interactionMatrix(_ rows: [[Int: Float]], items: Int) -> InteractionMatrix {
    let sorted = rows.map { $0.sorted { $0.key < $1.key } }
    var offsets: ContiguousArray<Int> = [0]
    for row in sorted { offsets.append(offsets[offsets.count - 1] + row.count) }
    return InteractionMatrix(
        users: rows.indices.map { NodeID(100 + $0) }, items: (0..<items).map { NodeID($0) },
        matrix: SparseMatrix(
            rows: rows.count, columns: items, offsets: offsets,
            indices: ContiguousArray(sorted.flatMap { $0.map { Int32($0.key) } }),
            values: ContiguousArray(sorted.flatMap { $0.map(\.value) })))
}

/// Scores that were written down.
struct FixedModel: FittedModel {
    let scores: [[Float]]
    var itemCount: Int { scores[0].count }
    var tensors: [TensorData] { [] }

    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) {
        _ = scores.update(from: self.scores[user.row!])
    }
}

@Suite struct MetricTests {
    private let training = interactionMatrix(
        [[0: 1], [1: 1, 2: 1], [0: 1, 3: 1], [4: 1, 5: 1]], items: 6)
    private let test = interactionMatrix(
        [[1: 1, 2: 1], [0: 1], [5: 1, 4: 1, 2: 1], [:]], items: 6)
    /// Lists of three without training: [2, 3, 1], [3, 4, 5], [4, 5, 1]
    private let model = FixedModel(scores: [
        [9, 1, 5, 3, 0, 0.5], [0, 9, 8, 7, 6, 5], [9, 3, 2, 8, 7, 6], [0, 0, 0, 0, 0, 0],
    ])

    private func metrics(auc: Bool = false) throws -> (RankingMetrics, HeldOut) {
        let heldOut = HeldOut(training: training, test: test)
        let lists = try TopLists(model, heldOut, k: 3, auc: auc)
        #expect(lists.list(0, 3) == [2, 3, 1])
        #expect(lists.list(1, 3) == [3, 4, 5])
        #expect(lists.list(2, 2) == [4, 5])
        return (RankingMetrics(lists, of: heldOut), heldOut)
    }

    @Test func listsByHand() throws {
        let (metrics, heldOut) = try metrics()
        #expect(heldOut.users == [100, 101, 102])
        func value(_ metric: Metric, _ k: Int) -> Double { metrics.value(metric, at: k) ?? -1 }
        func isNear(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-12 }
        #expect(isNear(value(.precision, 3), (2.0 / 3 + 0 + 2.0 / 3) / 3))
        #expect(isNear(value(.recall, 3), (1 + 0 + 2.0 / 3) / 3))
        #expect(isNear(value(.recall, 1), (0.5 + 0 + 1.0 / 3) / 3))
        #expect(isNear(value(.f1, 3), (0.8 + 0 + 2.0 / 3) / 3))
        #expect(isNear(value(.hitRate, 1), 2.0 / 3))
        #expect(isNear(value(.mrr, 3), 2.0 / 3))
        #expect(isNear(value(.map, 3), ((1 + 2.0 / 3) / 2 + 2.0 / 3) / 3))
        let second = 1 / log2(3.0)
        #expect(
            isNear(
                value(.ndcg, 3), (1.5 / (1 + second) + (1 + second) / (1.5 + second)) / 3))
        #expect(isNear(value(.coverage, 3), 5.0 / 6))
        #expect(metrics.value(.auc, at: 3) == nil)
        #expect(metrics.value(.recall, at: 3, users: []) == nil)
        #expect(metrics.value(.recall, at: 3, users: [0]) == 1)
    }

    @Test func inequalityNoveltyAndDiversityByHand() throws {
        let (metrics, _) = try metrics()
        // Places 0 1 2 2 2 2, each times 2i - 7: 13 over 6 items and 9 places.
        #expect(abs((metrics.value(.gini, at: 3) ?? -1) - 13.0 / 54) < 1e-12)
        // Items 1 … 5 are in one of four users' hands: two bits each.
        #expect(metrics.value(.novelty, at: 3) == 2)
        // [2, 3, 1]: 2 and 1 have the same user; [3, 4, 5] and [4, 5, 1]: 4 and 5.
        let value = metrics.value(.diversity, at: 3) ?? -1
        #expect(abs(value - 2.0 / 3) < 1e-12)
    }

    @Test func areaUnderCurveCountsPairs() throws {
        let (metrics, heldOut) = try metrics(auc: true)
        var expected = 0.0
        for user in heldOut.users.indices {
            let seen = Set(heldOut.history(user).items)
            var (won, pairs) = (0.0, 0.0)
            for wanted in Int32(0)..<6 where heldOut.isRelevant(wanted, user) {
                for other in Int32(0)..<6
                where !seen.contains(other) && !heldOut.isRelevant(other, user) {
                    let scores = model.scores[user]
                    let (a, b) = (scores[Int(wanted)], scores[Int(other)])
                    won += a > b ? 1 : a == b ? 0.5 : 0
                    pairs += 1
                }
            }
            expected += won / pairs
        }
        let value = metrics.value(.auc, at: 3) ?? -1
        #expect(abs(value - expected / 3) < 1e-12)
    }

    @Test func itemsThatNobodyKnowsAreMisses() throws {
        let heldOut = HeldOut(
            training: training, test: interactionMatrix([[1: 1, 7: 1]], items: 8))
        #expect(heldOut.relevantCount(0) == 2)
        let metrics = RankingMetrics(TopLists([[1]], k: 2), of: heldOut)
        #expect(metrics.value(.recall, at: 2) == 0.5)
        #expect(metrics.value(.precision, at: 2) == 0.5)
    }

    @Test func ratingsByHand() throws {
        let training = interactionMatrix([[0: 1, 1: 5], [1: 3]], items: 3)
        let test = interactionMatrix([[2: 4], [0: 2, 3: 5]], items: 4)
        let model = FixedModel(scores: [[0, 0, 9], [2.5, 0, 0]])
        let metrics = try RatingMetrics(model, HeldOut(training: training, test: test))
        // 9 is cut to 5; 2.5 is nearer to 3; item 3 is unknown: the mean, 3.
        let errors = [1, 0.5, 2.0]
        let rmse = (errors.reduce(0) { $0 + $1 * $1 } / 3).squareRoot()
        #expect(abs((metrics.value(.rmse) ?? -1) - rmse) < 1e-12)
        #expect(abs((metrics.value(.mae) ?? -1) - 3.5 / 3) < 1e-12)
        #expect(metrics.value(.accuracy) == 0)
        #expect(metrics.value(.mae, users: [0]) == 1)
    }
}
