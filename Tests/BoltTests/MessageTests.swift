import NIOCore
import Starling
import Testing
import Values

@testable import Bolt

@Suite struct RequestTests {
    private func request(
        _ tag: UInt8, _ fields: [Value], _ version: BoltVersion = BoltVersion(5, 4)
    ) throws -> Request {
        try Request(body(tag, fields), version: version)
    }

    @Test func runCarriesEverything() throws {
        let extra: ValueMap = [
            "db": .string("starling"), "tx_timeout": .integer(500), "mode": .string("r"),
            "bookmarks": .list([.string("b:1")]), "tx_metadata": .map(["app": .string("shop")]),
            "notifications_minimum_severity": .string("WARNING"),
            "notifications_disabled_categories": .list([.string("HINT")]),
        ]
        let fields: [Value] = [.string("RETURN $x"), .map(["x": .integer(1)]), .map(extra)]
        guard case .run(let run) = try request(0x10, fields) else {
            Issue.record("not RUN")
            return
        }
        let (options, filter) = (run.options, run.filter)
        #expect(run.statement == "RETURN $x")
        #expect(text(.map(run.parameters)) == "{x: 1}")
        #expect(options.database == "starling")
        #expect(options.timeoutMilliseconds == 500)
        #expect(options.accessMode == .read)
        #expect(options.bookmarks == ["b:1"])
        #expect(text(.map(options.metadata)) == "{app: shop}")
        #expect(filter == NotificationFilter(least: .warning, disabledCategories: ["HINT"]))
    }

    @Test func portionsAndRoutes() throws {
        guard case .pull(let all) = try request(0x3F, [.map(["n": .integer(-1)])]),
            case .discard(let some) =
                try request(0x2F, [.map(["n": .integer(9), "qid": .integer(3)])]),
            case .route(let route) = try request(
                0x66, [.map(["address": .string("h:1")]), .list([]), .map(["db": .string("d")])])
        else {
            Issue.record("not understood")
            return
        }
        #expect(all == Request.Portion(count: nil, result: nil))
        #expect(some == Request.Portion(count: 9, result: 3))
        #expect(route == Request.Route(address: "h:1", database: "d"))
    }

    @Test func credentialsComeWithTheVersionsMessage() throws {
        let auth: ValueMap = [
            "scheme": .string("basic"), "principal": .string("ann"), "credentials": .string("pw"),
        ]
        guard case .hello(let early) = try request(0x01, [.map(auth)], BoltVersion(5, 0)),
            case .basic("ann", "pw")? = early.credentials,
            case .hello(let late) = try request(0x01, [.map(auth)]), late.credentials == nil,
            case .logon(.basic("ann", "pw")) = try request(0x6A, [.map(auth)])
        else {
            Issue.record("not understood")
            return
        }
        #expect(throws: PackStreamError.self) {
            try request(0x6A, [.map(auth)], BoltVersion(5, 0))
        }
    }

    @Test(
        arguments: [
            (
                0x6A, [.map(["scheme": .string("kerberos")])],
                "Neo.ClientError.Security.Unauthorized"
            ),
            (0x3F, [.map(["n": .integer(0)])], "Neo.ClientError.Request.Invalid"),
            (0x3F, [.map([:])], "Neo.ClientError.Request.Invalid"),
            (0x11, [.map(["db": .integer(1)])], "Neo.ClientError.Request.Invalid"),
            (0x11, [.map(["imp_user": .string("eve")])], "Neo.ClientError.Security.Forbidden"),
        ] as [(UInt8, [Value], String)])
    func whatCannotBeDoneIsRefusedInItsTurn(tag: UInt8, fields: [Value], code: String) throws {
        guard case .refused(let error) = try request(tag, fields) else {
            Issue.record("taken")
            return
        }
        #expect(error.code == code)
    }

    @Test func anEntityAsAParameterIsRefusedInItsTurn() throws {
        let fields: [Value] = [.string("a"), .map(["x": sampleEntities[0]]), .map([:])]
        guard case .refused(let error) = try request(0x10, fields) else {
            Issue.record("taken")
            return
        }
        #expect(error.message.contains("parameters"))
    }

    @Test func unknownMessagesAreNonsense() {
        #expect(throws: PackStreamError.unknownStructure(tag: 0x99, fields: 0)) {
            try request(0x99, [])
        }
        #expect(throws: PackStreamError.unknownStructure(tag: 0x10, fields: 1)) {
            try request(0x10, [.integer(1)])
        }
    }
}

@Suite struct ResponseTests {
    @Test func failuresCarryAGQLStatusFromFiveSevenOn() throws {
        let failure = Response.failure(
            DatabaseError(code: "Neo.ClientError.Statement.SyntaxError", message: "Bad."))
        #expect(
            try text(.map(metadata(of: failure, BoltVersion(5, 6))))
                == "{code: Neo.ClientError.Statement.SyntaxError, message: Bad.}")
        #expect(
            try text(.map(metadata(of: failure, BoltVersion(5, 7))))
                == "{neo4j_code: Neo.ClientError.Statement.SyntaxError, message: Bad., "
                + "gql_status: 42001, description: error: syntax error or access rule violation "
                + "- invalid syntax. Bad., diagnostic_record: {OPERATION: , OPERATION_CODE: 0, "
                + "CURRENT_SCHEMA: /, _classification: CLIENT_ERROR}}")
    }

    @Test func otherErrorsBecomeUnknownOnes() {
        struct Odd: Error {}
        let error = DatabaseError(reporting: Odd())
        #expect(error.code == "Neo.DatabaseError.General.UnknownError")
        #expect(error.message.contains("Odd"))
    }

    private func summary(
        _ version: BoltVersion, _ filter: NotificationFilter = NotificationFilter(),
        records: Bool = false, advice: Bool = false
    ) throws -> ValueMap {
        var summary = Summary(access: .write)
        summary.counters.nodesCreated = 2
        summary.counters.labelsAdded = 1
        if advice {
            summary.notifications = [
                StatementNotification(
                    code: "Neo.ClientNotification.Statement.CartesianProduct", title: "T",
                    description: "D",
                    severity: .information, category: "HINT", position: nil),
                StatementNotification(
                    code: "Neo.Warn", title: "T", description: "D",
                    severity: .warning, category: "DEPRECATION", position: nil),
            ]
        }
        let result = EndedResult(
            end: ResultEnd(summary: summary, hadRecords: records, consumedMilliseconds: 4),
            database: "starling", filter: filter, hasColumns: true)
        return try metadata(of: .ended(result), version)
    }

    private func statuses(_ map: ValueMap) -> [String] {
        guard case .list(let statuses)? = map["statuses"] else { return [] }
        return statuses.map {
            guard case .map(let status) = $0, let code = status["gql_status"] else { return "" }
            return text(code)
        }
    }

    @Test func summariesTellWhatChanged() throws {
        #expect(
            text(.map(try summary(BoltVersion(5, 0))))
                == "{type: w, t_last: 4, db: starling, stats: {nodes-created: 2, labels-added: 1, "
                + "contains-updates: true}}")
    }

    @Test func adviceIsNotificationsThenStatuses() throws {
        let old = try summary(BoltVersion(5, 4), advice: true)
        #expect(old["notifications"] != nil)
        #expect(old["statuses"] == nil)
        let new = try summary(BoltVersion(5, 5), records: true, advice: true)
        #expect(new["notifications"] == nil)
        #expect(statuses(new) == ["01N00", "00000", "03N90"])
        #expect(try statuses(summary(BoltVersion(5, 5))) == ["02000"])
    }

    @Test func adviceIsFiltered() throws {
        let version = BoltVersion(5, 5)
        let warnings = NotificationFilter(least: .warning)
        #expect(
            try statuses(summary(version, warnings, records: true, advice: true))
                == ["01N00", "00000"])
        let off = NotificationFilter(least: .off)
        #expect(try statuses(summary(version, off, records: true, advice: true)) == ["00000"])
        let noDeprecation = NotificationFilter(disabledCategories: ["DEPRECATION"])
        #expect(
            try statuses(summary(version, noDeprecation, records: true, advice: true))
                == ["00000", "03N90"])
    }
}
