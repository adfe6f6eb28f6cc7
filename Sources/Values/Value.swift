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
/// Keys are compared as bytes. Look-up is linear: maps are small. Building one from a sequence
/// costs the sequence's length, also for large maps.
public struct ValueMap: Sendable {
    public private(set) var keys: [String]
    public private(set) var values: [Value]

    public init() {
        keys = []
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
        mergeRepeatedKeys()
    }

    private mutating func mergeRepeatedKeys() {
        if keys.count <= Self.linearLimit {
            let areUnique = keys.indices.allSatisfy { place in
                !keys[..<place].contains { $0.hasSameBytes(as: keys[place]) }
            }
            if areUnique { return }
        }
        let entries = self
        self = ValueMap()
        var places: [ByteKey: Int] = [:]
        for (key, value) in entries {
            if let place = places[ByteKey(key)] {
                values[place] = value
            } else {
                places[ByteKey(key)] = keys.count
                keys.append(key)
                values.append(value)
            }
        }
    }

    /// For decoders that know that no key occurs twice; keys and values are as many.
    public init(uniqueKeys keys: [String], values: [Value]) {
        precondition(keys.count == values.count)
        self.keys = keys
        self.values = values
    }

    /// Up to here scanning the keys is faster than hashing them.
    private static let linearLimit = 16

    public var count: Int { keys.count }
    public var isEmpty: Bool { keys.isEmpty }

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
                keys.remove(at: place)
                values.remove(at: place)
            case (nil, let value?):
                keys.append(key)
                values.append(value)
            case (nil, nil): break
            }
        }
    }

    private func place(of key: String) -> Int? {
        keys.firstIndex { $0.hasSameBytes(as: key) }
    }
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
