import NIOCore
import Values

/// Writes values as PackStream to the end of a buffer.
struct PackStreamEncoder {
    var buffer: ByteBuffer
    var dialect: PackStreamDialect

    init(buffer: ByteBuffer = ByteBuffer(), dialect: PackStreamDialect) {
        self.buffer = buffer
        self.dialect = dialect
    }

    /// Writes a value. It throws where the value cannot be told; what is written then is partial.
    mutating func write(_ value: Value, depth: Int = 0) throws {
        switch value {
        case .null: writeNull()
        case .boolean(let value): write(boolean: value)
        case .integer(let value): write(integer: value)
        case .float(let value): write(float: value)
        case .string(let value): try write(string: value)
        case .bytes(let bytes):
            try writeSize(bytes.count, of: .bytes)
            buffer.writeBytes(bytes)
        case .list(let values):
            try checkDepth(depth)
            try writeSize(values.count, of: .list)
            for value in values { try write(value, depth: depth + 1) }
        case .map(let map):
            try checkDepth(depth)
            try write(map: map, depth: depth)
        default: try write(structured: value, depth: depth)
        }
    }

    mutating func writeNull() { buffer.writeInteger(Marker.null) }

    mutating func write(boolean value: Bool) {
        buffer.writeInteger(value ? Marker.true : Marker.false)
    }

    mutating func write(float value: Double) {
        buffer.writeMultipleIntegers(Marker.float, value.bitPattern)
    }

    /// In the shortest of five forms.
    mutating func write(integer value: Int64) {
        if value >= -16 && value <= 127 {
            buffer.writeInteger(Int8(truncatingIfNeeded: value))
        } else if let small = Int8(exactly: value) {
            buffer.writeMultipleIntegers(Marker.integer8, small)
        } else if let small = Int16(exactly: value) {
            buffer.writeMultipleIntegers(Marker.integer16, small)
        } else if let small = Int32(exactly: value) {
            buffer.writeMultipleIntegers(Marker.integer32, small)
        } else {
            buffer.writeMultipleIntegers(Marker.integer64, value)
        }
    }

    mutating func write(integer value: Int) { write(integer: Int64(value)) }

    mutating func write(string: String) throws {
        try writeSize(string.utf8.count, of: .string)
        buffer.writeString(string)
    }

    mutating func write(utf8: UnsafeRawBufferPointer) throws {
        try writeSize(utf8.count, of: .string)
        buffer.writeBytes(utf8)
    }

    mutating func write(strings: [String]) throws {
        try writeSize(strings.count, of: .list)
        for string in strings { try write(string: string) }
    }

    mutating func write(map: ValueMap, depth: Int = 0) throws {
        try writeSize(map.count, of: .map)
        for (key, value) in map {
            try write(string: key)
            try write(value, depth: depth + 1)
        }
    }

    mutating func writeSize(_ size: Int, of marker: SizedMarker) throws {
        if size < 16, let tiny = marker.tiny {
            buffer.writeInteger(tiny | UInt8(size))
        } else if let size = UInt8(exactly: size) {
            buffer.writeMultipleIntegers(marker.size8, size)
        } else if let size = UInt16(exactly: size) {
            buffer.writeMultipleIntegers(marker.size8 + 1, size)
        } else if let size = UInt32(exactly: size) {
            buffer.writeMultipleIntegers(marker.size8 + 2, size)
        } else {
            throw PackStreamError.sizeTooLarge
        }
    }

    /// The head of a structure; its fields follow.
    mutating func writeStructure(_ tag: UInt8, fields: Int) {
        precondition(fields < 16)
        buffer.writeMultipleIntegers(Marker.tinyStructure | UInt8(fields), tag)
    }

    func checkDepth(_ depth: Int) throws {
        guard depth < PackStreamLimits.depth else { throw PackStreamError.nestedTooDeep }
    }
}
