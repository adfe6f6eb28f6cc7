import NIOCore
import Values

/// Reads values from the front of a buffer.
///
/// The bytes come from anyone: every size is held against the bytes that are there before anything
/// is allocated for it, and depth and number of values are bounded.
struct PackStreamDecoder {
    private(set) var buffer: ByteBuffer
    private var valuesLeft: Int
    /// Servers send nodes, relationships and paths; clients must not.
    var acceptsEntities = false

    init(_ buffer: ByteBuffer, values: Int = PackStreamLimits.values) {
        self.buffer = buffer
        valuesLeft = values
    }

    /// A structure with nothing after it, which is what a message is.
    mutating func readMessage() throws -> StructureFields {
        let marker = try readByte()
        guard marker & 0xF0 == Marker.tinyStructure else {
            throw PackStreamError.unknownMarker(marker)
        }
        let tag = try readByte()
        var fields: [Value] = []
        for _ in 0..<Int(marker & 0x0F) { fields.append(try readValue(depth: 0)) }
        guard buffer.readableBytes == 0 else {
            throw PackStreamError.trailingBytes(buffer.readableBytes)
        }
        return StructureFields(tag: tag, values: fields)
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
            guard let bytes = buffer.readBytes(length: try readSize(marker - 0xCC)) else {
                throw PackStreamError.truncated
            }
            return .bytes(bytes)
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

    private mutating func readByte() throws -> UInt8 { try readInteger() }

    private mutating func readInteger<T: FixedWidthInteger>(as: T.Type = T.self) throws -> T {
        guard let value: T = buffer.readInteger() else { throw PackStreamError.truncated }
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
        guard size <= buffer.readableBytes else { throw PackStreamError.truncated }
        do {
            return try buffer.readUTF8ValidatedString(length: size) ?? ""
        } catch {
            throw PackStreamError.invalidUTF8
        }
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
        var map = ValueMap()
        for _ in 0..<count {
            guard case .string(let key) = try readValue(depth: depth + 1) else {
                throw PackStreamError.keyIsNotAString
            }
            map[key] = try readValue(depth: depth + 1)
        }
        return map
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
        guard count * bytesEach <= buffer.readableBytes else { throw PackStreamError.truncated }
        valuesLeft -= count
        guard valuesLeft >= 0 else { throw PackStreamError.tooManyValues }
    }
}
