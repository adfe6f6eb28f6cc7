public import GraphStore

/// One way in which items can be alike by what they are, not by who has them.
public struct ContentPart: Sendable {
    public enum Kind: Sendable {
        /// Words of text properties.
        case text(KeyID)
        /// Values of a property, each as a whole; of a list each element.
        case category(KeyID)
        /// Neighbours over relationships of a type, in either direction: genre, brand, actor.
        case neighbours(TypeID)
        /// A property with a vector.
        case embedding(KeyID)
    }

    /// As the user named it.
    public let name: String
    public let kind: Kind
    public let weight: Double

    public init(name: String, kind: Kind, weight: Double) {
        self.name = name
        self.kind = kind
        self.weight = weight
    }
}

/// Something that an item has.
public enum ContentFeature: Hashable, Sendable {
    case node(NodeID)
    /// A word or a value, as bytes of UTF-8.
    case text([UInt8])
}

/// An item that is like what the user has, and in what.
public struct ContentItem: Sendable {
    public struct Reason: Sendable {
        /// The part's name.
        public let part: String
        /// Nil for embeddings, which have no features.
        public let feature: ContentFeature?
        public let contribution: Double
    }

    public let item: NodeID
    public let score: Double
    /// Largest contribution first.
    public let reasons: [Reason]
}
