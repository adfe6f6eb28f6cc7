import Values

/// Writes values as PackStream to the end of an array of bytes.
///
/// An array, because messages are written in many small pieces: in a `ByteBuffer` each would be an
/// access to a shared object.
struct PackStreamEncoder {
    var bytes: [UInt8] = []
    var dialect: PackStreamDialect

    init(dialect: PackStreamDialect) { self.dialect = dialect }

    /// Makes room for so many bytes more at once. Doubles where it must, so that it may be called
    /// again and again.
    mutating func reserve(_ count: Int) {
        if bytes.capacity - bytes.count < count {
            bytes.reserveCapacity(max(bytes.count + count, 2 * bytes.capacity))
        }
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
            self.bytes.append(contentsOf: bytes)
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

    mutating func writeNull() { bytes.append(Marker.null) }

    mutating func write(boolean value: Bool) {
        bytes.append(value ? Marker.true : Marker.false)
    }

    mutating func write(float value: Double) {
        write(Marker.float, value.bitPattern)
    }

    /// In the shortest of five forms.
    mutating func write(integer value: Int64) {
        if value >= -16 && value <= 127 {
            bytes.append(UInt8(truncatingIfNeeded: value))
        } else if let small = Int8(exactly: value) {
            write(Marker.integer8, small)
        } else if let small = Int16(exactly: value) {
            write(Marker.integer16, small)
        } else if let small = Int32(exactly: value) {
            write(Marker.integer32, small)
        } else {
            write(Marker.integer64, value)
        }
    }

    mutating func write(integer value: Int) { write(integer: Int64(value)) }

    mutating func write(string: String) throws {
        try writeSize(string.utf8.count, of: .string)
        bytes.append(contentsOf: string.utf8)
    }

    mutating func write(utf8: UnsafeRawBufferPointer) throws {
        try writeSize(utf8.count, of: .string)
        bytes.append(contentsOf: utf8)
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

    /// A map whose entries are written one by one, fewer than sixteen of them.
    struct OpenMap {
        fileprivate let place: Int
        fileprivate var count = 0
    }

    /// The head of a map; ``writeKey(_:in:)`` and a value follow for each entry, then
    /// ``end(_:)``.
    mutating func beginMap() -> OpenMap {
        bytes.append(0)
        return OpenMap(place: bytes.count - 1)
    }

    mutating func writeKey(_ key: StaticString, in map: inout OpenMap) throws {
        try writeSize(key.utf8CodeUnitCount, of: .string)
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        map.count += 1
    }

    mutating func write(_ key: StaticString, _ value: String, in map: inout OpenMap) throws {
        try writeKey(key, in: &map)
        try write(string: value)
    }

    mutating func write(_ key: StaticString, _ value: Int64, in map: inout OpenMap) throws {
        try writeKey(key, in: &map)
        write(integer: value)
    }

    mutating func end(_ map: OpenMap) {
        precondition(map.count < 16)
        bytes[map.place] = Marker.tinyMap | UInt8(map.count)
    }

    mutating func writeSize(_ size: Int, of marker: SizedMarker) throws {
        if size < 16, let tiny = marker.tiny {
            bytes.append(tiny | UInt8(size))
        } else if let size = UInt8(exactly: size) {
            write(marker.size8, size)
        } else if let size = UInt16(exactly: size) {
            write(marker.size8 + 1, size)
        } else if let size = UInt32(exactly: size) {
            write(marker.size8 + 2, size)
        } else {
            throw PackStreamError.sizeTooLarge
        }
    }

    /// The head of a structure; its fields follow.
    mutating func writeStructure(_ tag: UInt8, fields: Int) {
        precondition(fields < 16)
        write(Marker.tinyStructure | UInt8(fields), tag)
    }

    /// A byte, and an integer in the network's order.
    @inline(__always)
    private mutating func write(_ marker: UInt8, _ value: some FixedWidthInteger) {
        bytes.append(marker)
        write(bigEndian: value)
    }

    @inline(__always)
    mutating func write(bigEndian value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    func checkDepth(_ depth: Int) throws {
        guard depth < PackStreamLimits.depth else { throw PackStreamError.nestedTooDeep }
    }
}
