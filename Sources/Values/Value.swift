/// Anything that a query can compute, store, take as a parameter or return.
///
/// A value is 17 bytes or fewer in place: what is rare and large is boxed. Equality, order and
/// hashing are not Swift's but Cypher's, and there are three of them (openCypher, "Comparability",
/// "Orderability", "Equivalence"): see `Value+Equality.swift` and `Value+Order.swift`.
public enum Value: Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case float(Double)
    case string(String)
    case bytes([UInt8])
    case list([Value])
    case map(ValueMap)
    case date(DateValue)
    case localTime(LocalTimeValue)
    case time(TimeValue)
    indirect case localDateTime(LocalDateTimeValue)
    indirect case dateTime(DateTimeValue)
    indirect case duration(DurationValue)
    indirect case point(PointValue)
    /// A dense vector of Float32, as embeddings are stored and as Bolt 6 sends them.
    case vector([Float])
    case node(NodeValue)
    case relationship(RelationshipValue)
    case path(PathValue)
    /// Inside a running query an entity is its id, so that it shows later writes; results hold the
    /// copies above. These three never leave the query engine.
    case nodeReference(UInt64)
    case relationshipReference(UInt64)
    case pathReference(PathReference)
}

/// A path inside a running query: ids only; `nodes.count == relationships.count + 1`.
public final class PathReference: Sendable {
    public let nodes: [UInt64]
    public let relationships: [UInt64]

    public init(nodes: [UInt64], relationships: [UInt64]) {
        self.nodes = nodes
        self.relationships = relationships
    }
}

/// A map in the order in which its keys were written; a key occurs once.
///
/// Keys are compared as bytes. Most maps are small, and looking one up is linear; one that was built
/// with more than ``linearLimit`` entries, such as a parameter that is a table, is looked up by
/// hashing, until another key is set. Building one costs the number of entries.
public struct ValueMap: Sendable {
    private enum Keys: Sendable {
        case few([String])
        case many(KeyTable)
    }

    private var storedKeys: Keys
    public private(set) var values: [Value]

    public var keys: [String] {
        switch storedKeys {
        case .few(let keys): keys
        case .many(let table): table.keys
        }
    }

    public init() {
        storedKeys = .few([])
        values = []
    }

    /// Of two entries with one key the later one wins.
    @inlinable public init(_ entries: some Sequence<(String, Value)>) {
        self.init(entries: Array(entries))
    }

    @usableFromInline init(entries: [(String, Value)]) {
        self.init(keys: entries.map(\.0), values: entries.map(\.1))
    }

    /// Of two entries with one key the later one wins; keys and values are as many.
    public init(keys: [String], values: [Value]) {
        self.init(uniqueKeys: keys, values: values)
        if keys.count <= Self.linearLimit, Self.areUnique(keys) { return }
        let table = KeyTable(keys)
        if table.keys.count < keys.count {
            self.values = Array(repeating: .null, count: table.keys.count)
            for (key, value) in zip(keys, values) {
                if let place = table.place(of: key) { self.values[place] = value }
            }
        }
        storedKeys = table.keys.count > Self.linearLimit ? .many(table) : .few(table.keys)
    }

    private static func areUnique(_ keys: [String]) -> Bool {
        keys.indices.allSatisfy { place in
            !keys[..<place].contains { $0.hasSameBytes(as: keys[place]) }
        }
    }

    /// For decoders that know that no key occurs twice; keys and values are as many.
    public init(uniqueKeys keys: [String], values: [Value]) {
        precondition(keys.count == values.count)
        storedKeys = .few(keys)
        self.values = values
    }

    /// Up to here scanning the keys is about as fast as hashing them.
    static let linearLimit = 32

    public var count: Int { values.count }
    public var isEmpty: Bool { values.isEmpty }

    /// The value of a key, or nil where the map has no such key. Setting nil removes.
    public subscript(key: String) -> Value? {
        get {
            guard let place = place(of: key) else { return nil }
            return values[place]
        }
        set {
            switch (place(of: key), newValue) {
            case (let place?, let value?): values[place] = value
            case (let place?, nil):
                changeKeys { $0.remove(at: place) }
                values.remove(at: place)
            case (nil, let value?):
                changeKeys { $0.append(key) }
                values.append(value)
            case (nil, nil): break
            }
        }
    }

    private func place(of key: String) -> Int? {
        switch storedKeys {
        case .few(let keys): keys.firstIndex { $0.hasSameBytes(as: key) }
        case .many(let table): table.place(of: key)
        }
    }

    /// In place where they are not shared.
    private mutating func changeKeys(_ change: (inout [String]) -> Void) {
        var keys = keys
        storedKeys = .few([])
        change(&keys)
        storedKeys = .few(keys)
    }
}

/// The keys of a large map, each once, and where each is.
private final class KeyTable: Sendable {
    let keys: [String]
    private let places: [ByteKey: Int]

    /// Keys may repeat; they stand where they came first.
    init(_ all: [String]) {
        var keys: [String] = []
        var places = [ByteKey: Int](minimumCapacity: all.count)
        keys.reserveCapacity(all.count)
        for key in all where places[ByteKey(key)] == nil {
            places[ByteKey(key)] = keys.count
            keys.append(key)
        }
        self.keys = keys
        self.places = places
    }

    func place(of key: String) -> Int? { places[ByteKey(key)] }
}

extension ValueMap: Sequence {
    public func makeIterator() -> Zip2Sequence<[String], [Value]>.Iterator {
        zip(keys, values).makeIterator()
    }
}

extension ValueMap: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, Value)...) { self.init(elements) }
}

/// A node as a result shows it: a copy, not a handle.
public final class NodeValue: Sendable {
    public let id: UInt64
    public let labels: [String]
    public let properties: ValueMap

    public init(id: UInt64, labels: [String], properties: ValueMap) {
        self.id = id
        self.labels = labels
        self.properties = properties
    }
}

/// A relationship as a result shows it: a copy, not a handle.
public final class RelationshipValue: Sendable {
    public let id: UInt64
    public let type: String
    public let start: UInt64
    public let end: UInt64
    public let properties: ValueMap

    public init(id: UInt64, type: String, start: UInt64, end: UInt64, properties: ValueMap) {
        self.id = id
        self.type = type
        self.start = start
        self.end = end
        self.properties = properties
    }
}

/// A path: `nodes.count == relationships.count + 1`; a relationship may be walked against its
/// direction.
public final class PathValue: Sendable {
    public let nodes: [NodeValue]
    public let relationships: [RelationshipValue]

    public init(nodes: [NodeValue], relationships: [RelationshipValue]) {
        self.nodes = nodes
        self.relationships = relationships
    }
}

extension Value {
    /// The element id of a node or relationship as text, as drivers see it: `4:17` and `5:17`.
    public static func elementID(node id: UInt64) -> String { "4:\(id)" }
    public static func elementID(relationship id: UInt64) -> String { "5:\(id)" }
}
