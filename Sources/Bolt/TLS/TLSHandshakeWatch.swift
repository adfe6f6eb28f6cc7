import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// Waits behind the TLS handler for the end of the handshake: says in one line of the log why one
/// failed, and leaves the pipeline when it is done.
///
/// A handshake that does not end is ended by the clock of the connection that waits for its first
/// bytes, as one that says nothing at all.
final class TLSHandshakeWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let logger: Logger
    /// Kept, because a connection that is gone has none.
    private var client: SocketAddress?
    /// Nothing more is to be logged.
    private var isOver = false

    init(logger: Logger) { self.logger = logger }

    func channelActive(context: ChannelHandlerContext) {
        client = context.remoteAddress
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted:
            context.fireUserInboundEventTriggered(event)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        case is DrainRequest:
            // Nothing has been asked yet, and a farewell would wait for the handshake.
            isOver = true
            context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// A failure has others behind it: that the connection ends, and what else came in.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is IOError || TLSFailure.isEnd(error) {
            // As whoever looks whether the port is open.
            log(.debug, "the client went away")
        } else {
            log(.info, Self.reason(error))
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        log(.info, "it took too long")
        context.fireChannelInactive()
    }

    private func log(_ level: Logger.Level, _ reason: String) {
        guard !isOver else { return }
        isOver = true
        logger.log(
            level: level, "TLS handshake failed",
            metadata: [
                "client": "\(client?.ipAddress ?? "unknown")", "reason": "\(reason)",
            ])
    }

    private static func reason(_ error: any Error) -> String {
        let word = TLSFailure.word(error)
        switch word {
        case "WRONG_VERSION_NUMBER":
            return "the client does not speak TLS: its address must begin with bolt+s://, "
                + "bolt+ssc://, neo4j+s:// or neo4j+ssc://"
        case "HTTP_REQUEST": return "the client speaks HTTP: this port is for Neo4j drivers"
        case "UNSUPPORTED_PROTOCOL": return "the client speaks no TLS from version 1.2 on"
        case "TLSV1_ALERT_UNKNOWN_CA", "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
            "SSLV3_ALERT_BAD_CERTIFICATE",
            // OpenSSL says so in the clear where TLS 1.3 expects something encrypted.
            "BAD_PACKET_LENGTH":
            return "the client does not seem to trust the certificate (\(word)): give it the one "
                + "that signed this, or connect it by bolt+ssc:// or neo4j+ssc://"
        default: return word
        }
    }
}
