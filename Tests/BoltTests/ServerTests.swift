import NIOCore
import Testing
import Values

@testable import Bolt

@Suite(.timeLimit(.minutes(1))) struct ServerTests {
    @Test(arguments: [(4, 4), (5, 0), (5, 1), (5, 4), (5, 8), (6, 0)] as [(UInt8, UInt8)])
    func everyVersionRunsAStatement(major: UInt8, minor: UInt8) async throws {
        let version = BoltVersion(major, minor)
        try await serving { port in
            try await BoltClient.connected(port: port, version: version) { client in
                if version.hasLogon {
                    let answer = try await client.logOn()
                    #expect(answer.outcome == "SUCCESS")
                } else {
                    try await client.send((0x01, [.map(["scheme": .string("none")])]))
                    let answer = try await client.answer()
                    #expect(answer["server"] == "Neo4j/5.26.0")
                }
                try await client.send(run("range 3000"), pull())
                let answers = try await client.answers(2)
                #expect(answers[0]["fields"] == "[number, half, text, isEven, constant]")
                #expect(answers[1].records == 3_000)
                #expect(answers[1]["bookmark"] == "bookmark:1")
                #expect((answers[1]["statuses"] != nil) == version.hasStatuses)
            }
        }
    }

    @Test func whatIsOnlyQueuedNeedsNoWorkerToQueueIt() async throws {
        let backend = FakeBackend()
        try await serving(backend) { port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                try await client.send(
                    run("queued create"), pull(), run("queued range 5"), pull(3), pull(),
                    run("queued fail Neo.Oops"), pull())
                let answers = try await client.answers(7)
                #expect(answers[1]["stats"]?.contains("nodes-created: 2") == true)
                #expect(answers.map(\.records) == [0, 0, 0, 3, 2, 0, 0])
                #expect(answers[5]["code"] == "Neo.Oops")
                #expect(answers[6].outcome == "IGNORED")
            }
        }
        let places = backend.journal.all.filter { $0.hasPrefix("queued by") }
        #expect(places == Array(repeating: "queued by the loop", count: 3))
    }

    @Test func whatTakesMicrosecondsIsAnsweredByTheLoop() async throws {
        let backend = FakeBackend()
        try await serving(backend) { port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                try await client.send(run("point", ["a": .integer(1)]), pull())
                var answers = try await client.answers(2)
                #expect(answers.map(\.outcome) == ["SUCCESS", "SUCCESS"])
                #expect(answers[0]["fields"] == "[a]")
                #expect(answers[1].records == 1)
                #expect(answers[1]["has_more"] == nil)
                #expect(answers[1]["type"] == "r")

                // No row; an error, which is in the way of what comes behind it until RESET.
                try await client.send(run("point"), pull())
                #expect(try await client.answers(2).map(\.records) == [0, 0])
                try await client.send(run("point fail"), pull())
                answers = try await client.answers(2)
                #expect(answers.map(\.outcome) == ["FAILURE", "IGNORED"])
                try await client.send(reset)
                #expect(try await client.answer().outcome == "SUCCESS")
            }
        }
        let reads = backend.journal.all.filter { $0.hasPrefix("read by the loop") }
        #expect(reads == ["point", "point", "point fail"].map { "read by the loop: \($0)" })
        // Each had a round of its own, and nothing of it is kept.
        #expect(backend.journal.all.count { $0 == "the round ends" } == 3)
        #expect(!backend.journal.all.contains { $0.hasPrefix("run point") })
    }

    @Test func transactionsThatReadNeedNoWorker() async throws {
        let backend = FakeBackend()
        try await serving(backend) { port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                let parameters: ValueMap = ["a": .integer(1)]
                try await client.send(begin)
                #expect(try await client.answer().outcome == "SUCCESS")
                try await client.send(run("point", parameters), pull())
                #expect(try await client.answers(2).map(\.records) == [0, 1])
                try await client.send(commit)
                #expect(try await client.answer()["bookmark"] != nil)

                // All at once, and RESET behind an end.
                try await client.send(begin, run("point", parameters), pull(), commit, begin)
                let answers = try await client.answers(5)
                #expect(answers.map(\.outcome) == Array(repeating: "SUCCESS", count: 5))
                #expect(answers[2].records == 1)
                try await client.send((0x13, []), reset)
                #expect(try await client.answers(2).last?.outcome == "SUCCESS")
                try await client.send(run("range 1"), pull())
                #expect(try await client.answers(2).last?.records == 1)

                // Gone in the middle of one.
                try await client.send(begin)
            }
        }
        let journal = backend.journal.all
        let ends = journal.count { $0 == "commit" || $0.hasPrefix("begin") || $0 == "rollback" }
        #expect(ends >= 5)
        #expect(journal.count { $0 == "done by the loop" } == ends)
        #expect(journal.last == "close")
    }

    @Test func aClientThatDoesNotReadIsNotAnsweredForEver() async throws {
        let backend = FakeBackend()
        try await serving(backend) { port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                // 64 KiB each, which the client does not take.
                for _ in 0..<400 { try await client.send(run("bulk 1"), pull()) }
                try await Task.sleep(for: .milliseconds(300))
                let runs = backend.journal.all.count { $0 == "run bulk 1" }
                #expect(runs < 300, "what nobody takes is kept: \(runs)")
                let answers = try await client.answers(800)
                #expect(answers.reduce(0) { $0 + $1.records } == 400)
            }
        }
    }

    @Test func aLoopReadsNothingAheadOfOtherRequests() async throws {
        let backend = FakeBackend()
        try await serving(backend) { port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                let parameters: ValueMap = ["a": .integer(1)]
                // Several at once: workers do all but the last.
                try await client.send(
                    run("point", parameters), pull(), run("point", parameters), pull(),
                    run("point", parameters), pull())
                #expect(try await client.answers(6).map(\.records) == [0, 1, 0, 1, 0, 1])
                // Nobody has said what is to become of the record.
                try await client.send(run("point", parameters))
                #expect(try await client.answer().outcome == "SUCCESS")
                try await client.send(discardAll)
                #expect(try await client.answer().records == 0)
                // What took a worker to read is large.
                let large: ValueMap = ["a": .string(String(repeating: "x", count: 70_000))]
                try await client.send(run("point", large), pull())
                #expect(try await client.answers(2).map(\.records) == [0, 1])
                // One that nothing is known of.
                try await client.send(run("point wait", parameters), pull())
                #expect(try await client.answers(2).map(\.records) == [0, 1])
            }
        }
        let journal = backend.journal.all
        #expect(journal.count { $0 == "run point" } == 4)
        #expect(journal.count { $0 == "run point wait" } == 1)
        #expect(journal.count { $0.hasPrefix("read by the loop") } == 1)
    }

    /// Answers go straight to the socket until it is full, then through the channel's queue.
    @Test func answersStayInOrderWhereTheClientDoesNotRead() async throws {
        try await serving { port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                try await client.channel.setOption(.socketOption(.so_rcvbuf), value: 65_536).get()
                let filling = String(repeating: "x", count: 12_000)
                for turn in 0..<450 {
                    let parameters: ValueMap = ["a": .integer(Int64(turn)), "b": .string(filling)]
                    try await client.send(run("point", parameters), pull())
                }
                func isRow(_ row: [Value], _ turn: Int, _ filling: String) -> Bool {
                    let texts = row.map(text)
                    return texts.contains("\(turn)") && texts.contains { $0.contains(filling) }
                }
                for turn in 0..<450 {
                    let answers = try await client.answers(2)
                    #expect(answers.map(\.outcome) == ["SUCCESS", "SUCCESS"])
                    #expect(answers[1].records == 1)
                    #expect(isRow(answers[1].last, turn, filling))
                }
                // And straight to it again.
                try await client.send(run("point", ["a": .integer(1)]), pull())
                #expect(try await client.answers(2).map(\.records) == [0, 1])
            }
        }
    }

    @Test func aRecordThatCannotBeSentFailsItsStatementOnly() async throws {
        try await serving { port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                // References are the engine's own, and have no form outside.
                let reference: ValueMap = ["a": .integer(1)]
                try await client.send(run("point reference", reference), pull())
                var answers = try await client.answers(2)
                #expect(answers.map(\.outcome) == ["SUCCESS", "FAILURE"])
                #expect(answers[1].records == 0)
                try await client.send(reset, run("range 1"), pull())
                answers = try await client.answers(3)
                #expect(answers.map(\.outcome) == ["SUCCESS", "SUCCESS", "SUCCESS"])
            }
        }
    }

    @Test func largeMessagesAreReadWhole() async throws {
        try await serving { port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                let texts = (0..<5_000).map { Value.string("a text with the number \($0)") }
                try await client.send(
                    run("echo", ["texts": .list(texts)]), pull(), run("range 2"), pull(),
                    run("echo", ["texts": .list([.list(texts), .integer(1)])]), pull())
                let answers = try await client.answers(6)
                #expect(answers.map(\.outcome) == Array(repeating: "SUCCESS", count: 6))
                #expect(answers.map(\.records) == [0, 1, 0, 2, 0, 1])

                // A structure that there is none of, behind all that.
                let nonsense = try message(0x10, [.list(texts), .list(texts)])
                try await client.send(ByteBuffer(bytes: nonsense))
                let answer = try await client.answer()
                #expect(answer["code"] == "Neo.ClientError.Request.InvalidFormat")
                #expect(try await client.answer().outcome == "CLOSED")
            }
        }
    }

    @Test func requestsSentAheadAreAnsweredInOrder() async throws {
        try await serving { port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                try await client.send(
                    run("range 10"), pull(4), pull(), begin, run("later range 5"), pull(3),
                    run("range 2"), pull(), commit, run("fail Neo.Oops"), pull())
                var answers = try await client.answers(11)
                try await client.send(reset, run("create"), pull())
                answers += try await client.answers(3)
                #expect(answers.map(\.records) == [0, 4, 6, 0, 0, 3, 0, 2, 0, 0, 0, 0, 0, 0])
                #expect(answers[1]["has_more"] == "true")
                #expect(answers[4]["qid"] == "0")
                #expect(answers[6]["qid"] == "1")
                #expect(answers[8]["bookmark"] == "bookmark:2")
                #expect(answers[9]["code"] == "Neo.Oops")
                #expect(answers[10].outcome == "IGNORED")
                #expect(answers[11].outcome == "SUCCESS")
                #expect(answers[13]["stats"]?.contains("nodes-created: 2") == true)
            }
        }
    }

    @Test func aFailureInTheMiddleOfAResultFollowsItsRecords() async throws {
        try await serving { port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                try await client.send(run("break 5000"), pull())
                let answers = try await client.answers(2)
                #expect(answers[1].outcome == "FAILURE")
                #expect(answers[1].records == 5_000)
                try await client.send(reset)
                let answer = try await client.answer()
                #expect(answer.outcome == "SUCCESS")
            }
        }
    }

    @Test func resetCancelsARunningStatement() async throws {
        try await serving { port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                try await client.send(run("wait"), pull())
                try await Task.sleep(for: .milliseconds(50))
                try await client.send(reset, run("range 1"), pull())
                let answers = try await client.answers(5)
                #expect(
                    answers.map(\.outcome) == [
                        "FAILURE", "IGNORED", "SUCCESS", "SUCCESS", "SUCCESS",
                    ]
                )
                #expect(answers[4].records == 1)
            }
        }
    }

    @Test func aClientThatGoesAwayCancelsItsStatementAndClosesItsSession() async throws {
        let backend = FakeBackend()
        try await serving(backend) { port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                try await client.send(begin, run("wait"))
                _ = try await client.answer()
                try await expect("run wait", in: backend.journal)
            }
            try await expect("close", in: backend.journal)
            #expect(backend.journal.all.contains("cancel"))
        }
    }

    @Test func aWrongPasswordEndsTheConnection() async throws {
        try await serving(FakeBackend(password: "right")) { port in
            try await BoltClient.connected(port: port) { client in
                let answer = try await client.logOn(password: "wrong")
                #expect(answer["code"] == "Neo.ClientError.Security.Unauthorized")
                let last = try await client.answer()
                #expect(last.outcome == "CLOSED")
            }
            try await BoltClient.connected(port: port) { client in
                let answer = try await client.logOn(password: "right")
                #expect(answer.outcome == "SUCCESS")
            }
        }
    }

    @Test func nonsenseIsAnsweredAndEndsOneConnectionOnly() async throws {
        try await serving { port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                try await client.send(ByteBuffer(bytes: [0, 2, 0xC4, 0x01, 0, 0]))
                let answer = try await client.answer()
                #expect(answer["code"] == "Neo.ClientError.Request.InvalidFormat")
                let last = try await client.answer()
                #expect(last.outcome == "CLOSED")
            }
            try await BoltClient.connected(port: port, version: nil) { client in
                try await client.send(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"))
                let reply = try await client.bytes()
                #expect(String(buffer: reply ?? ByteBuffer()).contains("Bolt"))
            }
            try await BoltClient.connected(port: port) { client in
                let answer = try await client.logOn()
                #expect(answer.outcome == "SUCCESS")
            }
        }
    }

    @Test func aStrangerMaySendSmallMessagesOnly() async throws {
        try await serving { port in
            try await BoltClient.connected(port: port) { client in
                let long = Value.string(String(repeating: "x", count: 100_000))
                try await client.send((0x01, [.map(["user_agent": long])]))
                let answer = try await client.answer()
                #expect(answer["code"] == "Neo.ClientError.Request.InvalidFormat")
            }
        }
    }

    @Test func connectionsAreCounted() async throws {
        try await serving(configure: { $0.limits.connections = 1 }) { port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                let outcome = try? await BoltClient.connected(port: port, version: nil) { other in
                    try await other.answer().outcome
                }
                #expect(outcome == nil || outcome == "CLOSED")
                try await client.send(run("create"))
                let answer = try await client.answer()
                #expect(answer.outcome == "SUCCESS")
            }
        }
    }

    @Test func whoDoesNotComeInInTimeIsClosed() async throws {
        try await serving(configure: { $0.limits.authentication = .milliseconds(50) }) { port in
            try await BoltClient.connected(port: port, version: nil) { client in
                let last = try await client.answer()
                #expect(last.outcome == "CLOSED")
            }
        }
    }

    @Test func anIdleTransactionIsRolledBack() async throws {
        let backend = FakeBackend()
        try await serving(backend, configure: { $0.limits.idleTransaction = .milliseconds(50) }) {
            port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                try await client.send(begin)
                _ = try await client.answer()
                try await expect("reset", in: backend.journal)
                try await client.send(run("create"))
                let code = try await client.answer()["code"]
                #expect(code == "Neo.ClientError.Transaction.TransactionTimedOut")
            }
        }
    }

    /// The client reads nothing: the result must stop being made, and go on when it reads.
    @Test func aSlowClientSlowsItsQuery() async throws {
        try await serving { port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                try await client.send(run("bulk 500"), pull())
                _ = try await client.answer()
                try await Task.sleep(for: .milliseconds(200))
                let answer = try await client.answer()
                #expect(answer.records == 500)
            }
        }
    }

    @Test func aClientThatNeverReadsIsClosed() async throws {
        let backend = FakeBackend()
        try await serving(backend, configure: { $0.limits.stalledWrite = .milliseconds(200) }) {
            port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
                try await client.channel.setOption(.autoRead, value: false).get()
                try await client.send(run("bulk 5000"), pull())
                try await expect("close", in: backend.journal)
            }
        }
    }

    @Test func stoppingLetsATransactionEndAndCancelsALongOne() async throws {
        let backend = FakeBackend()
        try await serving(backend, stopWithin: .milliseconds(100)) { port in
            try await BoltClient.connected(port: port) { client in
                _ = try await client.logOn()
            }
            Task {
                try await BoltClient.connected(port: port) { client in
                    _ = try await client.logOn()
                    try await client.send(run("wait"))
                    _ = try await client.answer()
                }
            }
            try await expect("run wait", in: backend.journal)
        }
        #expect(backend.journal.all.contains("cancel"))
        #expect(backend.journal.all.filter { $0 == "close" }.count == 2)
    }
}
