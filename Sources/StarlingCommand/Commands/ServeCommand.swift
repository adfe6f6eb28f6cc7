import ArgumentParser
import Bolt
import Dispatch
import Foundation
import Logging
import Starling
import Synchronization

/// `starling serve`: the database on a port that speaks Bolt.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve a database over Bolt.",
        discussion: "Makes the database if there is none. Stops cleanly on SIGTERM and SIGINT: "
            + "what runs is finished first.")

    enum Authentication: String, ExpressibleByArgument, CaseIterable { case none, native }

    @OptionGroup var database: DataOption
    @OptionGroup var engine: EngineOptions

    @Option(help: ArgumentHelp("Address and port to listen on.", valueName: "host:port"))
    var bolt = "127.0.0.1:7687"

    @Option(help: "none (only on a loopback address) or native (users made with `starling user`).")
    var auth: Authentication = .none

    @OptionGroup var tls: TLSOptions

    @Option(
        name: .customLong("timeout"),
        help: ArgumentHelp("Longest run of a statement, in milliseconds.", valueName: "ms"))
    var timeoutMilliseconds: Int?

    @Option(
        name: .customLong("batch-capacity"),
        help: ArgumentHelp("Rows in a batch, for test suites.", visibility: .hidden))
    var batchCapacity = Database.Options().batchCapacity

    @Flag(
        name: .customLong("live-at-once"),
        help: ArgumentHelp(
            "Keep in memory what is read once, for test suites.", visibility: .hidden))
    var buildsLiveAtOnce = false

    @Flag(
        name: .customLong("test-procedures"),
        help: ArgumentHelp("Offer procedures for test suites.", visibility: .hidden))
    var testProcedures = false

    func run() throws {
        let address = try ListenAddress(bolt)
        if auth == .none, !address.isLoopback {
            throw CommandFailure(
                usage: "without authentication the server listens on loopback only: use --auth "
                    + "native, or --bolt 127.0.0.1:\(address.port)")
        }
        let encryption = try tls.load()
        let stopSignal = StopSignal()
        var options = engine.options
        options.timeoutMilliseconds = timeoutMilliseconds
        options.testProcedures = testProcedures
        options.batchCapacity = batchCapacity
        options.buildsLiveAtOnce = buildsLiveAtOnce
        let database = try Database(path: database.data, options: options)
        defer { database.close() }
        let users = auth == .native ? try UserFile(database: self.database.data) : nil
        if let users, users.isEmpty {
            throw CommandFailure(
                "there is no user yet: make one with `starling user set NAME --data "
                    + "\(self.database.data)`")
        }
        try serve(database, address, users, encryption, until: stopSignal)
    }

    private func serve(
        _ database: Database, _ address: ListenAddress, _ users: UserFile?,
        _ encryption: BoltServerTLS?, until stopSignal: StopSignal
    ) throws {
        let logger = Logger(label: "starling")
        warn(of: address, encryption, in: logger)
        let backend = DatabaseBackend(database: database, users: users)
        let server = BoltServer(
            backend: backend,
            configuration: .init(host: address.host, port: address.port, tls: encryption),
            logger: logger)
        let port: Int
        do {
            port = try waiting { try await server.start() }
        } catch {
            throw CommandFailure("cannot listen on \(bolt): \(error)")
        }
        // Ready for connections: programs that start the server wait for this line.
        let scheme = encryption == nil ? "bolt" : "bolt+s"
        print("Starling is ready on \(scheme)://\(address.host):\(port) (data: \(database.path))")
        fflush(nil)
        stopSignal.wait()
        try waiting { await server.stop(within: Self.graceTime) }
    }

    /// What works, but not as somebody may think.
    private func warn(
        of address: ListenAddress, _ encryption: BoltServerTLS?, in logger: Logger
    ) {
        if auth == .native, encryption == nil, !address.isLoopback {
            logger.warning(
                "passwords and data travel unencrypted",
                metadata: [
                    "address": "\(bolt)",
                    "help":
                        "--tls-certificate FILE --tls-key FILE, or --bolt 127.0.0.1:\(address.port)",
                ])
        }
        if encryption?.isExpired == true {
            logger.warning(
                "the TLS certificate has expired: clients that verify it will refuse to connect",
                metadata: ["certificate": "\(tls.certificate ?? "")"])
        }
    }

    /// For open transactions to end, once the server is asked to stop.
    private static let graceTime = Duration.seconds(10)
}

/// Runs asynchronous work and waits for it, on a thread that may wait.
private func waiting<R: Sendable>(_ work: @escaping @Sendable () async throws -> R) throws -> R {
    let done = DispatchSemaphore(value: 0)
    let outcome = Mutex<Result<R, any Error>?>(nil)
    Task.detached {
        let result: Result<R, any Error>
        do { result = .success(try await work()) } catch { result = .failure(error) }
        outcome.withLock { $0 = result }
        done.signal()
    }
    done.wait()
    guard let result = outcome.withLock({ $0 }) else {
        preconditionFailure("the outcome is set before the signal")
    }
    return try result.get()
}

/// `host:port`, with IPv6 hosts in brackets.
struct ListenAddress {
    let host: String
    let port: Int

    init(_ text: String) throws {
        guard let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port)
        else { throw CommandFailure(usage: "an address is written host:port, not `\(text)`") }
        self.port = port
        host = text[..<colon].trimmingCharacters(in: ["[", "]"])
        if host.isEmpty {
            throw CommandFailure(usage: "an address is written host:port, not `\(text)`")
        }
    }

    var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" || host == "localhost" }
}

/// SIGTERM and SIGINT, kept until somebody waits for them: one that comes while the server starts
/// is not lost, and ends it as soon as it is ready.
///
/// A handler and not a mask: a thread that a library made before `main` has no mask of ours, and
/// the signal may come to any thread. The handler may do next to nothing, so it writes a byte into a
/// pipe.
struct StopSignal {
    init() {
        guard pipe(&stopPipe) == 0 else { return }
        var handler = sigaction()
        handler.__sigaction_handler.sa_handler = { _ in
            var byte: UInt8 = 1
            _ = write(stopPipe[1], &byte, 1)
        }
        sigaction(SIGTERM, &handler, nil)
        sigaction(SIGINT, &handler, nil)
    }

    func wait() {
        var byte: UInt8 = 0
        while read(stopPipe[0], &byte, 1) < 0, errno == EINTR {}
    }
}

/// Written once before the handler is installed, read by the handler.
nonisolated(unsafe) private var stopPipe: [Int32] = [-1, -1]
