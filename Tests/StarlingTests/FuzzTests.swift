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
                let summary = try? session.run("EXPLAIN " + text).summary()
                log.count(isError: summary == nil)
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
                // Statements until both databases begin anew: before they grow slow.
                var left = 0
                var history: [String] = []
                while ContinuousClock.now < end {
                    if left <= 0 {
                        try Self.setUp(small)
                        try Self.setUp(full)
                        left = 100
                        history = []
                    }
                    let statement = generator.statement()
                    history.append(statement.text)
                    log.begin(statement.text)
                    let start = ContinuousClock.now
                    let one = Answer(of: statement, by: full)
                    let two = Answer(of: statement, by: small)
                    #expect(
                        ContinuousClock.now - start < .seconds(Self.hangSeconds),
                        "\(statement.text)")
                    left -= 1 + one.created / 3
                    // How far a statement comes in its time depends on the machine.
                    if one.ranOut || two.ranOut {
                        left = 0
                    } else {
                        #expect(one == two, "\(history.joined(separator: "\n"))")
                        if one != two { left = 0 }
                    }
                    log.count(isError: one.isError)
                }
            }
        }
        log.end()
    }

    private static func setUp(_ database: Database) throws {
        var options = Session.RunOptions()
        options.timeoutMilliseconds = 60_000
        let session = database.makeSession()
        for statement in StatementGenerator.setup {
            _ = try session.run(statement, options: options)
        }
    }
}

/// What a statement answers, as far as its order is not left open.
private enum Answer: Equatable {
    case rows([String], Counters)
    case error(String)

    init(of statement: StatementGenerator.Statement, by database: Database) {
        do {
            let result = try database.execute(statement.text)
            let rows = try result.rows().map { row in
                row.map { value in
                    (statement.leavesFormOfNumbersOpen ? value.withOneFormOfNumbers : value)
                        .cypherText
                }.joined(separator: " | ")
            }
            self = .rows(rows.sorted(), try result.summary().counters)
        } catch {
            let code = error.code
            let isOpen = statement.leavesErrorOpen && !Answer.isLimit(code)
            self = .error(isOpen ? Answer.anyError : code)
        }
    }

    var isError: Bool {
        if case .error = self { return true }
        return false
    }

    var created: Int {
        guard case .rows(_, let counters) = self else { return 0 }
        return counters.nodesCreated + counters.relationshipsCreated
    }

    /// Out of time or memory.
    var ranOut: Bool {
        if case .error(let code) = self { return Answer.isLimit(code) }
        return false
    }

    private static func isLimit(_ code: String) -> Bool {
        code.hasSuffix("TransactionTimedOut") || code.hasSuffix("OutOfMemoryError")
    }

    private static let anyError = "one of several"
}

extension Value {
    /// With integers for floats of the same value.
    fileprivate var withOneFormOfNumbers: Value {
        switch self {
        case .float(let float): Int64(exactly: float).map { .integer($0) } ?? self
        case .list(let items): .list(items.map(\.withOneFormOfNumbers))
        case .map(let map):
            .map(ValueMap(map.map { ($0, $1.withOneFormOfNumbers) }))
        default: self
        }
    }
}

/// Keeps the statement that runs in a file, for when it ends the process.
private final class FuzzLog {
    private let path: String
    private let descriptor: Int32
    private let name: String
    private var statements = 0
    private var errors = 0

    init(_ name: String, seed: UInt64) {
        self.name = name
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

    func count(isError: Bool) {
        statements += 1
        if isError { errors += 1 }
    }

    func end() {
        if FuzzLog.isLong { print("\(name): \(statements) statements, \(errors) of them errors") }
        close(descriptor)
        unlink(path)
    }
}
