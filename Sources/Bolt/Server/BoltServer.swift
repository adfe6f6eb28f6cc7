import Foundation
public import Logging
import NIOCore
import NIOPosix
import Synchronization

/// A server that speaks Bolt for one backend.
///
///     let server = BoltServer(backend: backend, configuration: configuration, logger: logger)
///     let port = try await server.start()
///     …
///     await server.stop(within: .seconds(10))
///
/// It starts once and stops once. All calls are safe from any thread.
public final class BoltServer: Sendable {
    private let backend: any BoltBackend
    private let configuration: BoltServerConfiguration
    private let logger: Logger
    private let pool: WorkerPool
    private let group: MultiThreadedEventLoopGroup
    private let rounds: [ObjectIdentifier: LoopRound]
    private let connections: ConnectionRegistry
    private let listener = Mutex<(any Channel)?>(nil)

    public init(
        backend: any BoltBackend, configuration: BoltServerConfiguration, logger: Logger
    ) {
        self.backend = backend
        self.configuration = configuration
        self.logger = logger
        pool = WorkerPool(threads: configuration.workers)
        group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoops)
        rounds = Dictionary(
            uniqueKeysWithValues: group.makeIterator().map {
                (ObjectIdentifier($0), LoopRound($0, backend))
            })
        connections = ConnectionRegistry(limit: configuration.limits.connections)
    }

    /// Begins to listen.
    /// - Returns: the port, which matters where the configuration left it open.
    /// - Throws: the system's error where the address cannot be listened on; the server is then
    ///   over.
    public func start() async throws -> Int {
        pool.start()
        do {
            let channel = try await bootstrap().bind(
                host: configuration.host, port: configuration.port
            ).get()
            listener.withLock { $0 = channel }
            return channel.localAddress?.port ?? configuration.port
        } catch {
            await shutDownThreads()
            throw error
        }
    }

    /// Accepts no more, lets open transactions end for so long, then cancels them; returns when
    /// every session is closed.
    public func stop(within limit: Duration) async {
        let channel = listener.withLock { listener in
            defer { listener = nil }
            return listener
        }
        guard let channel else { return }
        try? await channel.close().get()
        for connection in connections.all {
            connection.pipeline.fireUserInboundEventTriggered(DrainRequest())
        }
        if await !connections.areGone(within: limit) {
            logger.info(
                "transactions are cancelled", metadata: ["connections": "\(connections.count)"])
            for connection in connections.all { connection.close(promise: nil) }
            if await !connections.areGone(within: Self.cancellationLimit) {
                logger.warning("sessions did not end", metadata: ["count": "\(connections.count)"])
            }
        }
        await shutDownThreads()
    }

    /// How long cancelled queries may take to notice.
    private static let cancellationLimit = Duration.seconds(5)
    /// Past the first a connection's query pauses until it is below the second.
    private static let unsentBytes = (high: 1 << 20, low: 256 << 10)
    /// Connections that the system holds until they are accepted.
    private static let backlog: Int32 = 256

    private func shutDownThreads() async {
        await withCheckedContinuation { continuation in
            // Waits, which a task must not.
            Thread.detachNewThread { [pool] in
                pool.stop()
                continuation.resume()
            }
        }
        try? await group.shutdownGracefully()
    }

    private func bootstrap() -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(low: Self.unsentBytes.low, high: Self.unsentBytes.high)
            )
            .childChannelInitializer { [self] channel in
                guard let number = connections.admit(channel) else {
                    logger.warning(
                        "too many connections",
                        metadata: ["limit": "\(configuration.limits.connections)"])
                    return channel.close()
                }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(handlers(channel, number))
                }
            }
    }

    private func handlers(_ channel: any Channel, _ number: Int) -> [any ChannelHandler] {
        guard let round = rounds[ObjectIdentifier(channel.eventLoop)] else {
            preconditionFailure("connections are served by the server's own event loops")
        }
        let id = "bolt-\(number)"
        var logger = logger
        logger[metadataKey: "connection"] = "\(id)"
        let port = channel.localAddress?.port ?? configuration.port
        let settings = BoltConnectionStateMachine.Settings(
            agent: backend.agent, databaseName: backend.databaseName, connectionID: id,
            address: "\(configuration.host):\(port)",
            advertisedAddress: configuration.advertisedAddress)
        let handler = BoltChannelHandler(
            limits: configuration.limits, settings: settings,
            isEncrypted: configuration.tls != nil,
            worker: QueryWorker(backend: backend, pool: pool), round: round, logger: logger
        ) { [connections] in connections.remove(number) }
        guard let tls = configuration.tls else { return [handler] }
        return tls.makeHandlers() + [TLSHandshakeWatch(logger: logger), handler]
    }
}

/// The connections whose sessions are not closed yet.
private final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [Int: any Channel] = [:]
        var last = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    var all: [any Channel] { state.withLock { Array($0.channels.values) } }
    var count: Int { state.withLock { $0.channels.count } }

    /// The connection's number, or nil where there are too many.
    func admit(_ channel: any Channel) -> Int? {
        state.withLock { state in
            guard state.channels.count < limit else { return nil }
            state.last += 1
            state.channels[state.last] = channel
            return state.last
        }
    }

    func remove(_ number: Int) { state.withLock { _ = $0.channels.removeValue(forKey: number) } }

    /// Whether all are gone before the limit passes.
    func areGone(within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while count > 0 {
            if ContinuousClock.now >= deadline { return false }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return true
    }
}
