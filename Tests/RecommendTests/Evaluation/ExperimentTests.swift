import Testing

@testable import Recommend

@Suite struct ExperimentTests {
    private func isNear(_ a: Double, _ b: Double, _ tolerance: Double = 1e-6) -> Bool {
        abs(a - b) <= tolerance
    }

    /// Quantiles as tables have them.
    @Test func distributions() {
        #expect(isNear(Experiment.normalQuantile(0.975), 1.959964))
        #expect(isNear(Experiment.studentQuantile(0.975, 10), 2.228139))
        #expect(isNear(Experiment.studentQuantile(0.95, 1), 6.313752))
        #expect(isNear(Experiment.studentShare(0, 7), 0.5))
        #expect(isNear(Experiment.incompleteBeta(0.5, 2, 3), 0.6875))
    }

    @Test func shares() {
        func sample(_ yes: Int, _ all: Int) -> Experiment.Sample {
            Experiment.Sample((0..<all).map { $0 < yes ? 1 : 0 })
        }
        // 60 of 100 against 45 of 100: pooled 0.525, z = 0.15 / √(0.525 · 0.475 · 0.02).
        let comparison = Experiment.proportions(sample(60, 100), sample(45, 100), confidence: 0.95)!
        #expect(isNear(comparison.statistic, 2.123977, 1e-5))
        #expect(isNear(comparison.pValue, 0.033672, 1e-5))
        #expect(isNear(comparison.low, 0.15 - 1.959964 * 0.0698212, 1e-5))
    }

    @Test func means() {
        let a = Experiment.Sample([27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6])
        let b = Experiment.Sample([27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2])
        let comparison = Experiment.means(a, b, confidence: 0.95)!
        #expect(isNear(a.mean, 20.75))
        #expect(isNear(comparison.statistic, -2.035662, 1e-5))
        #expect(isNear(comparison.pValue, 0.059254, 1e-5))
        #expect(comparison.low < comparison.difference && comparison.difference < comparison.high)
    }
}

@Suite struct ChartTests {
    @Test func barsInText() {
        var chart = Chart(
            kind: .bars,
            points: [.init(series: "ease", y: 0.5), .init(series: "popular", y: 0.25)])
        chart.title = "recall"
        chart.width = 28
        #expect(
            chart.textLines == [
                "recall", "ease      0.5  █████████████", "popular  0.25  ██████▌",
            ])
    }

    @Test func linesInText() {
        var chart = Chart(
            kind: .lines,
            points: [1, 2, 3].map { .init(series: "loss", x: $0, y: 4 - $0) })
        chart.width = 12
        chart.height = 3
        #expect(
            chart.textLines == [
                "3 │●", "  │    ●", "1 │        ●", "  └─────────", "   1       3", "   ● loss",
            ])
    }

    /// The difference of two finite numbers may be none.
    @Test(arguments: [
        [(x: 0.0, y: 1e308), (x: 1.0, y: 0.0), (x: 2.0, y: -1e308)],
        [(x: -1e308, y: 2.0), (x: 0.0, y: 1.0), (x: 1e308, y: 0.0)],
    ])
    func linesBetweenTheGreatestNumbers(points: [(x: Double, y: Double)]) {
        var chart = Chart(kind: .lines, points: points.map { .init(series: "", x: $0.x, y: $0.y) })
        chart.width = 20
        chart.height = 3
        let marks = chart.textLines.prefix(3).compactMap { line in
            line.split(separator: "│").last.flatMap { Array($0).firstIndex(of: "●") }
        }
        #expect(marks.count == 3 && marks[1] - marks[0] == marks[2] - marks[1])
        #expect(marks[0] == 0 && marks[2] > marks[1])
        #expect(chart.svg.contains(" 340,180 "))
    }

    @Test(arguments: [1e300, -1e300, .greatestFiniteMagnitude, 5, 0])
    func aLineOfOneGreatNumber(value: Double) {
        var chart = Chart(kind: .lines, points: [.init(series: "", x: value, y: value)])
        chart.height = 3
        #expect(chart.textLines.prefix(3).joined().contains("●"))
        #expect(chart.svg.contains("<circle"))
    }

    @Test func pictureFilesAreEscaped() {
        var chart = Chart(kind: .bars, points: [.init(series: "a<b & \"c\"", y: 1)])
        chart.title = "<script>"
        #expect(chart.svg.hasPrefix("<svg xmlns="))
        #expect(chart.svg.contains("a&lt;b &amp; &quot;c&quot;"))
        #expect(!chart.svg.contains("<script>"))
        #expect(Chart(kind: .lines, points: []).textLines == ["(nothing to show)"])
    }
}
