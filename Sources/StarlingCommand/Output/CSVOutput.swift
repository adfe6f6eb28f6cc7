import Starling
import Values

/// A result as RFC 4180 text: a header line, then a line for each row. Null is an empty field;
/// lists, maps and entities are written as JSON.
enum CSVOutput {
    static func write(_ answer: Answer, to output: inout OutputBuffer) {
        output.line(answer.columns.map(quoted).joined(separator: ","))
        for batch in answer.batches {
            for row in 0..<batch.count {
                output.line(batch.columns.map { field($0.value(row)) }.joined(separator: ","))
            }
        }
    }

    private static func field(_ value: Value) -> String {
        switch value {
        case .null: return ""
        case .string(let text): return quoted(text)
        default:
            var writer = JSONWriter()
            writer.write(value)
            let isText = writer.bytes.first == UInt8(ascii: "\"")
            return quoted(isText ? String(writer.string.dropFirst().dropLast()) : writer.string)
        }
    }

    private static func quoted(_ text: String) -> String {
        let special = text.utf8.contains {
            [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")]
                .contains($0)
        }
        return special ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
}
