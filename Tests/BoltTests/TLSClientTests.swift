import Foundation
import Starling
import Testing
import Values

@testable import Bolt

/// The shell's client, whose calls wait.
@Suite(.timeLimit(.minutes(1))) struct TLSClientTests {
    private let certificate: TestCertificate

    init() throws { certificate = try TestCertificate("Test", hosts: ["localhost"]) }

    /// Runs a statement with a client of its own; returns `N rows`, or what the error says.
    private func rows(
        _ statement: String, port: Int, host: String = "localhost", _ encryption: ClientEncryption,
        trusting root: TestCertificate? = nil
    ) async -> String {
        await withCheckedContinuation { continuation in
            // Waits, which a task must not.
            Thread.detachNewThread {
                let result = Result { () throws(DatabaseError) -> Int in
                    let socket: any ClientTransport =
                        if case .none = encryption {
                            try ClientSocket(host: host, port: port)
                        } else {
                            try TLSClientSocket(
                                host: host, port: port, encryption: encryption,
                                roots: root.map { Array($0.pem.utf8) })
                        }
                    let client = try Bolt.BoltClient(socket, user: "ann", password: "")
                    var answer = try client.run(statement, parameters: ValueMap())
                    var count = 0
                    while let rows = try client.nextRows(&answer) { count += rows.count }
                    return count
                }
                switch result {
                case .success(let count): continuation.resume(returning: "\(count) rows")
                case .failure(let error): continuation.resume(returning: error.message)
                }
            }
        }
    }

    @Test func aCertificateThatIsTrustedIsEnough() async throws {
        let tls = try certificate.load()
        try await serving(configure: { $0.tls = tls }) { port in
            let small = await rows("range 10", port: port, .verified, trusting: certificate)
            #expect(small == "10 rows")
            // More than the client's inbox holds.
            let large = await rows("bulk 300", port: port, .verified, trusting: certificate)
            #expect(large == "300 rows")
        }
    }

    @Test func aChainIsSent() async throws {
        let middle = try TestCertificate("Middle", issuer: certificate)
        let leaf = try TestCertificate("Leaf", issuer: middle)
        let tls = try TestCertificate.load(leaf.pem + middle.pem, leaf.keyPEM)
        try await serving(configure: { $0.tls = tls }) { port in
            let result = await rows("range 10", port: port, .verified, trusting: certificate)
            #expect(result == "10 rows")
        }
    }

    @Test func whoIsNotTrustedIsRefusedUnlessNothingIsVerified() async throws {
        let stranger = try TestCertificate("Stranger")
        let tls = try certificate.load()
        try await serving(configure: { $0.tls = tls }) { port in
            for (host, root, reason) in [
                ("localhost", stranger, "is not signed by one that this system trusts"),
                ("localhost", nil, "is not signed by one that this system trusts"),
                ("127.0.0.1", certificate, "is made for another name"),
            ] {
                let result = await rows(
                    "range 10", port: port, host: host, .verified, trusting: root)
                #expect(result.contains(reason))
                let unverified = await rows("range 10", port: port, host: host, .unverified)
                #expect(unverified == "10 rows")
            }
        }
        let old = try TestCertificate("Old", end: "210101000000Z")
        let oldTLS = try old.load()
        try await serving(configure: { $0.tls = oldTLS }) { port in
            let result = await rows("range 10", port: port, .verified, trusting: old)
            #expect(result.contains("out of date"))
        }
    }

    @Test func whoMeetsTheOtherKindOfServerIsTold() async throws {
        try await serving { port in
            let result = await rows("range 10", port: port, .unverified)
            #expect(result.contains("connect by bolt:// or neo4j://"))
        }
        let tls = try certificate.load()
        try await serving(configure: { $0.tls = tls }) { port in
            let result = await rows("range 10", port: port, .none)
            #expect(result.contains("The server takes TLS connections only"))
        }
    }
}
