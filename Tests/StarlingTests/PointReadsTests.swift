import Testing
import Values

@testable import Starling

/// Reads by key as an event loop asks for them, beside the same statements run by a session.
@Suite struct PointReadsTests {
    private let text = "MATCH (u:User {id: $id}) RETURN u.name AS name, u"

    private func withUsers(
        _ options: Database.Options = Database.Options(),
        _ body: (Database, Session, PointReads) throws -> Void
    ) throws {
        try TemporaryDatabase.with(options) { database in
            try database.execute("CREATE CONSTRAINT one FOR (u:User) REQUIRE u.id IS UNIQUE")
            try database.execute("UNWIND range(1, 50) AS i CREATE (:User {id: i, name: 'u' + i})")
            try body(database, database.makeSession(), database.makePointReads())
        }
    }

    @Test func theAnswerIsTheSessions() throws {
        try withUsers { database, session, reads in
            let parameters: ValueMap = ["id": .integer(7)]
            #expect(try reads.answer(text, parameters, in: session) == nil, "no plan is known")
            let result = try session.run(text, parameters: parameters)
            let rows = try result.rows()
            let other = database.makeSession()
            for session in [session, other] {
                let answer = try #require(try reads.answer(text, parameters, in: session))
                #expect(answer.columns == result.columns)
                #expect(answer.row?.map(\.cypherText) == rows[0].map(\.cypherText))
                #expect(answer.summary.access == .read)
            }
            let texts = [Value.integer(51), .null, .string("7"), .float(.nan), .list([])]
            for value in texts {
                let answer = try #require(try reads.answer(text, ["id": value], in: session))
                #expect(answer.row == nil, "\(value)")
            }
            let float = try #require(try reads.answer(text, ["id": .float(7)], in: session))
            #expect(float.row?.first?.cypherText == "'u7'")
        }
    }

    @Test func othersAreNotAnswered() throws {
        try withUsers { database, session, reads in
            let parameters: ValueMap = ["id": .integer(7)]
            for text in [
                "MATCH (u:User) WHERE u.id > $id RETURN u.name", "EXPLAIN " + text,
                "PROFILE " + text, "MATCH (u:User {id: $id}) SET u.name = 'x'",
                "MATCH (u:User {id: $id}) RETURN count(u)", "MATCH (u:User {name: $id}) RETURN u",
            ] {
                _ = try session.run(text, parameters: parameters).rows()
                #expect(try reads.answer(text, parameters, in: session) == nil, "\(text)")
            }
            _ = try session.run(text, parameters: parameters).rows()
            // What was lifted out of the text is put back.
            let literal = "MATCH (u:User {id: 9}) RETURN u.name"
            _ = try session.run(literal).rows()
            let answer = try #require(try reads.answer(literal, [:], in: session))
            #expect(answer.row?.map(\.cypherText) == ["'u9'"])
        }
    }

    @Test func aTransactionReadsItsOwnSnapshotAndWritesLikeAnyOther() throws {
        try withUsers { database, session, reads in
            let read = "MATCH (u:User {id: $id}) RETURN u.age AS age"
            let parameters: ValueMap = ["id": .integer(7)]
            func age() throws -> String? {
                try reads.answer(read, parameters, in: session)?.row?.first?.cypherText
            }
            func set(_ age: Int) throws {
                try database.execute("MATCH (u:User {id: 7}) SET u.age = \(age)")
            }
            try set(1)
            _ = try session.run(read, parameters: parameters).rows()
            try session.begin()
            #expect(session.beginsAndEndsAtOnce)
            #expect(try age() == "1")
            try set(2)
            #expect(try age() == "1")
            #expect(try session.integer("MATCH (u:User {id: 7}) RETURN u.age") == 1)
            #expect(session.beginsAndEndsAtOnce)
            _ = try session.commit()
            #expect(try age() == "2")

            // It has read, and somebody wrote since: it cannot write.
            try session.begin()
            #expect(try age() == "2")
            try set(3)
            let conflict = #expect(throws: DatabaseError.self) {
                try session.run("MATCH (u:User {id: 7}) SET u.age = 9")
            }
            #expect(conflict?.code.hasPrefix("Neo.TransientError") == true)
            try session.rollback()
            #expect(!session.beginsAndEndsAtOnce, "the next one queues for the writer")
            try session.begin()
            try session.run("MATCH (u:User {id: 7}) SET u.age = 4").discard()
            // What it has written only it sees.
            #expect(try age() == nil)
            #expect(!session.beginsAndEndsAtOnce)
            _ = try session.commit()
            #expect(try age() == "4")

            // An open result has to be given up first.
            try session.begin()
            let open = try session.run("UNWIND range(1, 100000) AS i RETURN i")
            _ = try open.nextBatch()
            #expect(!session.beginsAndEndsAtOnce)
            open.discard()
            try session.rollback()
        }
    }

    @Test func anErrorFailsItsTransaction() throws {
        try withUsers { database, session, reads in
            _ = try session.run(text, parameters: ["id": .integer(7)]).rows()
            try session.begin()
            #expect(throws: DatabaseError.self) { try reads.answer(text, [:], in: session) }
            #expect(try reads.answer(text, ["id": .integer(7)], in: session) == nil)
            #expect(throws: DatabaseError.self) {
                try session.run(text, parameters: ["id": .integer(7)])
            }
            try session.rollback()
            #expect(try reads.answer(text, ["id": .integer(7)], in: session) != nil)
        }
    }

    @Test func largeRecordsAreLeftToOthers() throws {
        try withUsers { database, session, reads in
            let bytes = PointStatement.largestRecord
            for (id, size, isAnswered) in [(1, bytes - 200, true), (2, bytes, false)] {
                let parameters: ValueMap = ["id": .integer(Int64(id))]
                _ = try session.run(
                    "MATCH (u:User {id: $id}) SET u.long = $long",
                    parameters: [
                        "id": .integer(Int64(id)),
                        "long": .string(String(repeating: "x", count: size)),
                    ]
                ).rows()
                _ = try session.run(text, parameters: parameters).rows()
                #expect(try (reads.answer(text, parameters, in: session) != nil) == isAnswered)
            }
        }
    }

    @Test func whatWouldTakeLongIsLeftToOthers() throws {
        try withUsers { database, session, reads in
            // An index tells instants without their zones: those of one instant are looked at.
            try database.execute(
                "CREATE CONSTRAINT two FOR (r:Reading) REQUIRE (r.at, r.sensor) IS UNIQUE")
            try database.execute(
                """
                UNWIND range(1, 60) AS i
                CREATE (:Reading {at: datetime({epochSeconds: CASE WHEN i <= 10 THEN 1 ELSE 2 END}),
                                  sensor: i})
                """)
            let read = """
                MATCH (r:Reading {at: datetime({epochSeconds: $at}), sensor: $sensor})
                RETURN r.sensor AS sensor
                """
            let byValue = "MATCH (r:Reading {at: $at, sensor: $sensor}) RETURN r.sensor AS sensor"
            for (at, sensor, isAnswered) in [(1, 10, true), (2, 60, false), (2, 11, true)] {
                let instant = try session.run("RETURN datetime({epochSeconds: \(at)})").rows()
                let parameters: ValueMap = [
                    "at": instant[0][0], "sensor": .integer(Int64(sensor)),
                ]
                let rows = try session.run(byValue, parameters: parameters).rows()
                #expect(rows.count == 1)
                let answer = try reads.answer(byValue, parameters, in: session)
                #expect((answer != nil) == isAnswered, "\(at), \(sensor)")
                #expect(answer == nil || answer?.row?.first?.cypherText == "\(sensor)")
            }
            _ = try session.run(read, parameters: ["at": .integer(1), "sensor": .integer(3)]).rows()
            #expect(
                try reads.answer(read, ["at": .integer(1), "sensor": .integer(3)], in: session)
                    == nil, "the key is computed")

            // A row of many columns, each as large as the record.
            let wide =
                "MATCH (u:User {id: $id}) RETURN "
                + (0..<300).map { "u AS u\($0)" }.joined(
                    separator: ", ")
            let parameters: ValueMap = ["id": .integer(1)]
            _ = try session.run(wide, parameters: parameters).rows()
            #expect(try reads.answer(wide, parameters, in: session)?.row?.count == 300)
            try database.execute(
                "MATCH (u:User {id: 1}) SET u.text = $t",
                [
                    "t": .string(String(repeating: "x", count: 2_000))
                ])
            _ = try session.run(wide, parameters: parameters).rows()
            #expect(try reads.answer(wide, parameters, in: session) == nil)
        }
    }

    @Test func onlyUniqueIndexesAreAsked() throws {
        try withUsers { database, session, reads in
            try database.execute("CREATE INDEX FOR (u:User) ON (u.name)")
            let text = "MATCH (u:User {name: $name}) RETURN u.id"
            _ = try session.run(text, parameters: ["name": .string("u7")]).rows()
            #expect(session.pointRead(text) == nil)
            #expect(try reads.answer(text, ["name": .string("u7")], in: session) == nil)
        }
    }

    @Test func aMissingParameterIsTheStatementsErrorAndNoOthers() throws {
        try withUsers { database, session, reads in
            _ = try session.run(text, parameters: ["id": .integer(7)]).rows()
            let expected = #expect(throws: DatabaseError.self) { try session.run(text) }
            let error = #expect(throws: DatabaseError.self) {
                try reads.answer(text, [:], in: session)
            }
            #expect(error?.code == expected?.code)
            #expect(error?.message == expected?.message)
            #expect(try reads.answer(text, ["id": .integer(7)], in: session)?.row != nil)
        }
    }

    @Test func adviceIsGivenForAsLongAsItIsTrue() throws {
        try withUsers { database, session, reads in
            let text = "MATCH (u:User {id: $id}) RETURN u.nickname AS nickname"
            let parameters: ValueMap = ["id": .integer(7)]
            _ = try session.run(text, parameters: parameters).rows()
            let first = try #require(try reads.answer(text, parameters, in: session))
            #expect(first.summary.notifications.count == 1)
            #expect(first.summary.notifications.first?.position?.line == 1)
            #expect(first.row?.map(\.cypherText) == ["null"])
            try database.execute("MATCH (u:User {id: 7}) SET u.nickname = 'seven'")
            #expect(try reads.answer(text, parameters, in: session) == nil)
            _ = try session.run(text, parameters: parameters).rows()
            let second = try #require(try reads.answer(text, parameters, in: session))
            #expect(second.summary.notifications.isEmpty)
            #expect(second.row?.map(\.cypherText) == ["'seven'"])
        }
    }

    @Test func withoutItsIndexAStatementIsAnother() throws {
        try withUsers { database, session, reads in
            let parameters: ValueMap = ["id": .integer(7)]
            _ = try session.run(text, parameters: parameters).rows()
            #expect(try reads.answer(text, parameters, in: session) != nil)
            try database.execute("DROP CONSTRAINT one")
            #expect(try reads.answer(text, parameters, in: session) == nil)
            #expect(try session.run(text, parameters: parameters).rows().count == 1)
            #expect(try reads.answer(text, parameters, in: session) == nil)
        }
    }

    /// Each answer sees all that was committed before, in one round as in many, and what is kept
    /// between answers holds no snapshot once the round has ended.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func whatIsCommittedIsSeen(seed: UInt64) throws {
        try withUsers { database, session, reads in
            var random = SeededGenerator(seed: seed)
            let texts = [
                text, "MATCH (u:User {id: $id}) RETURN u.name, u.age",
                "MATCH (u:User) WHERE u.id = $id RETURN u.age",
            ]
            var answered = 0
            for step in 0..<400 {
                let id = Int64(random.next() % 60)
                let parameters: ValueMap = ["id": .integer(id)]
                switch random.next() % 8 {
                case 0:
                    try database.execute(
                        "MERGE (u:User {id: $id}) SET u.age = $age",
                        ["id": .integer(id), "age": .integer(Int64(step))])
                case 1: try database.execute("MATCH (u:User {id: $id}) DELETE u", parameters)
                case 2: reads.endRound()
                default:
                    let text = texts[Int(random.next() % 3)]
                    let answer = try reads.answer(text, parameters, in: session)
                    let rows = try database.execute(text, parameters).rows()
                    guard let answer else { continue }
                    answered += 1
                    #expect(
                        (answer.row.map { [$0] } ?? []).map { $0.map(\.cypherText) }
                            == rows.map { $0.map(\.cypherText) }, "seed \(seed), step \(step)")
                }
            }
            #expect(answered > 150, "seed \(seed)")
        }
    }
}
