import GraphStore

/// What to import, from where, and what to put up with.
public struct ImportOptions: Sendable {
    public enum IDType: String, Sendable, CaseIterable { case string, integer }

    /// Files of one kind of entity: the first one begins with the header, or is nothing but it.
    public struct Source: Sendable {
        /// Labels of all nodes of the files, or the type of all relationships (one or none).
        public var names: [String]
        public var files: [String]

        public init(names: [String], files: [String]) {
            self.names = names
            self.files = files
        }
    }

    public var target: String
    public var nodes: [Source]
    public var relationships: [Source]
    public var delimiter = UInt8(ascii: ",")
    public var arrayDelimiter = UInt8(ascii: ";")
    public var quote = UInt8(ascii: "\"")
    public var idType = IDType.string
    /// Leave out relationships whose ends are missing or unknown, instead of stopping.
    public var skipBadRelationships = false
    /// Keep the first of several nodes with one id, instead of stopping.
    public var skipDuplicateNodes = false
    /// How many rows may be left out in all; -1 is any number.
    public var badTolerance = 1000
    /// Replace a database that is there.
    public var overwrite = false
    /// Memory in which relationships are sorted; what does not fit is sorted through temporary files
    /// beside the target.
    public var sortBytes = BulkStoreBuilder.defaultSortBytes

    public init(target: String, nodes: [Source], relationships: [Source]) {
        self.target = target
        self.nodes = nodes
        self.relationships = relationships
    }
}

/// What an import did.
public struct ImportSummary: Sendable {
    public var nodes = 0
    public var relationships = 0
    public var properties = 0
    /// Rows left out, and the file that tells which and why.
    public var skippedRows = 0
    public var reportFile: String?
    public var seconds = 0.0
}

/// How far an import is.
public struct ImportProgress: Sendable {
    public enum Stage: String, Sendable {
        case nodes = "nodes"
        case relationships = "relationships"
        case adjacency = "adjacency"
    }

    public var stage: Stage
    public var rows: Int
    /// Of the stage's input, 0 … 1.
    public var share: Double
}
