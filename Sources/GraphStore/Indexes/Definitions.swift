public import Values

public struct IndexDefinition: Sendable {
    public enum Kind: String, Sendable { case range, text, point, fulltext, vector, lookup }
    public enum State: Sendable, Equatable {
        case online
        /// The share that is done, 0 … 1.
        case populating(Double)
        case failed(String)
    }

    public var name: String
    public var kind: Kind
    public var entity: EntityKind
    public var labelsOrTypes: [String]
    public var properties: [String]
    public var options: ValueMap
    /// The constraint that this index backs.
    public var owningConstraint: String?
    public var isUnique: Bool
    public var state: State = .online

    public init(
        name: String, kind: Kind, entity: EntityKind, labelsOrTypes: [String],
        properties: [String], options: ValueMap = ValueMap(), owningConstraint: String? = nil,
        isUnique: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.entity = entity
        self.labelsOrTypes = labelsOrTypes
        self.properties = properties
        self.options = options
        self.owningConstraint = owningConstraint
        self.isUnique = isUnique
    }
}

public struct ConstraintDefinition: Sendable {
    public enum Kind: Sendable, Equatable {
        case unique
        case exists
        case key
        /// The type as the statement wrote it: `INTEGER NOT NULL`, `LIST<STRING NOT NULL>`.
        case type(String)
    }

    public var name: String
    public var kind: Kind
    public var entity: EntityKind
    public var labelOrType: String
    public var properties: [String]

    public init(
        name: String, kind: Kind, entity: EntityKind, labelOrType: String, properties: [String]
    ) {
        self.name = name
        self.kind = kind
        self.entity = entity
        self.labelOrType = labelOrType
        self.properties = properties
    }
}
