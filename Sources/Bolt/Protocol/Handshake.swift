import NIOCore

/// The first bytes of a connection: which version will be spoken.
///
///     client   60 60 B0 17   then four proposals of four bytes each, best first
///     server   the version, or zero and the connection ends
///
/// Or, where one of the proposals asks for a manifest (`00 00 01 FF`):
///
///     server   00 00 01 FF, how many ranges, the ranges, a mask of capabilities
///     client   the version, its mask of capabilities
///
/// Counts and masks are of seven bits a byte, lowest first, the top bit saying that more follow.
struct Handshake {
    enum Step: Equatable {
        case needsMoreBytes
        /// Bytes to send; the handshake goes on.
        case reply(ByteBuffer)
        /// Bytes to send; messages follow.
        case agreed(BoltVersion, reply: ByteBuffer)
        /// Bytes to send, then the connection ends.
        case refused(reply: ByteBuffer, reason: String)
    }

    static let magic: UInt32 = 0x6060_B017
    static let manifest: UInt32 = 0x0000_01FF
    /// A mask of capabilities longer than this is not one.
    private static let longestMask = 10

    private var awaitsChoice = false

    /// Takes what it needs from the front of the bytes received so far.
    mutating func advance(_ bytes: inout ByteBuffer) -> Step {
        awaitsChoice ? takeChoice(&bytes) : takeProposals(&bytes)
    }

    private mutating func takeProposals(_ bytes: inout ByteBuffer) -> Step {
        guard let opening = bytes.getInteger(at: bytes.readerIndex, as: UInt32.self) else {
            return .needsMoreBytes
        }
        guard opening == Self.magic else {
            if Self.httpMethods.contains(opening) {
                return .refused(reply: ByteBuffer(string: Self.httpHint), reason: "spoke HTTP")
            }
            return .refused(reply: ByteBuffer(), reason: "did not begin with Bolt's magic number")
        }
        guard bytes.readableBytes >= 20 else { return .needsMoreBytes }
        bytes.moveReaderIndex(forwardBy: 4)
        let proposals = (0..<4).map { _ in bytes.readInteger(as: UInt32.self) ?? 0 }
        if proposals.contains(Self.manifest) {
            awaitsChoice = true
            return .reply(Self.offer())
        }
        for proposal in proposals where proposal != 0 {
            let range = BoltVersionRange(bytes: proposal)
            let common = BoltVersion.supported.lazy.compactMap { $0.newestCommon(with: range) }
            if let version = common.first {
                return .agreed(version, reply: Self.bytes(of: version))
            }
        }
        return .refused(
            reply: ByteBuffer(integer: UInt32(0)), reason: "speaks no version of Bolt known here")
    }

    private mutating func takeChoice(_ bytes: inout ByteBuffer) -> Step {
        var rest = bytes
        guard let choice = rest.readInteger(as: UInt32.self) else { return .needsMoreBytes }
        for _ in 0..<Self.longestMask {
            guard let byte = rest.readInteger(as: UInt8.self) else { return .needsMoreBytes }
            guard byte & 0x80 == 0 else { continue }
            bytes = rest
            let version = BoltVersion(
                UInt8(truncatingIfNeeded: choice), UInt8(truncatingIfNeeded: choice >> 8))
            guard choice >> 16 == 0, BoltVersion.supported.contains(where: { $0.contains(version) })
            else {
                return .refused(reply: ByteBuffer(), reason: "chose a version that was not offered")
            }
            return .agreed(version, reply: ByteBuffer())
        }
        return .refused(reply: ByteBuffer(), reason: "sent an endless mask of capabilities")
    }

    private static func offer() -> ByteBuffer {
        var reply = ByteBuffer(integer: manifest)
        reply.writeInteger(UInt8(BoltVersion.supported.count))
        for range in BoltVersion.supported { reply.writeInteger(range.bytes) }
        reply.writeInteger(UInt8(0))
        return reply
    }

    private static func bytes(of version: BoltVersion) -> ByteBuffer {
        ByteBuffer(integer: UInt32(version.minor) << 8 | UInt32(version.major))
    }

    /// `GET `, `HEAD`, `POST`, `PUT `, `OPTI`
    private static let httpMethods: Set<UInt32> = [
        0x4745_5420, 0x4845_4144, 0x504F_5354, 0x5055_5420, 0x4F50_5449,
    ]

    private static let httpHint: String = {
        let text = "This port speaks Bolt, not HTTP. Connect a Neo4j driver to bolt:// here.\n"
        return "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n\(text)"
    }()
}
