internal import Values

/// How an index turns an entity's properties into entries: what its kind and its options say.
enum IndexSettings: Sendable {
    /// The values themselves, in order: range and point indexes.
    case values
    /// The three-byte pieces of a string: text indexes.
    case trigrams
    case fullText(FullTextSettings)
    case vectors(VectorSettings)
    /// No entries: the label index and the adjacency itself.
    case lookup

    /// Errors: `unsupported`, `limitExceeded` for a definition that no index can have.
    init(_ definition: IndexDefinition) throws(StoreError) {
        switch definition.kind {
        case .range, .point: self = .values
        case .text: self = .trigrams
        case .lookup: self = .lookup
        case .fulltext: self = .fullText(try FullTextSettings(definition.options))
        case .vector: self = .vectors(try VectorSettings(definition.options))
        }
    }
}

/// What an index holds for one entity.
enum IndexContent: Equatable {
    case value(IndexEntry)
    case postings(Postings)

    struct Entry: Equatable {
        let key: [UInt8]
        let value: [UInt8]
    }

    struct Postings: Equatable {
        let entity: UInt64
        /// In key order, no key twice, at least one.
        let entries: [Entry]
        /// Words of each property, for full text: nil where the property has none.
        var lengths: [Int?] = []
    }

    /// Nil where the entity does not belong into the index.
    init?(_ index: Schema.Index, _ entity: UInt64, _ properties: PropertyBlob) {
        switch index.settings {
        case .values:
            guard let entry = IndexEntry(index, entity, properties) else { return nil }
            self = .value(entry)
        case .trigrams:
            guard let postings = Trigrams.postings(index, entity, properties) else { return nil }
            self = .postings(postings)
        case .fullText(let settings):
            guard let postings = settings.postings(index, entity, properties) else { return nil }
            self = .postings(postings)
        case .vectors(let settings):
            guard let postings = settings.postings(index, entity, properties) else { return nil }
            self = .postings(postings)
        case .lookup: return nil
        }
    }

    var entries: [Entry] {
        switch self {
        case .value(let entry): [Entry(key: entry.key, value: entry.value)]
        case .postings(let postings): postings.entries
        }
    }

    var entity: UInt64 {
        switch self {
        case .value(let entry): entry.entity
        case .postings(let postings): postings.entity
        }
    }

    var lengths: [Int?] {
        switch self {
        case .value: []
        case .postings(let postings): postings.lengths
        }
    }

    /// Roughly what writing it costs.
    var byteCount: Int { entries.reduce(0) { $0 + $1.key.count + $1.value.count } }
}

extension PropertyBlob {
    /// The property, if it is there and undamaged.
    func value(_ key: KeyID) -> Value? {
        guard case .found(let stored) = find(key) else { return nil }
        return stored.value
    }
}
