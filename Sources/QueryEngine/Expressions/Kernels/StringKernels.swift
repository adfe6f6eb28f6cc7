import Foundation
import Values

/// A column of strings as kernels take it: bytes with offsets, or one string for all rows.
enum StringOperand {
    case rows(StringColumn)
    case repeated(ContiguousArray<UInt8>)

    /// nil where the column holds anything but strings and nulls, or is the constant null.
    init?(_ column: Column) {
        switch column {
        case .strings(let strings): self = .rows(strings)
        case .constant(.string(let string), _): self = .repeated(ContiguousArray(string.utf8))
        default: return nil
        }
    }

    var validity: Validity {
        if case .rows(let strings) = self { strings.validity } else { .allValid }
    }
}

enum StringKernels {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    /// Calls the predicate with both rows' bytes, those of null rows included: 0 or 1 a row.
    @inline(__always)
    static func mapPairs(
        _ left: StringOperand, _ right: StringOperand, count: Int,
        _ predicate: (Bytes, Bytes) -> Bool
    ) -> ContiguousArray<UInt8> {
        withReader(left) { left in
            withReader(right) { right in
                ContiguousArray(unsafeUninitializedCapacity: count) { output, initialised in
                    for row in 0..<count {
                        output[row] = UInt8(flag: predicate(left.bytes(row), right.bytes(row)))
                    }
                    initialised = count
                }
            }
        }
    }

    /// Rows of a string operand; for a repeated one the stride is 0.
    struct Reader {
        let base: UnsafePointer<UInt8>?
        let offsets: UnsafePointer<Int32>
        let stride: Int

        @inline(__always) func bytes(_ row: Int) -> Bytes {
            let start = Int(offsets[row * stride])
            let end = Int(offsets[row * stride + 1])
            return Bytes(start: base.map { $0 + start }, count: end - start)
        }
    }

    @inline(__always)
    static func withReader<Result>(_ operand: StringOperand, _ body: (Reader) -> Result) -> Result {
        switch operand {
        case .rows(let strings): return withReader(strings, body)
        case .repeated(let bytes):
            let offsets: ContiguousArray<Int32> = [0, Int32(truncatingIfNeeded: bytes.count)]
            return bytes.withUnsafeBufferPointer { bytes in
                offsets.withUnsafeBufferPointer { offsets in
                    guard let first = offsets.baseAddress else {
                        preconditionFailure("a string column has at least one offset")
                    }
                    return body(Reader(base: bytes.baseAddress, offsets: first, stride: 0))
                }
            }
        }
    }

    @inline(__always)
    static func withReader<Result>(_ strings: StringColumn, _ body: (Reader) -> Result) -> Result {
        strings.bytes.withUnsafeBufferPointer { bytes in
            strings.offsets.withUnsafeBufferPointer { offsets in
                guard let first = offsets.baseAddress else {
                    preconditionFailure("a string column has at least one offset")
                }
                return body(Reader(base: bytes.baseAddress, offsets: first, stride: 1))
            }
        }
    }

    @inline(__always)
    static func areEqual(_ left: Bytes, _ right: Bytes) -> Bool {
        guard left.count == right.count else { return false }
        guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else {
            return true
        }
        return memcmp(leftBase, rightBase, left.count) == 0
    }

    /// Negative, zero or positive: by bytes, which is by code points.
    @inline(__always)
    static func order(_ left: Bytes, _ right: Bytes) -> Int {
        let common = min(left.count, right.count)
        if common > 0, let leftBase = left.baseAddress, let rightBase = right.baseAddress {
            let order = memcmp(leftBase, rightBase, common)
            if order != 0 { return Int(order) }
        }
        return left.count - right.count
    }

    /// Whether a byte goes on with the code point before it.
    @inline(__always)
    static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    @inline(__always)
    static func hasPrefix(_ text: Bytes, _ prefix: Bytes) -> Bool {
        text.count >= prefix.count
            && areEqual(Bytes(rebasing: text.prefix(prefix.count)), prefix)
    }

    @inline(__always)
    static func hasSuffix(_ text: Bytes, _ suffix: Bytes) -> Bool {
        text.count >= suffix.count
            && areEqual(Bytes(rebasing: text.suffix(suffix.count)), suffix)
    }

    @inline(__always)
    static func contains(_ text: Bytes, _ part: Bytes) -> Bool {
        part.isEmpty || place(of: part, in: text) != nil
    }

    /// Where a part, which is not empty, is found first.
    @inline(__always)
    static func place(of part: Bytes, in text: Bytes) -> Int? {
        guard text.count >= part.count, let textBase = text.baseAddress,
            let partBase = part.baseAddress
        else { return nil }
        var place = 0
        let last = text.count - part.count
        // memchr finds where the part may begin, many bytes at a time.
        while place <= last,
            let found = memchr(textBase + place, Int32(part[0]), last - place + 1)
        {
            place = UnsafeRawPointer(found) - UnsafeRawPointer(textBase)
            if memcmp(found, partBase, part.count) == 0 { return place }
            place += 1
        }
        return nil
    }
}
