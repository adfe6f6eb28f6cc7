internal import Foundation

/// Strings as one run of UTF-8 with offsets: no object per row.
public struct StringColumn: Sendable {
    public var bytes: ContiguousArray<UInt8>
    /// Row i is `bytes[offsets[i] ..< offsets[i + 1]]`; count + 1 entries.
    public var offsets: ContiguousArray<Int32>
    public var validity: Validity

    /// The offsets' type bounds the bytes of one column. Builders turn to general values beyond.
    public static let maximumBytes = Int(Int32.max)

    public init() {
        bytes = []
        offsets = [0]
        validity = .allValid
    }

    public init(
        bytes: ContiguousArray<UInt8>, offsets: ContiguousArray<Int32>, validity: Validity
    ) {
        self.bytes = bytes
        self.offsets = offsets
        self.validity = validity
    }

    @inlinable public var count: Int { offsets.count - 1 }

    @inlinable public mutating func append(utf8: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: utf8)
        endRow()
    }

    public mutating func append(_ string: String) {
        var string = string
        string.withUTF8 { bytes.append(contentsOf: $0) }
        endRow()
    }

    public mutating func appendNull() {
        if validity.bytes == nil { validity.bytes = .init(repeating: 1, count: count) }
        offsets.append(Int32(bytes.count))
        validity.bytes?.append(0)
    }

    /// The bytes so far since the last row become a row.
    @inlinable mutating func endRow() {
        offsets.append(Int32(bytes.count))
        validity.bytes?.append(1)
    }

    @inlinable public func byteCount(_ row: Int) -> Int {
        Int(offsets[row + 1]) - Int(offsets[row])
    }

    public subscript(row: Int) -> String? {
        guard validity.isValid(row) else { return nil }
        let range = Int(offsets[row])..<Int(offsets[row + 1])
        return String(decoding: bytes[range], as: UTF8.self)
    }

    /// Calls back once with all bytes and offsets; both are valid inside the call only.
    @inlinable public func withUnsafeContents<Result>(
        _ body: (UnsafeRawBufferPointer, UnsafeBufferPointer<Int32>) throws -> Result
    ) rethrows -> Result {
        try bytes.withUnsafeBytes { bytes in
            try offsets.withUnsafeBufferPointer { offsets in try body(bytes, offsets) }
        }
    }
}

extension StringColumn {
    /// The rows in the given order, or nil where together they pass ``maximumBytes``.
    func gathered(_ rows: UnsafeBufferPointer<Int32>) -> StringColumn? {
        withUnsafeContents { bytes, offsets in
            var total = 0
            let newOffsets = ContiguousArray<Int32>(
                unsafeUninitializedCapacity: rows.count + 1
            ) { buffer, count in
                buffer.initializeElement(at: 0, to: 0)
                for place in 0..<rows.count {
                    let row = Int(rows[place])
                    total += Int(offsets[row + 1] - offsets[row])
                    buffer.initializeElement(
                        at: place + 1, to: Int32(truncatingIfNeeded: total))
                }
                count = rows.count + 1
            }
            guard total <= Self.maximumBytes else { return nil }
            let newBytes = ContiguousArray<UInt8>(
                unsafeUninitializedCapacity: total
            ) { buffer, count in
                // Both are nil only where there is no byte to copy.
                if let target = buffer.baseAddress, let source = bytes.baseAddress {
                    var end = 0
                    for place in 0..<rows.count {
                        let row = Int(rows[place])
                        let length = Int(offsets[row + 1] - offsets[row])
                        memcpy(target + end, source + Int(offsets[row]), length)
                        end += length
                    }
                }
                count = total
            }
            return StringColumn(
                bytes: newBytes, offsets: newOffsets, validity: validity.gathered(rows))
        }
    }

    func sliced(_ range: Range<Int>) -> StringColumn {
        let start = offsets[range.lowerBound]
        let end = offsets[range.upperBound]
        return StringColumn(
            bytes: ContiguousArray(bytes[Int(start)..<Int(end)]),
            offsets: ContiguousArray(
                offsets[range.lowerBound...range.upperBound].map { $0 - start }),
            validity: validity.sliced(range))
    }

    /// False, and nothing changed, where both together pass ``maximumBytes``.
    mutating func append(contentsOf other: StringColumn) -> Bool {
        guard bytes.count + other.bytes.count <= Self.maximumBytes else { return false }
        validity.append(other.validity, count: other.count, to: count)
        let shift = Int32(bytes.count)
        bytes.append(contentsOf: other.bytes)
        offsets.append(contentsOf: other.offsets.dropFirst().lazy.map { $0 &+ shift })
        return true
    }
}
