import Foundation

/// A Bolt 4.4 connection that sends statements and counts what comes back: as little work as
/// possible beside the server's. After the greeting nothing here waits for the server.
final class BoltConnection {
    struct Failure: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    /// Where to, who connects, and to which database: the latter for servers that ask.
    struct Target {
        var host: String
        var port: UInt16
        var user: String?
        var password = ""
        var database: String?
    }

    /// What a statement gave back.
    struct Answer {
        var records = 0
        /// The last byte of the last record's message.
        var lastByte: UInt8 = 0
    }

    private enum Tag {
        static let hello: UInt8 = 0x01
        static let run: UInt8 = 0x10
        static let pull: UInt8 = 0x3F
        static let begin: UInt8 = 0x11
        static let commit: UInt8 = 0x12
        static let success: UInt8 = 0x70
        static let record: UInt8 = 0x71
    }

    let socket: Int32
    private let target: Target
    private var output: [UInt8] = []
    private var input = [UInt8](repeating: 0, count: 64 << 10)
    private var begin = 0
    private var end = 0
    /// Summaries that are still to come before the statement is answered.
    private var awaited = 0
    private var answer = Answer()

    /// Connects and logs on, waiting for the server.
    init(_ target: Target) throws {
        self.target = target
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = target.port.bigEndian
        guard inet_pton(AF_INET, target.host, &address.sin_addr) == 1 else {
            throw Failure("\(target.host) is not an IPv4 address")
        }
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
        }
        guard connected == 0 else {
            throw Failure("cannot connect to \(target.host):\(target.port)")
        }
        var yes: Int32 = 1
        setsockopt(
            socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        try shakeHands()
        try logOn()
    }

    deinit { close(socket) }

    private func shakeHands() throws {
        output = [0x60, 0x60, 0xB0, 0x17, 0, 0, 4, 4] + [UInt8](repeating: 0, count: 12)
        try flush()
        while end - begin < 4 { try fill(waiting: true) }
        guard input[begin + 3] == 4 else { throw Failure("the server does not speak Bolt 4.4") }
        begin += 4
    }

    private func logOn() throws {
        var greeting: [(String, Packed)] = [("user_agent", .string("load-generator/1"))]
        if let user = target.user {
            greeting += [
                ("scheme", .string("basic")), ("principal", .string(user)),
                ("credentials", .string(target.password)),
            ]
        } else {
            greeting.append(("scheme", .string("none")))
        }
        append(.structure(tag: Tag.hello, [.map(greeting)]))
        awaited = 1
        try flush()
        while try parse() == nil { try fill(waiting: true) }
    }

    /// Sends a step; of a statement it asks for all records.
    func send(_ step: Step) throws {
        let database = target.database.map { [("db", Packed.string($0))] } ?? []
        awaited = 1
        switch step {
        case .begin: append(.structure(tag: Tag.begin, [.map(database)]))
        case .commit: append(.structure(tag: Tag.commit, []))
        case .statement(let statement):
            append(
                .structure(
                    tag: Tag.run,
                    [.string(statement.text), .map(statement.parameters), .map(database)]))
            append(.structure(tag: Tag.pull, [.map([("n", .integer(-1))])]))
            awaited = 2
            answer = Answer()
        }
        try flush()
    }

    /// Takes what has come. The statement's answer, where that was its end.
    func receive() throws -> Answer? {
        try fill(waiting: false)
        return try parse()
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
                Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure("the connection broke while sending") }
            sent += count
        }
        output.removeAll(keepingCapacity: true)
    }

    // MARK: In

    /// Receives into the buffer, which has room for the rest of the message that it begins with.
    private func fill(waiting: Bool) throws {
        if begin == end {
            (begin, end) = (0, 0)
        } else if end == input.count {
            input.withUnsafeMutableBytes { bytes in
                bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[begin..<end]))
            }
            (begin, end) = (0, end - begin)
            if end == input.count { input.append(contentsOf: repeatElement(0, count: end)) }
        }
        let flags = waiting ? 0 : Int32(MSG_DONTWAIT)
        let count = input.withUnsafeMutableBytes {
            recv(socket, $0.baseAddress! + end, $0.count - end, flags)
        }
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else { throw Failure("the server closed the connection") }
        end += count
    }

    /// Reads the messages that are there; the answer, where the last awaited summary is among them.
    private func parse() throws -> Answer? {
        while let message = nextMessage() {
            switch input[message.first + 1] {
            case Tag.record:
                answer.records += 1
                answer.lastByte = input[message.last]
            case Tag.success:
                awaited -= 1
                if awaited == 0 { return answer }
            default:
                throw Failure(
                    String(decoding: input[message.first...message.last], as: UTF8.self))
            }
        }
        return nil
    }

    /// Takes a whole message: the places of its first and last bytes. Nil where there is none yet.
    private func nextMessage() -> (first: Int, last: Int)? {
        var place = begin
        var (first, last) = (0, 0)
        while end - place >= 2 {
            let size = Int(input[place]) << 8 | Int(input[place + 1])
            place += 2
            if size == 0 {
                begin = place
                if first > 0 { return (first, last) }
            } else {
                guard end - place >= size else { return nil }
                if first == 0 { first = place }
                place += size
                last = place - 1
            }
        }
        return nil
    }
}
