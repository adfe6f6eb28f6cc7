public import Values

/// Strings of which few are different, such as genres and cities: each different one once, and for
/// each row a code that says which. Who groups by them looks at the codes.
public final class CodedStrings: Sendable {
    /// Each different string, by code.
    public let strings: StringColumn
    let codes: ContiguousArray<UInt16>

    /// When codes are worth it. Tests inject tiny ones.
    struct Limits: Sendable {
        /// Shorter columns stay as they are.
        var fewestRows = 4_096
        /// Each string comes at least so many times on average.
        var fewestRepeats = 8
    }

    private static let mostStrings = 1 << 16
    /// What the offsets of a string column reach.
    private static let mostBytes = Int(Int32.max)
    /// Rows after which what is there is looked at, to give up early.
    private static let trialRows = 8_192

    /// From rows that are `bytes[offsets[i] ..< offsets[i + 1]]`; nil where too many are different.
    /// Some tens of nanoseconds a row.
    init?(
        bytes: ContiguousArray<UInt8>, offsets: ContiguousArray<UInt32>, _ limits: Limits
    ) {
        let rows = offsets.count - 1
        guard rows >= limits.fewestRows else { return nil }
        var codes = ContiguousArray<UInt16>()
        codes.reserveLargePages(rows)
        var strings = StringColumn()
        var known: [Slice: UInt16] = [:]
        let isCoded = bytes.withUnsafeBytes { bytes in
            for row in 0..<rows {
                let slice = Slice(bytes[Int(offsets[row])..<Int(offsets[row + 1])])
                if let code = known[slice] {
                    codes.append(code)
                    continue
                }
                let isRare = row < Self.trialRows || known.count * limits.fewestRepeats <= row
                guard known.count < Self.mostStrings, isRare,
                    strings.bytes.count + slice.bytes.count <= Self.mostBytes
                else { return false }
                let code = UInt16(known.count)
                known[slice] = code
                codes.append(code)
                strings.append(utf8: UnsafeRawBufferPointer(rebasing: slice.bytes))
            }
            return known.count * limits.fewestRepeats <= rows
        }
        guard isCoded else { return nil }
        self.codes = codes
        self.strings = strings
    }

    /// Bytes that are there as long as it is.
    private struct Slice: Hashable {
        let bytes: Swift.Slice<UnsafeRawBufferPointer>

        init(_ bytes: Swift.Slice<UnsafeRawBufferPointer>) { self.bytes = bytes }

        static func == (one: Slice, other: Slice) -> Bool {
            one.bytes.elementsEqual(other.bytes)
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes))
        }
    }

    var byteCount: Int { codes.count * 2 + strings.bytes.count + strings.offsets.count * 4 }

    /// The string of each id; ids count from `first`, and all of them are here. Nil where together
    /// they are more than one column holds.
    func copy(_ ids: UnsafeBufferPointer<UInt64>, from first: UInt64) -> StringColumn? {
        strings.withUnsafeContents { bytes, offsets in
            codes.withUnsafeBufferPointer { codes in
                StringColumn.copying(ids.count, of: bytes) { row in
                    let code = Int(codes[Int(ids[row] &- first)])
                    return Int(offsets[code])..<Int(offsets[code &+ 1])
                }
            }
        }
    }

    @inline(__always)
    func append(_ row: Int, to column: inout ColumnBuilder) {
        let code = Int(codes[row])
        strings.bytes.withUnsafeBytes { bytes in
            let range = Int(strings.offsets[code])..<Int(strings.offsets[code + 1])
            column.append(utf8: UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
    }
}
