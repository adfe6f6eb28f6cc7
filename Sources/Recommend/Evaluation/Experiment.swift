import Foundation

/// The arithmetic of A/B tests: two-sided tests of the difference between a variant and the control.
public enum Experiment {
    /// How a variant did.
    public struct Sample: Sendable {
        public let count: Int
        public let mean: Double
        /// Of the sample: with `n - 1`.
        public let variance: Double

        public init(_ values: [Double]) {
            count = values.count
            let mean = values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
            self.mean = mean
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            variance = values.count > 1 ? squares / Double(values.count - 1) : 0
        }
    }

    public struct Comparison: Sendable {
        /// The variant's mean less the control's.
        public let difference: Double
        public let low: Double
        public let high: Double
        /// z or t
        public let statistic: Double
        /// Two-sided.
        public let pValue: Double
    }

    /// Shares of two groups: the z test with the pooled share, the interval without pooling (Fleiss,
    /// "Statistical Methods for Rates and Proportions", sections 2.2 and 2.4). Means must be shares.
    public static func proportions(_ variant: Sample, _ control: Sample, confidence: Double)
        -> Comparison?
    {
        guard variant.count > 0, control.count > 0 else { return nil }
        let (n, m) = (Double(variant.count), Double(control.count))
        let difference = variant.mean - control.mean
        let pooled = (variant.mean * n + control.mean * m) / (n + m)
        let error = (pooled * (1 - pooled) * (1 / n + 1 / m)).squareRoot()
        let spread =
            (variant.mean * (1 - variant.mean) / n + control.mean * (1 - control.mean) / m)
            .squareRoot()
        let z = error > 0 ? difference / error : 0
        let reach = normalQuantile(0.5 + confidence / 2) * spread
        return Comparison(
            difference: difference, low: difference - reach, high: difference + reach,
            statistic: z, pValue: erfc(abs(z) / 2.0.squareRoot()))
    }

    /// Welch's t test: means of two groups whose variances may differ (Welch, "The generalization of
    /// 'Student's' problem when several different population variances are involved", Biometrika
    /// 1947), with the degrees of freedom of Welch and Satterthwaite.
    public static func means(_ variant: Sample, _ control: Sample, confidence: Double)
        -> Comparison?
    {
        guard variant.count > 1, control.count > 1 else { return nil }
        let a = variant.variance / Double(variant.count)
        let b = control.variance / Double(control.count)
        let difference = variant.mean - control.mean
        guard a + b > 0 else {
            return Comparison(
                difference: difference, low: difference, high: difference, statistic: 0,
                pValue: difference == 0 ? 1 : 0)
        }
        let freedom =
            (a + b) * (a + b)
            / (a * a / Double(variant.count - 1) + b * b / Double(control.count - 1))
        let error = (a + b).squareRoot()
        let t = difference / error
        let reach = studentQuantile(0.5 + confidence / 2, freedom) * error
        return Comparison(
            difference: difference, low: difference - reach, high: difference + reach,
            statistic: t, pValue: 2 * (1 - studentShare(abs(t), freedom)))
    }

    // MARK: Distributions

    static func normalQuantile(_ share: Double) -> Double {
        quantile(share) { 1 - erfc($0 / 2.0.squareRoot()) / 2 }
    }

    static func studentQuantile(_ share: Double, _ freedom: Double) -> Double {
        quantile(share) { studentShare($0, freedom) }
    }

    /// `share` from 0.5 to below 1, by bisection.
    private static func quantile(_ share: Double, _ below: (Double) -> Double) -> Double {
        var (low, high) = (0.0, 1.0)
        while below(high) < share, high < 1e6 { high *= 2 }
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if below(middle) < share { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// Share of Student's distribution below t, which is not negative:
    /// `1 - I(ν / (ν + t²); ν/2, 1/2) / 2`.
    static func studentShare(_ t: Double, _ freedom: Double) -> Double {
        1 - incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2
    }

    /// The regularised incomplete beta function by its continued fraction (Lentz's method; Abramowitz
    /// and Stegun, 26.5.8).
    static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        // The fraction converges fast below the mean; above it the other tail is computed.
        if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
        let gammas = lgamma(a + b) - lgamma(a) - lgamma(b)
        let front = exp(a * log(x) + b * log(1 - x) + gammas) / a
        let tiny = 1e-300
        var (fraction, c, d) = (1.0, 1.0, 0.0)
        for step in 0..<fractionSteps {
            let numerator = betaNumerator(step, x, a, b)
            d = 1 + numerator * d
            if abs(d) < tiny { d = tiny }
            d = 1 / d
            c = 1 + numerator / c
            if abs(c) < tiny { c = tiny }
            fraction *= c * d
            if abs(1 - c * d) < 1e-15 { break }
        }
        return front * (fraction - 1)
    }

    private static let fractionSteps = 500

    private static func betaNumerator(_ step: Int, _ x: Double, _ a: Double, _ b: Double) -> Double
    {
        if step == 0 { return 1 }
        let m = Double(step / 2)
        let even = a + 2 * m
        if step % 2 == 0 { return m * (b - m) * x / ((even - 1) * even) }
        return -(a + m) * (a + b + m) * x / (even * (even + 1))
    }
}
