import CZlib
internal import Foundation

/// Reads a CSV file (RFC 4180), gzip or plain, record by record: quoted fields may hold separators, line ends and
/// doubled quotes. Streams: memory is one buffer and one record. Blank lines are no records.
final class CSVReader {
    /// No field is longer: an unclosed quote would swallow the rest of a large file.
    private static let maximumFieldBytes = 16 << 20
    /// Nor does a record take more memory.
    private static let maximumRecordBytes = 64 << 20
    private static let bufferBytes = 1 << 16

    private let file: gzFile
    let path: String
    private let name: String
    private let separator: UInt8
    private var buffer: ContiguousArray<UInt8>
    private var filled = 0
    private var position = 0
    private var line = 1
    /// The line on which the last record begins, from 1.
    private(set) var recordLine = 1

    /// Errors: the file cannot be opened.
    init(path: String, name: String, separator: UInt8) throws(QueryError) {
        // zlib hands a plain file through as it is.
        guard let file = gzopen(path, "rb") else {
            throw QueryError(
                .externalResource, "Cannot read \(name): \(String(cString: strerror(errno)))")
        }
        self.file = file
        self.path = path
        self.name = name
        self.separator = separator
        buffer = ContiguousArray(repeating: 0, count: Self.bufferBytes)
        try skipByteOrderMark()
    }

    deinit { gzclose(file) }

    private func skipByteOrderMark() throws(QueryError) {
        guard try peek() else { return }
        if buffer[..<filled].starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// Whether there is a byte at `position`.
    private func peek() throws(QueryError) -> Bool {
        if position < filled { return true }
        let count = buffer.withUnsafeMutableBytes {
            gzread(file, $0.baseAddress, UInt32($0.count))
        }
        // A gzip file that was cut short reads as if it ended, with the error set.
        var code: Int32 = Z_OK
        let reason = gzerror(file, &code)
        guard count >= 0, code == Z_OK || code == Z_STREAM_END else {
            throw QueryError(
                .externalResource,
                "Cannot read \(name): \(reason.map { String(cString: $0) } ?? "damaged data")")
        }
        filled = Int(count)
        position = 0
        return filled > 0
    }

    private func next() throws(QueryError) -> UInt8? {
        guard try peek() else { return nil }
        position += 1
        return buffer[position - 1]
    }

    /// The next record's fields, nil at the end. A field that is empty and not quoted is nil.
    func record() throws(QueryError) -> [String?]? {
        while try peek() {
            recordLine = line
            let fields = try fields()
            if fields.count > 1 || fields[0] != nil { return fields }
        }
        return nil
    }

    private func fields() throws(QueryError) -> [String?] {
        var fields: [String?] = []
        var bytes = 0
        while true {
            let (field, ended) = try field()
            fields.append(field)
            if ended { return fields }
            bytes += MemoryLayout<String?>.stride + (field?.utf8.count ?? 0)
            if bytes > Self.maximumRecordBytes {
                throw QueryError(
                    .externalResource,
                    "\(name), line \(recordLine): a record is longer than "
                        + "\(Self.maximumRecordBytes >> 20) MiB; is the field terminator right?")
            }
        }
    }

    /// One field, and whether the record ends behind it.
    private func field() throws(QueryError) -> (String?, Bool) {
        var bytes: [UInt8] = []
        var wasQuoted = false
        var isQuoted = false
        let firstLine = line
        func finished(_ ended: Bool) -> (String?, Bool) {
            if bytes.isEmpty && !wasQuoted { return (nil, ended) }
            return (String(decoding: bytes, as: UTF8.self), ended)
        }
        while let byte = try next() {
            if byte == UInt8(ascii: "\n") { line += 1 }
            if isQuoted {
                if byte != UInt8(ascii: "\"") {
                    bytes.append(byte)
                } else if try peek(), buffer[position] == UInt8(ascii: "\"") {
                    position += 1
                    bytes.append(byte)
                } else {
                    isQuoted = false
                }
            } else if byte == UInt8(ascii: "\"") && bytes.isEmpty && !wasQuoted {
                isQuoted = true
                wasQuoted = true
            } else if byte == separator {
                return finished(false)
            } else if byte == UInt8(ascii: "\n") {
                return finished(true)
            } else if byte == UInt8(ascii: "\r") {
                if try peek(), buffer[position] == UInt8(ascii: "\n") {
                    position += 1
                    line += 1
                }
                return finished(true)
            } else {
                bytes.append(byte)
            }
            if bytes.count > Self.maximumFieldBytes {
                throw QueryError(
                    .externalResource,
                    "\(name), line \(firstLine): a field is longer than "
                        + "\(Self.maximumFieldBytes >> 20) MiB; is a quote not closed?")
            }
        }
        if isQuoted {
            throw QueryError(
                .externalResource, "\(name), line \(firstLine): a quoted field is not closed.")
        }
        return finished(true)
    }
}
