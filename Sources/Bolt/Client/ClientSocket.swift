import Foundation
import Starling

/// A TCP connection that waits.
final class ClientSocket: ClientTransport {
    let descriptor: Int32

    private static let readBytes = 256 << 10

    init(host: String, port: Int) throws(DatabaseError) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0 else {
            throw Self.failure("there is no host named \(host)")
        }
        defer { freeaddrinfo(found) }
        var address = found
        while let candidate = address?.pointee {
            let descriptor = socket(
                candidate.ai_family, candidate.ai_socktype, candidate.ai_protocol)
            if descriptor >= 0 {
                if connect(descriptor, candidate.ai_addr, candidate.ai_addrlen) == 0 {
                    var on: Int32 = 1
                    setsockopt(
                        descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on,
                        socklen_t(MemoryLayout<Int32>.size))
                    self.descriptor = descriptor
                    return
                }
                Foundation.close(descriptor)
            }
            address = candidate.ai_next
        }
        throw Self.failure("cannot connect to \(host):\(port): \(String(cString: strerror(errno)))")
    }

    func write(_ bytes: [UInt8]) throws(DatabaseError) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("the connection was lost") }
            offset += count
        }
    }

    /// What has come, at least one byte.
    func read() throws(DatabaseError) -> [UInt8] {
        while true {
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: Self.readBytes) { buffer, used in
                count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
                used = max(0, count)
            }
            if count > 0 { return bytes }
            if count < 0, errno == EINTR { continue }
            throw Self.failure("the connection was lost")
        }
    }

    func close() { Foundation.close(descriptor) }

    private static func failure(_ message: String) -> DatabaseError {
        DatabaseError(code: "Neo.ClientError.Network.ConnectionFailed", message: message)
    }
}
