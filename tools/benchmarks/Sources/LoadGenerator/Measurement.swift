import Foundation

/// What connections measured, all together.
struct Measurement {
    /// From when a request was due until its answer.
    var latencies = Latencies()
    /// How long requests that were due waited for the generator itself, their connection being
    /// free: part of the latencies that is not the server's.
    var ownDelays = Latencies()
    /// When answers came, in seconds since the beginning, in order.
    var answered: [Float] = []
    var failures = 0
    /// How long it took all together.
    var seconds = 0.0

    mutating func fail(_ complaint: String) {
        failures += 1
        if failures == 1 { FileHandle.standardError.write(Data("\(complaint)\n".utf8)) }
    }

    /// At the end of all.
    mutating func finish(seconds: Double) {
        self.seconds = seconds
        latencies.sort()
        ownDelays.sort()
    }

    var rate: Double { Double(latencies.count) / seconds }

    /// The longest time in which no connection got an answer, in microseconds.
    var longestStall: Float {
        zip(answered, answered.dropFirst()).reduce(0) { max($0, $1.1 - $1.0) } * 1e6
    }

    static let header =
        "                                   per second      p50      p95      p99"
        + "    p99.9      max    stall  own p99   (µs)"

    private var figures: [Float] {
        [0.5, 0.95, 0.99, 0.999].map { latencies.percentile($0) }
            + [latencies.longest, longestStall, ownDelays.percentile(0.99)]
    }

    /// One line of a table.
    func line(_ name: String) -> String {
        let columns = figures.map { String(format: "%9.0f", $0) }.joined()
        let title = name.padding(toLength: 33, withPad: " ", startingAt: 0)
        let failed = failures > 0 ? "  \(failures) FAILED" : ""
        return title + String(format: "%12.0f", rate) + columns + failed
    }

    /// The same for programs: name, rate and the columns of ``header``, then the failures.
    func append(_ name: String, to path: String) throws {
        let fields = [name, "\(rate)"] + figures.map { "\($0)" } + ["\(failures)"]
        let line = Data((fields.joined(separator: "\t") + "\n").utf8)
        if !FileManager.default.fileExists(atPath: path) {
            try Data().write(to: URL(fileURLWithPath: path))
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.seekToEnd()
        try file.write(contentsOf: line)
    }
}
