internal import LMDB
internal import Values

/// ```
/// schema:  'i' · id u32 (big-endian)  →  an index
///          'c' · id u32               →  a constraint
///          'd' · id u32               →  nothing: a dropped index that still has entries
/// ```
extension Schema {
    private static let indexTag = UInt8(ascii: "i")
    private static let constraintTag = UInt8(ascii: "c")

    private static let droppedTag = UInt8(ascii: "d")

    static func key(dropped id: UInt32) -> [UInt8] { key(droppedTag, id) }
    static func key(index id: UInt32) -> [UInt8] { key(indexTag, id) }
    static func key(constraint id: UInt32) -> [UInt8] { key(constraintTag, id) }

    private static func key(_ tag: UInt8, _ id: UInt32) -> [UInt8] {
        var key = [tag]
        key.append(bigEndian: id)
        return key
    }

    static func load(
        _ transaction: Transaction, _ databases: Databases, version: UInt64, _ catalogue: Catalogue
    ) throws(StoreError) -> Schema {
        var indexes: [Index] = []
        var constraints: [Constraint] = []
        var dropped: [UInt32] = []
        let cursor = try transaction.openCursor(databases.schema)
        var found = cursor.first()
        while found {
            guard cursor.key.count == 5 else { throw damaged(transaction) }
            let id = cursor.key.big(UInt32.self, at: 1)
            var reader = ByteReader(cursor.value)
            if cursor.key[0] == indexTag, let index = readIndex(id, &reader, catalogue) {
                indexes.append(index)
            } else if cursor.key[0] == constraintTag,
                let constraint = readConstraint(id, &reader, catalogue)
            {
                constraints.append(constraint)
            } else if cursor.key[0] == droppedTag {
                dropped.append(id)
            } else {
                throw damaged(transaction)
            }
            found = cursor.next()
        }
        return Schema(
            version: version, indexes: indexes, constraints: constraints, dropped: dropped)
    }

    private static func damaged(_ transaction: Transaction) -> StoreError {
        .unusable(path: transaction.environment.path, reason: "its schema is damaged")
    }

    static func encode(_ index: Index) throws(StoreError) -> [UInt8] {
        let definition = index.definition
        var bytes: [UInt8] = [definition.entity.rawValue, definition.isUnique ? 1 : 0]
        bytes.append(index.isOnline ? 0 : 1)
        bytes.append(littleEndian: index.watermark ?? 0)
        bytes.append(counted: definition.kind.rawValue)
        bytes.append(counted: definition.name)
        bytes.append(definition.owningConstraint == nil ? 0 : 1)
        bytes.append(counted: definition.owningConstraint ?? "")
        bytes.append(strings: definition.labelsOrTypes)
        bytes.append(strings: definition.properties)
        try OptionsCodec.append(.map(definition.options), to: &bytes)
        return bytes
    }

    private static func readIndex(_ id: UInt32, _ reader: inout ByteReader, _ names: Catalogue)
        -> Index?
    {
        guard let entity = reader.read(UInt8.self).flatMap(EntityKind.init(rawValue:)),
            let isUnique = reader.read(UInt8.self), let isBuilding = reader.read(UInt8.self),
            let watermark = reader.read(UInt64.self),
            let kind = reader.readString().flatMap(IndexDefinition.Kind.init(rawValue:)),
            let name = reader.readString(), let isOwned = reader.read(UInt8.self),
            let owner = reader.readString(), let labels = reader.readStrings(),
            let properties = reader.readStrings(),
            case .map(let options)? = OptionsCodec.read(&reader, depth: 0)
        else { return nil }
        var definition = IndexDefinition(
            name: name, kind: kind, entity: entity, labelsOrTypes: labels,
            properties: properties, options: options, owningConstraint: isOwned == 1 ? owner : nil,
            isUnique: isUnique == 1)
        if isBuilding == 1 { definition.state = .populating(0) }
        let tokens = labels.compactMap { names.id(entity == .node ? .label : .type, $0) }
        let keys = properties.compactMap { names.id(.key, $0) }
        guard keys.count == properties.count, tokens.count == labels.count,
            let settings = try? IndexSettings(definition)
        else { return nil }
        return Index(
            id: id, definition: definition, tokens: tokens, keys: keys, settings: settings,
            watermark: isBuilding == 1 ? watermark : nil)
    }

    static func encode(_ constraint: Constraint) -> [UInt8] {
        let definition = constraint.definition
        var bytes: [UInt8] = [definition.entity.rawValue]
        bytes.append(counted: definition.name)
        switch definition.kind {
        case .unique: bytes.append(counted: "unique")
        case .exists: bytes.append(counted: "exists")
        case .key: bytes.append(counted: "key")
        case .type(let type): bytes.append(counted: "type " + type)
        }
        bytes.append(counted: definition.labelOrType)
        bytes.append(strings: definition.properties)
        return bytes
    }

    private static func readConstraint(
        _ id: UInt32, _ reader: inout ByteReader, _ names: Catalogue
    ) -> Constraint? {
        guard let entity = reader.read(UInt8.self).flatMap(EntityKind.init(rawValue:)),
            let name = reader.readString(), let kindName = reader.readString(),
            let label = reader.readString(), let properties = reader.readStrings(),
            let token = names.id(entity == .node ? .label : .type, label)
        else { return nil }
        let keys = properties.compactMap { names.id(.key, $0) }
        guard keys.count == properties.count else { return nil }
        let kind: ConstraintDefinition.Kind
        var propertyType: PropertyType?
        switch kindName {
        case "unique": kind = .unique
        case "exists": kind = .exists
        case "key": kind = .key
        default:
            guard kindName.hasPrefix("type "),
                let type = try? PropertyType(String(kindName.dropFirst(5)))
            else { return nil }
            propertyType = type
            kind = .type(String(kindName.dropFirst(5)))
        }
        return Constraint(
            id: id,
            definition: ConstraintDefinition(
                name: name, kind: kind, entity: entity, labelOrType: label,
                properties: properties),
            token: token, keys: keys, propertyType: propertyType)
    }
}

/// Index options: storable values, and maps of them.
private enum OptionsCodec {
    static let mapTag: UInt8 = 255
    static let maximumDepth = 8

    static func append(_ value: Value, to bytes: inout [UInt8]) throws(StoreError) {
        guard case .map(let map) = value else {
            var payload: [UInt8] = []
            bytes.append(try PropertyBlob.append(value, to: &payload))
            bytes.append(littleEndian: UInt32(payload.count))
            bytes.append(contentsOf: payload)
            return
        }
        bytes.append(mapTag)
        bytes.append(littleEndian: UInt32(map.count))
        for (key, value) in map {
            bytes.append(counted: key)
            try append(value, to: &bytes)
        }
    }

    static func read(_ reader: inout ByteReader, depth: Int) -> Value? {
        guard depth < maximumDepth, let tag = reader.read(UInt8.self),
            let count = reader.read(UInt32.self)
        else { return nil }
        guard tag == mapTag else {
            guard let payload = reader.readBytes(Int(count)) else { return nil }
            return PropertyBlob.Stored(tag: tag, payload: payload).value
        }
        var map = ValueMap()
        for _ in 0..<count {
            guard let key = reader.readString(), let value = read(&reader, depth: depth + 1)
            else { return nil }
            map[key] = value
        }
        return .map(map)
    }
}

extension [UInt8] {
    fileprivate mutating func append(strings: [String]) {
        append(littleEndian: UInt32(strings.count))
        for string in strings { append(counted: string) }
    }
}

extension ByteReader {
    fileprivate mutating func readStrings() -> [String]? {
        guard let count = read(UInt32.self) else { return nil }
        var strings: [String] = []
        for _ in 0..<count {
            guard let string = readString() else { return nil }
            strings.append(string)
        }
        return strings
    }
}
