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
    public var message: String { storage.message }
    public var range: SourceRange { storage.range }
    public var detail: Detail? { storage.detail }

    /// One pointer wide: every frame of the recursive descent has room for an error or several.
    private let storage: Storage

    private final class Storage: Sendable {
        let message: String
        let range: SourceRange
        let detail: Detail?

        init(_ message: String, _ range: SourceRange, _ detail: Detail?) {
            self.message = message
            self.range = range
            self.detail = detail
        }
    }

    public init(message: String, range: SourceRange) {
        storage = Storage(message, range, nil)
    }

    public init(_ detail: Detail, _ explanation: String, _ range: SourceRange) {
        storage = Storage("\(explanation) (\(detail.rawValue))", range, detail)
    }

    /// The message with its place, and the line of `text` with a caret below the place.
    public func describe(in text: String) -> String {
        SourceExcerpt(text: text, range: range).describe(message)
    }
}
