import Foundation
import Starling
import Testing
import Values

/// Transactions as a client meets them, over a database of its own for each test.
@Suite struct SessionTests {
    /// Some minutes of work that needs no memory.
    private let endless = """
        UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b
        UNWIND [1, 2, 3] AS c RETURN count(*)
        """

    @Test func aStatementCommitsByItself() throws {
        try TemporaryDatabase.with { database in
            let result = try database.execute("CREATE (:A {n: 1}), (:A {n: 2})")
            #expect(try result.summary().counters.nodesCreated == 2)
            #expect(try database.integer("MATCH (a:A) RETURN sum(a.n)") == 3)
        }
    }

    @Test func whatIsKnownToWriteIsOnlyQueued() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            let writes = "CREATE (a:A {n: 1}) RETURN a.n"
            #expect(!session.isOnlyQueued(writes))
            let others = [
                "MATCH (a:A) RETURN count(a)", "EXPLAIN CREATE (:A)",
                "CREATE INDEX by_n FOR (a:A) ON (a.n)",
                "UNWIND [1] AS n CALL (n) { CREATE (:B {n: n}) } IN TRANSACTIONS",
            ]
            for statement in [writes] + others { _ = try session.run(statement).summary() }
            #expect(session.isOnlyQueued(writes))
            for statement in others { #expect(!session.isOnlyQueued(statement), "\(statement)") }

            // The index makes the plan invalid, and what the text does stays known.
            #expect(try session.run(writes).summary().counters.nodesCreated == 1)
            #expect(try session.integer("MATCH (a:A {n: 1}) RETURN count(a)") == 2)
            var readOnly = Session.RunOptions()
            readOnly.readOnly = true
            #expect(throws: DatabaseError.self) { try session.run(writes, options: readOnly) }
            try session.begin()
            #expect(!session.isOnlyQueued(writes))
        }
    }

    @Test func aFailedStatementLeavesNothing() throws {
        try TemporaryDatabase.with { database in
            #expect(throws: DatabaseError.self) {
                try database.execute("UNWIND [1, 2, 0] AS n CREATE (:A {n: 1 / n})")
            }
            let count = try database.integer("MATCH (a:A) RETURN count(a)")
            #expect(count == 0)
        }
    }

    @Test func aTransactionSeesItsWritesAndOthersDoNot() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            try session.begin()
            _ = try session.run("CREATE (:A)")
            #expect(try session.integer("MATCH (a:A) RETURN count(a)") == 1)
            #expect(try database.integer("MATCH (a:A) RETURN count(a)") == 0)
            try session.commit()
            #expect(try database.integer("MATCH (a:A) RETURN count(a)") == 1)
        }
    }

    @Test func rollbackUndoes() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            try session.begin()
            _ = try session.run("CREATE (:A)")
            try session.rollback()
            #expect(try database.integer("MATCH (a:A) RETURN count(a)") == 0)
            #expect(throws: DatabaseError.self) { try session.commit() }
        }
    }

    @Test func aFailureFailsTheTransaction() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            try session.begin()
            _ = try session.run("CREATE (:A)")
            #expect(throws: DatabaseError.self) { try session.run("RETURN 1 / 0") }
            #expect(throws: DatabaseError.self) { try session.run("RETURN 1") }
            #expect(throws: DatabaseError.self) { try session.commit() }
            #expect(try database.integer("MATCH (a:A) RETURN count(a)") == 0)
        }
    }

    @Test func aTransactionThatHasReadGivesWayToACommitInBetween() throws {
        try TemporaryDatabase.with { database in
            try database.execute("CREATE (:Counter {n: 0})")
            let session = database.makeSession()
            try session.begin()
            #expect(try session.integer("MATCH (c:Counter) RETURN c.n") == 0)
            try database.execute("MATCH (c:Counter) SET c.n = 5")
            let error = #expect(throws: DatabaseError.self) {
                try session.run("MATCH (c:Counter) SET c.n = 1")
            }
            #expect(error?.code.hasPrefix("Neo.TransientError") == true)
            try session.rollback()
            // The next one queues for the writer when it begins, so it cannot lose again.
            try session.begin()
            #expect(try session.integer("MATCH (c:Counter) RETURN c.n") == 5)
            _ = try session.run("MATCH (c:Counter) SET c.n = c.n + 1")
            try session.commit()
            #expect(try database.integer("MATCH (c:Counter) RETURN c.n") == 6)
        }
    }

    @Test func aResultKeepsItsSnapshot() throws {
        try TemporaryDatabase.with { database in
            try database.execute("UNWIND range(1, 5000) AS n CREATE (:A {n: n})")
            let result = try database.execute("MATCH (a:A) RETURN a.n")
            var count = try result.nextBatch()?.count ?? 0
            try database.execute("MATCH (a:A) DETACH DELETE a")
            while let batch = try result.nextBatch() { count += batch.count }
            #expect(count == 5000)
        }
    }

    @Test func cancellationStopsAStatement() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            Thread.detachNewThread {
                for _ in 0..<50 {
                    Thread.sleep(forTimeInterval: 0.02)
                    session.cancel()
                }
            }
            #expect(throws: DatabaseError.self) {
                try session.run(endless).rows()
            }
            let one = try database.integer("RETURN 1")
            #expect(one == 1)
        }
    }

    /// While somebody else has the writer, and nothing of the statement has run.
    @Test func waitingForTheWriterCanBeCancelled() throws {
        try TemporaryDatabase.with { database in
            let owner = database.makeSession()
            try owner.begin()
            _ = try owner.run("CREATE (:A)")
            let batches = "UNWIND [1, 2] AS x CALL (x) { CREATE (:B) } IN TRANSACTIONS OF 1 ROW"
            let session = database.makeSession()
            Thread.detachNewThread {
                for _ in 0..<50 {
                    Thread.sleep(forTimeInterval: 0.02)
                    session.cancel()
                }
            }
            let cancelled = #expect(throws: DatabaseError.self) { try session.run(batches) }
            #expect(cancelled?.code == "Neo.ClientError.Transaction.Terminated")
            var options = Session.RunOptions()
            options.timeoutMilliseconds = 50
            let late = #expect(throws: DatabaseError.self) {
                try database.makeSession().run(batches, options: options)
            }
            #expect(late?.code == "Neo.ClientError.Transaction.TransactionTimedOut")
            try owner.commit()
            #expect(try database.integer("MATCH (n) RETURN count(n)") == 1)
        }
    }

    @Test func aTimeLimitStopsAStatement() throws {
        try TemporaryDatabase.with { database in
            var options = Session.RunOptions()
            options.timeoutMilliseconds = 50
            let error = #expect(throws: DatabaseError.self) {
                try database.makeSession().run(
                    endless, options: options
                ).rows()
            }
            #expect(error?.code == "Neo.ClientError.Transaction.TransactionTimedOut")
        }
    }

    @Test func readOnlySessionsDoNotWrite() throws {
        try TemporaryDatabase.with { database in
            var options = Session.RunOptions()
            options.readOnly = true
            let error = #expect(throws: DatabaseError.self) {
                try database.makeSession().run("CREATE (:A)", options: options)
            }
            #expect(error?.code == "Neo.ClientError.Statement.AccessMode")
        }
    }

    @Test func schemaRunsInATransactionOfItsOwn() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            try session.begin()
            let made = try session.run("CREATE CONSTRAINT FOR (a:A) REQUIRE a.id IS UNIQUE")
            #expect(try made.summary().counters.constraintsAdded == 1)
            #expect(throws: DatabaseError.self) { try session.run("CREATE (:A {id: 1})") }
            try session.rollback()
            try database.execute("CREATE (:A {id: 1})")
            let error = #expect(throws: DatabaseError.self) {
                try database.execute("CREATE (:A {id: 1})")
            }
            #expect(error?.code == "Neo.ClientError.Schema.ConstraintValidationFailed")
        }
    }

    @Test func plansFollowTheSchema() throws {
        try TemporaryDatabase.with { database in
            try database.execute("UNWIND range(1, 100) AS n CREATE (:A {id: n})")
            let text = "EXPLAIN MATCH (a:A {id: 7}) RETURN a.id"
            let before = try database.execute(text).summary().planText ?? ""
            #expect(before.contains("NodeByLabelScan"))
            try database.execute("CREATE INDEX FOR (a:A) ON (a.id)")
            let after = try database.execute(text).summary().planText ?? ""
            #expect(after.contains("NodeIndexSeek"))
        }
    }

    @Test func errorsPointAtTheirPlace() throws {
        try TemporaryDatabase.with { database in
            let error = #expect(throws: DatabaseError.self) {
                try database.execute("MATCH (person)\nRETURN persn")
            }
            #expect(error?.code == "Neo.ClientError.Statement.SyntaxError")
            #expect(error?.message.contains("line 2, column 8") == true)
            #expect(error?.message.contains("`person`") == true)
        }
    }
}
