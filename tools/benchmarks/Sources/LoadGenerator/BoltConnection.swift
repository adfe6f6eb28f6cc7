import Foundation

/// A blocking Bolt 4.4 connection that sends statements and counts what comes back: as little work
/// as possible beside the server's.
final class BoltConnection {
    struct Failure: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    /// What a statement gave back.
    struct Answer {
        var records = 0
        /// The bytes of the last record's message.
        var lastRecord: [UInt8] = []
    }

    private enum Tag {
        static let hello: UInt8 = 0x01
        static let run: UInt8 = 0x10
        static let pull: UInt8 = 0x3F
        static let success: UInt8 = 0x70
        static let record: UInt8 = 0x71
    }

    private let socket: Int32
    private var output: [UInt8] = []
    private var input = [UInt8](repeating: 0, count: 64 << 10)
    private var begin = 0
    private var end = 0

    init(host: String, port: UInt16) throws {
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
            throw Failure("\(host) is not an IPv4 address")
        }
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
        }
        guard connected == 0 else { throw Failure("cannot connect to \(host):\(port)") }
        var yes: Int32 = 1
        setsockopt(
            socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        try shakeHands()
    }

    deinit { close(socket) }

    private func shakeHands() throws {
        output = [0x60, 0x60, 0xB0, 0x17, 0, 0, 4, 4] + [UInt8](repeating: 0, count: 12)
        try flush()
        try fill(atLeast: 4)
        guard input[begin + 3] == 4 else { throw Failure("the server does not speak Bolt 4.4") }
        begin += 4
        append(
            .structure(
                tag: Tag.hello,
                [.map([("user_agent", .string("load-generator/1")), ("scheme", .string("none"))])]))
        try flush()
        _ = try readAnswer()
    }

    /// Runs a statement by itself and reads all of its records.
    func run(_ statement: String, _ parameters: [(String, Packed)]) throws -> Answer {
        append(.structure(tag: Tag.run, [.string(statement), .map(parameters), .map([])]))
        append(.structure(tag: Tag.pull, [.map([("n", .integer(-1))])]))
        try flush()
        _ = try readAnswer()
        return try readAnswer()
    }

    // MARK: Out

    private func append(_ message: Packed) {
        let header = output.count
        output.append(contentsOf: [0, 0])
        message.append(to: &output)
        let size = output.count - header - 2
        precondition(size <= Int(UInt16.max), "requests are one chunk")
        output[header] = UInt8(size >> 8)
        output[header + 1] = UInt8(size & 0xFF)
        output.append(contentsOf: [0, 0])
    }

    private func flush() throws {
        var sent = 0
        while sent < output.count {
            let count = output[sent...].withUnsafeBytes {
                send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure("the connection broke while sending") }
            sent += count
        }
        output.removeAll(keepingCapacity: true)
    }

    // MARK: In

    /// Reads messages up to the next summary.
    private func readAnswer() throws -> Answer {
        var answer = Answer()
        while true {
            let message = try readMessage()
            guard message.count >= 2 else { throw Failure("a message without a tag") }
            switch message[1] {
            case Tag.record:
                answer.records += 1
                answer.lastRecord = message
            case Tag.success: return answer
            default: throw Failure(String(decoding: message.dropFirst(2), as: UTF8.self))
            }
        }
    }

    private func readMessage() throws -> [UInt8] {
        var message: [UInt8] = []
        while true {
            try fill(atLeast: 2)
            let size = Int(input[begin]) << 8 | Int(input[begin + 1])
            begin += 2
            if size == 0 {
                if message.isEmpty { continue }
                return message
            }
            try fill(atLeast: size)
            message.append(contentsOf: input[begin..<begin + size])
            begin += size
        }
    }

    private func fill(atLeast needed: Int) throws {
        guard end - begin < needed else { return }
        input.withUnsafeMutableBytes { bytes in
            bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[begin..<end]))
        }
        (begin, end) = (0, end - begin)
        if needed > input.count {
            input.append(contentsOf: repeatElement(0, count: needed - input.count))
        }
        while end < needed {
            let count = input.withUnsafeMutableBytes {
                recv(socket, $0.baseAddress! + end, $0.count - end, 0)
            }
            guard count > 0 else { throw Failure("the server closed the connection") }
            end += count
        }
    }
}
