/// Values as text.
extension Value {
    /// The value as Cypher writes it: strings quoted, temporal values in ISO form, nodes as
    /// `(:Label {key: value})`. For the shell and for messages.
    public var cypherText: String {
        var text = ""
        appendCypherText(to: &text)
        return text
    }

    /// What `toString()` and string concatenation make of it; nil for what has no such form.
    var plainText: String? {
        switch self {
        case .string(let string): string
        case .boolean, .integer, .float, .date, .localTime, .time, .localDateTime, .dateTime,
            .duration, .point:
            cypherText
        default: nil
        }
    }

    /// The text for a message, cut to one line's length.
    public var excerpt: String {
        let limit = 60
        let text = cypherText
        return text.unicodeScalars.count <= limit
            ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))) + "…"
    }

    private func appendCypherText(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .boolean(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .float(let value): text += value.cypherText
        case .string(let value): Value.appendQuoted(value, to: &text)
        case .bytes(let bytes):
            text += "0x"
            for byte in bytes {
                if byte < 16 { text += "0" }
                text += String(byte, radix: 16)
            }
        case .list(let values):
            text += "["
            for (place, value) in values.enumerated() {
                if place > 0 { text += ", " }
                value.appendCypherText(to: &text)
            }
            text += "]"
        case .map(let map): Value.append(map, to: &text)
        case .date(let value): text += value.description
        case .localTime(let value): text += value.description
        case .time(let value): text += value.description
        case .localDateTime(let value): text += value.description
        case .dateTime(let value): text += value.description
        case .duration(let value): text += value.description
        case .point(let point): text += point.description
        case .vector(let elements):
            let list = elements.map { Double($0).cypherText(digitsOf: $0.description) }
            text += "vector([\(list.joined(separator: ", "))], \(elements.count), FLOAT32)"
        case .node(let node): Value.append(node, to: &text)
        case .relationship(let relationship): Value.append(relationship, to: &text)
        case .path(let path): Value.append(path, to: &text)
        case .nodeReference(let id): text += "(\(Value.elementID(node: id)))"
        case .relationshipReference(let id): text += "[\(Value.elementID(relationship: id))]"
        case .pathReference(let path):
            let nodes = path.nodes.map { "(\(Value.elementID(node: $0)))" }
            text += "<\(nodes.joined(separator: "--"))>"
        }
    }

    private static func append(_ map: ValueMap, to text: inout String) {
        text += "{"
        for (place, (key, value)) in map.enumerated() {
            if place > 0 { text += ", " }
            appendName(key, to: &text)
            text += ": "
            value.appendCypherText(to: &text)
        }
        text += "}"
    }

    private static func append(_ node: NodeValue, to text: inout String) {
        text += "("
        for label in node.labels {
            text += ":"
            appendName(label, to: &text)
        }
        if !node.properties.isEmpty {
            if !node.labels.isEmpty { text += " " }
            append(node.properties, to: &text)
        }
        text += ")"
    }

    private static func append(_ relationship: RelationshipValue, to text: inout String) {
        text += "[:"
        appendName(relationship.type, to: &text)
        if !relationship.properties.isEmpty {
            text += " "
            append(relationship.properties, to: &text)
        }
        text += "]"
    }

    private static func append(_ path: PathValue, to text: inout String) {
        for (place, node) in path.nodes.enumerated() {
            if place > 0 {
                let relationship = path.relationships[place - 1]
                let isForward = relationship.start == path.nodes[place - 1].id
                text += isForward ? "-" : "<-"
                append(relationship, to: &text)
                text += isForward ? "->" : "-"
            }
            append(node, to: &text)
        }
    }

    /// In single quotes, or in double quotes where that saves escapes.
    private static func appendQuoted(_ string: String, to text: inout String) {
        let holdsSingle = string.utf8.contains(UInt8(ascii: "'"))
        let holdsDouble = string.utf8.contains(UInt8(ascii: "\""))
        let quote: Unicode.Scalar = holdsSingle && !holdsDouble ? "\"" : "'"
        text.unicodeScalars.append(quote)
        for scalar in string.unicodeScalars {
            switch scalar {
            case quote, "\\":
                text += "\\"
                text.unicodeScalars.append(scalar)
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default: text.unicodeScalars.append(scalar)
            }
        }
        text.unicodeScalars.append(quote)
    }

    /// A name, in backticks unless it is an identifier.
    private static func appendName(_ name: String, to text: inout String) {
        let scalars = name.unicodeScalars
        let startsWell = scalars.first.map { $0.properties.isXIDStart || $0 == "_" } ?? false
        if startsWell && scalars.allSatisfy(\.properties.isXIDContinue) {
            text += name
        } else {
            text += "`"
            for scalar in scalars {
                if scalar == "`" { text += "`" }
                text.unicodeScalars.append(scalar)
            }
            text += "`"
        }
    }
}

extension Double {
    /// The shortest decimal that reads back as the same float, with at least one digit behind the
    /// point; from 10^7 and below 10^-3 with an exponent: `1.0E7`. As Neo4j prints floats.
    public var cypherText: String { cypherText(digitsOf: description) }

    /// `shortest` is Swift's shortest text of the number: it also serves for Float.
    func cypherText(digitsOf shortest: String) -> String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Infinity" : "Infinity" }
        if self == 0 { return sign == .minus ? "-0.0" : "0.0" }
        // Here Swift writes what Cypher does.
        if magnitude >= 1e-3 && magnitude < 1e7 { return shortest }
        let decimal = DecimalDigits(shortest: shortest)
        let digits = decimal.digits.map { Character(Unicode.Scalar($0)) }
        let fraction = digits.count > 1 ? String(digits.dropFirst()) : "0"
        let text = "\(digits[0]).\(fraction)E\(decimal.scale - 1)"
        return sign == .minus ? "-" + text : text
    }
}

extension PointValue: CustomStringConvertible {
    public var description: String {
        let height = system.hasHeight ? ", z: \(z.cypherText)" : ""
        return "point({x: \(x.cypherText), y: \(y.cypherText)\(height), crs: '\(system.name)'})"
    }
}

extension PointValue.System {
    /// The name of the coordinate reference system.
    public var name: String {
        switch self {
        case .wgs84: "wgs-84"
        case .wgs84Z: "wgs-84-3d"
        case .cartesian: "cartesian"
        case .cartesianZ: "cartesian-3d"
        }
    }

    /// Whether there is a third coordinate.
    public var hasHeight: Bool { self == .wgs84Z || self == .cartesianZ }
}
