import NIOCore

/// Messages travel in chunks: two bytes of size, that many bytes; a chunk of size zero ends the
/// message. One of size zero between messages says only that the peer is alive.
enum Chunking {
    static let largestChunk = 0xFFFF
}

extension PackStreamEncoder {
    /// Writes one message in its chunks. Where `body` throws, nothing of it remains.
    mutating func writeMessage(_ body: (inout PackStreamEncoder) throws -> Void) rethrows {
        let start = buffer.writerIndex
        buffer.writeInteger(UInt16(0))
        do {
            try body(&self)
        } catch {
            buffer.moveWriterIndex(to: start)
            throw error
        }
        let size = buffer.writerIndex - start - 2
        if size <= Chunking.largestChunk {
            buffer.setInteger(UInt16(size), at: start)
        } else {
            splitIntoChunks(from: start, size: size)
        }
        buffer.writeInteger(UInt16(0))
    }

    /// The message is too long for the one chunk whose size was left open.
    private mutating func splitIntoChunks(from start: Int, size: Int) {
        guard var message = buffer.getSlice(at: start + 2, length: size) else {
            preconditionFailure("the message was just written")
        }
        buffer.moveWriterIndex(to: start)
        while message.readableBytes > 0 {
            let size = min(message.readableBytes, Chunking.largestChunk)
            guard var chunk = message.readSlice(length: size) else { break }
            buffer.writeInteger(UInt16(size))
            buffer.writeBuffer(&chunk)
        }
    }
}

/// Puts messages together from chunks, whatever pieces these arrive in.
struct MessageAssembler {
    /// The largest message that is taken, in bytes.
    var limit: Int
    private var input = ByteBuffer()
    /// What has come of a message that has more than one chunk.
    private var message: ByteBuffer?

    struct MessageTooLarge: Error {}

    init(limit: Int) { self.limit = limit }

    mutating func append(_ bytes: ByteBuffer) {
        if input.readableBytes == 0 {
            input = bytes
        } else {
            input.discardReadBytes()
            input.writeImmutableBuffer(bytes)
        }
    }

    /// The next whole message, or nil until more bytes come.
    mutating func next() throws -> ByteBuffer? {
        while let size = input.getInteger(at: input.readerIndex, as: UInt16.self) {
            let size = Int(size)
            if size == 0 {
                input.moveReaderIndex(forwardBy: 2)
                guard let whole = message else { continue }
                message = nil
                return whole
            }
            guard (message?.readableBytes ?? 0) + size <= limit else { throw MessageTooLarge() }
            guard input.readableBytes >= 2 + size else { return nil }
            input.moveReaderIndex(forwardBy: 2)
            guard var chunk = input.readSlice(length: size) else { return nil }
            if message == nil {
                message = chunk
            } else {
                message?.writeBuffer(&chunk)
            }
        }
        return nil
    }
}
