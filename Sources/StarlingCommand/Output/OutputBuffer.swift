import Foundation

/// Bytes on their way out, written in large pieces.
struct OutputBuffer {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }
    mutating func line(_ text: String = "") { write(text + "\n") }
    mutating func write(_ more: [UInt8]) { bytes.append(contentsOf: more) }

    /// Writes all there is. A reader that has gone away (`| head`) ends the process quietly.
    mutating func flush(to file: FileHandle) throws {
        var offset = 0
        while offset < bytes.count {
            let written = bytes[offset...].withUnsafeBytes {
                Foundation.write(file.fileDescriptor, $0.baseAddress, $0.count)
            }
            if written < 0 {
                if errno == EINTR { continue }
                if errno == EPIPE { exit(0) }
                throw CommandFailure("cannot write the output: \(String(cString: strerror(errno)))")
            }
            offset += written
        }
        bytes.removeAll(keepingCapacity: true)
    }
}
