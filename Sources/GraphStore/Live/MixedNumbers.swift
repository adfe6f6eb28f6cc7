internal import Values

/// Integers beside floats, such as ratings of 4 and 4.5 that a client sends as they are written. Each
/// stays of its kind: beside its bits stands which that is.
struct MixedNumbers: Sendable {
    private var bits: ContiguousArray<UInt64> = []
    /// 1 for a float.
    private var areFloats: ContiguousArray<UInt8> = []

    init() {}

    init(_ integers: ContiguousArray<Int64>) {
        bits = ContiguousArray(integers.lazy.map(\.bits))
        areFloats = ContiguousArray(repeating: 0, count: bits.count)
    }

    init(_ floats: ContiguousArray<Double>) {
        bits = ContiguousArray(floats.lazy.map(\.bits))
        areFloats = ContiguousArray(repeating: 1, count: bits.count)
    }

    var count: Int { bits.count }
    var byteCount: Int { bits.count * 9 }

    subscript(place: Int) -> Value {
        areFloats[place] == 0
            ? .integer(Int64(bitPattern: bits[place]))
            : .float(Double(bitPattern: bits[place]))
    }

    mutating func append(_ integer: Int64) {
        bits.append(integer.bits)
        areFloats.append(0)
    }

    mutating func append(_ float: Double) {
        bits.append(float.bits)
        areFloats.append(1)
    }

    mutating func append(contentsOf other: MixedNumbers) {
        bits.append(contentsOf: other.bits)
        areFloats.append(contentsOf: other.areFloats)
    }

    /// Fills up with what nobody reads.
    mutating func pad(to count: Int) {
        bits.append(contentsOf: repeatElement(0, count: count - bits.count))
        areFloats.append(contentsOf: repeatElement(0, count: count - areFloats.count))
    }

    /// The same, where it is read in no order.
    consuming func inLargePages() -> MixedNumbers {
        bits = bits.inLargePages()
        areFloats = areFloats.inLargePages()
        return self
    }

    /// Appends the number of each id; ids count from `first`, and all of them are here.
    func append(
        _ ids: UnsafeBufferPointer<UInt64>, from first: UInt64, to column: inout ColumnBuilder
    ) {
        bits.withUnsafeBufferPointer { bits in
            areFloats.withUnsafeBufferPointer { areFloats in
                var floats = 0
                for id in ids { floats &+= Int(areFloats[Int(id &- first)]) }
                switch floats {
                case 0:
                    column.append(integers: ids.count) { target in
                        for row in 0..<ids.count {
                            target[row] = Int64(bitPattern: bits[Int(ids[row] &- first)])
                        }
                    }
                case ids.count:
                    column.append(floats: ids.count) { target in
                        for row in 0..<ids.count {
                            target[row] = Double(bitPattern: bits[Int(ids[row] &- first)])
                        }
                    }
                default:
                    column.append(values: ids.count) { row in
                        let slot = Int(ids[row] &- first)
                        return areFloats[slot] == 0
                            ? .integer(Int64(bitPattern: bits[slot]))
                            : .float(Double(bitPattern: bits[slot]))
                    }
                }
            }
        }
    }
}
