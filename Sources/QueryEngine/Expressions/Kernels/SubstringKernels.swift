import Values

/// Functions that keep a part of each string: `left`, `right`, `substring` and the trims. A part is
/// found by its place among the bytes and copied from there; no string is made of it.
enum SubstringKernels {
    typealias Bytes = StringKernels.Bytes

    static func kernel(for name: String) -> ScalarKernels.Kernel? {
        switch name.lowercased() {
        case "left":
            { columns in
                withLengths(columns, 2) { lengths in
                    parts(of: columns[0]) { 0..<end(of: lengths[0], in: $0, from: 0) }
                }
            }
        case "right":
            { columns in
                withLengths(columns, 2) { lengths in
                    parts(of: columns[0]) { start(of: lengths[0], in: $0)..<$0.count }
                }
            }
        case "substring":
            { columns in
                withLengths(columns, 2, 3) { lengths in
                    parts(of: columns[0]) { bytes in
                        let start = end(of: lengths[0], in: bytes, from: 0)
                        if lengths.count == 1 { return start..<bytes.count }
                        return start..<end(of: lengths[1], in: bytes, from: start)
                    }
                }
            }
        case "trim", "btrim":
            {
                trimmed($0) { bytes in
                    let start = contentStart(bytes)
                    return start..<contentEnd(bytes, from: start)
                }
            }
        case "ltrim": { trimmed($0) { contentStart($0)..<$0.count } }
        case "rtrim": { trimmed($0) { 0..<contentEnd($0, from: 0) } }
        default: nil
        }
    }

    /// The part of each string that `find` gives: it is asked for the bytes of null rows too.
    private static func parts(of column: Column, _ find: (Bytes) -> Range<Int>) -> Column? {
        guard case .strings(let strings) = column else { return nil }
        let ranges = StringKernels.withReader(strings) { reader in
            ContiguousArray<Range<Int>>(unsafeUninitializedCapacity: strings.count) {
                output, initialised in
                for row in 0..<strings.count {
                    let found = find(reader.bytes(row))
                    let begin = Int(strings.offsets[row])
                    output.initializeElement(
                        at: row, to: begin + found.lowerBound..<begin + found.upperBound)
                }
                initialised = strings.count
            }
        }
        return strings.withUnsafeContents { bytes, _ in
            var parts = StringColumn.copying(strings.count, of: bytes) { ranges[$0] }
            parts?.validity = strings.validity
            return parts.map { .strings($0) }
        }
    }

    /// Calls with the arguments behind the first one, where they are constant lengths; else the
    /// function words the error, or takes one for each row.
    private static func withLengths(
        _ columns: [Column], _ counts: Int..., body: ([Int]) -> Column?
    ) -> Column? {
        guard counts.contains(columns.count) else { return nil }
        var lengths: [Int] = []
        for column in columns.dropFirst() {
            guard case .integer(let length)? = column.constantValue, length >= 0 else { return nil }
            lengths.append(Int(length))
        }
        return body(lengths)
    }

    /// Other characters than white space are left to the function.
    private static func trimmed(_ columns: [Column], _ find: (Bytes) -> Range<Int>) -> Column? {
        columns.count == 1 ? parts(of: columns[0], find) : nil
    }

    // MARK: Places

    /// The place behind so many code points, or the end.
    private static func end(of length: Int, in bytes: Bytes, from start: Int) -> Int {
        var place = start
        var missing = length
        while missing > 0, place < bytes.count {
            place += 1
            while place < bytes.count, StringKernels.isContinuation(bytes[place]) { place += 1 }
            missing -= 1
        }
        return place
    }

    /// The place from which on there are so many code points, or 0.
    private static func start(of length: Int, in bytes: Bytes) -> Int {
        var place = bytes.count
        var missing = length
        while missing > 0, place > 0 {
            place -= 1
            while place > 0, StringKernels.isContinuation(bytes[place]) { place -= 1 }
            missing -= 1
        }
        return place
    }

    private static func contentStart(_ bytes: Bytes) -> Int {
        var place = 0
        while place < bytes.count {
            let next = end(of: 1, in: bytes, from: place)
            guard isWhitespace(bytes, place..<next) else { break }
            place = next
        }
        return place
    }

    private static func contentEnd(_ bytes: Bytes, from start: Int) -> Int {
        var place = bytes.count
        while place > start {
            let previous = self.start(of: 1, in: Bytes(rebasing: bytes[..<place]))
            guard isWhitespace(bytes, previous..<place) else { break }
            place = previous
        }
        return place
    }

    /// Whether a code point is white space.
    private static func isWhitespace(_ bytes: Bytes, _ range: Range<Int>) -> Bool {
        let first = bytes[range.lowerBound]
        if first < 0x80 { return first == 0x20 || (first >= 0x09 && first <= 0x0D) }
        return String(decoding: bytes[range], as: UTF8.self).unicodeScalars.first?.properties
            .isWhitespace ?? false
    }
}
