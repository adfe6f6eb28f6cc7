import Foundation

/// How long requests took, in microseconds.
struct Latencies {
    private var values: [Float] = []

    mutating func add(_ duration: Duration) {
        let parts = duration.components
        values.append(Float(parts.seconds) * 1e6 + Float(parts.attoseconds) / 1e12)
    }

    mutating func add(_ others: Latencies) { values += others.values }

    mutating func sort() { values.sort() }

    var count: Int { values.count }
    var longest: Float { values.last ?? 0 }

    /// The value that this share of all is at or below; of sorted values.
    func percentile(_ share: Double) -> Float {
        guard !values.isEmpty else { return 0 }
        return values[min(values.count - 1, Int(Double(values.count) * share))]
    }
}

/// What a scenario measured.
struct Measurement {
    var latencies: Latencies
    var seconds: Double
    var failures = 0

    static let header =
        "                                   per second      p50      p95      p99"
        + "    p99.9      max   (µs)"

    /// One line of a table.
    func line(_ name: String) -> String {
        let shares = [0.5, 0.95, 0.99, 0.999]
        let figures = shares.map { latencies.percentile($0) } + [latencies.longest]
        let rate = Double(latencies.count) / seconds
        let columns = figures.map { String(format: "%9.0f", $0) }.joined()
        let title = name.padding(toLength: 33, withPad: " ", startingAt: 0)
        let failed = failures > 0 ? "  \(failures) FAILED" : ""
        return title + String(format: "%12.0f", rate) + columns + failed
    }
}
