import Bolt
import Dispatch
import Foundation
import Starling
import Synchronization
import Values

/// A database of a few words, so that the protocol can be tested without one:
///
///     echo               the parameters, as one record
///     range N            N records: number, half, text, isEven, constant
///     wide N             one record of N columns
///     bulk N             N records of 64 KiB
///     create             nothing, with counters
///     advise             one record, with notifications and a plan
///     entities           a node, a relationship and a path
///     fail CODE          an error
///     break N            N records, then an error
///     wait               until it is cancelled
///     later …            any of these, completed on another thread
///     queued …           the same, and known before to be only queued
///     point …            its parameters; an event loop reads them, or a reference, or an error
struct FakeBackend: BoltBackend {
    let journal = Journal()
    let agent = "Neo4j/5.26.0"
    let databaseName = "starling"
    /// nil: anybody comes in.
    var password: String?

    init(password: String? = nil) { self.password = password }

    func authenticate(_ credentials: BoltCredentials) throws -> BoltUser {
        switch credentials {
        case .none where password == nil: return BoltUser(name: "anybody")
        case .basic(let user, let given) where password == nil || given == password:
            return BoltUser(name: user)
        default:
            throw DatabaseError(
                code: "Neo.ClientError.Security.Unauthorized", message: "Wrong name or password.")
        }
    }

    func makeSession(for user: BoltUser) -> any BoltSession {
        journal.note("open \(user.name)")
        return FakeSession(journal: journal)
    }

    func makePointReads() -> any BoltPointReads { FakePointReads(journal: journal) }
}

/// Answers `point …` on the event loop, `point wait` not.
final class FakePointReads: BoltPointReads {
    private let journal: Journal
    private var isInRound = false

    init(journal: Journal) { self.journal = journal }

    func answer(_ statement: String, _ parameters: ValueMap, in session: any BoltSession) throws
        -> PointResult?
    {
        isInRound = true
        guard statement.hasPrefix("point"), statement != "point wait" else { return nil }
        journal.note("read by the loop: \(statement)")
        if statement == "point fail" {
            throw DatabaseError(code: "Neo.Oops", message: "It was asked to fail.")
        }
        var row = parameters.isEmpty ? nil : Array(parameters.values)
        if statement == "point reference" { row = row?.map { _ in .nodeReference(7) } }
        return PointResult(
            columns: Array(parameters.keys), row: row, summary: Summary(access: .read))
    }

    func endRound() {
        if isInRound { journal.note("the round ends") }
        isInRound = false
    }
}

/// What sessions were asked for, in order.
final class Journal: Sendable {
    private let lines = Mutex<[String]>([])

    func note(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}

final class FakeSession: BoltSession {
    private struct State {
        var isInTransaction = false
        var transactions = 0
    }

    private let journal: Journal
    private let state = Mutex(State())
    let isCancelled = Atomic(false)

    init(journal: Journal) { self.journal = journal }

    func run(
        _ statement: String, parameters: ValueMap, options: RunOptions,
        completion: @escaping @Sendable (Result<any BoltCursor, any Error>) -> Void
    ) throws -> (any BoltCursor)? {
        journal.note("run \(statement)")
        if isOnlyQueued(statement) {
            let isWorker = Thread.current.name?.hasPrefix("query-") ?? false
            journal.note(isWorker ? "queued by a worker" : "queued by the loop")
        }
        let own = state.withLock { $0.isInTransaction } ? nil : nextBookmark()
        let result = Result<any BoltCursor, any Error> {
            try cursor(statement.split(separator: " ").map(String.init)[...], parameters, own)
        }
        if statement.hasPrefix("later") || isOnlyQueued(statement) {
            DispatchQueue.global().async { completion(result) }
            return nil
        }
        return try result.get()
    }

    func isOnlyQueued(_ statement: String) -> Bool { statement.hasPrefix("queued") }

    /// As if transactions only read.
    var beginsAndEndsAtOnce: Bool { true }

    func begin(
        _ options: RunOptions, completion: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        journal.note("begin \(options.accessMode) \(options.bookmarks)")
        noteLoop()
        state.withLock { $0.isInTransaction = true }
        completion(.success(()))
    }

    func commit(completion: @escaping @Sendable (Result<String, any Error>) -> Void) {
        journal.note("commit")
        noteLoop()
        state.withLock { $0.isInTransaction = false }
        completion(.success(nextBookmark()))
    }

    func rollback(completion: @escaping @Sendable (Result<Void, any Error>) -> Void) {
        journal.note("rollback")
        noteLoop()
        state.withLock { $0.isInTransaction = false }
        completion(.success(()))
    }

    func cancel() {
        journal.note("cancel")
        isCancelled.store(true, ordering: .sequentiallyConsistent)
    }

    func reset(completion: @escaping @Sendable (Result<Void, any Error>) -> Void) {
        journal.note("reset")
        isCancelled.store(false, ordering: .sequentiallyConsistent)
        state.withLock { $0.isInTransaction = false }
        completion(.success(()))
    }

    func close() { journal.note("close") }

    func check() throws {
        if isCancelled.load(ordering: .sequentiallyConsistent) {
            throw DatabaseError(
                code: "Neo.ClientError.Transaction.TransactionTerminated", message: "Cancelled.")
        }
    }

    private func noteLoop() {
        let isWorker = Thread.current.name?.hasPrefix("query-") ?? false
        if !isWorker { journal.note("done by the loop") }
    }

    private func nextBookmark() -> String {
        state.withLock { state in
            state.transactions += 1
            return "bookmark:\(state.transactions)"
        }
    }

    private func cursor(
        _ words: ArraySlice<String>, _ parameters: ValueMap, _ bookmark: String?
    ) throws -> FakeCursor {
        let number = words.dropFirst().first.flatMap { Int($0) } ?? 0
        var summary = Summary(access: .read, bookmark: bookmark)
        switch words.first {
        case "later", "queued": return try cursor(words.dropFirst(), parameters, bookmark)
        case "point": return try cursor(["echo"], parameters, bookmark)
        case "echo":
            let columns = parameters.values.map { Column.constant($0, count: 1) }
            return FakeCursor(
                self, parameters.keys, [RecordBatch(columns: columns, rows: 0..<1)], summary)
        case "range":
            return FakeCursor(self, rangeColumns, rangeBatches(number), summary)
        case "bulk":
            let text = Value.string(String(repeating: "x", count: 64 << 10))
            let batch = RecordBatch(columns: [.constant(text, count: number)], rows: 0..<number)
            return FakeCursor(self, ["text"], [batch], summary)
        case "wide":
            let columns = (0..<number).map { Column.integers([Int64($0)], .allValid) }
            return FakeCursor(
                self, columns.indices.map { "c\($0)" },
                [RecordBatch(columns: columns, rows: 0..<1)],
                summary)
        case "create":
            summary.access = .write
            summary.counters.nodesCreated = 2
            summary.counters.propertiesSet = 3
            return FakeCursor(self, [], [], summary)
        case "advise":
            summary.notifications = [
                StatementNotification(
                    code: "Neo.ClientNotification.Statement.CartesianProduct",
                    title: "Cartesian product", description: "Two patterns are not connected.",
                    severity: .information, category: "PERFORMANCE",
                    position: (offset: 6, line: 1, column: 7))
            ]
            summary.isProfile = true
            summary.plan = [
                "operatorType": .string("ProduceResults"), "identifiers": .list([.string("x")]),
                "args": .map([:]), "children": .list([]), "dbHits": .integer(3),
                "rows": .integer(1),
            ]
            let columns = [Column.integers([1], .allValid)]
            return FakeCursor(self, ["x"], [RecordBatch(columns: columns, rows: 0..<1)], summary)
        case "entities":
            let columns = sampleEntities.map { Column.values([$0]) }
            return FakeCursor(
                self, ["node", "relationship", "path"],
                [RecordBatch(columns: columns, rows: 0..<1)],
                summary)
        case "fail":
            throw DatabaseError(code: words.last ?? "", message: "It was asked to fail.")
        case "break":
            return FakeCursor(self, rangeColumns, rangeBatches(number), summary, breaks: true)
        case "wait":
            while true {
                try check()
                usleep(1_000)
            }
        default:
            throw DatabaseError(
                code: "Neo.ClientError.Statement.SyntaxError", message: "Unknown: \(words)")
        }
    }
}

final class FakeCursor: BoltCursor {
    let columns: [String]
    private let session: FakeSession
    private let batches: Mutex<[RecordBatch]>
    private let end: Summary
    private let breaks: Bool

    init(
        _ session: FakeSession, _ columns: [String], _ batches: [RecordBatch], _ end: Summary,
        breaks: Bool = false
    ) {
        self.session = session
        self.columns = columns
        self.batches = Mutex(batches.reversed())
        self.end = end
        self.breaks = breaks
    }

    func pull(_ limit: Int, into sink: (RecordBatch) throws -> Void) throws -> Bool {
        var left = limit < 0 ? Int.max : limit
        while left > 0, let batch = batches.withLock({ $0.popLast() }) {
            try session.check()
            let taken = min(left, batch.rows.count)
            let middle = batch.rows.lowerBound + taken
            try sink(RecordBatch(columns: batch.columns, rows: batch.rows.lowerBound..<middle))
            if middle < batch.rows.upperBound {
                let rest = RecordBatch(
                    columns: batch.columns, rows: middle..<batch.rows.upperBound)
                batches.withLock { $0.append(rest) }
            }
            left -= taken
        }
        let more = batches.withLock { !$0.isEmpty }
        if breaks, !more {
            throw DatabaseError(
                code: "Neo.ClientError.Statement.ArithmeticError", message: "/ by zero")
        }
        return more
    }

    func discard() throws { batches.withLock { $0 = [] } }

    func summary() -> Summary { end }
}

private let rangeColumns = ["number", "half", "text", "isEven", "constant"]

private func rangeBatches(_ count: Int) -> [RecordBatch] {
    stride(from: 0, to: count, by: 2_048).map { start in
        let numbers = start..<min(start + 2_048, count)
        var strings = StringColumn()
        for number in numbers { strings.append("row \(number)") }
        return RecordBatch(
            columns: [
                .integers(ContiguousArray(numbers.map(Int64.init)), .allValid),
                .floats(ContiguousArray(numbers.map { Double($0) / 2 }), .allValid),
                .strings(strings),
                .booleans(ContiguousArray(numbers.map { $0 % 3 == 0 ? 2 : $0 % 2 == 0 ? 1 : 0 })),
                .constant(.string("same"), count: numbers.count),
            ],
            rows: 0..<numbers.count)
    }
}

/// A node, a relationship, and a path that walks it there, back, and there again.
let sampleEntities: [Value] = {
    let ann = NodeValue(id: 1, labels: ["user", "person"], properties: ["name": .string("Ann")])
    let film = NodeValue(id: 2, labels: ["item"], properties: [:])
    let saw = RelationshipValue(
        id: 7, type: "VIEWED", start: 1, end: 2, properties: ["at": .integer(5)])
    let path = PathValue(nodes: [ann, film, ann, film], relationships: [saw, saw, saw])
    return [.node(ann), .relationship(saw), .path(path)]
}()
