import NIOCore
import NIOPosix
import NIOSSL
import Values

@testable import Bolt

/// A client for tests: sends requests, reads answers.
struct BoltClient {
    typealias Bytes = NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator

    private var inbound: Bytes
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var assembler = MessageAssembler(limit: 1 << 24)
    let channel: any Channel

    struct Answer {
        var records = 0
        /// The last record, where one came.
        var last: [Value] = []
        /// `SUCCESS`, `FAILURE`, `IGNORED`, or `CLOSED`.
        var outcome: String
        var metadata = ValueMap()

        subscript(key: String) -> String? { metadata[key].map(text) }
    }

    /// Runs `body` with a connection on which the version is agreed, by TLS where it is given whom
    /// to trust.
    static func connected<Result: Sendable>(
        port: Int, version: BoltVersion? = BoltVersion(5, 4), trusting tls: NIOSSLContext? = nil,
        _ body: @Sendable (inout BoltClient) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: "localhost"))
                    }
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var client = BoltClient(
                inbound: inbound.makeAsyncIterator(), outbound: outbound, channel: channel.channel)
            if let version {
                let proposal: [UInt8] = [
                    0x60, 0x60, 0xB0, 0x17, 0, 0, version.minor, version.major,
                ]
                try await client.send(ByteBuffer(bytes: proposal + Array(repeating: 0, count: 12)))
                _ = try await client.inbound.next()
            }
            return try await body(&client)
        }
    }

    private init(
        inbound: Bytes, outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>, channel: any Channel
    ) {
        self.inbound = inbound
        self.outbound = outbound
        self.channel = channel
    }

    func send(_ bytes: ByteBuffer) async throws { try await outbound.write(bytes) }

    /// Sends requests in one write.
    func send(_ requests: (UInt8, [Value])...) async throws {
        var bytes = ByteBuffer()
        for (tag, fields) in requests { bytes.writeBytes(try message(tag, fields)) }
        try await send(bytes)
    }

    /// Reads until an answer is whole.
    mutating func answer() async throws -> Answer {
        var records = 0
        var last: [Value] = []
        while true {
            while let whole = try assembler.next() {
                var decoder = PackStreamDecoder(whole)
                let fields = try decoder.readMessage()
                switch fields.tag {
                case ResponseTag.record:
                    records += 1
                    if case .list(let values)? = fields.values.first { last = values }
                case ResponseTag.ignored: return Answer(records: records, outcome: "IGNORED")
                case ResponseTag.success:
                    return Answer(
                        records: records, last: last, outcome: "SUCCESS",
                        metadata: try fields.map(0))
                default:
                    return Answer(
                        records: records, outcome: "FAILURE", metadata: try fields.map(0))
                }
            }
            guard let bytes = try? await inbound.next() else {
                return Answer(records: records, outcome: "CLOSED")
            }
            assembler.append(bytes.readableBytesView)
        }
    }

    mutating func answers(_ count: Int) async throws -> [Answer] {
        var all: [Answer] = []
        for _ in 0..<count { all.append(try await answer()) }
        return all
    }

    /// The next bytes as they come.
    mutating func bytes() async throws -> ByteBuffer? { try await inbound.next() }

    mutating func logOn(password: String = "") async throws -> Answer {
        let auth: ValueMap = [
            "scheme": .string("basic"), "principal": .string("ann"),
            "credentials": .string(password),
        ]
        try await send((0x01, [.map(["user_agent": .string("test")])]), (0x6A, [.map(auth)]))
        _ = try await answer()
        return try await answer()
    }
}

func run(_ statement: String, _ parameters: ValueMap = [:]) -> (UInt8, [Value]) {
    (0x10, [.string(statement), .map(parameters), .map([:])])
}

func pull(_ count: Int64 = -1) -> (UInt8, [Value]) { (0x3F, [.map(["n": .integer(count)])]) }

let discardAll: (UInt8, [Value]) = (0x2F, [.map(["n": .integer(-1)])])
let begin: (UInt8, [Value]) = (0x11, [.map([:])])
let commit: (UInt8, [Value]) = (0x12, [])
let reset: (UInt8, [Value]) = (0x0F, [])
let goodbye: (UInt8, [Value]) = (0x02, [])
