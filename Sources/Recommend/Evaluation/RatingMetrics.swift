import LinearAlgebra
import Synchronization
public import Values

/// Predictions of the test ratings of a model that predicts ratings.
///
/// Predictions are cut to the range of training's ratings, as Surprise does. An item that nobody
/// has rated in training is predicted as `μ + b(u)`, with `b(u) = Σ (r - μ) / (5 + |R(u)|)` of the
/// user (Koren, TKDD 2010, section 2.1).
public struct RatingMetrics: Sendable {
    /// By test user: sums over the ratings.
    private struct Sums {
        var count = 0
        var squares = 0.0
        var absolutes = 0.0
        var right = 0

        mutating func add(_ prediction: Double, _ rating: Double, _ steps: RatingSteps) {
            count += 1
            squares += (prediction - rating) * (prediction - rating)
            absolutes += abs(prediction - rating)
            if steps.nearest(to: prediction) == rating { right += 1 }
        }
    }
    private let sums: [Sums]

    private static let damping = 5.0

    /// Predicts all test ratings, on all processors. Errors: the model's, the monitor's.
    public init(_ model: any FittedModel, _ test: HeldOut, monitor: WorkMonitor = .none) throws {
        let steps = RatingSteps(test.training)
        let sums = Mutex([Sums](repeating: Sums(), count: test.users.count))
        var unknownStarts = [0]
        for count in test.unknown { unknownStarts.append(unknownStarts.last! + count) }
        let starts = unknownStarts
        let block = 4096
        for begin in stride(from: 0, to: test.users.count, by: block) {
            try monitor.checkpoint()
            monitor.report("score", Double(begin) / Double(test.users.count))
            let failure = FirstError()
            Parallel.forEachRange(min(block, test.users.count - begin)) { range in
                for place in range {
                    let user = begin + place
                    do {
                        let history = test.history(user)
                        let known = test.range(user)
                        let scores =
                            known.isEmpty
                            ? [] : try model.score(history, items: Array(test.items[known]))
                        var own = Sums()
                        for (score, rating) in zip(scores, test.ratings[known]) {
                            own.add(steps.cut(Double(score)), Double(rating), steps)
                        }
                        let fallback = steps.cut(Self.baseline(history, steps))
                        for rating in test.unknownRatings[starts[user]..<starts[user + 1]] {
                            own.add(fallback, Double(rating), steps)
                        }
                        sums.withLock { [own] in $0[user] = own }
                    } catch { failure.note(error) }
                }
            }
            try failure.rethrow()
        }
        self.sums = sums.withLock { $0 }
    }

    private static func baseline(_ history: UserHistory, _ steps: RatingSteps) -> Double {
        let deviations = history.weights.reduce(0) { $0 + Double($1) - steps.mean }
        return steps.mean + deviations / (damping + Double(history.weights.count))
    }

    /// Over some of the test users, or all. Nil where they have no test ratings.
    public func value(_ metric: Metric, users: [Int]? = nil) -> Double? {
        precondition(metric.isOfRatings)
        var total = Sums()
        for user in users ?? Array(sums.indices) {
            total.count += sums[user].count
            total.squares += sums[user].squares
            total.absolutes += sums[user].absolutes
            total.right += sums[user].right
        }
        guard total.count > 0 else { return nil }
        switch metric {
        case .rmse: return (total.squares / Double(total.count)).squareRoot()
        case .mae: return total.absolutes / Double(total.count)
        default: return Double(total.right) / Double(total.count)
        }
    }
}

/// The ratings of training.
struct RatingSteps: Sendable {
    let mean: Double
    /// The distinct ones, ascending.
    private let values: [Double]

    init(_ training: InteractionMatrix) {
        let ratings = training.matrix.values
        mean = ratings.reduce(0) { $0 + Double($1) } / Double(max(1, ratings.count))
        values = Set(ratings).sorted().map(Double.init)
    }

    func cut(_ prediction: Double) -> Double {
        guard let least = values.first, let greatest = values.last else { return prediction }
        return min(greatest, max(least, prediction))
    }

    /// The higher one where two are equally near.
    func nearest(to prediction: Double) -> Double {
        var (low, high) = (0, values.count)
        while low < high {
            let middle = (low + high) / 2
            if values[middle] < prediction { low = middle + 1 } else { high = middle }
        }
        guard low < values.count else { return values.last ?? prediction }
        guard low > 0 else { return values[0] }
        return values[low] - prediction <= prediction - values[low - 1]
            ? values[low] : values[low - 1]
    }
}
