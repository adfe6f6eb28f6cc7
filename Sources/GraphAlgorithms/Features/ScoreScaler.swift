internal import Foundation

/// How scores are brought to a common scale, under the names of Neo4j's library.
public enum ScoreScaler: String, Sendable, CaseIterable {
    case none = "None"
    /// `(x − min) / (max − min)`
    case minMax = "MinMax"
    /// `x / max |x|`
    case max = "Max"
    /// `(x − mean) / (max − min)`
    case mean = "Mean"
    /// `ln x`
    case log = "Log"
    /// `(x − mean) / standard deviation`
    case standardScore = "StdScore"
    /// `x / Σ |x|`
    case l1 = "L1Norm"
    /// `x / √Σ x²`
    case l2 = "L2Norm"

    /// Where a divisor would be 0 all scores become 0.
    public func scaled(_ scores: [Double]) -> [Double] {
        guard let least = scores.min(), let greatest = scores.max() else { return scores }
        let mean = scores.reduce(0, +) / Double(scores.count)
        func divided(_ offset: Double, by divisor: Double) -> [Double] {
            scores.map { divisor == 0 ? 0 : ($0 - offset) / divisor }
        }
        switch self {
        case .none: return scores
        case .minMax: return divided(least, by: greatest - least)
        case .max: return divided(0, by: Swift.max(abs(least), abs(greatest)))
        case .mean: return divided(mean, by: greatest - least)
        case .log: return scores.map { Foundation.log($0) }
        case .standardScore:
            let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return divided(mean, by: (variance / Double(scores.count)).squareRoot())
        case .l1: return divided(0, by: scores.reduce(0) { $0 + abs($1) })
        case .l2: return divided(0, by: scores.reduce(0) { $0 + $1 * $1 }.squareRoot())
        }
    }
}
