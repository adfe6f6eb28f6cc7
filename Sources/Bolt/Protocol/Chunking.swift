/// Messages travel in chunks: two bytes of size, that many bytes; a chunk of size zero ends the
/// message. One of size zero between messages says only that the peer is alive.
enum Chunking {
    static let largestChunk = 0xFFFF
}

extension PackStreamEncoder {
    /// Writes one message in its chunks. Where `body` throws, nothing of it remains.
    mutating func writeMessage(_ body: (inout PackStreamEncoder) throws -> Void) rethrows {
        let start = bytes.count
        write(bigEndian: UInt16(0))
        do {
            try body(&self)
        } catch {
            bytes.removeLast(bytes.count - start)
            throw error
        }
        let size = bytes.count - start - 2
        if size <= Chunking.largestChunk {
            bytes[start] = UInt8(size >> 8)
            bytes[start + 1] = UInt8(size & 0xFF)
        } else {
            splitIntoChunks(from: start, size: size)
        }
        write(bigEndian: UInt16(0))
    }

    /// The message is too long for the one chunk whose size was left open.
    private mutating func splitIntoChunks(from start: Int, size: Int) {
        let message = Array(bytes[(start + 2)...])
        bytes.removeLast(bytes.count - start)
        for begin in stride(from: 0, to: size, by: Chunking.largestChunk) {
            let chunk = message[begin..<min(begin + Chunking.largestChunk, size)]
            write(bigEndian: UInt16(chunk.count))
            bytes.append(contentsOf: chunk)
        }
    }
}

/// Puts messages together from chunks, whatever pieces these arrive in.
struct MessageAssembler {
    /// The largest message that is taken, in bytes.
    var limit: Int
    /// What has come, of which all before `place` is taken.
    private var input: [UInt8] = []
    private var place = 0
    /// What has come of a message that has more than one chunk.
    private var message: [UInt8] = []
    private var isInMessage = false
    /// Memory that is kept between messages.
    private static let keptBytes = 64 << 10

    struct MessageTooLarge: Error {}

    init(limit: Int) { self.limit = limit }

    mutating func append(_ bytes: some Collection<UInt8>) {
        if place == input.count {
            input.removeAll(keepingCapacity: input.capacity <= Self.keptBytes)
            place = 0
        } else if place > input.count / 2 {
            input.removeFirst(place)
            place = 0
        }
        input.append(contentsOf: bytes)
    }

    /// The next whole message, or nil until more bytes come. To be dropped before more is appended,
    /// which would copy what it holds on to.
    mutating func next() throws -> ArraySlice<UInt8>? {
        while input.count - place >= 2 {
            let size = Int(input[place]) << 8 | Int(input[place + 1])
            if size == 0 {
                place += 2
                guard isInMessage else { continue }
                isInMessage = false
                defer { message = [] }
                return message[...]
            }
            guard message.count + size <= limit else { throw MessageTooLarge() }
            let end = place + 2 + size
            guard input.count >= end else { return nil }
            let chunk = input[(place + 2)..<end]
            if !isInMessage, input.count >= end + 2, input[end] == 0, input[end + 1] == 0 {
                place = end + 2
                return chunk
            }
            place = end
            isInMessage = true
            message.append(contentsOf: chunk)
        }
        return nil
    }
}
