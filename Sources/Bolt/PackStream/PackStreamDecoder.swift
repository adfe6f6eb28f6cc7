import Foundation
import Values

/// Reads values from the front of bytes.
///
/// The bytes come from anyone: every size is held against the bytes that are there before anything
/// is allocated for it, and depth and number of values are bounded.
struct PackStreamDecoder {
    private let bytes: ArraySlice<UInt8>
    private var place: Int
    private var valuesLeft: Int
    /// Servers send nodes, relationships and paths; clients must not.
    var acceptsEntities = false

    init(_ bytes: ArraySlice<UInt8>, values: Int = PackStreamLimits.values) {
        self.bytes = bytes
        place = bytes.startIndex
        valuesLeft = values
    }

    /// How many bytes have not been read.
    var bytesLeft: Int { bytes.endIndex - place }

    /// A structure with nothing after it, which is what a message is.
    mutating func readMessage() throws -> StructureFields {
        let (tag, count) = try readMessageHead()
        return StructureFields(tag: tag, values: try readFields(count))
    }

    /// The head of a message; its fields follow.
    mutating func readMessageHead() throws -> (tag: UInt8, fields: Int) {
        let marker = try readByte()
        guard marker & 0xF0 == Marker.tinyStructure else {
            throw PackStreamError.unknownMarker(marker)
        }
        return (try readByte(), Int(marker & 0x0F))
    }

    /// The fields of a message.
    mutating func readFields(_ count: Int) throws -> [Value] {
        var fields: [Value] = []
        fields.reserveCapacity(count)
        for _ in 0..<count { fields.append(try readValue()) }
        try checkEnd()
        return fields
    }

    /// A message ends where its bytes do.
    func checkEnd() throws {
        if bytesLeft > 0 { throw PackStreamError.trailingBytes(bytesLeft) }
    }

    /// The head of a map outside of others, whose keys and values follow; nil, with nothing read,
    /// where something else comes.
    mutating func readMapHead() throws -> Int? {
        guard place < bytes.endIndex else { return nil }
        let marker = bytes[place]
        let count: Int
        switch marker {
        case 0xA0...0xAF:
            place += 1
            count = Int(marker & 0x0F)
        case 0xD8, 0xD9, 0xDA:
            place += 1
            count = try readSize(marker - 0xD8)
        default: return nil
        }
        try spend(count, bytesEach: 2, depth: 0)
        return count
    }

    mutating func readValue(depth: Int = 0) throws -> Value {
        let marker = try readByte()
        switch marker {
        case 0x00...0x7F, 0xF0...0xFF: return .integer(Int64(Int8(bitPattern: marker)))
        case Marker.null: return .null
        case Marker.false: return .boolean(false)
        case Marker.true: return .boolean(true)
        case Marker.float: return .float(Double(bitPattern: try readInteger()))
        case Marker.integer8: return .integer(Int64(try readInteger(as: Int8.self)))
        case Marker.integer16: return .integer(Int64(try readInteger(as: Int16.self)))
        case Marker.integer32: return .integer(Int64(try readInteger(as: Int32.self)))
        case Marker.integer64: return .integer(try readInteger())
        case 0xCC, 0xCD, 0xCE:
            return .bytes(Array(try readBytes(try readSize(marker - 0xCC))))
        case 0x80...0x8F: return .string(try readString(Int(marker & 0x0F)))
        case 0xD0, 0xD1, 0xD2: return .string(try readString(try readSize(marker - 0xD0)))
        case 0x90...0x9F: return try readList(Int(marker & 0x0F), depth: depth)
        case 0xD4, 0xD5, 0xD6: return try readList(try readSize(marker - 0xD4), depth: depth)
        case 0xA0...0xAF: return .map(try readMap(Int(marker & 0x0F), depth: depth))
        case 0xD8, 0xD9, 0xDA:
            return .map(try readMap(try readSize(marker - 0xD8), depth: depth))
        case 0xB0...0xBF: return try readStructure(fields: Int(marker & 0x0F), depth: depth)
        default: throw PackStreamError.unknownMarker(marker)
        }
    }

    private mutating func readByte() throws -> UInt8 {
        guard place < bytes.endIndex else { throw PackStreamError.truncated }
        defer { place += 1 }
        return bytes[place]
    }

    private mutating func readBytes(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count <= bytesLeft else { throw PackStreamError.truncated }
        defer { place += count }
        return bytes[place..<(place + count)]
    }

    private mutating func readInteger<T: FixedWidthInteger>(as: T.Type = T.self) throws -> T {
        var value: T = 0
        for _ in 0..<T.bitWidth / 8 { value = value << 8 | T(truncatingIfNeeded: try readByte()) }
        return value
    }

    /// A size of one, two or four bytes.
    private mutating func readSize(_ logarithmOfBytes: UInt8) throws -> Int {
        switch logarithmOfBytes {
        case 0: Int(try readInteger(as: UInt8.self))
        case 1: Int(try readInteger(as: UInt16.self))
        default: Int(try readInteger(as: UInt32.self))
        }
    }

    private mutating func readString(_ size: Int) throws -> String {
        let bytes = try readBytes(size)
        var string = String(decoding: bytes, as: UTF8.self)
        // What is no UTF-8 has been repaired, and differs. Several times as fast as to validate.
        let isSame = string.withUTF8 { decoded in
            bytes.withUnsafeBytes { bytes in
                guard let whole = decoded.baseAddress, let sent = bytes.baseAddress else {
                    return true
                }
                return decoded.count == bytes.count && memcmp(whole, sent, bytes.count) == 0
            }
        }
        guard isSame else { throw PackStreamError.invalidUTF8 }
        return string
    }

    private mutating func readList(_ count: Int, depth: Int) throws -> Value {
        try spend(count, bytesEach: 1, depth: depth)
        var values: [Value] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try readValue(depth: depth + 1)) }
        return .list(values)
    }

    private mutating func readMap(_ count: Int, depth: Int) throws -> ValueMap {
        try spend(count, bytesEach: 2, depth: depth)
        var keys: [String] = []
        var values: [Value] = []
        keys.reserveCapacity(count)
        values.reserveCapacity(count)
        for _ in 0..<count {
            keys.append(try readKey())
            values.append(try readValue(depth: depth + 1))
        }
        return ValueMap(keys: keys, values: values)
    }

    mutating func readKey() throws -> String {
        let marker = try readByte()
        switch marker {
        case 0x80...0x8F: return try readString(Int(marker & 0x0F))
        case 0xD0, 0xD1, 0xD2: return try readString(try readSize(marker - 0xD0))
        default: throw PackStreamError.keyIsNotAString
        }
    }

    private mutating func readStructure(fields count: Int, depth: Int) throws -> Value {
        let tag = try readByte()
        try spend(count, bytesEach: 1, depth: depth)
        var fields: [Value] = []
        for _ in 0..<count { fields.append(try readValue(depth: depth + 1)) }
        let structure = StructureFields(tag: tag, values: fields)
        if acceptsEntities, let entity = try Value(entity: structure) { return entity }
        return try Value(structure: structure)
    }

    /// Holds an announced number of elements against what is left of bytes, depth and values.
    private mutating func spend(_ count: Int, bytesEach: Int, depth: Int) throws {
        guard depth < PackStreamLimits.depth else { throw PackStreamError.nestedTooDeep }
        guard count * bytesEach <= bytesLeft else { throw PackStreamError.truncated }
        valuesLeft -= count
        guard valuesLeft >= 0 else { throw PackStreamError.tooManyValues }
    }
}
