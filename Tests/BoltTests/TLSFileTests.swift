import Foundation
import Starling
import Testing

@testable import Bolt

/// What a server says of files that it cannot use.
@Suite struct TLSFileTests {
    private let certificate: TestCertificate

    init() throws { certificate = try TestCertificate("Test") }

    private func complaint(_ certificate: String, _ key: String) -> String {
        do {
            _ = try TestCertificate.load(certificate, key)
            return "nothing"
        } catch {
            return (error as? DatabaseError)?.message ?? "\(error)"
        }
    }

    @Test func bothAreRead() throws {
        #expect(try !certificate.load().isExpired)
        let authority = try TestCertificate("Authority")
        let signed = try TestCertificate("Signed", issuer: authority)
        _ = try TestCertificate.load(signed.pem + authority.pem, signed.keyPEM)
        #expect(try TestCertificate("Old", end: "210101000000Z").load().isExpired)
    }

    @Test func aKeyOfAnotherCertificateIsRefused() throws {
        let other = try TestCertificate("Other")
        #expect(complaint(certificate.pem, other.keyPEM).contains("key.pem does not belong to"))
        // The chain the wrong way round.
        let signed = try TestCertificate("Signed", issuer: certificate)
        let message = complaint(certificate.pem + signed.pem, signed.keyPEM)
        #expect(message.contains("does not belong to the first certificate in "))
    }

    @Test func whatIsNotPEMIsRefused() {
        for text in [
            "hello", "\u{30}\u{0}", certificate.keyPEM, String(certificate.pem.prefix(99)),
        ] {
            let message = complaint(text, certificate.keyPEM)
            #expect(message.contains("certificate.pem is not PEM, or is damaged"), "\(text)")
        }
        for text in ["hello", certificate.pem, String(certificate.keyPEM.prefix(99))] {
            let message = complaint(certificate.pem, text)
            #expect(message.contains("key.pem is not PEM, or is damaged"), "\(text)")
        }
        #expect(complaint("", certificate.keyPEM).contains("certificate.pem is empty"))
        #expect(complaint(certificate.pem, "").contains("key.pem is empty"))
        let long = String(repeating: "x", count: BoltServerTLS.maximumFileBytes + 1)
        #expect(complaint(certificate.pem, long).contains("key.pem is larger than 1048576 bytes"))
    }

    @Test func filesThatCannotBeReadAreNamed() {
        for path in ["/nowhere/certificate.pem", "/"] {
            do {
                _ = try BoltServerTLS(certificate: path, key: path)
                Issue.record("\(path) was read")
            } catch {
                #expect(error.message.contains("certificate \(path) cannot be read: "))
            }
        }
    }
}
