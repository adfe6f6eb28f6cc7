import Foundation
import Starling
import Testing
import Values

/// What ends a statement or a transaction before its own end: its time, or a cancellation, also
/// where it waits for the writer.
@Suite struct TimeLimitTests {
    private static let long = "UNWIND range(1, 100000000) AS x WITH x WHERE x < 0 RETURN count(*)"
    private static let timedOut = "Neo.ClientError.Transaction.TransactionTimedOut"

    private static func limited(_ milliseconds: Int) -> Session.RunOptions {
        var options = Session.RunOptions()
        options.timeoutMilliseconds = milliseconds
        return options
    }

    @Test func aTransactionsTimeEndsItsStatements() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            try session.begin(Self.limited(100))
            let error = #expect(throws: DatabaseError.self) {
                try session.run(Self.long).rows()
            }
            #expect(error?.code == Self.timedOut)
            #expect(error?.message.contains("transaction ran longer than its 100 ms") == true)
            try session.rollback()
            // The next one has its own time.
            try session.begin()
            #expect(try session.integer("RETURN 1") == 1)
            try session.commit()
        }
    }

    @Test func aTransactionOutOfTimeIsNotCommitted() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            try session.begin(Self.limited(200))
            _ = try session.run("CREATE (:N)")
            usleep(300_000)
            #expect(throws: DatabaseError.self) { try session.commit() }
            #expect(try database.integer("MATCH (n:N) RETURN count(*)") == 0)
        }
    }

    @Test func aCancellationEndsEarlierResultsOfTheTransaction() throws {
        try TemporaryDatabase.with { database in
            let session = database.makeSession()
            try session.begin()
            let earlier = try session.run("UNWIND range(1, 100000000) AS x RETURN x")
            _ = try session.run("RETURN 1").rows()
            session.cancel()
            #expect(throws: DatabaseError.self) {
                while try earlier.nextBatch() != nil {}
            }
            try session.rollback()
            #expect(try session.integer("RETURN 1") == 1)
        }
    }

    @Test(arguments: [false, true]) func theWaitForTheWriterHasAnEnd(isExplicit: Bool) throws {
        try TemporaryDatabase.with { database in
            let holder = database.makeSession()
            try holder.begin()
            _ = try holder.run("CREATE (:Held)")
            let session = database.makeSession()
            if isExplicit { try session.begin(Self.limited(100)) }
            let start = ContinuousClock.now
            let error = #expect(throws: DatabaseError.self) {
                try session.run(
                    "CREATE (:Waiting)", options: isExplicit ? .init() : Self.limited(100))
            }
            #expect(ContinuousClock.now - start < .seconds(10))
            #expect(error?.code == Self.timedOut)
            if isExplicit { try session.rollback() }
            try holder.commit()
            #expect(try database.integer("MATCH (n) RETURN count(*)") == 1)
            try database.execute("CREATE (:Waiting)")
            #expect(try database.integer("MATCH (n) RETURN count(*)") == 2)
        }
    }
}
