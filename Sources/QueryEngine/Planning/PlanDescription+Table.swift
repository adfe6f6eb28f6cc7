/// The plan as a table for terminals:
///
///     +------------------+-------------------------+----------------+
///     | Operator         | Details                 | Estimated Rows |
///     +------------------+-------------------------+----------------+
///     | +ProduceResults  | name                    |              3 |
///     | |                |                         |                |
///     | +Apply           |                         |              3 |
///     | |\               |                         |                |
///     | | +Expand(All)   | (u)-[:RATED]->(m)       |              3 |
///     …
extension PlanDescription {
    /// Longer details are cut.
    private static let detailsWidth = 100

    public var table: String {
        var header = ["Operator", "Details", "Estimated Rows"]
        if profile != nil { header += ["Rows", "DB Hits", "Time (ms)", "Memory (bytes)"] }
        var rows: [[String]] = []
        addRows(to: &rows, prefix: "", width: header.count)
        var widths = header.map(\.unicodeScalars.count)
        for row in rows {
            for (place, cell) in row.enumerated() {
                widths[place] = max(widths[place], cell.unicodeScalars.count)
            }
        }
        let rule = "+" + widths.map { String(repeating: "-", count: $0 + 2) + "+" }.joined()
        var lines = [rule, line(header, widths), rule]
        lines += rows.map { line($0, widths) }
        lines.append(rule)
        return lines.joined(separator: "\n")
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = "|"
        for (place, cell) in cells.enumerated() {
            let padding = String(
                repeating: " ", count: widths[place] - cell.unicodeScalars.count)
            // Numbers stand on the right.
            line += place < 2 ? " \(cell)\(padding) |" : " \(padding)\(cell) |"
        }
        return line
    }

    private func addRows(to rows: inout [[String]], prefix: String, width: Int) {
        var cells = [prefix + "+" + operatorName, cut(details), rounded(estimatedRows)]
        if let profile {
            cells += [
                String(profile.rows), String(profile.databaseHits),
                milliseconds(profile.timeNanoseconds), String(profile.memoryBytes),
            ]
        }
        while cells.count < width { cells.append("") }
        rows.append(cells)
        let blank = [String](repeating: "", count: width - 1)
        // The right sides branch off; what feeds the step goes straight on below it.
        for right in children.dropFirst() {
            rows.append([prefix + "|\\"] + blank)
            right.addRows(to: &rows, prefix: prefix + "| ", width: width)
        }
        if let first = children.first {
            rows.append([prefix + "|"] + blank)
            first.addRows(to: &rows, prefix: prefix, width: width)
        }
    }

    private func cut(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > Self.detailsWidth else { return text }
        return String(String.UnicodeScalarView(scalars.prefix(Self.detailsWidth - 1))) + "…"
    }

    private func rounded(_ rows: Double) -> String {
        if rows >= 1e15 { return "1e15" }
        return rows < 1 && rows > 0 ? "< 1" : String(Int(rows.rounded()))
    }

    private func milliseconds(_ nanoseconds: UInt64) -> String {
        let hundredths = nanoseconds / 10_000
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}
