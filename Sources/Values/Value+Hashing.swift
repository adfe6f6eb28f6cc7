/// 64-bit hashes that agree with equivalence: what is one group has one hash, `1` and `1.0` too.
///
/// Raw numbers, booleans, ids and bytes hash as their values do, so that columns hash without
/// making values. The hash is fixed: it does not change from process to process.
public enum ValueHash {
    @inlinable public static var null: UInt64 { 0x9E37_79B9_7F4A_7C15 }

    @usableFromInline static let nodeSalt: UInt64 = 0xA076_1D64_78BD_642F
    @usableFromInline static let relationshipSalt: UInt64 = 0xE703_7ED1_A0B4_28DB
    @usableFromInline static let booleanSalt: UInt64 = 0x8EBC_6AF0_9C88_C6E3
    @usableFromInline static let notANumber: UInt64 = 0x5899_65CC_7537_4CC3

    /// Spreads every bit of the input over the whole output.
    @inlinable public static func mix(_ bits: UInt64) -> UInt64 {
        var bits = bits
        bits ^= bits >> 32
        bits = bits &* 0xD6E8_FEB8_6659_FD93
        bits ^= bits >> 32
        bits = bits &* 0xD6E8_FEB8_6659_FD93
        bits ^= bits >> 32
        return bits
    }

    /// The hash of a sequence whose hash so far is `first` and whose next element has `second`.
    @inlinable public static func combine(_ first: UInt64, _ second: UInt64) -> UInt64 {
        mix(first &* 0x9E37_79B9_7F4A_7C15 &+ second)
    }

    @inlinable public static func hash(integer: Int64) -> UInt64 {
        mix(UInt64(bitPattern: integer) ^ 0x2D35_8DCC_AA6C_78A5)
    }

    /// A float without a fraction hashes as the integer, and -0.0 as 0.
    @inlinable public static func hash(float: Double) -> UInt64 {
        if let integer = Int64(exactly: float) { return hash(integer: integer) }
        return float.isNaN ? notANumber : mix(float.bitPattern)
    }

    @inlinable public static func hash(boolean: Bool) -> UInt64 {
        boolean ? mix(booleanSalt) : booleanSalt
    }

    @inlinable public static func hash(node id: UInt64) -> UInt64 { mix(id ^ nodeSalt) }

    @inlinable public static func hash(relationship id: UInt64) -> UInt64 {
        mix(id ^ relationshipSalt)
    }

    /// Eight bytes a step: about a nanosecond for a short string.
    public static func hash(utf8 bytes: UnsafeRawBufferPointer) -> UInt64 {
        let count = bytes.count
        var state = 0x8BB8_4B93_962E_ACC9 ^ (UInt64(truncatingIfNeeded: count) &* null)
        var offset = 0
        while offset + 8 <= count {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            state = fold(state ^ UInt64(littleEndian: word), 0xFF51_AFD7_ED55_8CCD)
            offset += 8
        }
        if offset < count {
            var word: UInt64 = 0
            var shift: UInt64 = 0
            while offset < count {
                word |= UInt64(bytes[offset]) << shift
                shift += 8
                offset += 1
            }
            state = fold(state ^ word, 0xC4CE_B9FE_1A85_EC53)
        }
        return mix(state)
    }

    public static func hash(_ string: String) -> UInt64 { string.withBytes { hash(utf8: $0) } }

    /// Both halves of the 128-bit product, folded into one: no input bit is lost to overflow.
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low ^ left
    }
}

extension Value {
    /// A hash that agrees with ``isEquivalent(_:_:)``. Cost: the size of the value.
    public var equivalenceHash: UInt64 {
        switch self {
        case .null: ValueHash.null
        case .boolean(let value): ValueHash.hash(boolean: value)
        case .integer(let value): ValueHash.hash(integer: value)
        case .float(let value): ValueHash.hash(float: value)
        case .string(let value): ValueHash.hash(value)
        case .bytes(let bytes):
            ValueHash.combine(1, bytes.withUnsafeBytes { ValueHash.hash(utf8: $0) })
        case .list(let values):
            values.reduce(2) { ValueHash.combine($0, $1.equivalenceHash) }
        case .map(let map):
            // A sum, because the order of the keys does not matter.
            ValueHash.combine(
                3,
                map.reduce(0) {
                    $0 &+ ValueHash.combine(ValueHash.hash($1.0), $1.1.equivalenceHash)
                })
        case .date(let date): ValueHash.combine(4, ValueHash.hash(integer: date.epochDay))
        case .localTime(let time):
            ValueHash.combine(5, ValueHash.hash(integer: time.nanosecondOfDay))
        case .time(let time): hash(6, time.nanosecondOfDay, Int64(time.offsetSeconds))
        case .localDateTime(let value): hash(7, value.epochSecond, Int64(value.nanosecond))
        case .dateTime(let value): hash(8, value.epochSecond, Int64(value.nanosecond))
        case .duration(let duration):
            ValueHash.combine(
                hash(9, duration.months, duration.days),
                hash(10, duration.seconds, Int64(duration.nanoseconds)))
        case .point(let point):
            [point.x, point.y, point.z].reduce(UInt64(point.system.rawValue)) {
                ValueHash.combine($0, ValueHash.hash(float: $1))
            }
        case .vector(let elements):
            elements.reduce(11) { ValueHash.combine($0, ValueHash.hash(float: Double($1))) }
        case .node, .nodeReference: ValueHash.hash(node: nodeID ?? 0)
        case .relationship, .relationshipReference:
            ValueHash.hash(relationship: relationshipID ?? 0)
        case .path, .pathReference:
            (pathIDs ?? []).reduce(12) { ValueHash.combine($0, ValueHash.mix($1)) }
        }
    }

    private func hash(_ salt: UInt64, _ first: Int64, _ second: Int64) -> UInt64 {
        ValueHash.combine(
            ValueHash.combine(salt, ValueHash.hash(integer: first)),
            ValueHash.hash(integer: second))
    }

    /// Feeds Swift's hasher, consistently with equivalence.
    public func hash(into hasher: inout Hasher) { hasher.combine(equivalenceHash) }
}

/// Values as the key of a dictionary or set: one group under equivalence. Its hash is computed
/// once.
public struct GroupKey: Hashable, Sendable {
    public let values: [Value]
    @usableFromInline let digest: UInt64

    public init(_ values: [Value]) {
        self.values = values
        digest = values.reduce(0) { ValueHash.combine($0, $1.equivalenceHash) }
    }

    public init(_ value: Value) { self.init([value]) }

    public static func == (left: GroupKey, right: GroupKey) -> Bool {
        left.digest == right.digest && left.values.count == right.values.count
            && zip(left.values, right.values).allSatisfy(Value.isEquivalent)
    }

    @inlinable public func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
