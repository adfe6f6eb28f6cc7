/// A half-open range of UTF-8 offsets into a statement's text.
///
/// Every node of the tree that an error can point at carries one. Line and column are computed
/// only when an error is shown: see ``SourcePosition``.
public struct SourceRange: Hashable, Sendable {
    public var start: Int
    public var end: Int

    public init(start: Int, end: Int) {
        self.start = start
        self.end = end
    }
}

/// A place as people count it: line and column from 1, columns in Unicode code points.
public struct SourcePosition: Hashable, Sendable {
    public let offset: Int
    public let line: Int
    public let column: Int

    public init(offset: Int, line: Int, column: Int) {
        self.offset = offset
        self.line = line
        self.column = column
    }

    /// The position of a UTF-8 offset in `text`. Cost: linear in the offset.
    public init(offset: Int, in text: String) {
        var line = 1
        var column = 1
        for byte in text.utf8.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.init(offset: offset, line: line, column: column)
    }
}
