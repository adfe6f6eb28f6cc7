/// A text that is not Cypher: where, what was found, and what was expected.
public struct SyntaxError: Error, Sendable {
    /// One sentence, for people; ends without a caret.
    public let message: String
    public let range: SourceRange

    public init(message: String, range: SourceRange) {
        self.message = message
        self.range = range
    }
}
