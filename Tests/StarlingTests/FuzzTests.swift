import Foundation
import Starling
import Testing
import Values

/// Statements that nobody wrote: mutations of the scripts, and random valid ones.
///
/// The normal suite makes a short pass from a fixed seed. `STARLING_FUZZ_SECONDS=600` makes a long
/// one from a seed of its own, which it prints; `STARLING_FUZZ_SEED=n` repeats one. The statement
/// that runs is always in `starling-fuzz-*.txt` in the temporary directory, for when the process
/// dies of it.
@Suite struct FuzzTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seconds = environment["STARLING_FUZZ_SECONDS"].flatMap(Double.init) ?? 4
    private static let seed: UInt64 =
        environment["STARLING_FUZZ_SEED"].flatMap(UInt64.init)
        ?? (environment["STARLING_FUZZ_SECONDS"] == nil ? 1 : UInt64.random(in: 1...1 << 32))

    /// No statement of the fuzzers may take longer by so much than its time limit.
    private static let hangSeconds = 10.0
    private static let statementMilliseconds = 300

    private static var options: Database.Options {
        var options = Database.Options()
        options.timeoutMilliseconds = statementMilliseconds
        options.memoryBytes = 64 << 20
        return options
    }

    /// Any bytes may be sent: they are answered, by rows or by an error, and in time.
    @Test func mutatedStatementsAreAnswered() throws {
        let corpus = try GoldenScriptTests.statements().map { Array($0.utf8) }
        var mutator = StatementMutator(corpus: corpus, seed: Self.seed)
        let log = FuzzLog("bytes", seed: Self.seed)
        try TemporaryDatabase.with(Self.options) { database in
            try database.execute("CREATE (:Person {name: 'Ann'})-[:KNOWS]->(:Person)")
            let session = database.makeSession()
            let end = ContinuousClock.now + .seconds(Self.seconds)
            while ContinuousClock.now < end {
                let text = String(decoding: mutator.next(), as: UTF8.self)
                log.begin(text)
                let start = ContinuousClock.now
                _ = try? session.run("EXPLAIN " + text).summary()
                #expect(ContinuousClock.now - start < .seconds(Self.hangSeconds), "\(text)")
            }
        }
        log.end()
    }

    /// Valid statements give the same in batches of two rows as in full ones.
    @Test func randomStatementsAgreeAtEveryBatchSize() throws {
        var generator = StatementGenerator(seed: Self.seed)
        let log = FuzzLog("grammar", seed: Self.seed)
        var small = Self.options
        small.batchCapacity = 2
        try TemporaryDatabase.with(small) { small in
            try TemporaryDatabase.with(Self.options) { full in
                let end = ContinuousClock.now + .seconds(Self.seconds)
                var count = 0
                while ContinuousClock.now < end {
                    if count % 100 == 0 {
                        for statement in StatementGenerator.setup {
                            try small.execute(statement)
                            try full.execute(statement)
                        }
                    }
                    count += 1
                    let statement = generator.statement()
                    log.begin(statement)
                    let start = ContinuousClock.now
                    let one = Answer(of: statement, by: full)
                    let two = Answer(of: statement, by: small)
                    #expect(
                        ContinuousClock.now - start < .seconds(Self.hangSeconds), "\(statement)")
                    if one.ranOut || two.ranOut {
                        // How far each came depends on the machine: both begin anew.
                        count = 0
                        continue
                    }
                    #expect(one == two, "\(statement)")
                    if one != two { count = 0 }
                }
            }
        }
        log.end()
    }
}

/// What a statement answers, as far as its order is not left open.
private enum Answer: Equatable {
    case rows([String], Counters)
    case error(String)

    init(of statement: String, by database: Database) {
        do {
            let result = try database.execute(statement)
            let rows = try result.rows().map { $0.map(\.cypherText).joined(separator: " | ") }
            self = .rows(rows.sorted(), try result.summary().counters)
        } catch {
            self = .error(error.code)
        }
    }

    /// Out of time or memory.
    var ranOut: Bool {
        if case .error(let code) = self {
            return code.hasSuffix("TransactionTimedOut") || code.hasSuffix("OutOfMemoryError")
        }
        return false
    }
}

/// Keeps the statement that runs in a file, for when it ends the process.
private final class FuzzLog {
    private let path: String
    private let descriptor: Int32

    init(_ name: String, seed: UInt64) {
        path = NSTemporaryDirectory() + "starling-fuzz-\(name)-\(seed).txt"
        descriptor = open(path, O_CREAT | O_RDWR | O_TRUNC, 0o600)
        if FuzzLog.isLong {
            print("fuzzing \(name) with seed \(seed); the last statement: \(path)")
        }
    }

    private static var isLong: Bool {
        ProcessInfo.processInfo.environment["STARLING_FUZZ_SECONDS"] != nil
    }

    func begin(_ statement: String) {
        ftruncate(descriptor, 0)
        let bytes = Array(statement.utf8)
        _ = pwrite(descriptor, bytes, bytes.count, 0)
    }

    func end() {
        close(descriptor)
        unlink(path)
    }
}
