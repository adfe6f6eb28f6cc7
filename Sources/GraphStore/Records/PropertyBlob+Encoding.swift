internal import Values

extension PropertyBlob {
    /// Appends the blob of `properties` to `output`. Nulls are left out, the last value of a key
    /// wins. Errors: `unstorable`, `limitExceeded`.
    static func encode(
        _ properties: [(key: KeyID, value: Value)], to output: inout [UInt8]
    ) throws(StoreError) {
        let kept = cleaned(properties)
        try assemble(kept.count, to: &output) { (index, output) throws(StoreError) in
            (kept[index].key, try append(kept[index].value, to: &output))
        }
    }

    /// The properties in the order in which they are stored: ascending, each once, no null; of a key
    /// that repeats the last value.
    static func cleaned(_ properties: [(key: KeyID, value: Value)])
        -> [(key: KeyID, value: Value)]
    {
        let ordered = ordered(properties)
        return ordered.contains { $0.value.isNull } ? ordered.filter { !$0.value.isNull } : ordered
    }

    /// The changes in ascending order, each key once; of a key that repeats the last value.
    static func ordered(_ changes: [(key: KeyID, value: Value)]) -> [(key: KeyID, value: Value)] {
        var isOrdered = true
        for index in changes.indices.dropFirst()
        where changes[index - 1].key >= changes[index].key { isOrdered = false }
        return isOrdered ? changes : order(changes)
    }

    private static func order(_ properties: [(key: KeyID, value: Value)])
        -> [(key: KeyID, value: Value)]
    {
        var kept: [(key: KeyID, value: Value)] = []
        kept.reserveCapacity(properties.count)
        // Stable by key, so that of equal keys the last one is the last value.
        let sorted = properties.enumerated().sorted {
            ($0.element.key, $0.offset) < ($1.element.key, $1.offset)
        }
        for (_, property) in sorted {
            if kept.last?.key == property.key { kept.removeLast() }
            kept.append(property)
        }
        return kept
    }

    /// Appends the blob with some properties set, or removed by null, to `output`; the others are
    /// copied as they are. Errors: also `unusable` where this blob is damaged.
    func encode(
        setting changes: [(key: KeyID, value: Value)], output: inout [UInt8]
    ) throws(StoreError) {
        guard let count else { throw Self.damaged }
        let changes = Self.ordered(changes)
        var newCount = count
        var place = 0
        for change in changes {
            while place < count, key(at: place) < change.key { place += 1 }
            if place < count, key(at: place) == change.key { newCount -= 1 }
            if !change.value.isNull { newCount += 1 }
        }
        var source = 0
        var next = 0
        try Self.assemble(newCount, to: &output) { (_, output) throws(StoreError) in
            while next < changes.count {
                let (key, value) = changes[next]
                if source < count, self.key(at: source) < key { break }
                next += 1
                if source < count, self.key(at: source) == key { source += 1 }
                if !value.isNull { return (key, try Self.append(value, to: &output)) }
            }
            guard let stored = stored(at: source, of: count) else { throw Self.damaged }
            defer { source += 1 }
            output.append(contentsOf: stored.payload)
            return (self.key(at: source), stored.tag)
        }
    }

    static let damaged = StoreError.unusable(path: "", reason: "a record's properties are damaged")

    static func tooMany(_ count: Int) -> StoreError {
        .limitExceeded("\(count) properties on one entity; \(maximumCount) are allowed")
    }

    static let tooLarge = StoreError.limitExceeded(
        "the properties of one entity take more than \(maximumBytes) bytes")

    /// Writes the table and the payloads that `appendPayload` appends one after another.
    private static func assemble(
        _ count: Int, to output: inout [UInt8],
        _ appendPayload: (Int, inout [UInt8]) throws(StoreError) -> (KeyID, UInt8)
    ) throws(StoreError) {
        guard count > 0 else { return }
        guard count <= maximumCount else { throw tooMany(count) }
        let begin = output.count
        output.append(littleEndian: UInt16(count))
        output.append(zeros: count * entryBytes)
        for index in 0..<count {
            let offset = output.count - begin
            let (key, tag) = try appendPayload(index, &output)
            guard output.count - begin <= maximumBytes else { throw tooLarge }
            let entry = begin + headerBytes + index * entryBytes
            let place = UInt32(offset) << 8 | UInt32(tag)
            output.withUnsafeMutableBytes { bytes in
                bytes.storeBytes(of: key.littleEndian, toByteOffset: entry, as: UInt32.self)
                bytes.storeBytes(of: place.littleEndian, toByteOffset: entry + 4, as: UInt32.self)
            }
        }
    }

    /// Appends a value's payload and returns its tag.
    static func append(_ value: Value, to output: inout [UInt8]) throws(StoreError) -> UInt8 {
        switch value {
        case .boolean(let flag): return (flag ? PropertyTag.booleanTrue : .booleanFalse).rawValue
        case .integer(let value): return append(integer: value, to: &output)
        case .list(let values): try append(list: values, to: &output)
        default: try append(fixedTag: value, to: &output)
        }
        return try tag(of: value).rawValue
    }

    private static func append(integer value: Int64, to output: inout [UInt8]) -> UInt8 {
        if let value = Int8(exactly: value) {
            output.append(UInt8(bitPattern: value))
            return PropertyTag.integer8.rawValue
        }
        if let value = Int16(exactly: value) {
            output.append(littleEndian: value)
            return PropertyTag.integer16.rawValue
        }
        if let value = Int32(exactly: value) {
            output.append(littleEndian: value)
            return PropertyTag.integer32.rawValue
        }
        output.append(littleEndian: value)
        return PropertyTag.integer64.rawValue
    }

    /// The tag of a list's elements, or of a value whose tag its kind decides.
    private static func tag(of value: Value) throws(StoreError) -> PropertyTag {
        switch value {
        case .boolean: .booleanTrue
        case .integer: .integer64
        case .float: .float
        case .string: .string
        case .bytes: .bytes
        case .date: .date
        case .localTime: .localTime
        case .time: .time
        case .localDateTime: .localDateTime
        case .dateTime: .dateTime
        case .duration: .duration
        case .point: .point
        case .vector: .vector
        case .list: .list
        case .null, .map, .node, .relationship, .path, .nodeReference, .relationshipReference,
            .pathReference:
            throw .unstorable("a property cannot hold \(value.kindInWords)")
        }
    }

    private static func append(fixedTag value: Value, to output: inout [UInt8])
        throws(StoreError)
    {
        switch value {
        case .float(let value): output.append(double: value)
        case .string(let value): output.append(contentsOf: value.utf8)
        case .bytes(let value): output.append(contentsOf: value)
        case .date(let value): output.append(littleEndian: value.epochDay)
        case .localTime(let value): output.append(littleEndian: value.nanosecondOfDay)
        case .time(let value):
            output.append(littleEndian: value.nanosecondOfDay)
            output.append(littleEndian: value.offsetSeconds)
        case .localDateTime(let value):
            output.append(littleEndian: value.epochSecond)
            output.append(littleEndian: value.nanosecond)
        case .dateTime(let value):
            output.append(littleEndian: value.epochSecond)
            output.append(littleEndian: value.nanosecond)
            output.append(littleEndian: value.offsetSeconds)
            output.append(contentsOf: (value.zone ?? "").utf8)
        case .duration(let value):
            output.append(littleEndian: value.months)
            output.append(littleEndian: value.days)
            output.append(littleEndian: value.seconds)
            output.append(littleEndian: value.nanoseconds)
        case .point(let value):
            output.append(littleEndian: value.system.rawValue)
            output.append(double: value.x)
            output.append(double: value.y)
            output.append(double: value.z)
        case .vector(let values): for value in values { output.append(float: value) }
        default: _ = try tag(of: value)
        }
    }

    /// A list holds values of one kind and no null; integers among floats become floats.
    private static func append(list: [Value], to output: inout [UInt8]) throws(StoreError) {
        var values = list
        if values.contains(where: { if case .float = $0 { true } else { false } }) {
            for index in values.indices {
                if case .integer(let value) = values[index] {
                    values[index] = .float(Double(value))
                }
            }
        }
        guard let first = values.first else {
            output.append(0)
            output.append(littleEndian: UInt32(0))
            return
        }
        let tag = try tag(of: first)
        for value in values {
            guard try self.tag(of: value) == tag, tag != .list else {
                throw .unstorable(
                    "a property's list holds values of one kind, not \(first.kindInWords) beside "
                        + "\(value.kindInWords), and no lists")
            }
        }
        output.append(tag.rawValue)
        output.append(littleEndian: UInt32(values.count))
        switch tag {
        case .booleanTrue:
            for case .boolean(let value) in values { output.append(value ? 1 : 0) }
        case .integer64:
            for case .integer(let value) in values { output.append(littleEndian: value) }
        case .float: for case .float(let value) in values { output.append(double: value) }
        default:
            let ends = output.count
            output.append(zeros: 4 * values.count)
            let begin = output.count
            for (index, value) in values.enumerated() {
                try append(fixedTag: value, to: &output)
                let end = UInt32(output.count - begin).littleEndian
                output.withUnsafeMutableBytes {
                    $0.storeBytes(of: end, toByteOffset: ends + 4 * index, as: UInt32.self)
                }
            }
        }
    }
}

extension Value {
    /// The kind in words, for messages.
    var kindInWords: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .integer: "an integer"
        case .float: "a float"
        case .string: "a string"
        case .bytes: "bytes"
        case .list: "a list"
        case .map: "a map"
        case .date: "a date"
        case .localTime: "a local time"
        case .time: "a time"
        case .localDateTime: "a local date and time"
        case .dateTime: "a date and time"
        case .duration: "a duration"
        case .point: "a point"
        case .vector: "a vector"
        case .node, .nodeReference: "a node"
        case .relationship, .relationshipReference: "a relationship"
        case .path, .pathReference: "a path"
        }
    }
}
