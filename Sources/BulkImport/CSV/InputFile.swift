import CZlib

/// The bytes of a file, unpacked where it is gzip: zlib hands a plain file through as it is.
final class InputFile {
    let path: String
    private let file: gzFile

    /// zlib's own buffer.
    private static let bufferBytes: UInt32 = 256 << 10

    init(_ path: String) throws(ImportError) {
        guard let file = gzopen(path, "rb") else {
            throw ImportError("cannot open \(path): is the name right, and may it be read?")
        }
        gzbuffer(file, Self.bufferBytes)
        self.path = path
        self.file = file
    }

    deinit { gzclose(file) }

    /// Fills the buffer's beginning; 0 is the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
        let count = gzread(file, buffer.baseAddress, UInt32(min(buffer.count, 1 << 30)))
        // A gzip file that was cut short reads as if it ended, with the error set.
        var code: Int32 = Z_OK
        let message = gzerror(file, &code)
        guard count >= 0, code == Z_OK || code == Z_STREAM_END else {
            let reason = message.map { String(cString: $0) } ?? "the data is damaged"
            throw ImportError("cannot read \(path): \(reason)")
        }
        return Int(count)
    }

    /// How much of the file as it lies on disk has been read, for progress.
    var compressedOffset: Int { Int(gzoffset(file)) }
}
