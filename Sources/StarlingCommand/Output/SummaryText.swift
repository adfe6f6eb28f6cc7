import Foundation
import Starling

/// What stands under a table: rows, changes, time, warnings, plans.
enum SummaryText {
    static func write(_ answer: Answer, milliseconds: Double?, to output: inout OutputBuffer) {
        if let plan = answer.summary.planText { output.line(plan) }
        for notification in answer.summary.notifications {
            var place = ""
            if let position = notification.position {
                place = " (line \(position.line), column \(position.column))"
            }
            output.line(
                "\(notification.severity.rawValue.lowercased()): \(notification.description)\(place)"
            )
        }
        var parts: [String] = []
        let isExplained = answer.summary.plan != nil && !answer.summary.isProfile
        if !answer.columns.isEmpty, !isExplained { parts.append(counted(answer.rowCount, "row")) }
        parts += answer.summary.counters.entries.map {
            "\($0.name.replacing("-", with: " ")): \($0.count)"
        }
        if let milliseconds { parts.append(time(milliseconds)) }
        if !parts.isEmpty { output.line(parts.joined(separator: ", ")) }
    }

    static func counted(_ count: Int, _ noun: String) -> String {
        count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }

    static func time(_ milliseconds: Double) -> String {
        milliseconds < 10_000
            ? String(format: "%.*f ms", milliseconds < 10 ? 2 : 1, milliseconds)
            : String(format: "%.1f s", milliseconds / 1000)
    }
}
