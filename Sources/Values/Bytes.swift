internal import Foundation

/// Strings are their UTF-8 bytes: Swift's own `==`, `<` and `count` see canonical equivalence and
/// grapheme clusters, which Cypher does not know.
extension String {
    /// Equality of the bytes.
    public func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return compareBytes(with: other) == 0
    }

    /// Less than, equal to or greater than zero, by bytes: which is the order of code points.
    public func compareBytes(with other: String) -> Int {
        var left = self
        var right = other
        return left.withUTF8 { left in right.withUTF8 { right in orderOfBytes(left, right) } }
    }

    /// How many code points there are: Cypher's `size()`.
    public var codePointCount: Int {
        // Every code point has one byte that is no continuation.
        withBytes { bytes in bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) } }
    }

    /// Calls back with the bytes; they are valid inside the call only.
    @inlinable
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        var copy = self
        return copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}

/// Whether two strings are the same bytes. (Swift's `==` sees canonical equivalence.)
public func haveSameBytes(_ left: String, _ right: String) -> Bool {
    let (left, right) = (left.utf8, right.utf8)
    if left.count != right.count { return false }
    let isSame = left.withContiguousStorageIfAvailable { left in
        right.withContiguousStorageIfAvailable { right in
            left.isEmpty || memcmp(left.baseAddress!, right.baseAddress!, left.count) == 0
        }
    }
    return isSame.flatMap { $0 } ?? left.elementsEqual(right)
}

/// The order of two runs of bytes, the shorter first where one is the other's beginning.
func orderOfBytes(
    _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
) -> Int {
    let common = min(left.count, right.count)
    if common > 0, let leftStart = left.baseAddress, let rightStart = right.baseAddress {
        let order = memcmp(leftStart, rightStart, common)
        if order != 0 { return order < 0 ? -1 : 1 }
    }
    return left.count == right.count ? 0 : (left.count < right.count ? -1 : 1)
}

/// A string as a key that is equal to another by its bytes: names are, where Swift's strings are
/// equal by what they look like.
public struct ByteKey: Hashable, Sendable {
    public let string: String

    public init(_ string: String) { self.string = string }

    public static func == (left: ByteKey, right: ByteKey) -> Bool {
        left.string.hasSameBytes(as: right.string)
    }

    /// Seeded by the process, so that nobody can send keys that all collide.
    public func hash(into hasher: inout Hasher) {
        string.withBytes { hasher.combine(bytes: $0) }
    }
}
