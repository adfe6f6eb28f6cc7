/// A text that is not Cypher: where, what was found, and what was expected.
public struct SyntaxError: Error, Sendable {
    /// The openCypher conformance kit's words for what is wrong, as far as a parser can tell.
    public enum Detail: String, Sendable, CaseIterable {
        case unexpectedSyntax = "UnexpectedSyntax"
        case invalidUnicodeCharacter = "InvalidUnicodeCharacter"
        case invalidUnicodeLiteral = "InvalidUnicodeLiteral"
        case invalidNumberLiteral = "InvalidNumberLiteral"
        case integerOverflow = "IntegerOverflow"
        case floatingPointOverflow = "FloatingPointOverflow"
        case invalidRelationshipPattern = "InvalidRelationshipPattern"
        case noSingleRelationshipType = "NoSingleRelationshipType"
        case requiresDirectedRelationship = "RequiresDirectedRelationship"
        case creatingVarLength = "CreatingVarLength"
        case invalidParameterUse = "InvalidParameterUse"
        case invalidArgumentPassingMode = "InvalidArgumentPassingMode"
        case invalidClauseComposition = "InvalidClauseComposition"
        case noExpressionAlias = "NoExpressionAlias"
    }

    /// One sentence, for people; ends without a caret. Ends with the detail in parentheses.
    public let message: String
    public let range: SourceRange
    public let detail: Detail?

    public init(message: String, range: SourceRange) {
        self.message = message
        self.range = range
        detail = nil
    }

    public init(_ detail: Detail, _ explanation: String, _ range: SourceRange) {
        message = "\(explanation) (\(detail.rawValue))"
        self.range = range
        self.detail = detail
    }

    /// The message with its place, and the line of `text` with a caret below the place.
    public func describe(in text: String) -> String {
        SourceExcerpt(text: text, range: range).describe(message)
    }
}
