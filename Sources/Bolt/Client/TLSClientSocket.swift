import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Starling
import Synchronization

/// A TLS connection that waits. An event loop of the process does the work; what has come lies in
/// an inbox until it is read.
final class TLSClientSocket: ClientTransport {
    private let channel: any Channel
    private let inbox: Inbox
    private let name: String

    /// - Parameter roots: PEM with the certificates to trust instead of the system's, for tests.
    init(host: String, port: Int, encryption: ClientEncryption, roots: [UInt8]? = nil)
        throws(DatabaseError)
    {
        name = "\(host):\(port)"
        let context = try Self.context(encryption, roots)
        // From here on the channel's, which closes it.
        let descriptor = try ClientSocket(host: host, port: port).descriptor
        let inbox = Inbox()
        self.inbox = inbox
        do {
            channel = try ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers(
                            // Addresses are no names: they are compared with those of the
                            // certificate without being sent.
                            NIOSSLClientHandler(
                                context: context,
                                serverHostname: Self.isAddress(host) ? nil : host),
                            inbox)
                    }
                }
                .withConnectedSocket(descriptor).wait()
        } catch {
            throw Self.failure("no TLS connection to \(host):\(port): \(error)")
        }
    }

    private static func context(_ encryption: ClientEncryption, _ roots: [UInt8]?)
        throws(DatabaseError) -> NIOSSLContext
    {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if case .unverified = encryption { configuration.certificateVerification = .none }
        do {
            if let roots {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(roots))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw failure("TLS cannot be set up: \(TLSFailure.word(error))")
        }
    }

    func write(_ bytes: [UInt8]) throws(DatabaseError) {
        do {
            try channel.writeAndFlush(ByteBuffer(bytes: bytes)).wait()
        } catch {
            throw failure(because: inbox.error ?? error)
        }
    }

    func read() throws(DatabaseError) -> [UInt8] {
        let taken = inbox.take()
        if taken.wasFull { channel.setOption(.autoRead, value: true).whenFailure { _ in } }
        guard taken.bytes.isEmpty else { return taken.bytes }
        throw failure(because: inbox.error)
    }

    func close() { channel.close(promise: nil) }

    private func failure(because error: (any Error)?) -> DatabaseError {
        guard let error else { return Self.failure("the connection was lost") }
        if TLSFailure.isEnd(error) {
            return Self.failure(
                "\(name) ended the connection during the TLS handshake: if it serves without TLS, "
                    + "connect by bolt:// or neo4j://")
        }
        switch error {
        case NIOSSLError.handshakeFailed:
            let word = TLSFailure.word(error)
            guard word == "CERTIFICATE_VERIFY_FAILED" else {
                return Self.failure("no TLS connection to \(name): \(word)")
            }
            return Self.failure(
                "the certificate of \(name) is not signed by one that this system trusts, or is "
                    + "out of date: bolt+ssc:// connects without verifying it")
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return Self.failure(
                "the certificate of \(name) is made for another name: connect by that name; "
                    + "bolt+ssc:// connects without verifying it")
        default: return Self.failure("the connection to \(name) was lost")
        }
    }

    private static func failure(_ message: String) -> DatabaseError {
        DatabaseError(code: "Neo.ClientError.Network.ConnectionFailed", message: message)
    }

    private static func isAddress(_ host: String) -> Bool {
        (try? SocketAddress(ipAddress: host, port: 0)) != nil
    }
}

/// What has come and has not been read.
private final class Inbox: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private struct State {
        var bytes: [UInt8] = []
        var error: (any Error)?
        var isOver = false
    }

    /// No more is asked for while so many bytes wait to be read.
    private static let fullBytes = 4 << 20

    private let state = Mutex(State())
    private let arrival = DispatchSemaphore(value: 0)

    /// Why the connection failed: the first reason is the one.
    var error: (any Error)? { state.withLock { $0.error } }

    /// All there is, as soon as there is something; nothing at the connection's end.
    func take() -> (bytes: [UInt8], wasFull: Bool) {
        while true {
            let bytes = state.withLock { state -> [UInt8]? in
                guard !state.bytes.isEmpty || state.isOver else { return nil }
                defer { state.bytes = [] }
                return state.bytes
            }
            if let bytes { return (bytes, bytes.count >= Self.fullBytes) }
            arrival.wait()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let isFull = state.withLock { state in
            state.bytes.append(contentsOf: unwrapInboundIn(data).readableBytesView)
            return state.bytes.count >= Self.fullBytes
        }
        arrival.signal()
        if isFull { context.channel.setOption(.autoRead, value: false).whenFailure { _ in } }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        state.withLock { $0.error = $0.error ?? error }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        state.withLock { $0.isOver = true }
        arrival.signal()
    }
}
