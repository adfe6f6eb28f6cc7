import Bolt
import Foundation
import Starling
import Values

/// Where the shell's statements go: a database in this process, or a server.
protocol ShellConnection: AnyObject, Sendable {
    /// Shown in the banner.
    var name: String { get }
    /// Runs a statement and reads at most `limit` of its rows.
    func run(_ statement: String, _ parameters: ValueMap, limit: Int?) throws -> ShellAnswer
    func begin() throws
    func commit() throws
    func rollback() throws
    var isInTransaction: Bool { get }
    /// From any thread: stops the running statement.
    func cancel()
    /// From any thread: how far the running statement is, where it tells.
    var progress: StatementProgress? { get }
}

struct ShellAnswer {
    var answer: Answer
    /// More rows were there than the limit let in.
    var isCut = false
}

/// A database in this process.
final class LocalConnection: ShellConnection {
    private let database: Database
    private let session: Session

    init(_ database: Database) {
        self.database = database
        session = database.makeSession()
    }

    var name: String { database.path }
    var isInTransaction: Bool { session.isInTransaction }

    func run(_ statement: String, _ parameters: ValueMap, limit: Int?) throws -> ShellAnswer {
        let result = try session.run(statement, parameters: parameters)
        var batches: [ResultRows] = []
        var rows = 0
        var isCut = false
        while let batch = try result.nextBatch() {
            if let limit, rows + batch.count > limit {
                batches.append(batch.prefix(limit - rows))
                result.discard()
                isCut = true
                break
            }
            batches.append(batch)
            rows += batch.count
        }
        let answer = Answer(
            columns: result.columns, batches: batches, summary: try result.summary())
        return ShellAnswer(answer: answer, isCut: isCut)
    }

    func begin() throws { try session.begin() }
    func commit() throws { try session.commit() }
    func rollback() throws { try session.rollback() }
    func cancel() { session.cancel() }
    var progress: StatementProgress? { session.progress }
}

/// A server that speaks Bolt.
final class RemoteConnection: ShellConnection, @unchecked Sendable {
    // Used by the shell's one thread, but for `cancel()`, which the client allows.
    let name: String
    private let client: BoltClient
    private(set) var isInTransaction = false

    /// `bolt://[user[:password]@]host[:port]`, or another of ``BoltURL/schemes``.
    init(_ url: String, password: (String) -> String) throws {
        let address = try BoltURL(url)
        name = "\(address.scheme)://\(address.host):\(address.port)"
        client = try BoltClient(
            host: address.host, port: address.port, encryption: address.encryption,
            user: address.user,
            password: address.user.map { address.password ?? password($0) } ?? "")
    }

    func run(_ statement: String, _ parameters: ValueMap, limit: Int?) throws -> ShellAnswer {
        do {
            return try read(statement, parameters, limit)
        } catch {
            isInTransaction = false
            throw error
        }
    }

    private func read(_ statement: String, _ parameters: ValueMap, _ limit: Int?) throws
        -> ShellAnswer
    {
        var remote = try client.run(statement, parameters: parameters)
        var builders = remote.columns.map { _ in ColumnBuilder() }
        var rows = 0
        var isCut = false
        while let more = try client.nextRows(&remote) {
            for row in more {
                if let limit, rows == limit {
                    isCut = true
                    break
                }
                for (place, value) in row.enumerated() { builders[place].append(value) }
                rows += 1
            }
            if isCut {
                try client.discard(&remote)
                break
            }
        }
        let batch = ResultRows(count: rows, columns: builders.map { $0.build() })
        let answer = Answer(
            columns: remote.columns, batches: rows > 0 ? [batch] : [],
            summary: Summary(metadata: remote.summary))
        return ShellAnswer(answer: answer, isCut: isCut)
    }

    func begin() throws {
        try client.begin()
        isInTransaction = true
    }

    func commit() throws {
        isInTransaction = false
        try client.commit()
    }

    func rollback() throws {
        isInTransaction = false
        try client.rollback()
    }

    func cancel() { client.cancel() }
    /// Bolt has no message for it.
    var progress: StatementProgress? { nil }
}

/// The parts of `bolt://user:password@host:port`.
struct BoltURL {
    /// With `s` the server's certificate is verified, with `ssc` it may be self-signed.
    static let schemes: KeyValuePairs<String, ClientEncryption> = [
        "bolt": .none, "bolt+s": .verified, "bolt+ssc": .unverified,
        "neo4j": .none, "neo4j+s": .verified, "neo4j+ssc": .unverified,
    ]

    let scheme: String
    let encryption: ClientEncryption
    var host = "127.0.0.1"
    var port = 7687
    var user: String?
    var password: String?

    init(_ text: String) throws {
        guard let known = Self.schemes.first(where: { text.hasPrefix($0.key + "://") }) else {
            throw CommandFailure(
                usage: "a server is written bolt://host:port, or with TLS bolt+s://host:port or "
                    + "bolt+ssc://host:port, not `\(text)`")
        }
        (scheme, encryption) = known
        var rest = text.dropFirst(scheme.count + 3)
        if rest.hasSuffix("/") { rest.removeLast() }
        if let at = rest.lastIndex(of: "@") {
            let parts = rest[..<at].split(separator: ":", maxSplits: 1)
            user = parts.first.map(String.init)
            password = parts.count > 1 ? String(parts[1]) : nil
            rest = rest[rest.index(after: at)...]
        }
        if let colon = rest.lastIndex(of: ":"), !rest.hasSuffix("]") {
            guard let number = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(number)
            else { throw CommandFailure(usage: "`\(text)` has no port number behind its colon") }
            port = number
            rest = rest[..<colon]
        }
        if !rest.isEmpty { host = rest.trimmingCharacters(in: ["[", "]"]) }
    }
}
