internal import LMDB
internal import Values

/// Every index and constraint of one schema version, with names resolved to tokens. Immutable.
final class Schema: Sendable {
    /// A class, as every write meets those of its labels.
    final class Index: Sendable {
        let id: UInt32
        let definition: IndexDefinition
        /// The labels or types: several for full text only, none for a lookup index.
        let tokens: [UInt32]
        let keys: [KeyID]
        let settings: IndexSettings
        /// Entities with smaller ids are in the index; nil when all are.
        let watermark: UInt64?

        init(
            id: UInt32, definition: IndexDefinition, tokens: [UInt32], keys: [KeyID],
            settings: IndexSettings, watermark: UInt64?
        ) {
            self.id = id
            self.definition = definition
            self.tokens = tokens
            self.keys = keys
            self.settings = settings
            self.watermark = watermark
        }

        var isOnline: Bool { watermark == nil }
        /// Whether writers keep the entry of an entity; a running build will come to the others.
        func covers(_ entity: UInt64) -> Bool { watermark.map { entity < $0 } ?? true }
        var budget: Int { IndexKey.budget(properties: keys.count) }
        /// Kinds that have entries: lookup indexes are the label index and the adjacency itself.
        var hasEntries: Bool { definition.kind != .lookup }
    }

    struct Constraint: Sendable {
        let id: UInt32
        let definition: ConstraintDefinition
        let token: UInt32
        let keys: [KeyID]
        /// For a type constraint.
        let propertyType: PropertyType?

        var needsPresence: Bool { definition.kind == .exists || definition.kind == .key }
    }

    let version: UInt64
    let indexes: [Index]
    let constraints: [Constraint]
    /// Indexes that are gone, but whose entries are not all removed yet.
    let dropped: [UInt32]
    private let nodeIndexes: [UInt32: [Index]]
    private let relationshipIndexes: [UInt32: [Index]]
    private let seekableNodeIndexes: [UInt32: [IndexDefinition]]
    private let seekableRelationshipIndexes: [UInt32: [IndexDefinition]]
    private let nodeKeys: Set<KeyID>
    private let relationshipKeys: Set<KeyID>
    private let nodeConstraints: [UInt32: [Constraint]]
    private let relationshipConstraints: [UInt32: [Constraint]]

    static let empty = Schema(version: 0, indexes: [], constraints: [], dropped: [])

    init(version: UInt64, indexes: [Index], constraints: [Constraint], dropped: [UInt32]) {
        self.version = version
        self.indexes = indexes
        self.constraints = constraints
        self.dropped = dropped
        let kept = indexes.filter(\.hasEntries)
        // Uniqueness is its index's matter: only the others are checked record by record.
        let checked = constraints.filter { $0.definition.kind != .unique }
        nodeIndexes = Self.byToken(kept.filter { $0.definition.entity == .node })
        relationshipIndexes = Self.byToken(kept.filter { $0.definition.entity == .relationship })
        seekableNodeIndexes = nodeIndexes.mapValues(Self.seekable)
        seekableRelationshipIndexes = relationshipIndexes.mapValues(Self.seekable)
        nodeKeys = Set(nodeIndexes.values.joined().flatMap(\.keys))
        relationshipKeys = Set(relationshipIndexes.values.joined().flatMap(\.keys))
        nodeConstraints = Dictionary(
            grouping: checked.filter { $0.definition.entity == .node }, by: \.token)
        relationshipConstraints = Dictionary(
            grouping: checked.filter { $0.definition.entity == .relationship }, by: \.token)
    }

    private static func byToken(_ indexes: [Index]) -> [UInt32: [Index]] {
        var groups: [UInt32: [Index]] = [:]
        for index in indexes {
            for token in index.tokens { groups[token, default: []].append(index) }
        }
        return groups
    }

    private static func seekable(_ indexes: [Index]) -> [IndexDefinition] {
        indexes.filter { $0.isOnline && [.range, .text, .point].contains($0.definition.kind) }
            .map(\.definition)
    }

    /// What a query can look entities up in by their properties.
    func seekable(_ kind: EntityKind, _ token: UInt32) -> [IndexDefinition] {
        (kind == .node ? seekableNodeIndexes : seekableRelationshipIndexes)[token] ?? []
    }

    var isEmpty: Bool { indexes.isEmpty && constraints.isEmpty }

    /// The indexes that hold entities with any of the labels or types, each once; `others` are
    /// labels whose indexes are left out.
    func indexes(of kind: EntityKind, _ tokens: [UInt32], without others: [UInt32] = [])
        -> [Index]
    {
        let groups = kind == .node ? nodeIndexes : relationshipIndexes
        if groups.isEmpty { return [] }
        var found: [Index] = []
        for token in tokens {
            for index in groups[token] ?? [] {
                // One of several labels: the first that the entity has speaks for the index.
                if index.tokens.count > 1,
                    tokens.first(where: { index.tokens.contains($0) }) != token
                        || others.contains(where: { index.tokens.contains($0) })
                {
                    continue
                }
                found.append(index)
            }
        }
        return found
    }

    /// Whether some index holds that property.
    func isIndexed(_ key: KeyID, of kind: EntityKind) -> Bool {
        (kind == .node ? nodeKeys : relationshipKeys).contains(key)
    }

    /// Whether there are constraints other than uniqueness.
    func checksRecords(of kind: EntityKind) -> Bool {
        !(kind == .node ? nodeConstraints : relationshipConstraints).isEmpty
    }

    /// The constraints, other than uniqueness, on entities with a label or type.
    func constraints(of kind: EntityKind, _ token: UInt32) -> [Constraint] {
        (kind == .node ? nodeConstraints[token] : relationshipConstraints[token]) ?? []
    }

    func index(named name: String) -> Index? {
        indexes.first { $0.definition.name.hasSameBytes(as: name) }
    }

    func constraint(named name: String) -> Constraint? {
        constraints.first { $0.definition.name.hasSameBytes(as: name) }
    }
}
