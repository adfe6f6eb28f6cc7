/// A query in Lucene's everyday syntax, parsed.
///
/// ```
/// graph database          either word            "graph database"     the words in a row
/// +graph -relational      one must, one must not "graph db"~3         … moved by at most 3
/// graph AND (db OR store) AND, OR, NOT, &&, ||, ! grap* gr?ph         prefixes and wildcards
/// title:graph             in one property        grapf~ grapf~1       up to 2 or 1 edits
/// graph^2 db              counts twice           [a TO f} *:*         words in a range; all
/// \+                      the character itself
/// ```
///
/// A query without field looks in all properties of the index.
public indirect enum FullTextQuery: Sendable, Equatable {
    public enum Occurrence: Sendable, Equatable { case should, must, mustNot }

    public struct Clause: Sendable, Equatable {
        public var occurrence: Occurrence
        public var query: FullTextQuery
    }

    public struct Bound: Sendable, Equatable {
        public var text: String
        public var inclusive: Bool
    }

    /// Analysed; several words stand for any of them.
    case words(String)
    /// `slop`: how far the words may be from where the phrase has them, together.
    case phrase(String, slop: Int)
    case prefix(String)
    /// What matches is made of these pieces.
    case wildcard([WildcardPiece])
    case fuzzy(String, edits: Int)
    /// Nil is open.
    case range(Bound?, Bound?)
    case everything
    case clauses([Clause])
    case field(String, FullTextQuery)
    case boosted(FullTextQuery, Double)

    public enum WildcardPiece: Sendable, Equatable {
        case literal(String)
        case anyCharacter
        case anyCharacters
    }

    /// Errors: where the text is not such a query.
    public init(_ text: String) throws(FullTextSyntaxError) {
        var parser = FullTextQueryParser(text)
        self = try parser.parse()
    }
}

/// Why a text is no query. Its text names the place.
public struct FullTextSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    public let message: String
    /// The character, counted from 1.
    public let position: Int

    public var description: String { "\(message) at character \(position) of the search" }
}
