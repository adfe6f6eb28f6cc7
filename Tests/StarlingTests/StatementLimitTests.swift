import Foundation
import Starling
import Synchronization
import Testing
import Values

/// Statements that ask for too much of the process get an error, and those that only look so an
/// answer.
@Suite struct StatementLimitTests {
    @Test func aStatementOfTooManyStepsIsRefused() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            for (clause, count) in [
                ("WITH 1 AS x WHERE x > 0 ", 2_100), ("MERGE (:Q {a: 1}) ", 4_100),
            ] {
                let text = Self.repeated(clause, count) + "RETURN 1"
                #expect(Self.message { try session.run(text) }.contains("steps"))
            }
            let inside = "CALL () { " + Self.repeated("WITH 1 AS x ", 4_100) + "RETURN x } RETURN x"
            #expect(Self.message { try session.run(inside) }.contains("steps"))
        }
    }

    /// On a thread with little stack it is refused, on one with what ours have it runs.
    @Test func aLongStatementNeedsStack() throws {
        try TemporaryDatabase.with { database in
            let text = Self.repeated("WITH 1 AS x WHERE x > 0 ", 700) + "RETURN x"
            let small = Self.on(stack: 1 << 20) { try database.execute(text).rows().count }
            let message = Self.message { try small.get() }
            #expect(message.contains("stack of 16 MiB"))
            let large = Self.on(stack: CallStack.bytes) { try database.execute(text).rows().count }
            let count = try large.get()
            #expect(count == 1)
        }
    }

    @Test func aPatternOfTooManyElementsIsRefused() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            let path = "MATCH ()" + Self.repeated("-->()", 600) + " RETURN 1"
            #expect(Self.message { try session.run(path) }.contains("nodes and relationships"))
        }
    }

    /// Estimates of such products are beyond any number.
    @Test func largeProductsArePlanned() throws {
        try TemporaryDatabase.with { database in
            try database.execute("UNWIND range(1, 1000) AS x CREATE (:N)-[:R]->(:N)")
            let session = database.makeSession()
            let nodes = "()" + Self.repeated(", ()", 150)
            _ = try session.run("EXPLAIN MATCH \(nodes) RETURN 1")
            let path = "()" + Self.repeated("-->()", 250)
            let start = ContinuousClock.now
            _ = try session.run("EXPLAIN MATCH \(path) RETURN 1")
            #expect(ContinuousClock.now - start < .seconds(20))
        }
    }

    @Test func manySetTargetsAreNoDeepExpression() throws {
        try TemporaryDatabase.with { database in
            let sets = (0..<400).map { "n.p\($0) = \($0)" }.joined(separator: ", ")
            try database.execute("CREATE (n:N) SET \(sets)")
            #expect(try database.integer("MATCH (n:N) RETURN size(keys(n))") == 400)
        }
    }

    @Test(arguments: [3, 2048]) func aMergeMultipliesInBatches(batchCapacity: Int) throws {
        var options = Database.Options()
        options.batchCapacity = batchCapacity
        options.memoryBytes = 4 << 20
        try TemporaryDatabase.with(options) { database in
            try database.execute("UNWIND range(1, 60) AS x CREATE (:Z {a: 1, b: x})")
            let merges = "MERGE (y:Z {a: 1}) MERGE (z:Z {a: 1}) WITH z"
            let count = try database.integer("\(merges) RETURN count(*)")
            #expect(count == 3_600)
            let plan = "MATCH (x:Z) MERGE (x)-[:R]->(y:Y {k: 1}) MERGE (z:Z {a: 1}) "
            #expect(try database.integer(plan + "RETURN count(*)") == 3_600)
            #expect(try database.integer("MATCH (y:Y) RETURN count(*)") == 60)
        }
    }

    @Test(arguments: [
        "RETURN size(reduce(l = [1], k IN range(1, 60) | l + l))",
        "RETURN size(reduce(s = 'ab', k IN range(1, 60) | s + s))",
        "UNWIND range(1, 2000) AS i WITH range(i, i + 1000000) AS l RETURN l[0] LIMIT 1",
        "WITH reduce(s = 'ab', k IN range(1, 20) | s + s) AS s RETURN size(replace(s, 'a', s))",
        "UNWIND ['aaaaaaaaaaaaaaaaaaaa', 'b'] AS s WITH s, reduce(t = 'x', k IN range(1, 24) | t + t) "
            + "AS t RETURN size(replace(s, 'a', t))",
    ])
    func whatGrowsWithoutBoundIsEnded(statement: String) throws {
        var options = Database.Options()
        options.memoryBytes = 64 << 20
        try TemporaryDatabase.with(options) { database in
            let session = database.makeSession()
            let message = Self.message { try session.run(statement).rows() }
            #expect(
                message.contains("limit of 64 MiB") || message.contains("at most"), "\(message)")
        }
    }

    /// It would answer false for what matches.
    @Test func aRegularExpressionThatGivesUpSaysSo() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            let long = "reduce(s = 'a', k IN range(1, 18) | s + s)"
            let message = Self.message { try session.run("RETURN \(long) =~ '(a|b)*'").rows() }
            #expect(message.contains("too many steps"))
            let rows = try session.run("RETURN \(long) =~ '[ab]*', 'aab' =~ '(a|b)*'").rows()
            #expect("\(rows)".contains("false") == false)
        }
    }

    @Test func openResultsOfATransactionAreBounded() throws {
        var options = Database.Options()
        options.memoryBytes = 4 << 20
        try TemporaryDatabase.with(options) { database in
            let session = database.makeSession()
            try session.begin()
            _ = try session.run("CREATE (:N)")
            var open: [QueryResult] = []
            let message = Self.message {
                for _ in 0..<20 {
                    open.append(try session.run("UNWIND range(1, 50000) AS x RETURN x"))
                }
            }
            #expect(message.contains("Read or discard them first"))
            #expect(open.count < 20)
            try session.rollback()
            try session.begin()
            _ = try session.run("CREATE (:N)")
            for _ in 0..<20 { try session.run("UNWIND range(1, 50000) AS x RETURN x").discard() }
            try session.commit()
        }
    }

    // MARK: Helpers

    private static func repeated(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }

    private static func message(_ body: () throws -> some Any) -> String {
        do { _ = try body() } catch { return "\(error)" }
        return ""
    }

    private static func on<Success: Sendable>(
        stack: Int, _ body: @escaping @Sendable () throws -> Success
    ) -> Result<Success, any Error> {
        let outcome = Mutex<Result<Success, any Error>?>(nil)
        let ended = DispatchSemaphore(value: 0)
        let thread = Thread {
            let result = Result { try body() }
            outcome.withLock { $0 = result }
            ended.signal()
        }
        thread.stackSize = stack
        thread.start()
        ended.wait()
        return outcome.withLock { $0! }
    }
}
