/// One column of a batch: values of one kind, side by side.
///
/// Types are found out batch by batch, not declared: a reader that meets only integers leaves an
/// `.integers` column, and the first value of another kind turns it into `.values`. Kernels switch
/// on the kind once a batch and run over plain arrays. `values` is the general path: it is always
/// correct, only slower.
public enum Column: Sendable {
    /// Node ids; ``absent`` is null.
    case nodes(ContiguousArray<UInt64>)
    /// Relationship ids; ``absent`` is null.
    case relationships(ContiguousArray<UInt64>)
    case integers(ContiguousArray<Int64>, Validity)
    case floats(ContiguousArray<Double>, Validity)
    /// 0 false, 1 true, 2 null
    case booleans(ContiguousArray<UInt8>)
    case strings(StringColumn)
    case values(ContiguousArray<Value>)
    /// The same value in every row: a literal, a parameter.
    case constant(Value, count: Int)

    /// The id that stands for null in `nodes` and `relationships`. No store hands it out.
    public static let absent = UInt64.max
}

/// Which rows hold a value. `nil` storage means all of them, which is the usual case.
public struct Validity: Sendable {
    /// One byte a row: 1 valid, 0 null.
    public var bytes: ContiguousArray<UInt8>?

    public static var allValid: Validity { Validity() }

    @inlinable public init(_ bytes: ContiguousArray<UInt8>? = nil) { self.bytes = bytes }

    @inlinable public func isValid(_ row: Int) -> Bool {
        guard let bytes else { return true }
        return bytes[row] != 0
    }
}

/// Strings as one run of UTF-8 with offsets: no object per row.
public struct StringColumn: Sendable {
    public var bytes: ContiguousArray<UInt8>
    /// Row i is `bytes[offsets[i] ..< offsets[i + 1]]`; count + 1 entries.
    public var offsets: ContiguousArray<Int32>
    public var validity: Validity

    public init() {
        bytes = []
        offsets = [0]
        validity = .allValid
    }

    @inlinable public var count: Int { offsets.count - 1 }

    @inlinable public mutating func append(utf8: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: utf8)
        offsets.append(Int32(truncatingIfNeeded: bytes.count))
        validity.bytes?.append(1)
    }

    public mutating func append(_ string: String) {
        bytes.append(contentsOf: string.utf8)
        offsets.append(Int32(truncatingIfNeeded: bytes.count))
        validity.bytes?.append(1)
    }

    public mutating func appendNull() {
        if validity.bytes == nil { validity.bytes = .init(repeating: 1, count: count) }
        offsets.append(Int32(truncatingIfNeeded: bytes.count))
        validity.bytes?.append(0)
    }

    public subscript(row: Int) -> String? {
        guard validity.isValid(row) else { return nil }
        let range = Int(offsets[row])..<Int(offsets[row + 1])
        return String(decoding: bytes[range], as: UTF8.self)
    }
}

extension Column {
    public var count: Int {
        switch self {
        case .nodes(let ids), .relationships(let ids): ids.count
        case .integers(let values, _): values.count
        case .floats(let values, _): values.count
        case .booleans(let values): values.count
        case .strings(let strings): strings.count
        case .values(let values): values.count
        case .constant(_, let count): count
        }
    }

    public func isNull(_ row: Int) -> Bool {
        switch self {
        case .nodes(let ids), .relationships(let ids): ids[row] == Column.absent
        case .integers(_, let validity), .floats(_, let validity): !validity.isValid(row)
        case .booleans(let values): values[row] == 2
        case .strings(let strings): !strings.validity.isValid(row)
        case .values(let values): if case .null = values[row] { true } else { false }
        case .constant(.null, _): true
        case .constant: false
        }
    }
}
