/// Unsigned numbers as differences from a base, each in the same number of bytes: 0, 1, 2, 4 or 8.
/// Any entry is found without decoding those before it, and the loops over whole ranges
/// vectorise. A view of memory that it does not own.
struct PackedColumn {
    let base: UInt64
    let width: Int
    let bytes: UnsafeRawPointer

    /// The narrowest width that holds a difference.
    @inline(__always)
    static func width(of difference: UInt64) -> Int {
        if difference == 0 { return 0 }
        if difference <= 0xFF { return 1 }
        if difference <= 0xFFFF { return 2 }
        return difference <= 0xFFFF_FFFF ? 4 : 8
    }

    @inline(__always)
    subscript(index: Int) -> UInt64 {
        switch width {
        case 0: base
        case 1: base &+ UInt64(load(index, UInt8.self))
        case 2: base &+ UInt64(load(index, UInt16.self))
        case 4: base &+ UInt64(load(index, UInt32.self))
        default: base &+ load(index, UInt64.self)
        }
    }

    @inline(__always)
    private func load<T: FixedWidthInteger & BitwiseCopyable>(_ index: Int, _: T.Type) -> T {
        bytes.loadUnaligned(fromByteOffset: index &* MemoryLayout<T>.size, as: T.self)
    }

    /// Writes the entries `start ..< start + count` to `target`, whose numbers are wide enough.
    @inline(__always)
    func decode<Target: FixedWidthInteger>(
        _ start: Int, _ count: Int, into target: UnsafeMutablePointer<Target>
    ) {
        switch width {
        case 0: target.update(repeating: Target(truncatingIfNeeded: base), count: count)
        case 1: widen(start, count, UInt8.self, into: target)
        case 2: widen(start, count, UInt16.self, into: target)
        case 4: widen(start, count, UInt32.self, into: target)
        default: widen(start, count, UInt64.self, into: target)
        }
    }

    @inline(__always)
    private func widen<T: FixedWidthInteger & BitwiseCopyable, Target: FixedWidthInteger>(
        _ start: Int, _ count: Int, _: T.Type, into target: UnsafeMutablePointer<Target>
    ) {
        let source = bytes + start &* MemoryLayout<T>.size
        var index = 0
        while index < count {
            let value = source.loadUnaligned(
                fromByteOffset: index &* MemoryLayout<T>.size, as: T.self)
            target[index] = Target(truncatingIfNeeded: base &+ UInt64(truncatingIfNeeded: value))
            index &+= 1
        }
    }

    /// Whether none of the first `count` entries needs more than four bytes.
    func fitsFourBytes(_ count: Int) -> Bool {
        let union: UInt64 =
            switch width {
            case 0: base
            case 1: union(count, UInt8.self)
            case 2: union(count, UInt16.self)
            case 4: union(count, UInt32.self)
            default: union(count, UInt64.self)
            }
        return union <= UInt64(UInt32.max)
    }

    /// All bits that some entry has.
    @inline(__always)
    private func union<T: FixedWidthInteger & BitwiseCopyable>(_ count: Int, _: T.Type) -> UInt64 {
        var union: UInt64 = 0
        for index in 0..<count {
            union |= base &+ UInt64(truncatingIfNeeded: load(index, T.self))
        }
        return union
    }

    /// The first index in `lower ..< upper` whose entry is not less than `value`, or `upper`. The
    /// entries there must ascend.
    @inline(__always)
    func lowerBound(_ value: UInt64, _ lower: Int, _ upper: Int) -> Int {
        guard value > base, lower < upper else { return lower }
        let difference = value &- base
        switch width {
        case 0: return upper
        case 1: return search(difference, lower, upper, UInt8.self)
        case 2: return search(difference, lower, upper, UInt16.self)
        case 4: return search(difference, lower, upper, UInt32.self)
        default: return search(difference, lower, upper, UInt64.self)
        }
    }

    /// Halves the range without a branch that could be mispredicted.
    @inline(__always)
    private func search<T: FixedWidthInteger & BitwiseCopyable>(
        _ difference: UInt64, _ lower: Int, _ upper: Int, _: T.Type
    ) -> Int {
        var first = lower
        var count = upper &- lower
        while count > 1 {
            let half = count >> 1
            let isLess = UInt64(truncatingIfNeeded: load(first &+ half &- 1, T.self)) < difference
            first = isLess ? first &+ half : first
            count &-= half
        }
        let isLess = UInt64(truncatingIfNeeded: load(first, T.self)) < difference
        return isLess ? first &+ 1 : first
    }
}
