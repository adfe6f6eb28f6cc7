/// Numbers of which few are different, as a byte each that says which.
struct CodedValues<Number: CodedNumber>: Sendable {
    private(set) var codes: ContiguousArray<UInt8> = []
    /// By code; always 256 long, so that a code needs no check.
    let values: ContiguousArray<Number>

    private static var mostValues: Int { 256 }
    /// Fewer numbers fit the caches as they are.
    private static var fewestNumbers: Int { 4_096 }

    /// nil where there are too many different ones, or too few in all. A few nanoseconds each.
    init?(_ numbers: ContiguousArray<Number>) {
        guard numbers.count >= Self.fewestNumbers else { return nil }
        var found = ContiguousArray<Number>()
        // Open addressing from a number's bits to its code.
        var slots = ContiguousArray<Int16>(repeating: -1, count: 4 * Self.mostValues)
        codes.reserveLargePages(numbers.count)
        for number in numbers {
            var slot = Int((number.bits &* 0x9E37_79B9_7F4A_7C15) >> 54)
            while slots[slot] >= 0, found[Int(slots[slot])].bits != number.bits {
                slot = (slot + 1) & (slots.count - 1)
            }
            if slots[slot] < 0 {
                guard found.count < Self.mostValues else { return nil }
                slots[slot] = Int16(found.count)
                found.append(number)
            }
            codes.append(UInt8(truncatingIfNeeded: slots[slot]))
        }
        found.append(contentsOf: repeatElement(.zero, count: Self.mostValues - found.count))
        values = found
    }

    /// Other codes of the same values.
    init(codes: ContiguousArray<UInt8>, values: ContiguousArray<Number>) {
        self.codes = codes
        self.values = values
    }

    var byteCount: Int { codes.count + values.count * 8 }

    subscript(place: Int) -> Number { values[Int(codes[place])] }

    /// Writes the number of each id; ids count from `first`, and all of them are here.
    @inline(__always)
    func copy(
        _ ids: UnsafeBufferPointer<UInt64>, from first: UInt64,
        into target: UnsafeMutablePointer<Number>
    ) {
        codes.withUnsafeBufferPointer { codes in
            values.withUnsafeBufferPointer { values in
                for row in 0..<ids.count {
                    target[row] = values[Int(codes[Int(ids[row] &- first)])]
                }
            }
        }
    }
}

/// A number that is told from others by its bits: so is 0.0 from -0.0, and every NaN stays itself.
protocol CodedNumber: AdditiveArithmetic, Sendable {
    var bits: UInt64 { get }
}

extension Int64: CodedNumber {
    var bits: UInt64 { UInt64(bitPattern: self) }
}

extension Double: CodedNumber {
    var bits: UInt64 { bitPattern }
}
