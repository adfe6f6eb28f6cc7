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

    /// Valid where both are: what an operator makes of two columns that hold nulls.
    public func intersection(_ other: Validity) -> Validity {
        guard let left = bytes else { return other }
        guard let right = other.bytes else { return self }
        return Validity(
            ContiguousArray(unsafeUninitializedCapacity: left.count) { buffer, count in
                for row in 0..<left.count {
                    buffer.initializeElement(at: row, to: left[row] & right[row])
                }
                count = left.count
            })
    }

    func gathered(_ rows: UnsafeBufferPointer<Int32>) -> Validity {
        Validity(bytes.map { Values.gather($0, rows) })
    }

    /// A negative place is null.
    func gatheredOrNull(_ rows: UnsafeBufferPointer<Int32>) -> Validity {
        Validity(
            ContiguousArray(unsafeUninitializedCapacity: rows.count) { buffer, count in
                for place in 0..<rows.count {
                    let row = Int(rows[place])
                    buffer.initializeElement(at: place, to: row >= 0 && isValid(row) ? 1 : 0)
                }
                count = rows.count
            })
    }

    func sliced(_ range: Range<Int>) -> Validity {
        Validity(bytes.map { ContiguousArray($0[range]) })
    }

    /// Appends another column's rows to the `own` rows of this one.
    mutating func append(_ other: Validity, count: Int, to own: Int) {
        guard bytes != nil || other.bytes != nil else { return }
        if bytes == nil { bytes = .init(repeating: 1, count: own) }
        if let more = other.bytes {
            bytes?.append(contentsOf: more)
        } else {
            bytes?.append(contentsOf: repeatElement(1, count: count))
        }
    }
}

/// The elements at the given places. The places are inside the source: nothing checks them in
/// release builds.
@inline(__always)
func gather<Element>(
    _ source: ContiguousArray<Element>, _ rows: UnsafeBufferPointer<Int32>
) -> ContiguousArray<Element> {
    ContiguousArray(unsafeUninitializedCapacity: rows.count) { buffer, count in
        source.withUnsafeBufferPointer { source in
            for place in 0..<rows.count {
                buffer.initializeElement(at: place, to: source[Int(rows[place])])
            }
        }
        count = rows.count
    }
}
