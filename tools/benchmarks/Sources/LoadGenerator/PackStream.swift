/// The few PackStream values that requests are made of.
/// https://neo4j.com/docs/bolt/current/packstream/
indirect enum Packed: Sendable {
    case integer(Int64)
    case string(String)
    case list([Packed])
    case map([(String, Packed)])
    case structure(tag: UInt8, [Packed])

    func append(to bytes: inout [UInt8]) {
        switch self {
        case .integer(let value):
            bytes.append(0xCB)
            withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
        case .string(let text):
            bytes.append(0xD1)
            withUnsafeBytes(of: UInt16(text.utf8.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: text.utf8)
        case .list(let values):
            bytes.append(0xD4)
            bytes.append(UInt8(values.count))
            for value in values { value.append(to: &bytes) }
        case .map(let entries):
            bytes.append(0xD8)
            bytes.append(UInt8(entries.count))
            for (key, value) in entries {
                Packed.string(key).append(to: &bytes)
                value.append(to: &bytes)
            }
        case .structure(let tag, let fields):
            bytes.append(0xB0 | UInt8(fields.count))
            bytes.append(tag)
            for field in fields { field.append(to: &bytes) }
        }
    }
}
