internal import Values

extension PropertyBlob.Stored {
    /// The value, built; nil where the payload does not fit its tag.
    var value: Value? {
        guard let tag = PropertyTag(rawValue: tag) else { return nil }
        return Self.decode(tag, payload)
    }

    /// The integer of any of the four widths.
    @inline(__always)
    var integer: Int64? {
        switch (tag, payload.count) {
        case (PropertyTag.integer8.rawValue, 1): Int64(payload.little(Int8.self, at: 0))
        case (PropertyTag.integer16.rawValue, 2): Int64(payload.little(Int16.self, at: 0))
        case (PropertyTag.integer32.rawValue, 4): Int64(payload.little(Int32.self, at: 0))
        case (PropertyTag.integer64.rawValue, 8): payload.little(Int64.self, at: 0)
        default: nil
        }
    }

    private static func decode(_ tag: PropertyTag, _ bytes: UnsafeRawBufferPointer) -> Value? {
        switch tag {
        case .booleanFalse: return .boolean(false)
        case .booleanTrue: return .boolean(true)
        case .integer8, .integer16, .integer32, .integer64:
            return PropertyBlob.Stored(tag: tag.rawValue, payload: bytes).integer
                .map { .integer($0) }
        case .float: return bytes.count == 8 ? .float(bytes.double(at: 0)) : nil
        case .string: return .string(String(decoding: bytes, as: UTF8.self))
        case .bytes: return .bytes(Array(bytes))
        case .vector: return vector(bytes)
        case .list: return list(bytes)
        case .point: return point(bytes)
        case .date, .localTime, .time, .localDateTime, .dateTime, .duration:
            return temporal(tag, bytes)
        }
    }

    private static func temporal(_ tag: PropertyTag, _ bytes: UnsafeRawBufferPointer) -> Value? {
        var reader = ByteReader(bytes)
        guard let first = reader.read(Int64.self) else { return nil }
        switch tag {
        case .date: return reader.isAtEnd ? .date(DateValue(epochDay: first)) : nil
        case .localTime:
            return reader.isAtEnd ? .localTime(LocalTimeValue(nanosecondOfDay: first)) : nil
        case .time:
            guard let offset = reader.read(Int32.self), reader.isAtEnd else { return nil }
            return .time(TimeValue(nanosecondOfDay: first, offsetSeconds: offset))
        case .localDateTime:
            guard let nanosecond = reader.read(Int32.self), reader.isAtEnd else { return nil }
            return .localDateTime(LocalDateTimeValue(epochSecond: first, nanosecond: nanosecond))
        case .dateTime:
            guard let nanosecond = reader.read(Int32.self), let offset = reader.read(Int32.self),
                let name = reader.readBytes(bytes.count - reader.position)
            else { return nil }
            return .dateTime(
                DateTimeValue(
                    epochSecond: first, nanosecond: nanosecond, offsetSeconds: offset,
                    zone: name.isEmpty ? nil : String(decoding: name, as: UTF8.self)))
        default:
            guard let days = reader.read(Int64.self), let seconds = reader.read(Int64.self),
                let nanoseconds = reader.read(Int32.self), reader.isAtEnd
            else { return nil }
            return .duration(
                DurationValue(
                    months: first, days: days, seconds: seconds, nanoseconds: nanoseconds))
        }
    }

    private static func point(_ bytes: UnsafeRawBufferPointer) -> Value? {
        guard bytes.count == 28,
            let system = PointValue.System(rawValue: bytes.little(Int32.self, at: 0))
        else { return nil }
        return .point(
            PointValue(
                system: system, x: bytes.double(at: 4), y: bytes.double(at: 12),
                z: bytes.double(at: 20)))
    }

    private static func vector(_ bytes: UnsafeRawBufferPointer) -> Value? {
        guard bytes.count % 4 == 0 else { return nil }
        return .vector(
            [Float](unsafeUninitializedCapacity: bytes.count / 4) { buffer, count in
                UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
                count = bytes.count / 4
            })
    }

    private static func list(_ bytes: UnsafeRawBufferPointer) -> Value? {
        var reader = ByteReader(bytes)
        guard let tagByte = reader.read(UInt8.self), let count = reader.read(UInt32.self)
        else { return nil }
        let size = Int(count)
        if size == 0 { return reader.isAtEnd ? .list([]) : nil }
        guard let tag = PropertyTag(rawValue: tagByte), tag != .list else { return nil }
        switch tag {
        case .booleanFalse, .booleanTrue:
            guard let flags = reader.readBytes(size), reader.isAtEnd else { return nil }
            return .list(flags.map { .boolean($0 != 0) })
        case .integer64:
            guard let part = reader.readBytes(size * 8), reader.isAtEnd else { return nil }
            return .list((0..<size).map { .integer(part.little(Int64.self, at: $0 * 8)) })
        case .float:
            guard let part = reader.readBytes(size * 8), reader.isAtEnd else { return nil }
            return .list((0..<size).map { .float(part.double(at: $0 * 8)) })
        default:
            guard let ends = reader.readBytes(size * 4) else { return nil }
            let begin = reader.position
            var values: [Value] = []
            values.reserveCapacity(size)
            for index in 0..<size {
                let end = Int(ends.little(UInt32.self, at: index * 4))
                guard let part = reader.readBytes(begin + end - reader.position),
                    let value = decode(tag, part)
                else { return nil }
                values.append(value)
            }
            return reader.isAtEnd ? .list(values) : nil
        }
    }
}
