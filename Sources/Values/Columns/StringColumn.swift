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
    /// The row of the smallest or the largest string among some rows, by bytes and the first of
    /// equal ones; nil where all are null.
    public func extreme(in rows: Range<Int>, largest: Bool) -> Int? {
        withUnsafeContents { bytes, offsets in
            let bytes = bytes.bindMemory(to: UInt8.self)
            var best: Int?
            var bestBytes = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
            for row in rows where validity.isValid(row) {
                let own = UnsafeBufferPointer(
                    rebasing: bytes[Int(offsets[row])..<Int(offsets[row + 1])])
                if best != nil {
                    let order = orderOfBytes(own, bestBytes)
                    guard largest ? order > 0 : order < 0 else { continue }
                }
                (best, bestBytes) = (row, own)
            }
            return best
        }
    }

    /// The rows in the given order, null where a place is negative; nil where together they pass
    /// ``maximumBytes``.
    func gathered(_ rows: UnsafeBufferPointer<Int32>) -> StringColumn? {
        withUnsafeContents { bytes, offsets in
            let gathered = Self.copying(rows.count, of: bytes) { place in
                let row = Int(rows[place])
                return row < 0 ? 0..<0 : Int(offsets[row])..<Int(offsets[row + 1])
            }
            guard var gathered else { return nil }
            let hasNulls = validity.bytes != nil || rows.contains { $0 < 0 }
            if hasNulls { gathered.validity = validity.gatheredOrNull(rows) }
            return gathered
        }
    }

    /// `count` strings of which `range` says where in `bytes` each lies, which it is asked twice;
    /// nil where together they pass ``maximumBytes``. The ranges are inside: nothing checks them in
    /// release builds.
    @inlinable public static func copying(
        _ count: Int, of bytes: UnsafeRawBufferPointer, range: (Int) -> Range<Int>
    ) -> StringColumn? {
        var total = 0
        let offsets = ContiguousArray<Int32>(unsafeUninitializedCapacity: count + 1) {
            buffer, filled in
            buffer.initializeElement(at: 0, to: 0)
            for row in 0..<count {
                total &+= range(row).count
                buffer.initializeElement(at: row &+ 1, to: Int32(truncatingIfNeeded: total))
            }
            filled = count + 1
        }
        guard total <= maximumBytes else { return nil }
        let copied = ContiguousArray<UInt8>(unsafeUninitializedCapacity: total) { buffer, filled in
            // Both are nil only where there is no byte to copy.
            if let target = buffer.baseAddress, let source = bytes.baseAddress {
                var end = 0
                for row in 0..<count {
                    let range = range(row)
                    UnsafeMutableRawPointer(target + end).copyMemory(
                        from: source + range.lowerBound, byteCount: range.count)
                    end &+= range.count
                }
            }
            filled = total
        }
        return StringColumn(bytes: copied, offsets: offsets, validity: .allValid)
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
