/// What differs between the protocol's versions in how values are written.
struct PackStreamDialect: Sendable, Equatable {
    /// Entities carry element ids beside their numeric ones: from 5.0.
    var hasElementIDs: Bool
    /// Date-times with a zone count their seconds in UTC: from 5.0, and in 4.4 where both sides
    /// agreed on it. Else they count local seconds.
    var usesUTCDateTimes: Bool
    /// There is a structure for vectors: from 6.0. Else they are written as lists of floats.
    var hasVectors: Bool
}

/// The first byte of a value; where it has a size or a small value in its low bits, the base.
enum Marker {
    static let null: UInt8 = 0xC0
    static let float: UInt8 = 0xC1
    static let `false`: UInt8 = 0xC2
    static let `true`: UInt8 = 0xC3
    static let integer8: UInt8 = 0xC8
    static let integer16: UInt8 = 0xC9
    static let integer32: UInt8 = 0xCA
    static let integer64: UInt8 = 0xCB
    static let tinyMap: UInt8 = 0xA0
    static let tinyStructure: UInt8 = 0xB0
}

/// A family of values with a size: its base with the size in the low bits where that is below 16,
/// else a marker for a size of one byte, the two after it for two and four.
struct SizedMarker: Sendable {
    let tiny: UInt8?
    let size8: UInt8

    static let string = SizedMarker(tiny: 0x80, size8: 0xD0)
    static let list = SizedMarker(tiny: 0x90, size8: 0xD4)
    static let map = SizedMarker(tiny: Marker.tinyMap, size8: 0xD8)
    static let bytes = SizedMarker(tiny: nil, size8: 0xCC)
}

/// The tag of a structure that stands for a value.
enum StructureTag: UInt8 {
    case node = 0x4E
    case relationship = 0x52
    case unboundRelationship = 0x72
    case path = 0x50
    case date = 0x44
    case time = 0x54
    case localTime = 0x74
    case dateTime = 0x49
    case dateTimeInZone = 0x69
    case legacyDateTime = 0x46
    case legacyDateTimeInZone = 0x66
    case localDateTime = 0x64
    case duration = 0x45
    case point2D = 0x58
    case point3D = 0x59
    case vector = 0x56
}

/// What the components of a vector are: a byte in front of them.
enum VectorComponent: UInt8 {
    case integer8 = 0xC8
    case integer16 = 0xC9
    case integer32 = 0xCA
    case integer64 = 0xCB
    case float32 = 0xC6
    case float64 = 0xC1

    var size: Int {
        switch self {
        case .integer8: 1
        case .integer16: 2
        case .integer32, .float32: 4
        case .integer64, .float64: 8
        }
    }
}

/// Bounds on what a value may be, so that no message takes the process down.
enum PackStreamLimits {
    /// How deep lists, maps and structures nest, both ways.
    static let depth = 256
    /// How many values one message may hold, elements and entries counted.
    static let values = 16_000_000
}

/// Bytes that are no value, or a value that is not taken or cannot be given.
enum PackStreamError: Error, Equatable {
    case truncated
    case unknownMarker(UInt8)
    case nestedTooDeep
    case tooManyValues
    case sizeTooLarge
    case invalidUTF8
    case keyIsNotAString
    case trailingBytes(Int)
    case unknownStructure(tag: UInt8, fields: Int)
    case entityAsParameter
    /// The bytes are a value, but one that does not exist: the 25th hour, an unknown zone.
    case invalid(String)
    /// An entity of a running query in a result.
    case unmaterialisedReference

    /// The bytes make no sense, so that nothing after them can be trusted either.
    var breaksTheStream: Bool {
        switch self {
        case .entityAsParameter, .invalid, .unmaterialisedReference: false
        default: true
        }
    }
}

extension PackStreamError: CustomStringConvertible {
    var description: String {
        switch self {
        case .truncated: "A value ends before its announced size."
        case .unknownMarker(let byte): "No value begins with the byte \(byte)."
        case .nestedTooDeep: "Values nest deeper than \(PackStreamLimits.depth) levels."
        case .tooManyValues: "A message holds more than \(PackStreamLimits.values) values."
        case .sizeTooLarge: "A string, list or map holds 2³² elements or more."
        case .invalidUTF8: "A string is not UTF-8."
        case .keyIsNotAString: "The key of a map is not a string."
        case .trailingBytes(let count): "\(count) bytes follow the end of a message."
        case .unknownStructure(let tag, let fields):
            "There is no structure with tag \(tag) and \(fields) fields."
        case .entityAsParameter:
            "Nodes, relationships and paths cannot be parameters; send their ids or properties."
        case .invalid(let reason): reason
        case .unmaterialisedReference:
            "A result holds a reference to a node or relationship in place of the entity."
        }
    }
}
