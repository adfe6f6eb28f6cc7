import Foundation
public import Starling
import Synchronization
public import Values

/// A plain client for one connection, for the shell and for load tests: calls wait.
///
/// One thread at a time, but for ``cancel()``. After a failed statement the connection is reset and
/// well again; after a lost connection every call fails.
public final class BoltClient: @unchecked Sendable {
    // Reading is one caller's at a time; writing is behind `output`'s lock.
    private let socket: any ClientTransport
    private let output: Mutex<PackStreamEncoder>
    private var input = MessageAssembler(limit: BoltClient.maximumMessageBytes)
    private let resetsPending = Atomic<Int>(0)

    /// Records asked for at a time.
    public static let fetchSize = 1_000
    static let maximumMessageBytes = 256 << 20
    private static let version = BoltVersion(5, 4)

    public convenience init(
        host: String, port: Int, encryption: ClientEncryption = .none, user: String? = nil,
        password: String = ""
    ) throws(DatabaseError) {
        let socket: any ClientTransport =
            switch encryption {
            case .none: try ClientSocket(host: host, port: port)
            case .verified, .unverified:
                try TLSClientSocket(host: host, port: port, encryption: encryption)
            }
        try self.init(socket, user: user, password: password)
    }

    init(_ socket: any ClientTransport, user: String?, password: String) throws(DatabaseError) {
        self.socket = socket
        output = Mutex(PackStreamEncoder(dialect: Self.version.dialect))
        try shakeHands()
        var hello = ValueMap()
        hello["user_agent"] = .string("starling-shell/1.0")
        try succeed(0x01, .map(hello))
        var logon = ValueMap()
        logon["scheme"] = .string(user == nil ? "none" : "basic")
        if let user {
            logon["principal"] = .string(user)
            logon["credentials"] = .string(password)
        }
        try succeed(0x6A, .map(logon))
    }

    deinit { socket.close() }

    /// A statement's result while it is read.
    public struct Answer {
        public let columns: [String]
        var rows: [[Value]] = []
        var hasMore = true
        /// Of the last SUCCESS: `stats`, `plan`, `profile`, `notifications`, `type`.
        public internal(set) var summary = ValueMap()
    }

    /// Runs a statement, in the open transaction or in one of its own.
    public func run(_ statement: String, parameters: ValueMap) throws(DatabaseError) -> Answer {
        let success = try succeed(0x10, .string(statement), .map(parameters), .map(ValueMap()))
        var columns: [String] = []
        if case .list(let names)? = success["fields"] {
            columns = names.compactMap { if case .string(let name) = $0 { name } else { nil } }
        }
        return Answer(columns: columns)
    }

    /// The next rows, or nil at the end.
    public func nextRows(_ answer: inout Answer) throws(DatabaseError) -> [[Value]]? {
        guard answer.hasMore else { return nil }
        try send(0x3F, [.map(ValueMap([("n", .integer(Int64(Self.fetchSize)))]))])
        var rows: [[Value]] = []
        while true {
            let message = try receive()
            if message.tag == ResponseTag.record {
                if case .list(let row)? = message.values.first { rows.append(row) }
                continue
            }
            let metadata = try outcome(message)
            if case .boolean(true)? = metadata["has_more"] { return rows }
            answer.hasMore = false
            answer.summary = metadata
            return rows.isEmpty ? nil : rows
        }
    }

    /// Drops what is left of an answer.
    public func discard(_ answer: inout Answer) throws(DatabaseError) {
        guard answer.hasMore else { return }
        answer.summary = try succeed(0x2F, .map(ValueMap([("n", .integer(-1))])))
        answer.hasMore = false
    }

    public func begin() throws(DatabaseError) { try succeed(0x11, .map(ValueMap())) }
    public func commit() throws(DatabaseError) { try succeed(0x12) }
    public func rollback() throws(DatabaseError) { try succeed(0x13) }

    /// Stops what runs on the server; the call that waits for it fails. From any thread.
    public func cancel() {
        resetsPending.add(1, ordering: .sequentiallyConsistent)
        try? send(0x0F, [])
    }
}

// MARK: Messages

extension BoltClient {
    private func shakeHands() throws(DatabaseError) {
        var bytes: [UInt8] = [0x60, 0x60, 0xB0, 0x17, 0, 0, Self.version.minor, Self.version.major]
        bytes += Array(repeating: 0, count: 12)
        try socket.write(bytes)
        var answer: [UInt8] = []
        while answer.count < 4 { answer += try socket.read() }
        // A TLS alert: what a server answers that takes nothing else.
        guard !answer.starts(with: [0x15, 0x03]) else {
            throw DatabaseError(
                code: "Neo.ClientError.Request.Invalid",
                message: "The server takes TLS connections only: connect by bolt+s://, or by "
                    + "bolt+ssc:// where its certificate is self-signed.")
        }
        guard answer[3] == Self.version.major, answer[2] == Self.version.minor else {
            throw DatabaseError(
                code: "Neo.ClientError.Request.Invalid",
                message: "The server does not speak Bolt \(Self.version).")
        }
    }

    @discardableResult
    private func succeed(_ tag: UInt8, _ fields: Value...) throws(DatabaseError) -> ValueMap {
        try send(tag, fields)
        return try outcome(try receive())
    }

    private func send(_ tag: UInt8, _ fields: [Value]) throws(DatabaseError) {
        let bytes: [UInt8]
        do {
            bytes = try output.withLock { encoder in
                encoder.bytes.removeAll(keepingCapacity: true)
                try encoder.writeMessage { encoder in
                    encoder.writeStructure(tag, fields: fields.count)
                    for field in fields { try encoder.write(field) }
                }
                return encoder.bytes
            }
        } catch {
            throw DatabaseError(code: "Neo.ClientError.Request.Invalid", message: "\(error)")
        }
        try socket.write(bytes)
    }

    private func receive() throws(DatabaseError) -> StructureFields {
        do {
            while true {
                if let message = try input.next() {
                    var decoder = PackStreamDecoder(message, values: .max)
                    decoder.acceptsEntities = true
                    return try decoder.readMessage()
                }
                input.append(try socket.read())
            }
        } catch let error as DatabaseError {
            throw error
        } catch {
            throw DatabaseError(
                code: "Neo.ClientError.Request.Invalid",
                message: "The server's answer is not Bolt: \(error)")
        }
    }

    /// The metadata of a SUCCESS. A FAILURE is thrown once the connection is reset.
    private func outcome(_ message: StructureFields) throws(DatabaseError) -> ValueMap {
        var metadata = ValueMap()
        if case .map(let map)? = message.values.first { metadata = map }
        if message.tag == ResponseTag.success, resetsPending.load(ordering: .relaxed) == 0 {
            return metadata
        }
        let error = DatabaseError(
            code: metadata.text("code") ?? "Neo.ClientError.Transaction.Terminated",
            message: metadata.text("message") ?? "The statement was cancelled.")
        try recover(didSucceed: message.tag == ResponseTag.success)
        throw error
    }

    /// Brings the connection back to READY: waits for the resets that were sent, or sends one.
    private func recover(didSucceed: Bool) throws(DatabaseError) {
        if resetsPending.load(ordering: .sequentiallyConsistent) == 0 {
            resetsPending.add(1, ordering: .sequentiallyConsistent)
            try send(0x0F, [])
        }
        while resetsPending.load(ordering: .sequentiallyConsistent) > 0 {
            let message = try receive()
            if message.tag == ResponseTag.success {
                resetsPending.subtract(1, ordering: .sequentiallyConsistent)
            }
        }
    }
}

extension ValueMap {
    fileprivate func text(_ key: String) -> String? {
        if case .string(let text)? = self[key] { text } else { nil }
    }
}
