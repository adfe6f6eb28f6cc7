/// The line of a text that a message is about, with a caret below the place.
///
/// For errors of every stage, not only the parser's:
///
///     Variable `m` not defined (line 1, column 18)
///     "MATCH (n) RETURN m"
///                       ^
public struct SourceExcerpt: Sendable {
    /// How much of a long line is shown, in code points.
    public static let maximumWidth = 120

    public let position: SourcePosition
    /// The shown part of the line; control characters read as spaces.
    public let line: String
    /// How many code points of `line` stand before the caret.
    public let caretOffset: Int

    /// Cost: linear in the text up to the end of the line. Ranges outside of the text are cut.
    public init(text: String, range: SourceRange) {
        let bytes = text.utf8
        let offset = min(max(range.start, 0), bytes.count)
        position = SourcePosition(offset: offset, in: text)

        let place = bytes.index(bytes.startIndex, offsetBy: offset)
        let newline = UInt8(ascii: "\n")
        let start =
            bytes[..<place].lastIndex(of: newline).map { bytes.index(after: $0) }
            ?? bytes.startIndex
        let end = bytes[place...].firstIndex(of: newline) ?? bytes.endIndex
        let scalars = String(decoding: bytes[start..<end], as: UTF8.self).unicodeScalars
        let column = min(position.column - 1, scalars.count)

        // A long line is cut to a window with the caret in its middle.
        let half = Self.maximumWidth / 2
        let dropped = scalars.count > Self.maximumWidth ? max(0, column - half) : 0
        let window = scalars.dropFirst(dropped).prefix(Self.maximumWidth)
        let cutAtEnd = dropped + window.count < scalars.count
        var shown = String.UnicodeScalarView()
        if dropped > 0 { shown.append("…") }
        for scalar in window {
            shown.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
        }
        if cutAtEnd { shown.append("…") }
        line = String(shown)
        caretOffset = column - dropped + (dropped > 0 ? 1 : 0)
    }

    /// The line in quotes, and below it the caret.
    public var rendered: String {
        "\"\(line)\"\n" + String(repeating: " ", count: caretOffset + 1) + "^"
    }

    /// `message (line L, column C)`, then the excerpt.
    public func describe(_ message: String) -> String {
        "\(message) (line \(position.line), column \(position.column))\n\(rendered)"
    }
}
