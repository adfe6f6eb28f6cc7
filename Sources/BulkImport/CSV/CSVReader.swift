/// One file's records, one after another, as byte ranges in a buffer that moves along the file.
///
/// RFC 4180 with a choice of delimiter and quote: a quoted field may hold delimiters, line breaks
/// and doubled quotes; a quote inside an unquoted field is a character like others; lines end in LF
/// or CRLF, mixed; a byte order mark is skipped; empty lines are passed over. Allocates nothing per
/// record but for doubled quotes.
///
/// A struct of which there is one: an object's properties would be checked for exclusive access
/// field by field.
struct CSVReader: ~Copyable {
    struct Dialect: Sendable {
        var delimiter = UInt8(ascii: ",")
        var quote = UInt8(ascii: "\"")
    }

    /// A field's bytes within ``buffer``, quotes taken off.
    struct Field {
        var start: Int
        var end: Int
        /// `""` and nothing at all are different: an empty string, and no value.
        var isQuoted: Bool
        /// Holds doubled quotes: `bytes(of:)` removes them.
        var hasDoubledQuotes: Bool
    }

    /// A record that is longer than this is an error: most likely a quote that is not closed.
    static let maximumRecordBytes = 16 << 20
    static let initialBytes = 256 << 10
    private static let initialFields = 16

    let path: String
    /// Of the current record's first byte, from 1.
    private(set) var line = 1

    private let file: InputFile
    private let dialect: Dialect
    private var buffer: UnsafeMutableRawBufferPointer
    private var fieldMemory: UnsafeMutableBufferPointer<Field>
    private var fieldCount = 0
    private var recordStart = 0
    private var next = 0
    private var filled = 0
    private var isBegun = false
    private var reachedEnd = false
    private var nextLine = 1

    /// `bufferBytes` is what the buffer begins with, at least 16: it grows with the records.
    init(_ path: String, _ dialect: Dialect, bufferBytes: Int = initialBytes) throws(ImportError) {
        // What can fail comes first: a struct that is half made cannot be thrown away.
        file = try InputFile(path)
        self.path = path
        self.dialect = dialect
        buffer = .allocate(byteCount: max(16, bufferBytes), alignment: 16)
        fieldMemory = .allocate(capacity: Self.initialFields)
    }

    deinit {
        buffer.deallocate()
        fieldMemory.deallocate()
    }

    /// The current record's fields, valid until the next call.
    var fields: UnsafeBufferPointer<Field> {
        UnsafeBufferPointer(rebasing: fieldMemory[..<fieldCount])
    }

    @inline(__always)
    private mutating func append(_ field: Field) {
        if fieldCount == fieldMemory.count { growFields() }
        fieldMemory[fieldCount] = field
        fieldCount &+= 1
    }

    private mutating func growFields() {
        let larger = UnsafeMutableBufferPointer<Field>.allocate(capacity: 2 * fieldMemory.count)
        _ = larger.update(fromContentsOf: fields)
        fieldMemory.deallocate()
        fieldMemory = larger
    }

    var compressedOffset: Int { file.compressedOffset }

    /// Reads the next record into ``fields``. Returns false at the end of the file.
    mutating func readRecord() throws(ImportError) -> Bool {
        if !isBegun { try begin() }
        while true {
            recordStart = next
            line = nextLine
            switch try scanRecord() {
            case .complete: return true
            case .empty: continue
            case .end: return false
            }
        }
    }

    private mutating func begin() throws(ImportError) {
        isBegun = true
        try fill()
        if filled >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF { next = 3 }
    }

    /// The bytes of a field of the current record, valid until the next call.
    @inline(__always)
    func withBytes<R, E: Error>(
        of field: Field, _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[field.start..<field.end])
        if field.hasDoubledQuotes { return try withUnescaped(bytes, body) }
        return try body(bytes)
    }

    private func withUnescaped<R, E: Error>(
        _ bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        var unescaped: ContiguousArray<UInt8> = []
        unescaped.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            unescaped.append(bytes[place])
            place += bytes[place] == dialect.quote ? 2 : 1
        }
        return try unescaped.withUnsafeBufferPointer { (buffer) throws(E) -> R in
            try body(UnsafeRawBufferPointer(buffer))
        }
    }

    func text(of field: Field) -> String {
        withBytes(of: field) { String(decoding: $0, as: UTF8.self) }
    }

    /// Where a field of the current record stands in the file.
    func place(of field: Field) -> ImportError.Place {
        // Only errors ask: walk the record's bytes for line breaks inside quotes.
        place(at: field.isQuoted ? field.start - 1 : field.start)
    }

    private func place(at target: Int) -> ImportError.Place {
        var line = line
        var lineStart = recordStart
        for place in recordStart..<target where buffer[place] == UInt8(ascii: "\n") {
            line += 1
            lineStart = place + 1
        }
        return .init(file: path, line: line, column: target - lineStart + 1)
    }

    /// Where the current record begins.
    var place: ImportError.Place { .init(file: path, line: line, column: 1) }

    /// The current record as it stands in the file, without its line break.
    var recordText: String {
        var end = next
        while end > recordStart, buffer[end - 1] == 10 || buffer[end - 1] == 13 { end -= 1 }
        return String(decoding: buffer[recordStart..<end], as: UTF8.self)
    }
}

// MARK: Scanning

extension CSVReader {
    private enum Outcome { case complete, empty, end }

    private mutating func scanRecord() throws(ImportError) -> Outcome {
        fieldCount = 0
        while true {
            guard let byte = try byte(at: next) else {
                return fieldCount == 0 ? .end : try lastFieldAfterDelimiter()
            }
            if fieldCount == 0, try takeEmptyLine(byte) { return .empty }
            if byte == dialect.quote {
                if try scanQuoted() { return .complete }
                continue
            }
            let begin = next
            if scanPlainFields() { return .complete }
            if next == begin, try scanPlain() { return .complete }
        }
    }

    private mutating func takeEmptyLine(_ first: UInt8) throws(ImportError) -> Bool {
        if first == UInt8(ascii: "\n") {
            next += 1
        } else if first == UInt8(ascii: "\r"), try byte(at: next + 1) == UInt8(ascii: "\n") {
            next += 2
        } else {
            return false
        }
        nextLine += 1
        return true
    }

    /// The file ends right behind a delimiter: one more, empty field.
    private mutating func lastFieldAfterDelimiter() throws(ImportError) -> Outcome {
        append(Field(start: next, end: next, isQuoted: false, hasDoubledQuotes: false))
        return .complete
    }

    /// Takes unquoted fields as long as they lie in the buffer whole, and not at its very end.
    /// Returns whether the record ends with the last of them; else `next` is where a field begins.
    private mutating func scanPlainFields() -> Bool {
        let bytes = UnsafeRawBufferPointer(buffer)
        let (delimiter, quote, newline) = (dialect.delimiter, dialect.quote, UInt8(ascii: "\n"))
        let (delimiters, newlines) = (ByteMatch(delimiter), ByteMatch(newline))
        let limit = filled
        var start = next
        var place = next
        while place &+ 8 <= limit {
            let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            let found = delimiters.places(in: word) | newlines.places(in: word)
            if found == 0 {
                place &+= 8
                continue
            }
            place &+= ByteMatch.first(of: found)
            if bytes[place] == delimiter {
                append(Field(start: start, end: place, isQuoted: false, hasDoubledQuotes: false))
                start = place &+ 1
                if start < limit, bytes[start] == quote { break }
            } else {
                var end = place
                if end > start, bytes[end &- 1] == UInt8(ascii: "\r") { end &-= 1 }
                append(Field(start: start, end: end, isQuoted: false, hasDoubledQuotes: false))
                next = place &+ 1
                nextLine &+= 1
                return true
            }
            place &+= 1
        }
        next = start
        return false
    }

    /// One field, which may reach past the buffer. Returns whether the record ends with it.
    private mutating func scanPlain() throws(ImportError) -> Bool {
        var place = next
        let delimiter = dialect.delimiter
        while true {
            // Locals: the loop must not look into the object for each byte.
            let (bytes, end) = (UnsafeRawBufferPointer(buffer), filled)
            while place < end {
                let byte = bytes[place]
                if byte == delimiter || byte == UInt8(ascii: "\n") { break }
                place &+= 1
            }
            if place < end { break }
            let moved = try fill()
            place -= moved
            if place == filled, reachedEnd { break }
        }
        var end = place
        let isLast = place == filled || buffer[place] != delimiter
        if isLast, end > next, buffer[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        append(
            Field(start: next, end: end, isQuoted: false, hasDoubledQuotes: false))
        if isLast { nextLine += 1 }
        next = min(place + 1, filled)
        return isLast
    }

    private mutating func scanQuoted() throws(ImportError) -> Bool {
        next += 1
        var field = Field(start: next, end: next, isQuoted: true, hasDoubledQuotes: false)
        var newLines = 0
        while true {
            guard let byte = try byte(at: next, in: &field) else {
                throw ImportError("a quote opened here is not closed", at: place(of: field))
            }
            next += 1
            if byte == UInt8(ascii: "\n") { newLines += 1 }
            guard byte == dialect.quote else { continue }
            switch try self.byte(at: next, in: &field) {
            case nil: return close(field, newLines, isLast: true, skip: 0)
            case dialect.quote:
                field.hasDoubledQuotes = true
                next += 1
            case dialect.delimiter: return close(field, newLines, isLast: false, skip: 1)
            case UInt8(ascii: "\n"): return close(field, newLines, isLast: true, skip: 1)
            case UInt8(ascii: "\r"):
                switch try self.byte(at: next + 1, in: &field) {
                case nil: return close(field, newLines, isLast: true, skip: 1)
                case UInt8(ascii: "\n"): return close(field, newLines, isLast: true, skip: 2)
                default: throw textBehindQuote(field)
                }
            default: throw textBehindQuote(field)
            }
        }
    }

    /// Often it is not the text that is wrong but a quote far above that was never closed.
    private func textBehindQuote(_ field: Field) -> ImportError {
        let opening = place(of: field)
        return ImportError(
            "text follows the closing quote of a field that begins in line \(opening.line), column "
                + "\(opening.column); a quote inside a field is written twice",
            at: place(at: next))
    }

    private mutating func close(_ field: Field, _ newLines: Int, isLast: Bool, skip: Int) -> Bool {
        var field = field
        field.end = next - 1
        append(field)
        next += skip
        nextLine += newLines + (isLast ? 1 : 0)
        return isLast
    }

    @inline(__always)
    private mutating func byte(at place: Int) throws(ImportError) -> UInt8? {
        if place < filled { return buffer[place] }
        if reachedEnd { return nil }
        let moved = try fill()
        return place - moved < filled ? buffer[place - moved] : nil
    }

    /// The same within a field that is not among ``fields`` yet and moves with the buffer.
    @inline(__always)
    private mutating func byte(at place: Int, in field: inout Field) throws(ImportError) -> UInt8? {
        if place < filled { return buffer[place] }
        if reachedEnd { return nil }
        if isTooLong { throw tooLong(at: self.place(of: field)) }
        let moved = try fill()
        field.start -= moved
        return place - moved < filled ? buffer[place - moved] : nil
    }

    private var isTooLong: Bool { filled - recordStart > Self.maximumRecordBytes }

    private func tooLong(at place: ImportError.Place) -> ImportError {
        ImportError(
            "a record is longer than \(Self.maximumRecordBytes >> 20) MiB: is a quote not closed?",
            at: place)
    }

    /// Moves the current record to the buffer's beginning and reads more behind it. Returns by how
    /// much everything has moved.
    @discardableResult
    private mutating func fill() throws(ImportError) -> Int {
        let moved = recordStart
        let kept = filled - recordStart
        if isTooLong { throw tooLong(at: place) }
        if kept > buffer.count / 2 {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: buffer.count * 2, alignment: 16)
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[recordStart..<filled]))
            buffer.deallocate()
            buffer = larger
        } else if moved > 0 {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[recordStart..<filled]))
        }
        filled = kept
        next -= moved
        recordStart = 0
        for place in 0..<fieldCount {
            fieldMemory[place].start -= moved
            fieldMemory[place].end -= moved
        }
        let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
        if count == 0 { reachedEnd = true }
        filled += count
        return moved
    }
}

/// Finds a byte among the eight of a word.
private struct ByteMatch {
    private let pattern: UInt64

    @inline(__always)
    init(_ byte: UInt8) { pattern = UInt64(byte) &* 0x0101_0101_0101_0101 }

    /// The highest bit of each byte that matches; above the first one others may be set too.
    @inline(__always)
    func places(in word: UInt64) -> UInt64 {
        let difference = UInt64(littleEndian: word) ^ pattern
        return (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
    }

    @inline(__always)
    static func first(of places: UInt64) -> Int { places.trailingZeroBitCount &>> 3 }
}
