import Foundation
import NIOCore
import NIOSSL
public import Starling

/// What a server shows and uses so that its connections are encrypted: a certificate and its key.
///
/// Both are read once, when this is made: files that change later matter to the next server.
public struct BoltServerTLS: Sendable {
    private let context: NIOSSLContext
    /// Whether the server's own certificate was out of date when it was read: clients that verify
    /// it refuse it.
    public let isExpired: Bool

    /// A certificate with its chain, or a key, takes some kilobytes.
    static let maximumFileBytes = 1 << 20
    /// How long a client may take to answer that the connection ends. Short, because idle clients of
    /// a pool do not look, and a server that stops waits for them.
    static let farewell = TimeAmount.seconds(1)

    /// Reads two PEM files: the server's own certificate with those behind it that signed it, up to
    /// but without the one that clients know; and the private key of the first, without a passphrase.
    /// - Throws: an error that names the file and says what to do, where one cannot be read, holds
    ///   something else, or the key is another's.
    public init(certificate certificatePath: String, key keyPath: String) throws(DatabaseError) {
        let certificates = try Self.certificates(in: certificatePath)
        let key = try Self.key(in: keyPath)
        isExpired = certificates[0].notValidAfter < time(nil)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.shutdownTimeout = Self.farewell
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch NIOSSLError.failedToLoadPrivateKey {
            throw Self.failure(
                "the TLS key \(keyPath) does not belong to the first certificate in "
                    + "\(certificatePath): name the key that this was made with, and put the "
                    + "server's own certificate before those that signed it")
        } catch {
            throw Self.failure(
                "the TLS certificate \(certificatePath) with the key \(keyPath) cannot be used: "
                    + "\(TLSFailure.word(error)); name another certificate")
        }
    }

    /// What a connection's bytes pass before they are Bolt.
    func makeHandlers() -> [any ChannelHandler] {
        [NIOSSLServerHandler(context: context), TLSWriteSlices()]
    }

    private static func certificates(in path: String) throws(DatabaseError) -> [NIOSSLCertificate] {
        let bytes = try contents(of: path, what: "certificate")
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty
        else {
            throw failure(
                "the TLS certificate \(path) is not PEM, or is damaged: it must begin with "
                    + "-----BEGIN CERTIFICATE-----; openssl x509 -inform der -in \(path) -out "
                    + "FILE.pem converts from DER")
        }
        return certificates
    }

    private static func key(in path: String) throws(DatabaseError) -> NIOSSLPrivateKey {
        let bytes = try contents(of: path, what: "key")
        var asksForPassphrase = false
        // Without a callback the library would ask the terminal.
        let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) { setPassphrase in
            asksForPassphrase = true
            setPassphrase([UInt8]())
        }
        if let key { return key }
        guard !asksForPassphrase else {
            throw failure(
                "the TLS key \(path) has a passphrase, which a server cannot type: openssl pkey "
                    + "-in \(path) -out FILE.pem writes it without")
        }
        throw failure(
            "the TLS key \(path) is not PEM, or is damaged: it must begin with -----BEGIN PRIVATE "
                + "KEY-----, or RSA or EC PRIVATE KEY; openssl pkey -inform der -in \(path) -out "
                + "FILE.pem converts from DER")
    }

    private static func contents(of path: String, what: String) throws(DatabaseError) -> [UInt8] {
        guard let file = fopen(path, "r") else { throw unreadable(path, what) }
        defer { fclose(file) }
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: maximumFileBytes + 1) { buffer, used in
            count = fread(buffer.baseAddress, 1, buffer.count, file)
            used = count
        }
        guard ferror(file) == 0 else { throw unreadable(path, what) }
        guard count > 0 else {
            throw failure("the TLS \(what) \(path) is empty: name a PEM file with the \(what)")
        }
        guard count <= maximumFileBytes else {
            throw failure(
                "the TLS \(what) \(path) is larger than \(maximumFileBytes) bytes: name a PEM file "
                    + "with the \(what) alone")
        }
        return bytes
    }

    private static func unreadable(_ path: String, _ what: String) -> DatabaseError {
        failure(
            "the TLS \(what) \(path) cannot be read: \(String(cString: strerror(errno))); name a "
                + "PEM file that this user may read")
    }

    private static func failure(_ message: String) -> DatabaseError {
        DatabaseError(code: "Neo.ClientError.General.InvalidArguments", message: message)
    }
}
