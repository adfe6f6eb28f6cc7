import Foundation

/// How long requests took, in microseconds.
struct Latencies {
    private var values: [Float] = []

    mutating func add(_ duration: Duration) {
        let parts = duration.components
        values.append(Float(parts.seconds) * 1e6 + Float(parts.attoseconds) / 1e12)
    }

    mutating func sort() { values.sort() }

    var count: Int { values.count }
    var longest: Float { values.last ?? 0 }

    /// The value that this share of all is at or below; of sorted values.
    func percentile(_ share: Double) -> Float {
        guard !values.isEmpty else { return 0 }
        return values[min(values.count - 1, Int(Double(values.count) * share))]
    }
}
