import Starling
import Testing
import Values

@testable import Bolt

private let invalid = "FAILURE Neo.ClientError.Request.Invalid"
private let opened = "SUCCESS {fields: [x], t_first: 1}"
private let finished = "SUCCESS {type: r, t_last: 2, db: starling, bookmark: b:1}"
private let helloAnswer =
    "SUCCESS {server: Neo4j/5.26.0, connection_id: bolt-1, hints: {telemetry.enabled: false}"

@Suite struct AuthenticationTests {
    @Test func helloThenLogon() {
        var script = Script(isReady: false)
        #expect(script.send(.hello(.init())) == [helloAnswer + "}"])
        #expect(script.machine.state == .authentication)
        #expect(script.send(.logon(.none)) == ["do authenticate"])
        #expect(script.finish(.done) == ["SUCCESS {}"])
        #expect(script.machine.state == .ready)
    }

    @Test func helloCarriesCredentialsBefore51AndAgreesOnUTC() {
        var script = Script(BoltVersion(4, 4), isReady: false)
        var hello = Request.Hello()
        hello.credentials = BoltCredentials.none
        hello.wantsUTCDateTimes = true
        #expect(script.send(.hello(hello)) == ["do authenticate"])
        #expect(script.finish(.done) == [helloAnswer + ", patch_bolt: [utc]}"])
        #expect(script.machine.dialect.usesUTCDateTimes)
        #expect(!script.machine.dialect.hasElementIDs)
    }

    @Test func whoDoesNotComeInIsGone() {
        var script = Script(isReady: false)
        _ = script.send(.hello(.init()), .logon(.none), .run("a"))
        #expect(script.failed() == ["FAILURE Neo.Oops", "close"])
        #expect(script.send(.reset) == [])
    }

    @Test func nothingElseIsTakenBefore() {
        var script = Script(isReady: false)
        #expect(script.send(.run("a")) == [invalid, "close"])
        script = Script(isReady: false)
        #expect(script.send(.reset) == [invalid, "close"])
        script = Script(isReady: false)
        #expect(script.send(.hello(.init()), .hello(.init())).suffix(2) == [invalid, "close"])
    }

    @Test func usersChangeOnOneConnection() {
        var script = Script()
        #expect(script.send(.logoff, .logon(.none), .run("a")) == ["do endSession"])
        #expect(script.finish(.done) == ["SUCCESS {}", "do authenticate"])
        #expect(script.finish(.done) == ["SUCCESS {}", "do run a #0"])
    }
}

@Suite struct StatementTests {
    /// What may be answered past the machine: only what would leave it as it is.
    @Test func aWholeStatementStandsAlone() {
        func isWhole(_ script: Script, _ requests: Request...) -> Bool {
            var machine = script.machine
            return machine.wholeStatement(in: requests.map { ($0, bytes: 0) }) != nil
        }
        var script = Script()
        #expect(isWhole(script, .run("a"), .pull()))
        #expect(isWhole(script, .run("a"), .pull(10)))
        #expect(isWhole(script, .run("a", database: "STARLING"), .pull()))
        #expect(!isWhole(script, .run("a", database: "other"), .pull()))
        #expect(!isWhole(script, .run("a")))
        #expect(!isWhole(script, .run("a"), .discard()))
        #expect(!isWhole(script, .run("a"), .pull(of: 0)))
        #expect(!isWhole(script, .run("a"), .pull(), .run("a")))
        #expect(!isWhole(Script(isReady: false), .run("a"), .pull()))

        _ = script.send(.run("a"))
        #expect(!isWhole(script, .run("b"), .pull()), "it runs")
        _ = script.opened()
        #expect(!isWhole(script, .run("b"), .pull()), "a result is open")
        _ = script.send(.pull())
        _ = script.end()
        #expect(isWhole(script, .run("b"), .pull()))

        _ = script.send(.begin())
        #expect(!isWhole(script, .run("a"), .pull()), "a transaction begins")
        _ = script.finish(.done)
        #expect(isWhole(script, .run("a"), .pull()))
        let requests: [Request] = [.run("a"), .pull()]
        let whole = script.machine.wholeStatement(in: requests.map { ($0, bytes: 0) })
        #expect(whole?.number == 0)
        if let whole { script.machine.answered(whole) }
        #expect(script.send(.run("b")) == ["do run b #1"])
        _ = script.opened()
        #expect(!isWhole(script, .run("a"), .pull()), "a result of it is open")

        script = Script()
        _ = script.send(.run("a"))
        _ = script.failed()
        #expect(!isWhole(script, .run("a"), .pull()), "it has failed")

        script = Script()
        _ = script.after { $0.drain() }
        #expect(!isWhole(script, .run("a"), .pull()), "the server stops")
    }

    @Test func aStatementAlone() {
        var script = Script()
        #expect(script.send(.run("a")) == ["do run a #0"])
        #expect(script.opened() == [opened])
        #expect(script.machine.state == .streaming)
        #expect(script.send(.pull(10)) == ["do pull #0 10"])
        #expect(script.finish(.streamed) == ["SUCCESS {has_more: true}"])
        #expect(script.send(.discard()) == ["do discard #0 all"])
        #expect(script.end() == [finished])
        #expect(script.machine.state == .ready)
    }

    @Test func requestsSentAheadAreAnsweredInTurn() {
        var script = Script()
        #expect(
            script.send(.run("a"), .pull(), .run("b"), .pull(), .begin(), .commit)
                == ["do run a #0"])
        #expect(script.opened() == [opened, "do pull #0 all"])
        #expect(script.end() == [finished, "do run b #0 ahead"])
        #expect(script.opened() == [opened, "do pull #0 all"])
        #expect(script.end() == [finished, "do begin"])
        #expect(script.finish(.done) == ["SUCCESS {}", "do commit"])
        #expect(script.finish(.committed(bookmark: "b:2")) == ["SUCCESS {bookmark: b:2}"])
    }

    @Test func afterAFailureAllIsIgnoredUntilReset() {
        var script = Script()
        _ = script.send(.run("a"), .pull(), .run("b"), .pull())
        #expect(script.failed() == ["FAILURE Neo.Oops", "IGNORED", "IGNORED", "IGNORED"])
        #expect(script.machine.state == .failed)
        #expect(script.send(.begin(), .route(.init())) == ["IGNORED", "IGNORED"])
        #expect(script.send(.reset) == ["SUCCESS {}"])
        #expect(script.send(.run("c")) == ["do run c #0"])
    }

    @Test func aResultThatFailsIsOver() {
        var script = Script()
        _ = script.send(.run("a"), .pull())
        _ = script.opened()
        #expect(script.failed() == ["FAILURE Neo.Oops"])
        #expect(script.send(.reset, .pull()) == ["SUCCESS {}", invalid, "close"])
    }

    @Test func theDatabaseMustBeTheOneThereIs() {
        var script = Script(BoltVersion(5, 8))
        #expect(script.send(.begin(database: "Starling")) == ["do begin"])
        #expect(script.finish(.done) == ["SUCCESS {db: starling}"])
        script = Script()
        #expect(
            script.send(.run("a", database: "other"), .pull())
                == ["FAILURE Neo.ClientError.Database.DatabaseNotFound", "IGNORED"])
        #expect(script.send(.reset) == ["SUCCESS {}"])
        #expect(
            script.send(.route(.init(address: nil, database: "other")))
                == ["FAILURE Neo.ClientError.Database.DatabaseNotFound"])
    }

    @Test func aRoutingTableNamesThisServerAlone() {
        var script = Script()
        #expect(
            script.send(.route(.init(address: "db.example:7687", database: nil))) == [
                "SUCCESS {rt: {ttl: 300, db: starling, servers: ["
                    + "{addresses: [db.example:7687], role: ROUTE}, "
                    + "{addresses: [db.example:7687], role: READ}, "
                    + "{addresses: [db.example:7687], role: WRITE}]}}"
            ])
    }

    @Test(arguments: [
        Request.pull(), .discard(), .commit, .rollback, .hello(.init()), .logon(.none),
    ])
    func whatDoesNotBelongEndsTheConnection(request: Request) {
        var script = Script()
        #expect(script.send(request) == [invalid, "close"])
        #expect(script.machine.state == .defunct)
    }

    @Test func aLargeMessageIsReadByAWorkerInItsTurn() {
        var script = Script()
        let large = Request.unread([1, 2, 3])
        #expect(script.send(large, .pull(), large, .pull()) == ["do read 3 bytes"])
        #expect(script.finish(.read(.run("a"))) == ["do run a #0 ahead"])
        #expect(script.opened() == [opened, "do pull #0 all"])
        #expect(script.end() == [finished, "do read 3 bytes"])
        // What is waiting for it is not told before, and RESET counts for it as for any other.
        #expect(script.send(.reset) == [])
        #expect(script.finish(.read(.run("a"))) == ["IGNORED", "IGNORED", "SUCCESS {}"])

        // In a failed state it need not be read.
        #expect(script.send(.run("b")) == ["do run b #0"])
        #expect(script.failed() == ["FAILURE Neo.Oops"])
        #expect(script.send(large, .reset) == ["IGNORED", "SUCCESS {}"])

        // One that is none ends the connection.
        #expect(script.send(large, .run("c")) == ["do read 3 bytes"])
        #expect(script.failed() == ["FAILURE Neo.Oops", "close"])
        #expect(script.machine.state == .defunct)
    }

    @Test func aRefusedMessageFailsLikeAnyOther() {
        var script = Script()
        let error = DatabaseError(code: "Neo.No", message: "No.")
        #expect(script.send(.refused(error), .run("a")) == ["FAILURE Neo.No", "IGNORED"])
        #expect(script.send(.reset) == ["SUCCESS {}"])
    }
}

@Suite struct TransactionTests {
    private func inTransaction() -> Script {
        var script = Script()
        _ = script.send(.begin())
        _ = script.finish(.done)
        return script
    }

    @Test func severalResultsAreOpenAtOnce() {
        var script = inTransaction()
        #expect(script.machine.state == .txReady)
        _ = script.send(.run("a"))
        #expect(script.opened() == ["SUCCESS {fields: [x], t_first: 1, qid: 0}"])
        _ = script.send(.run("b"))
        #expect(script.opened() == ["SUCCESS {fields: [x], t_first: 1, qid: 1}"])
        #expect(script.send(.pull(5, of: 0)) == ["do pull #0 5"])
        #expect(script.finish(.streamed) == ["SUCCESS {has_more: true}"])
        #expect(script.send(.pull(5)) == ["do pull #1 5"])
        #expect(script.end() == [finished])
        #expect(script.machine.state == .txStreaming)
        #expect(script.send(.pull(of: 0)) == ["do pull #0 all"])
        #expect(script.end() == [finished])
        #expect(script.machine.state == .txReady)
        #expect(script.send(.rollback) == ["do rollback"])
        #expect(script.finish(.done) == ["SUCCESS {}"])
        #expect(script.machine.state == .ready)
    }

    @Test func aFailureGivesTheTransactionUpAtOnce() {
        var script = inTransaction()
        _ = script.send(.run("a"), .pull())
        #expect(script.failed() == ["FAILURE Neo.Oops", "do reset"])
        #expect(script.send(.commit, .reset) == [])
        #expect(script.finish(.done) == ["IGNORED", "IGNORED", "SUCCESS {}"])
    }

    @Test func aResultThatIsNotOpenFailsTheTransaction() {
        var script = inTransaction()
        #expect(script.send(.pull(of: 4)) == [invalid, "do reset"])
        #expect(script.finish(.done) == [])
        #expect(script.send(.rollback, .reset) == ["IGNORED", "SUCCESS {}"])
    }

    @Test func aTransactionLeftIdleIsTakenAway() {
        var script = inTransaction()
        let actions = script.after { $0.idleLimitReached() }
        #expect(actions == ["do reset"])
        #expect(script.finish(.done) == [])
        #expect(
            script.send(.run("a"), .pull()) == [
                "FAILURE Neo.ClientError.Transaction.TransactionTimedOut", "IGNORED",
            ])
        #expect(script.send(.reset, .run("a")) == ["SUCCESS {}", "do run a #0"])
    }

    @Test func commitMayFail() {
        var script = inTransaction()
        _ = script.send(.commit)
        #expect(script.failed() == ["FAILURE Neo.Oops", "do reset"])
        #expect(script.finish(.done) == [])
        #expect(script.send(.reset) == ["SUCCESS {}"])
    }
}

@Suite struct InterruptionTests {
    @Test func resetCancelsWhatRunsAndSkipsWhatWaits() {
        var script = Script()
        _ = script.send(.run("a"), .pull(), .run("b"))
        #expect(script.send(.reset, .run("c")) == ["cancel"])
        #expect(script.machine.state == .interrupted)
        #expect(script.failed() == ["FAILURE Neo.Oops", "IGNORED", "IGNORED", "do reset"])
        #expect(script.finish(.done) == ["SUCCESS {}", "do run c #0"])
    }

    @Test func whatEndsJustBeforeResetIsStillAnswered() {
        var script = Script()
        _ = script.send(.run("a"), .reset)
        #expect(script.opened() == [opened, "do reset"])
        #expect(script.finish(.done) == ["SUCCESS {}"])
        #expect(script.machine.state == .ready)
    }

    @Test func resetDropsAnOpenResultAndAnOpenTransaction() {
        var script = Script()
        _ = script.send(.run("a"))
        _ = script.opened()
        #expect(script.send(.reset) == ["do reset"])
        #expect(script.finish(.done) == ["SUCCESS {}"])
        _ = script.send(.begin())
        _ = script.finish(.done)
        #expect(script.send(.reset) == ["do reset"])
        #expect(script.finish(.done) == ["SUCCESS {}"])
        #expect(script.send(.reset) == ["SUCCESS {}"])
    }

    @Test func ofSeveralResetsTheLastOneCounts() {
        var script = Script()
        _ = script.send(.run("a"))
        #expect(script.send(.reset, .reset) == ["cancel"])
        #expect(script.failed() == ["FAILURE Neo.Oops", "IGNORED", "do reset"])
        #expect(script.send(.reset) == [])
        #expect(script.finish(.done) == ["IGNORED", "SUCCESS {}"])
    }

    @Test func goodbyeAndDisconnectionCancel() {
        var script = Script()
        _ = script.send(.run("a"))
        #expect(script.send(.goodbye) == ["cancel", "close"])
        #expect(script.opened() == [])
        script = Script()
        _ = script.send(.run("a"))
        #expect(script.after { $0.disconnected() } == ["cancel"])
        script = Script()
        #expect(script.send(.goodbye) == ["close"])
    }

    @Test func drainingEndsWhenNothingIsOpen() {
        var script = Script()
        #expect(script.after { $0.drain() } == ["close"])
        script = Script()
        _ = script.send(.begin())
        _ = script.finish(.done)
        #expect(script.after { $0.drain() }.isEmpty)
        _ = script.send(.commit)
        #expect(
            script.finish(.committed(bookmark: "b:1")) == ["SUCCESS {bookmark: b:1}", "close"])
    }

    @Test func aLongQueueStopsReadingUntilItIsShort() {
        var script = Script()
        var lines = script.send(.run("a"))
        for _ in 0..<BoltConnectionStateMachine.QueueLimits.requests {
            lines += script.send(.telemetry)
        }
        #expect(lines == ["do run a #0", "reading off"])
        lines = script.opened()
        #expect(lines.first == opened)
        #expect(lines.last == "reading on")
        #expect(lines.count == BoltConnectionStateMachine.QueueLimits.requests + 2)
    }

    @Test func nonsenseEndsTheConnection() {
        var script = Script()
        _ = script.send(.run("a"))
        let actions = script.after { $0.receiveNonsense("no") }
        #expect(actions == ["FAILURE Neo.ClientError.Request.InvalidFormat", "cancel", "close"])
    }
}
