import Foundation

/// A small picture of numbers, as text and as SVG.
public struct Chart: Sendable {
    public enum Kind: String, Sendable {
        /// A bar for each point, named by its series.
        case bars
        /// A line for each series.
        case lines
    }

    public struct Point: Sendable {
        public let series: String
        public let x: Double
        public let y: Double

        public init(series: String, x: Double = 0, y: Double) {
            self.series = series
            self.x = x
            self.y = y
        }
    }

    public let kind: Kind
    public let points: [Point]
    public var title = ""
    /// In characters.
    public var width = 60
    /// In lines of text, of ``Kind/lines``.
    public var height = 12

    public static let pointLimit = 10_000

    public init(kind: Kind, points: [Point]) {
        self.kind = kind
        self.points = points
    }

    /// Series in the order in which they come.
    var series: [(name: String, points: [Point])] {
        var order: [String] = []
        var groups: [String: [Point]] = [:]
        for point in points {
            if groups[point.series] == nil { order.append(point.series) }
            groups[point.series, default: []].append(point)
        }
        return order.map { name in
            (name, groups[name, default: []].sorted { $0.x < $1.x })
        }
    }

    /// From the least to the greatest value; of bars from 0.
    var range: ClosedRange<Double> {
        let values = points.map(\.y) + (kind == .bars ? [0] : [])
        guard let least = values.min(), let greatest = values.max(), least < greatest else {
            let value = values.first ?? 0
            let margin = max(1, abs(value) * Self.leastMargin)
            // Nothing is above the greatest number.
            let bound = Double.greatestFiniteMagnitude
            return max(value - margin, -bound)...min(value + margin, bound)
        }
        return least...greatest
    }

    /// Around a single value, as a share of it: 1 more is the same number where the value is large.
    private static let leastMargin = 1e-9

    /// Where `value` lies from `start` (0) to `end` (1); 0 where these are the same.
    static func share(_ value: Double, from start: Double, to end: Double) -> Double {
        if start == end { return 0 }
        if (end - start).isFinite { return (value - start) / (end - start) }
        // The difference of two finite numbers may be too large for one; that of their halves is not.
        return (value / 2 - start / 2) / (end / 2 - start / 2)
    }

    static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9
            ? String(Int(value)) : String(format: "%.4g", value)
    }

    // MARK: Text

    public var textLines: [String] {
        let picture = points.isEmpty ? ["(nothing to show)"] : kind == .bars ? bars : lines
        return (title.isEmpty ? [] : [title]) + picture
    }

    /// Eighths of a character.
    private static let blocks = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    private var bars: [String] {
        let nameWidth = points.map(\.series.count).max() ?? 0
        let values = points.map { Self.text($0.y) }
        let valueWidth = values.map(\.count).max() ?? 0
        let room = max(8, width - nameWidth - valueWidth - 4)
        // Bars show sizes: the sign is in the figure.
        let greatest = points.map { abs($0.y) }.max() ?? 0
        return zip(points, values).map { point, value in
            let eighths =
                greatest == 0 ? 0 : Int((abs(point.y) / greatest * Double(room * 8)).rounded())
            let bar = String(repeating: "█", count: eighths / 8) + Self.blocks[eighths % 8]
            let name = point.series + String(repeating: " ", count: nameWidth - point.series.count)
            let gap = String(repeating: " ", count: valueWidth - value.count)
            return "\(name)  \(gap)\(value)  \(bar)"
        }
    }

    private static let marks: [Character] = ["●", "○", "◆", "◇", "▲", "△", "■", "□"]

    private var lines: [String] {
        let range = range
        let axis = [Self.text(range.upperBound), Self.text(range.lowerBound)]
        let axisWidth = axis.map(\.count).max() ?? 0
        let columns = max(8, width - axisWidth - 2)
        let xs = points.map(\.x)
        let (left, right) = (xs.min() ?? 0, xs.max() ?? 0)
        var cells = Array(
            repeating: [Character](repeating: " ", count: columns), count: max(2, height))
        for (place, line) in series.enumerated() {
            let mark = Self.marks[place % Self.marks.count]
            for point in line.points {
                let across = Self.share(point.x, from: left, to: right)
                let up = Self.share(point.y, from: range.lowerBound, to: range.upperBound)
                let row = Int(((1 - up) * Double(cells.count - 1)).rounded())
                cells[row][Int((across * Double(columns - 1)).rounded())] = mark
            }
        }
        var picture = cells.enumerated().map { row, cells in
            let label = row == 0 ? axis[0] : row == height - 1 ? axis[1] : ""
            let gap = String(repeating: " ", count: axisWidth - label.count)
            return "\(gap)\(label) │" + String(cells).trimmedAtEnd
        }
        let blank = String(repeating: " ", count: axisWidth)
        picture.append("\(blank) └" + String(repeating: "─", count: columns))
        let (start, end) = (Self.text(left), Self.text(right))
        let between = max(1, columns - start.count - end.count)
        picture.append("\(blank)  \(start)" + String(repeating: " ", count: between) + end)
        let named = series.enumerated().filter { !$0.element.name.isEmpty }
        if !named.isEmpty {
            picture.append(
                "\(blank)  "
                    + named.map { "\(Self.marks[$0.offset % Self.marks.count]) \($0.element.name)" }
                    .joined(separator: "   "))
        }
        return picture
    }
}

extension String {
    fileprivate var trimmedAtEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
