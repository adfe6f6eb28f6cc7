import Foundation

/// Where a server listens, and what it allows.
public struct BoltServerConfiguration: Sendable {
    public struct Limits: Sendable {
        /// Connections at one time; a further one is closed at once.
        public var connections = 1_000
        /// The largest message of a client that has come in, in bytes.
        public var messageBytes = 64 << 20
        /// How long a client may take to come in, the TLS handshake included.
        public var authentication = Duration.seconds(30)
        /// How long a client may leave a transaction or a result open without a word, before it is
        /// rolled back: it may hold the writer, or a snapshot that keeps pages from reuse.
        public var idleTransaction = Duration.seconds(60)
        /// How long a client may be silent with nothing open; nil: for ever, as pools of
        /// connections are.
        public var idleConnection: Duration?
        /// How long a client may refuse the bytes it has asked for.
        public var stalledWrite = Duration.seconds(60)

        public init() {}
    }

    public var host: String
    /// Zero: any free one.
    public var port: Int
    /// `host:port` for routing tables. nil: the address that each client says it used, which is
    /// right unless clients are to be sent elsewhere.
    public var advertisedAddress: String?
    /// Threads that run queries; so many run at a time.
    public var workers: Int
    /// Threads that carry bytes, and give the answers that take microseconds.
    public var eventLoops: Int
    /// Half of the processors: the writer and the workers have the others. Loops that share one
    /// with them wait for it, and are slower together than one alone.
    public static let standardEventLoops = max(1, ProcessInfo.processInfo.activeProcessorCount / 2)
    public var limits: Limits
    /// Encrypts every connection, and clients that do not are closed; nil: none is encrypted.
    public var tls: BoltServerTLS?

    public init(
        host: String = "127.0.0.1", port: Int = 7_687, advertisedAddress: String? = nil,
        workers: Int = 16, eventLoops: Int = Self.standardEventLoops,
        limits: Limits = Limits(), tls: BoltServerTLS? = nil
    ) {
        self.host = host
        self.port = port
        self.advertisedAddress = advertisedAddress
        self.workers = workers
        self.eventLoops = eventLoops
        self.limits = limits
        self.tls = tls
    }
}
