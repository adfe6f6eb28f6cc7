import Crypto
import Foundation
import NIOCore
import NIOSSL

@testable import Bolt

/// A certificate with its key, made for a test: X.509 (RFC 5280) with ECDSA over P-256, just as much
/// of it as TLS needs.
struct TestCertificate {
    let key = P256.Signing.PrivateKey()
    let der: [UInt8]

    var pem: String {
        "-----BEGIN CERTIFICATE-----\n"
            + Data(der).base64EncodedString(options: .lineLength64Characters)
            + "\n-----END CERTIFICATE-----\n"
    }
    var keyPEM: String { key.pemRepresentation + "\n" }

    private let name: [UInt8]

    /// - Parameters:
    ///   - name: of whom, also where it signs others.
    ///   - hosts: DNS names that it is for.
    ///   - issuer: who signs it; nil: it itself.
    ///   - end: its last second, as ASN.1's UTCTime.
    init(
        _ name: String, hosts: [String] = ["localhost"], issuer: TestCertificate? = nil,
        end: String = "491231235959Z"
    ) throws {
        self.name = Self.sequence(
            Self.field(
                0x31,
                Self.sequence(Self.identifier([0x55, 4, 3]) + Self.field(0x0C, Array(name.utf8)))))
        let algorithm = Self.sequence(Self.identifier([0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2]))
        let times = ["200101000000Z", end].flatMap { Self.field(0x17, Array($0.utf8)) }
        let names = Self.sequence(hosts.flatMap { Self.field(0x82, Array($0.utf8)) })
        let authority = Self.sequence(Self.field(1, [0xFF]))
        let extensions = Self.sequence(
            Self.sequence(Self.identifier([0x55, 0x1D, 17]) + Self.field(4, names))
                + Self.sequence(Self.identifier([0x55, 0x1D, 19]) + Self.field(4, authority)))
        var serial = (0..<8).map { _ in UInt8.random(in: 0...255) }
        serial[0] = 1
        let body = Self.sequence(
            Self.field(0xA0, Self.field(2, [2])) + Self.field(2, serial) + algorithm
                + (issuer?.name ?? self.name) + Self.sequence(times) + self.name
                + Array(key.publicKey.derRepresentation) + Self.field(0xA3, extensions))
        let signature = try (issuer?.key ?? key).signature(for: body).derRepresentation
        der = Self.sequence(body + algorithm + Self.field(3, [0] + Array(signature)))
    }

    private static func field(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        let low = UInt8(truncatingIfNeeded: count)
        let length: [UInt8] =
            count < 0x80 ? [low] : count < 0x100 ? [0x81, low] : [0x82, UInt8(count >> 8), low]
        return [tag] + length + content
    }

    private static func sequence(_ content: [UInt8]) -> [UInt8] { field(0x30, content) }
    private static func identifier(_ content: [UInt8]) -> [UInt8] { field(6, content) }
}

extension TestCertificate {
    /// A client's settings that trust this one alone.
    func trust() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates([try NIOSSLCertificate(bytes: der, format: .der)])
        configuration.shutdownTimeout = .milliseconds(100)
        return try NIOSSLContext(configuration: configuration)
    }

    /// What a server reads from the files of this one.
    func load() throws -> BoltServerTLS { try Self.load(pem, keyPEM) }

    /// Writes both files, loads them and removes them.
    static func load(_ certificate: String, _ key: String) throws -> BoltServerTLS {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["certificate.pem", "key.pem"].map { folder.appendingPathComponent($0) }
        try Data(certificate.utf8).write(to: files[0])
        try Data(key.utf8).write(to: files[1])
        return try BoltServerTLS(certificate: files[0].path, key: files[1].path)
    }
}
