import Starling
import Values

/// A result as a table for people, fitted to the terminal's width: columns that are too wide share
/// what is left, and long cells end in an ellipsis.
enum Table {
    /// A column is not squeezed below this, whatever the terminal's width.
    static let minimumColumnWidth = 6

    static func write(_ answer: Answer, width: Int, to output: inout OutputBuffer) {
        // EXPLAIN has columns, but never rows: its plan is shown instead.
        let isExplained = answer.summary.plan != nil && !answer.summary.isProfile
        guard !answer.columns.isEmpty, !isExplained else { return }
        var rows: [[String]] = []
        for batch in answer.batches {
            for row in 0..<batch.count {
                rows.append(batch.columns.map { cell($0.value(row)) })
            }
        }
        write(header: answer.columns, rows: rows, isNumber: numberColumns(answer), width, &output)
    }

    static func write(
        header: [String], rows: [[String]], isNumber: [Bool], _ width: Int,
        _ output: inout OutputBuffer
    ) {
        var widths = header.map(TextWidth.of)
        for row in rows {
            for (place, text) in row.enumerated() {
                widths[place] = max(widths[place], TextWidth.of(text))
            }
        }
        widths = fitted(widths, into: width)
        let rule = "+" + widths.map { String(repeating: "-", count: $0 + 2) + "+" }.joined()
        output.line(rule)
        line(header, widths, header.map { _ in false }, &output)
        output.line(rule)
        for row in rows { line(row, widths, isNumber, &output) }
        output.line(rule)
    }

    private static func line(
        _ cells: [String], _ widths: [Int], _ alignRight: [Bool], _ output: inout OutputBuffer
    ) {
        var text = "|"
        for (place, cell) in cells.enumerated() {
            let shown = TextWidth.truncated(cell, to: widths[place])
            let padding = String(
                repeating: " ", count: max(0, widths[place] - TextWidth.of(shown)))
            text += alignRight[place] ? " \(padding)\(shown) |" : " \(shown)\(padding) |"
        }
        output.line(text)
    }

    /// Takes from the widest columns first until the table fits.
    private static func fitted(_ natural: [Int], into width: Int) -> [Int] {
        var widths = natural
        let frame = 3 * widths.count + 1
        var excess = widths.reduce(0, +) + frame - width
        while excess > 0 {
            let widest = widths.max() ?? 0
            guard widest > minimumColumnWidth else { break }
            let second = widths.filter { $0 < widest }.max() ?? minimumColumnWidth
            let places = widths.indices.filter { widths[$0] == widest }
            let step = min(
                max(1, excess / places.count), widest - max(second, minimumColumnWidth))
            for place in places where excess > 0 {
                widths[place] -= max(1, step)
                excess -= max(1, step)
            }
        }
        return widths
    }

    private static func numberColumns(_ answer: Answer) -> [Bool] {
        answer.columns.indices.map { place in
            answer.batches.allSatisfy { batch in
                switch batch.columns[place] {
                case .integers, .floats, .constant(.integer, _), .constant(.float, _): true
                default: false
                }
            }
        }
    }

    /// A value on one line: strings bare at the top, everything else as Cypher writes it.
    static func cell(_ value: Value) -> String {
        let text = if case .string(let string) = value { string } else { value.cypherText }
        return TextWidth.onOneLine(text)
    }
}
