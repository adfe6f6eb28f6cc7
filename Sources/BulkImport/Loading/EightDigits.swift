/// Eight decimal digits in one word, the first in its lowest byte: a few instructions take them all,
/// and none depends on how many there are, which no processor predicts.
///
/// Source: D. Lemire, "Quickly parsing eight digits", 2018.
struct EightDigits {
    private let word: UInt64

    private static let zeros: UInt64 = 0x3030_3030_3030_3030

    @inline(__always)
    init(word: UInt64) { self.word = UInt64(littleEndian: word) }

    /// Four to eight bytes, filled up with zeros in front.
    @inline(__always)
    init(_ bytes: UnsafeRawBufferPointer) {
        let first = UInt64(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)))
        let last = UInt64(
            UInt32(
                littleEndian: bytes.loadUnaligned(
                    fromByteOffset: bytes.count &- 4, as: UInt32.self)))
        // The upper half is the last four bytes; the lower half ends with what is before them.
        let missing = UInt64(8 &- bytes.count) &* 8
        let lower = (first &<< missing) & 0xFFFF_FFFF
        let padding = Self.zeros & ((1 &<< missing) &- 1)
        word = lower | padding | last &<< 32
    }

    /// nil where a byte is no digit.
    @inline(__always)
    var value: Int64? {
        let high: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
        // A digit has 3 above, and still has when 6 is added.
        let above = (word & high) | ((word &+ 0x0606_0606_0606_0606) & high) &>> 4
        guard above == 0x3333_3333_3333_3333 else { return nil }
        var value = word & ~high
        value = (value &* (10 << 8 + 1)) &>> 8 & 0x00FF_00FF_00FF_00FF
        value = (value &* (100 << 16 + 1)) &>> 16 & 0x0000_FFFF_0000_FFFF
        value = (value &* (10_000 << 32 + 1)) &>> 32
        return Int64(truncatingIfNeeded: value)
    }
}
