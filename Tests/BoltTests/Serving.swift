import Logging
import Testing

@testable import Bolt

/// Runs `body` with the port of a server.
func serving(
    _ backend: FakeBackend = FakeBackend(),
    configure: (inout BoltServerConfiguration) -> Void = { _ in },
    stopWithin limit: Duration = .seconds(5), log: Journal = Journal(),
    _ body: (Int) async throws -> Void
) async throws {
    var configuration = BoltServerConfiguration(port: 0, workers: 4)
    configure(&configuration)
    let server = BoltServer(
        backend: backend, configuration: configuration,
        logger: Logger(label: "test", factory: { _ in JournalLogHandler(journal: log) }))
    let port = try await server.start()
    do { try await body(port) } catch {
        await server.stop(within: limit)
        throw error
    }
    await server.stop(within: limit)
}

/// Waits until the journal holds a line.
func expect(_ line: String, in journal: Journal) async throws {
    try await expect(line, in: journal) { $0 == line }
}

/// Waits until the journal holds a line that is meant.
func expect(
    _ meaning: String, in journal: Journal, _ isMeant: (String) -> Bool
) async throws {
    for _ in 0..<1_000 where !journal.all.contains(where: isMeant) {
        try await Task.sleep(for: .milliseconds(5))
    }
    let isThere = journal.all.contains(where: isMeant)
    #expect(isThere, "\(meaning): \(journal.all)")
}

/// Notes `level message reason`.
private struct JournalLogHandler: LogHandler {
    let journal: Journal
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    func log(event: LogEvent) {
        let reason = event.metadata?["reason"].map { ": \($0)" } ?? ""
        journal.note("\(event.level) \(event.message)\(reason)")
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
}
