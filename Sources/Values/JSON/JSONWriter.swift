/// Writes values as JSON into a byte buffer.
///
/// Nodes, relationships, paths and points are objects; temporal values are ISO 8601 strings; bytes
/// are base64; NaN and the infinities are strings. Integers are written in full.
public struct JSONWriter: Sendable {
    public var bytes: [UInt8] = []

    public init() {}

    public var string: String { String(decoding: bytes, as: UTF8.self) }

    public mutating func write(_ value: Value) {
        switch value {
        case .null: write(literal: "null")
        case .boolean(let value): write(literal: value ? "true" : "false")
        case .integer(let value): write(value)
        case .float(let value): write(value)
        case .string(let value): write(value)
        case .bytes(let bytes): write(base64: bytes)
        case .list(let values): writeArray(values) { $0.write($1) }
        case .map(let map): write(map)
        case .date(let value): write(value.description)
        case .localTime(let value): write(value.description)
        case .time(let value): write(value.description)
        case .localDateTime(let value): write(value.description)
        case .dateTime(let value): write(value.description)
        case .duration(let value): write(value.description)
        case .point(let point): write(point)
        case .vector(let elements):
            writeArray(elements) { writer, element in
                element.isFinite
                    ? writer.write(literal: element.description) : writer.write(Double(element))
            }
        case .node(let node): write(node)
        case .relationship(let relationship): write(relationship)
        case .path(let path):
            write(literal: "{\"nodes\":")
            writeArray(path.nodes) { $0.write($1) }
            write(literal: ",\"relationships\":")
            writeArray(path.relationships) { $0.write($1) }
            write(literal: "}")
        case .nodeReference(let id): writeReference(Value.elementID(node: id))
        case .relationshipReference(let id): writeReference(Value.elementID(relationship: id))
        case .pathReference(let path):
            write(literal: "{\"nodes\":")
            writeArray(path.nodes) { $0.writeReference(Value.elementID(node: $1)) }
            write(literal: ",\"relationships\":")
            writeArray(path.relationships) {
                $0.writeReference(Value.elementID(relationship: $1))
            }
            write(literal: "}")
        }
    }

    /// Text that is JSON already.
    public mutating func write(literal text: String) { bytes.append(contentsOf: text.utf8) }

    public mutating func write(_ value: Int64) {
        // Digits from the last to the first, without a string in between.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var magnitude = value.magnitude
            var start = digits.count
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10)
                magnitude /= 10
            } while magnitude > 0
            if value < 0 {
                start -= 1
                digits[start] = UInt8(ascii: "-")
            }
            bytes.append(contentsOf: digits[start...])
        }
    }

    public mutating func write(_ value: Double) {
        if value.isFinite {
            write(literal: value.description)
        } else {
            write(value.cypherText)
        }
    }

    /// A string in quotes; only what JSON forbids is escaped.
    public mutating func write(_ string: String) {
        bytes.append(UInt8(ascii: "\""))
        string.withBytes { utf8 in
            var clean = 0
            for (place, byte) in utf8.enumerated() {
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                    continue
                }
                bytes.append(contentsOf: utf8[clean..<place])
                clean = place + 1
                append(escaped: byte)
            }
            bytes.append(contentsOf: utf8[clean...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    public mutating func write(_ map: ValueMap) {
        bytes.append(UInt8(ascii: "{"))
        for (place, (key, value)) in map.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            write(key)
            bytes.append(UInt8(ascii: ":"))
            write(value)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func append(escaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"): write(literal: "\\n")
        case UInt8(ascii: "\r"): write(literal: "\\r")
        case UInt8(ascii: "\t"): write(literal: "\\t")
        case UInt8(ascii: "\""): write(literal: "\\\"")
        case UInt8(ascii: "\\"): write(literal: "\\\\")
        default:
            write(literal: byte < 16 ? "\\u000" : "\\u00")
            write(literal: String(byte, radix: 16))
        }
    }

    private mutating func writeArray<Element>(
        _ elements: [Element], _ writeElement: (inout JSONWriter, Element) -> Void
    ) {
        bytes.append(UInt8(ascii: "["))
        for (place, element) in elements.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            writeElement(&self, element)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func write(_ node: NodeValue) {
        write(literal: "{\"elementId\":")
        write(Value.elementID(node: node.id))
        write(literal: ",\"labels\":")
        writeArray(node.labels) { $0.write($1) }
        write(literal: ",\"properties\":")
        write(node.properties)
        write(literal: "}")
    }

    private mutating func write(_ relationship: RelationshipValue) {
        write(literal: "{\"elementId\":")
        write(Value.elementID(relationship: relationship.id))
        write(literal: ",\"type\":")
        write(relationship.type)
        write(literal: ",\"startNodeElementId\":")
        write(Value.elementID(node: relationship.start))
        write(literal: ",\"endNodeElementId\":")
        write(Value.elementID(node: relationship.end))
        write(literal: ",\"properties\":")
        write(relationship.properties)
        write(literal: "}")
    }

    private mutating func write(_ point: PointValue) {
        write(literal: "{\"srid\":\(point.system.rawValue),\"x\":")
        write(point.x)
        write(literal: ",\"y\":")
        write(point.y)
        if point.system.hasHeight {
            write(literal: ",\"z\":")
            write(point.z)
        }
        write(literal: "}")
    }

    private mutating func writeReference(_ elementID: String) {
        write(literal: "{\"elementId\":")
        write(elementID)
        write(literal: "}")
    }

    private mutating func write(base64 input: [UInt8]) {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        bytes.append(UInt8(ascii: "\""))
        for start in stride(from: 0, to: input.count, by: 3) {
            let count = min(3, input.count - start)
            var group: UInt32 = 0
            for place in 0..<3 {
                group = group << 8 | (place < count ? UInt32(input[start + place]) : 0)
            }
            for place in 0..<4 {
                let digit = Int(group >> (18 - 6 * UInt32(place)) & 63)
                bytes.append(place <= count ? alphabet[digit] : UInt8(ascii: "="))
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension Value {
    /// The value as one line of JSON.
    public var jsonText: String {
        var writer = JSONWriter()
        writer.write(self)
        return writer.string
    }
}
