import Starling
import Values

/// A result as one JSON object.
enum JSONOutput {
    static func write(_ answer: Answer, _ timing: Timing, to output: inout OutputBuffer) {
        var writer = JSONWriter()
        writer.bytes.append(contentsOf: #"{"columns": "#.utf8)
        writer.write(.list(answer.columns.map { .string($0) }))
        writer.bytes.append(contentsOf: #", "rows": ["#.utf8)
        writeRows(answer.batches, to: &writer)
        writer.bytes.append(contentsOf: #"], "summary": "#.utf8)
        writer.write(summary(answer.summary))
        writer.bytes.append(contentsOf: #", "timing_ms": "#.utf8)
        writer.write(self.timing(timing))
        writer.bytes.append(contentsOf: "}\n".utf8)
        output.write(writer.bytes)
    }

    private static func writeRows(_ batches: [ResultRows], to writer: inout JSONWriter) {
        var isFirst = true
        for batch in batches {
            for row in 0..<batch.count {
                writer.bytes.append(contentsOf: (isFirst ? "[" : ", [").utf8)
                isFirst = false
                for (place, column) in batch.columns.enumerated() {
                    if place > 0 { writer.bytes.append(contentsOf: ", ".utf8) }
                    writer.write(column.value(row))
                }
                writer.bytes.append(UInt8(ascii: "]"))
            }
        }
    }

    private static func summary(_ summary: Summary) -> Value {
        var map = ValueMap()
        map["type"] = .string(summary.access.rawValue)
        map["counters"] = .map(
            ValueMap(summary.counters.entries.map { ($0.name, .integer(Int64($0.count))) }))
        if let plan = summary.plan { map[summary.isProfile ? "profile" : "plan"] = .map(plan) }
        map["notifications"] = .list(summary.notifications.map(notification))
        return .map(map)
    }

    private static func notification(_ notification: StatementNotification) -> Value {
        var map = ValueMap([
            ("code", .string(notification.code)), ("title", .string(notification.title)),
            ("description", .string(notification.description)),
            ("severity", .string(notification.severity.rawValue)),
        ])
        if let position = notification.position {
            map["position"] = .map(
                ValueMap([
                    ("offset", .integer(Int64(position.offset))),
                    ("line", .integer(Int64(position.line))),
                    ("column", .integer(Int64(position.column))),
                ]))
        }
        return .map(map)
    }

    private static func timing(_ timing: Timing) -> Value {
        .map(
            ValueMap([
                ("first", .float(timing.first)), ("median", .float(timing.median)),
                ("min", .float(timing.minimum)), ("max", .float(timing.maximum)),
            ]))
    }
}
