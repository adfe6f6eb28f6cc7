import Logging
import NIOCore
import NIOEmbedded
import NIOSSL
import Testing
import Values

@testable import Bolt

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
    private let certificate: TestCertificate
    private let server: BoltServerTLS
    private let trust: NIOSSLContext

    init() throws {
        certificate = try TestCertificate("Test")
        server = try certificate.load()
        trust = try certificate.trust()
    }

    /// A server with TLS.
    private func serving(
        _ backend: FakeBackend = FakeBackend(), log: Journal = Journal(),
        configure: (inout BoltServerConfiguration.Limits) -> Void = { _ in },
        _ body: (Int) async throws -> Void
    ) async throws {
        try await BoltTests.serving(
            backend,
            configure: {
                $0.tls = server
                configure(&$0.limits)
            }, log: log, body)
    }

    // MARK: Connections

    @Test func statementsAreAnswered() async throws {
        let backend = FakeBackend()
        try await serving(backend) { port in
            try await BoltClient.connected(port: port, trusting: trust) { client in
                #expect(try await client.logOn().outcome == "SUCCESS")
                try await client.send(run("range 3000"), pull())
                #expect(try await client.answers(2).map(\.records) == [0, 3_000])
                // One that the loop answers, at the end of its round.
                try await client.send(run("point", ["a": .integer(1)]), pull())
                #expect(try await client.answers(2).map(\.records) == [0, 1])
            }
        }
        #expect(backend.journal.all.contains("read by the loop: point"))
    }

    @Test func largeResultsAndRequestsArriveWhole() async throws {
        try await serving { port in
            try await BoltClient.connected(port: port, trusting: trust) { client in
                _ = try await client.logOn()
                let text = String(repeating: "ab", count: 2 << 20)
                try await client.send(
                    run("bulk 300"), pull(), run("echo", ["text": .string(text)]), pull())
                #expect(try await client.answers(4).map(\.records) == [0, 300, 0, 1])
            }
        }
    }

    @Test func largeWritesAreEncryptedInPieces() throws {
        let channel = EmbeddedChannel(handler: TLSWriteSlices())
        let bytes = Array(repeating: UInt8(7), count: 2 * TLSWriteSlices.pieceBytes + 1)
        // Waits for the promise, which is the last piece's.
        try channel.writeOutbound(ByteBuffer(bytes: bytes))
        var sizes: [Int] = []
        while let piece = try channel.readOutbound(as: ByteBuffer.self) {
            sizes.append(piece.readableBytes)
        }
        #expect(sizes == [TLSWriteSlices.pieceBytes, TLSWriteSlices.pieceBytes, 1])
    }

    /// The client reads nothing: the result must stop being made, and go on when it reads.
    @Test func aSlowClientSlowsItsQuery() async throws {
        try await serving { port in
            try await BoltClient.connected(port: port, trusting: trust) { client in
                _ = try await client.logOn()
                try await client.send(run("bulk 500"), pull())
                _ = try await client.answer()
                try await Task.sleep(for: .milliseconds(200))
                #expect(try await client.answer().records == 500)
            }
        }
    }

    @Test func aClientThatNeverReadsIsClosed() async throws {
        let backend = FakeBackend()
        try await serving(backend, configure: { $0.stalledWrite = .milliseconds(200) }) { port in
            try await BoltClient.connected(port: port, trusting: trust) { client in
                _ = try await client.logOn()
                try await client.channel.setOption(.autoRead, value: false).get()
                try await client.send(run("bulk 5000"), pull())
                try await expect("close", in: backend.journal)
            }
        }
    }

    @Test func theLastMessageComesBeforeTheEndAndTheEndIsProper() async throws {
        try await serving(FakeBackend(password: "right")) { port in
            try await BoltClient.connected(port: port, trusting: trust) { client in
                let answer = try await client.logOn(password: "wrong")
                #expect(answer["code"] == "Neo.ClientError.Security.Unauthorized")
                // Without the server's close_notify this throws an unclean shutdown.
                #expect(try await client.bytes() == nil)
            }
            try await BoltClient.connected(port: port, version: nil, trusting: trust) { client in
                try await client.send(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"))
                let reply = try await client.bytes()
                #expect(String(buffer: reply ?? ByteBuffer()).contains("Bolt"))
                #expect(try await client.bytes() == nil)
            }
        }
    }

    @Test func whoDoesNotSpeakTLSIsClosedAtOnce() async throws {
        let log = Journal()
        try await serving(log: log) { port in
            let start = ContinuousClock.now
            let bolt: [UInt8] = [0x60, 0x60, 0xB0, 0x17] + Array(repeating: 4, count: 16)
            for hello in [bolt, Array("GET / HTTP/1.1\r\n\r\n".utf8)] {
                try await BoltClient.connected(port: port, version: nil) { client in
                    try await client.send(ByteBuffer(bytes: hello))
                    while let alert = try? await client.bytes() {
                        #expect(alert.readableBytesView.first == 0x15)
                    }
                }
            }
            #expect(ContinuousClock.now - start < .seconds(5))
            // The others are served.
            try await BoltClient.connected(port: port, trusting: trust) { client in
                let answer = try await client.logOn()
                #expect(answer.outcome == "SUCCESS")
            }
        }
        let failures = log.all.filter { $0.contains("TLS handshake failed") }
        try #require(failures.count == 2, "\(log.all)")
        #expect(failures[0].hasPrefix("info TLS handshake failed: the client does not speak TLS"))
        #expect(failures[1].hasPrefix("info TLS handshake failed: the client speaks HTTP"))
    }

    @Test func aClientThatDoesNotTrustTheCertificateIsLogged() async throws {
        let log = Journal()
        let stranger = try TestCertificate("Stranger").trust()
        try await serving(log: log) { port in
            let outcome = try? await BoltClient.connected(
                port: port, version: nil, trusting: stranger
            ) { client in try await client.answer().outcome }
            #expect(outcome == nil || outcome == "CLOSED")
            try await expect("the failure", in: log) {
                $0.hasPrefix("info TLS handshake failed: the client does not seem to trust")
            }
        }
        #expect(log.all.count { $0.contains("failed") } == 1, "\(log.all)")
    }

    @Test func aClientThatGoesAwayIsNothingSpecial() async throws {
        let log = Journal()
        try await serving(log: log) { port in
            try await BoltClient.connected(port: port, version: nil) { _ in }
            try await expect("debug TLS handshake failed: the client went away", in: log)
        }
    }

    @Test func aHandshakeThatDoesNotEndIsEnded() async throws {
        let log = Journal()
        try await serving(
            log: log,
            configure: {
                $0.authentication = .seconds(2)
                $0.connections = 1
            }
        ) { port in
            try await BoltClient.connected(port: port, version: nil) { client in
                // The beginning of a record that does not come.
                try await client.send(ByteBuffer(bytes: [0x16, 3, 1, 1, 0, 1]))
                let start = ContinuousClock.now
                let other = try? await BoltClient.connected(port: port, version: nil) { client in
                    try await client.answer().outcome
                }
                #expect(other == nil || other == "CLOSED")
                #expect(try await client.answer().outcome == "CLOSED")
                #expect(ContinuousClock.now - start < .seconds(20))
            }
            try await expect("info TLS handshake failed: it took too long", in: log)
            try await BoltClient.connected(port: port, trusting: trust) { client in
                let answer = try await client.logOn()
                #expect(answer.outcome == "SUCCESS")
            }
        }
        #expect(log.all.contains("warning too many connections"))
        #expect(log.all.count { $0.contains("TLS") } == 1)
    }

    @Test func stoppingWaitsForNoHandshakeAndNotLongForIdleClients() async throws {
        let server = BoltServer(
            backend: FakeBackend(), configuration: .init(port: 0, tls: server),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let port = try await server.start()
        let trust = trust
        try await BoltClient.connected(port: port, version: nil) { half in
            try await half.send(ByteBuffer(bytes: [0x16, 3, 1, 1, 0, 1]))
            try await BoltClient.connected(port: port, trusting: trust) { idle in
                #expect(try await idle.logOn().outcome == "SUCCESS")
                // As in a pool: nobody looks whether the server says goodbye.
                try await idle.channel.setOption(.autoRead, value: false).get()
                let start = ContinuousClock.now
                await server.stop(within: .seconds(10))
                #expect(ContinuousClock.now - start < .seconds(4))
            }
            #expect(try await half.answer().outcome == "CLOSED")
        }
    }
}
